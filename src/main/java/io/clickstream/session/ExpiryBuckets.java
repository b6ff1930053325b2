package io.clickstream.session;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds users whose oldest session may be over, by coarse buckets over the ends of sessions instead
 * of a timer per click. A user stays in a bucket while the session grows; when the watermark gets
 * there, the user is looked at and put into the bucket of the end as it is by then.
 *
 * <p>An entry counts only if its record is armed for its bucket: others are of users who left, or
 * were armed for an earlier bucket since.
 */
final class ExpiryBuckets {

    /** Closes what is over. */
    @FunctionalInterface
    interface Visitor {
        /**
         * Closes the user's sessions that are over.
         *
         * @return the end of the user's oldest session that is left; {@link
         *     SessionRecords#NOT_ARMED} if there is none
         */
        long closeDue(int head);
    }

    private static final int MIN_USERS = 16;

    /**
     * A power of two, and more than {@link SessionEngine} has buckets in a gap and in the time that
     * the watermark is behind: for gaps of a second, up to a minute of it.
     */
    private static final int LATEST = 4096;

    /** Records whose memory is asked for at a time. */
    private static final int PEEKED = 32;

    private final long gap;
    private final int widthLog2;
    private final SessionRecords records;
    private final OpenUsers users;
    private final TreeMap<Long, Bucket> buckets = new TreeMap<>();

    /** Buckets that were used last, by the lowest bits of their index, to find them faster. */
    private final Bucket[] latest = new Bucket[LATEST];

    private final int[] due = new int[PEEKED];
    private final int[] other = new int[PEEKED];
    private int dues;
    private int others;

    /** Written, so that reading ahead is not optimized away. */
    @SuppressWarnings("UnusedVariable")
    private long peeked;

    /**
     * Begins empty.
     *
     * @param gap a session ends this much behind its last event, in ms
     * @param widthLog2 a bucket is 2 to the power of this wide, in ms, which saves a division; the
     *     watermark looks at the users of one bucket anew as long as it is within it
     */
    ExpiryBuckets(long gap, int widthLog2, SessionRecords records, OpenUsers users) {
        this.gap = gap;
        this.widthLog2 = widthLog2;
        this.records = records;
        this.users = users;
    }

    /** Sees to it that the user is looked at when the watermark gets to this end. */
    void arm(int head, long end) {
        long bucket = end >> widthLog2;
        if (records.armed(head) <= bucket) {
            return;
        }
        // An entry in a later bucket stays there and is passed over.
        records.setArmed(head, bucket);
        bucket(bucket).add(head);
    }

    private Bucket bucket(long index) {
        int slot = (int) index & (LATEST - 1);
        Bucket bucket = latest[slot];
        if (bucket == null || bucket.index != index) {
            bucket = buckets.computeIfAbsent(index, Bucket::new);
            latest[slot] = bucket;
        }
        return bucket;
    }

    /** Looks at all users who may have a session whose last millisecond is reached. */
    void advance(long watermark, Visitor visitor) {
        while (!buckets.isEmpty() && (buckets.firstKey() << widthLog2) - 1 <= watermark) {
            Map.Entry<Long, Bucket> first = buckets.pollFirstEntry();
            long index = first.getKey();
            Bucket bucket = first.getValue();
            latest[(int) index & (LATEST - 1)] = null;
            Bucket left = null;
            for (int from = 0; from < bucket.size; from += PEEKED) {
                sort(bucket, from, watermark);
                for (int i = 0; i < others; i++) {
                    left = rearm(other[i], users.earliestEnd(other[i], gap), index, left);
                }
                for (int i = 0; i < dues; i++) {
                    left = rearm(due[i], visitor.closeDue(due[i]), index, left);
                }
            }
            if (left != null) {
                // The watermark is within this bucket, so no later one is due.
                buckets.put(index, left);
                return;
            }
        }
    }

    /**
     * Sorts some users by whether one of their sessions is over. All are read first, so that the
     * memory comes for all of them at once, then what is needed to close those that are over: most
     * users have clicked since, and are only put into a later bucket.
     */
    private void sort(Bucket bucket, int from, long watermark) {
        int to = Math.min(from + PEEKED, bucket.size);
        long read = 0;
        for (int i = from; i < to; i++) {
            read += records.peekEnd(bucket.heads[i]);
        }
        others = 0;
        dues = 0;
        for (int i = from; i < to; i++) {
            int head = bucket.heads[i];
            if (records.armed(head) != bucket.index) {
                continue;
            }
            records.setArmed(head, SessionRecords.NOT_ARMED);
            // Written to both, since the processor can't foresee which it will be.
            other[others] = head;
            due[dues] = head;
            int isDue = users.earliestEnd(head, gap) - 1 <= watermark ? 1 : 0;
            dues += isDue;
            others += 1 - isDue;
        }
        for (int i = 0; i < dues; i++) {
            read += records.peek(due[i]) + users.peekSlotOf(due[i]);
        }
        peeked = read;
    }

    /** Puts a user into the bucket of the end of the oldest session, if there still is one. */
    private Bucket rearm(int head, long end, long index, Bucket left) {
        if (end == SessionRecords.NOT_ARMED) {
            return left;
        }
        if (end >> widthLog2 != index) {
            arm(head, end);
            return left;
        }
        records.setArmed(head, index);
        Bucket again = left == null ? new Bucket(index) : left;
        again.add(head);
        return again;
    }

    /** Lets go of entries that don't count. */
    void prune() {
        buckets.forEach(this::prune);
        buckets.values().removeIf(bucket -> bucket.size == 0);
        Arrays.fill(latest, null);
    }

    private void prune(long index, Bucket bucket) {
        int kept = 0;
        for (int i = 0; i < bucket.size; i++) {
            int head = bucket.heads[i];
            if (records.armed(head) == index) {
                // A record that was used again may be there twice.
                records.setArmed(head, SessionRecords.NOT_ARMED);
                bucket.heads[kept++] = head;
            }
        }
        bucket.size = kept;
        for (int i = 0; i < kept; i++) {
            records.setArmed(bucket.heads[i], index);
        }
    }

    boolean isEmpty() {
        return buckets.isEmpty();
    }

    private static final class Bucket {
        private final long index;
        private int[] heads = new int[MIN_USERS];
        private int size;

        Bucket(long index) {
            this.index = index;
        }

        void add(int head) {
            if (size == heads.length) {
                heads = Arrays.copyOf(heads, 2 * size);
            }
            heads[size++] = head;
        }
    }
}
