package io.clickstream.session;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds users whose oldest session may be over, by coarse buckets over the ends of sessions instead
 * of a timer per click. A user stays in a bucket while the session grows; when the watermark gets
 * there, the user is looked at and put into the bucket of the end as it is by then.
 */
final class ExpiryBuckets {

    /** Closes what is over. */
    @FunctionalInterface
    interface Visitor {
        /**
         * Closes the user's sessions that are over.
         *
         * @return the end of the user's oldest session that is left; {@link OpenUser#NOT_ARMED} if
         *     there is none
         */
        long closeDue(OpenUser user);
    }

    private static final int MIN_USERS = 16;

    private final long widthMillis;
    private final TreeMap<Long, Bucket> buckets = new TreeMap<>();

    /**
     * Begins empty.
     *
     * @param widthMillis of a bucket; the watermark looks at the users of one bucket anew as long
     *     as it is within it
     */
    ExpiryBuckets(long widthMillis) {
        this.widthMillis = widthMillis;
    }

    /** Sees to it that the user is looked at when the watermark gets to this end. */
    void arm(OpenUser user, long end) {
        long bucket = Math.floorDiv(end, widthMillis);
        if (user.armedBucket <= bucket) {
            return;
        }
        // An entry in a later bucket stays there and is passed over.
        user.armedBucket = bucket;
        buckets.computeIfAbsent(bucket, index -> new Bucket()).add(user);
    }

    /** Looks at all users who may have a session whose last millisecond is reached. */
    void advance(long watermark, Visitor visitor) {
        while (!buckets.isEmpty() && buckets.firstKey() * widthMillis - 1 <= watermark) {
            Map.Entry<Long, Bucket> first = buckets.pollFirstEntry();
            long index = first.getKey();
            Bucket bucket = first.getValue();
            Bucket left = null;
            for (int i = 0; i < bucket.size; i++) {
                OpenUser user = bucket.users[i];
                if (user.armedBucket != index) {
                    continue;
                }
                user.armedBucket = OpenUser.NOT_ARMED;
                long end = visitor.closeDue(user);
                if (end == OpenUser.NOT_ARMED) {
                    continue;
                }
                if (Math.floorDiv(end, widthMillis) == index) {
                    user.armedBucket = index;
                    left = left == null ? new Bucket() : left;
                    left.add(user);
                } else {
                    arm(user, end);
                }
            }
            if (left != null) {
                // The watermark is within this bucket, so no later one is due.
                buckets.put(index, left);
                return;
            }
        }
    }

    /** Lets go of users who are armed no more, or elsewhere. */
    void prune() {
        buckets.forEach((index, bucket) -> bucket.prune(index));
        buckets.values().removeIf(bucket -> bucket.size == 0);
    }

    boolean isEmpty() {
        return buckets.isEmpty();
    }

    private static final class Bucket {
        private OpenUser[] users = new OpenUser[MIN_USERS];
        private int size;

        void add(OpenUser user) {
            if (size == users.length) {
                users = Arrays.copyOf(users, 2 * size);
            }
            users[size++] = user;
        }

        void prune(long index) {
            int kept = 0;
            for (int i = 0; i < size; i++) {
                if (users[i].armedBucket == index) {
                    users[kept++] = users[i];
                }
            }
            Arrays.fill(users, kept, size, null);
            size = kept;
        }
    }
}
