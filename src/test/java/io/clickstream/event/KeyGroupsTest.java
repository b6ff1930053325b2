package io.clickstream.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyGroupsTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 128, 4096, 32_768})
    void eachKeyIsTheLeastOfItsGroup(int maxParallelism) {
        int[] keys = KeyGroups.leastKeys(maxParallelism);

        assertThat(keys).hasSize(maxParallelism);
        for (int group = 0; group < maxParallelism; group++) {
            for (Object key : new Object[] {keys[group], UserId.ofNumber(keys[group])}) {
                assertThat(KeyGroupRangeAssignment.assignToKeyGroup(key, maxParallelism))
                        .isEqualTo(group);
            }
        }
        int highest = 0;
        for (int key : keys) {
            highest = Math.max(highest, key);
        }
        for (int key = 0; key < highest; key++) {
            int group = KeyGroupRangeAssignment.assignToKeyGroup(key, maxParallelism);
            assertThat(keys[group]).isLessThanOrEqualTo(key);
        }
    }
}
