package io.clickstream.session;

import io.clickstream.event.UserId;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import javax.annotation.Nullable;

/**
 * Users whose stored sessions are too large to be read and written for every click. Their further
 * clicks open sessions on the heap, beside the stored ones. This class keeps what the engine must
 * know of the stored sessions without reading them: begin, last event and last checkout.
 *
 * <p>When the heap is full, the sessions on it are added to the store as a further part. The engine
 * reads and joins all parts when one of the sessions is over, or when there are too many parts.
 */
final class LargeUsers {

    /**
     * Users with more open sessions are brought back whole. Nearly every user has one open session.
     * A thousand are open only if clicks may be out of order by a thousand gaps.
     */
    static final int MAX_SESSIONS = 1024;

    /** At this number of parts they are joined, even if all are short. */
    private static final int MAX_PARTS = 32;

    /** Of a user on the heap, beside the characters of the id and the numbers of sessions. */
    private static final int HEAP_BYTES = 256;

    private static final int HEAP_BYTES_PER_SESSION = 3 * Long.BYTES;

    private final long gap;
    private final Map<UserId, Stored> users = new TreeMap<>(UserId.ORDER);
    private long heapBytes;

    /**
     * Begins empty.
     *
     * @param gap two clicks of a user that are further apart are in two sessions, in ms
     */
    LargeUsers(long gap) {
        this.gap = gap;
    }

    /**
     * The stored sessions of one user. Those that are not further apart than the gap count as one.
     */
    final class Stored {
        private final long[] begins;
        private final long[] lasts;
        private final long[] checkouts;
        private final int parts;
        private final long firstBytes;
        private final long bytes;

        private Stored(Spans spans, int parts, long firstBytes, long bytes) {
            this.begins = Arrays.copyOf(spans.begins, spans.size);
            this.lasts = Arrays.copyOf(spans.lasts, spans.size);
            this.checkouts = Arrays.copyOf(spans.checkouts, spans.size);
            this.parts = parts;
            this.firstBytes = firstBytes;
            this.bytes = bytes;
        }

        int size() {
            return begins.length;
        }

        /** Whether a click joins a stored session. */
        boolean isNear(long timestamp) {
            int i = latestBegunBy(timestamp + gap);
            return i >= 0 && timestamp <= lasts[i] + gap;
        }

        /** The latest of these sessions that began at or before a time; -1 if there is none. */
        private int latestBegunBy(long time) {
            int found = Arrays.binarySearch(begins, time);
            return found >= 0 ? found : -found - 2;
        }

        /** End of the oldest of these sessions, exclusive, ms since the epoch. */
        long earliestEnd() {
            return lasts[0] + gap;
        }

        /**
         * The same if they are joined with those on the heap.
         *
         * @param head the user's record
         */
        long earliestEnd(SessionRecords records, int head) {
            return spans(this, records, head).lasts[0] + gap;
        }

        /**
         * Tells a session on the heap the last checkout of the stored sessions that it will be
         * joined with. Otherwise visits before that checkout could be folded with visits after it.
         *
         * @param session that the click is in
         */
        void noteCheckouts(SessionRecords records, int session) {
            long begin = records.begin(session);
            // Stored sessions are further apart than the gap, but this one may be near several.
            int i = latestBegunBy(records.last(session) + gap);
            while (i >= 0 && begin <= lasts[i] + gap) {
                // An earlier checkout has no visit of this session before it.
                if (checkouts[i] >= begin) {
                    records.addCheckout(session, checkouts[i]);
                }
                i--;
            }
        }

        /** Whether all is to be joined before the user's sessions on the heap become a part too. */
        boolean isToBeJoined(SessionRecords records, int head) {
            return parts >= MAX_PARTS
                    || bytes > 2 * firstBytes
                    || spans(this, records, head).size > MAX_SESSIONS;
        }
    }

    /** Sessions as they are joined, the oldest first. */
    private static final class Spans {
        private final long[] begins;
        private final long[] lasts;
        private final long[] checkouts;
        private int size;

        private Spans(int capacity) {
            begins = new long[capacity];
            lasts = new long[capacity];
            checkouts = new long[capacity];
        }

        /** Adds one that does not begin before those that are there. */
        private void add(long begin, long last, long checkout, long gap) {
            if (size > 0 && begin <= lasts[size - 1] + gap) {
                lasts[size - 1] = Math.max(lasts[size - 1], last);
                checkouts[size - 1] = Math.max(checkouts[size - 1], checkout);
                return;
            }
            begins[size] = begin;
            lasts[size] = last;
            checkouts[size++] = checkout;
        }
    }

    private Spans spans(@Nullable Stored stored, SessionRecords records, int newest) {
        int[] open = records.oldestFirst(newest);
        int storedSize = stored == null ? 0 : stored.size();
        Spans spans = new Spans(storedSize + open.length);
        int i = 0;
        for (int session : open) {
            for (; i < storedSize && stored.begins[i] <= records.begin(session); i++) {
                spans.add(stored.begins[i], stored.lasts[i], stored.checkouts[i], gap);
            }
            spans.add(
                    records.begin(session),
                    records.last(session),
                    records.lastCheckout(session),
                    gap);
        }
        for (; i < storedSize; i++) {
            spans.add(stored.begins[i], stored.lasts[i], stored.checkouts[i], gap);
        }
        return spans;
    }

    int size() {
        return users.size();
    }

    /** Bytes on the heap, by and large. */
    long heapBytes() {
        return heapBytes;
    }

    /** The stored sessions of a user; null if the user is not a large one. */
    @Nullable
    Stored get(UserId user) {
        return users.isEmpty() ? null : users.get(user);
    }

    /**
     * Notes a user, or another part of his sessions.
     *
     * @param newest of the sessions of the part
     * @param bytes that the part has
     */
    Stored add(UserId user, SessionRecords records, int newest, long bytes) {
        Stored before = users.get(user);
        Spans spans = spans(before, records, newest);
        Stored now =
                before == null
                        ? new Stored(spans, 1, bytes, bytes)
                        : new Stored(
                                spans, before.parts + 1, before.firstBytes, before.bytes + bytes);
        if (before == null) {
            heapBytes += heapBytes(user);
        } else {
            heapBytes -= (long) HEAP_BYTES_PER_SESSION * before.size();
        }
        heapBytes += (long) HEAP_BYTES_PER_SESSION * now.size();
        users.put(user, now);
        return now;
    }

    void remove(UserId user) {
        Stored before = users.remove(user);
        heapBytes -= heapBytes(user) + (long) HEAP_BYTES_PER_SESSION * before.size();
    }

    private static long heapBytes(UserId user) {
        return HEAP_BYTES
                + (user.text() == null ? 0 : (long) Character.BYTES * user.text().length());
    }
}
