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

    private final int widthLog2;
    private final SessionRecords records;
    private final OpenUsers users;
    private final TreeMap<Long, Bucket> buckets = new TreeMap<>();

    /** Buckets that were used last, by the lowest bits of their index, to find them faster. */
    private final Bucket[] latest = new Bucket[LATEST];

    /** Written, so that reading ahead is not optimized away. */
    @SuppressWarnings("UnusedVariable")
    private long peeked;

    /**
     * Begins empty.
     *
     * @param widthLog2 a bucket is 2 to the power of this wide, in ms, which saves a division; the
     *     watermark looks at the users of one bucket anew as long as it is within it
     */
    ExpiryBuckets(int widthLog2, SessionRecords records, OpenUsers users) {
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
            for (int i = 0; i < bucket.size; i++) {
                if (i % PEEKED == 0) {
                    peek(bucket, i);
                }
                int head = bucket.heads[i];
                if (records.armed(head) != index) {
                    continue;
                }
                records.setArmed(head, SessionRecords.NOT_ARMED);
                long end = visitor.closeDue(head);
                if (end == SessionRecords.NOT_ARMED) {
                    continue;
                }
                if (end >> widthLog2 == index) {
                    records.setArmed(head, index);
                    left = left == null ? new Bucket(index) : left;
                    left.add(head);
                } else {
                    arm(head, end);
                }
            }
            if (left != null) {
                // The watermark is within this bucket, so no later one is due.
                buckets.put(index, left);
                return;
            }
        }
    }

    private void peek(Bucket bucket, int from) {
        int to = Math.min(from + PEEKED, bucket.size);
        long read = 0;
        for (int i = from; i < to; i++) {
            read += records.peek(bucket.heads[i]);
        }
        for (int i = from; i < to; i++) {
            read += users.peekSlotOf(bucket.heads[i]);
        }
        peeked = read;
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
