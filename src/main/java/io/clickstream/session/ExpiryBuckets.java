package io.clickstream.session;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds users whose oldest session may have ended. It sorts users into coarse buckets by the end of
 * their oldest session, which is cheaper than a timer per click. A user stays in a bucket while the
 * session grows. When the watermark reaches the bucket, the user moves to the bucket of the
 * session's new end.
 *
 * <p>An entry is valid only if its record is armed for its bucket. Other entries are of users who
 * have no open session, or who were armed for an earlier bucket in the meantime.
 */
final class ExpiryBuckets {

    /** Closes sessions that have ended. */
    @FunctionalInterface
    interface Visitor {
        /**
         * Closes the user's sessions that have ended.
         *
         * @return the end of the user's oldest open session; {@link SessionRecords#NOT_ARMED} if
         *     there is none
         */
        long closeDue(int head);
    }

    private static final int MIN_USERS = 16;

    /**
     * A power of two. It is more than the number of buckets in a gap plus the time by which the
     * watermark is behind: up to a minute for gaps of one second.
     */
    private static final int LATEST = 4096;

    /** The number of records whose memory is prefetched at a time. */
    private static final int PEEKED = 32;

    private final long gap;
    private final int widthLog2;
    private final SessionRecords records;
    private final OpenUsers users;
    private final TreeMap<Long, Bucket> buckets = new TreeMap<>();

    /** Recently used buckets by the lowest bits of their index, for fast access. */
    private final Bucket[] latest = new Bucket[LATEST];

    private final int[] due = new int[PEEKED];
    private final int[] other = new int[PEEKED];
    private int dues;
    private int others;

    /** Written so that the compiler does not remove the prefetching reads. */
    @SuppressWarnings("UnusedVariable")
    private long peeked;

    /**
     * Creates buckets without users.
     *
     * @param gap the session gap, in ms
     * @param widthLog2 the width of a bucket in ms is 2 to this power, which saves a division;
     *     while the watermark is within a bucket, each advance checks the users of this bucket
     *     again
     */
    ExpiryBuckets(long gap, int widthLog2, SessionRecords records, OpenUsers users) {
        this.gap = gap;
        this.widthLog2 = widthLog2;
        this.records = records;
        this.users = users;
    }

    /** Makes {@link #advance} visit the user when the watermark reaches this end. */
    void arm(int head, long end) {
        long bucket = end >> widthLog2;
        if (records.armed(head) <= bucket) {
            return;
        }
        // An entry in a later bucket stays there and is ignored.
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

    /** Visits all users who may have a session that ends at or before the watermark. */
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
     * Separates users with an ended session from others. It first reads all records, so that the
     * processor loads them from memory in parallel, and then the data that closing an ended session
     * needs. Most users have clicked in the meantime and only move to a later bucket.
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
            // Written to both arrays, since the processor can't predict the branch.
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

    /** Puts a user into the bucket of the end of the oldest session, if any is open. */
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

    /** Removes invalid entries. */
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
                // A record that was reused may occur twice.
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
