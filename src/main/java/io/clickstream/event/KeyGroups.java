package io.clickstream.event;

import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

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

    private KeyGroups() {}
}
