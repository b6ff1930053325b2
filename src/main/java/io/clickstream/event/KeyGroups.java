package io.clickstream.event;

import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.util.MathUtils;

/**
 * A key for each of Flink's key groups, for what belongs to a whole group and to no single user.
 */
public final class KeyGroups {

    /**
     * The least number, from 0 on, that falls into each key group. As an {@code Integer}, a {@code
     * Long} or a {@link UserId} it has the same hash, hence the same group.
     *
     * @param maxParallelism the number of key groups
     */
    public static int[] leastKeys(int maxParallelism) {
        int[] keys = new int[maxParallelism];
        boolean[] found = new boolean[maxParallelism];
        int missing = maxParallelism;
        for (int key = 0; missing > 0; key++) {
            int group = KeyGroupRangeAssignment.assignToKeyGroup(key, maxParallelism);
            if (!found[group]) {
                found[group] = true;
                keys[group] = key;
                missing--;
            }
        }
        return keys;
    }

    /**
     * The key group of a user: that of Flink, which divides for it. Where there are as many groups
     * as a power of two, as there are by default, this does not.
     *
     * @param maxParallelism the number of key groups
     */
    public static int of(UserId user, int maxParallelism) {
        int hash = MathUtils.murmurHash(user.hashCode());
        return (maxParallelism & (maxParallelism - 1)) == 0
                ? hash & (maxParallelism - 1)
                : hash % maxParallelism;
    }

    private KeyGroups() {}
}
