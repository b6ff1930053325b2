package io.clickstream.session;

import io.clickstream.event.UserId;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import javax.annotation.Nullable;

/**
 * The users in the store whose sessions are too large to be read and written for a click. Their
 * further clicks open sessions on the heap, beside the stored ones. What must be known of the
 * stored sessions meanwhile is here: when they began, when they end, and their last checkout.
 *
 * <p>When sessions on the heap are left to the store again, they are added as a further part. The
 * parts are read and joined when a session is over, or when there are too many of them.
 */
final class LargeUsers {

    /**
     * Users with more open sessions are brought back whole. Nearly everybody has one; so many are
     * only open where clicks may be out of order by a thousand gaps.
     */
    static final int MAX_SESSIONS = 1024;

    /** So many parts are joined into one, however short they are. */
    private static final int MAX_PARTS = 32;

    /** Of a user on the heap, beside the characters of the id and the numbers of sessions. */
    private static final int HEAP_BYTES = 256;

    private static final int HEAP_BYTES_PER_SESSION = 3 * Long.BYTES;

    private final long gap;
    private final Map<UserId, Stored> users = new TreeMap<>(OpenUsers.BY_ID);
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

        /** The latest of these sessions that began by then; -1 if there is none. */
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
         * Notes in the session of a click on the heap the last checkout of the stored ones that it
         * belongs to. Visits of a session may be folded, those before a checkout with those behind
         * it, unless the session knows the checkout.
         *
         * @param session that the click is in
         */
        void noteCheckouts(SessionRecords records, int session) {
            long begin = records.begin(session);
            // No two are nearer to each other than the gap, but the session may be near several.
            int i = latestBegunBy(records.last(session) + gap);
            while (i >= 0 && begin <= lasts[i] + gap) {
                // One before the session has no visit of it before it.
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

    /** What is stored of a user; null if he is not among these. */
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
