package io.clickstream.testing;

import io.clickstream.event.Click;
import io.clickstream.event.ClickBatch;
import io.clickstream.event.ClickSerializer;
import io.clickstream.event.UserId;
import java.io.IOException;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/** Clicks as they arrive behind the shuffle. */
public final class Batches {

    /** A batch of one click; its key is as good as any behind the shuffle. */
    public static ClickBatch of(Click click) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(64);
        new ClickSerializer().serialize(click, out);
        return new ClickBatch(0, out.getCopyOfBuffer(), out.length());
    }

    /** The user with the lowest number whose clicks come to a subtask. */
    public static UserId userOf(int subtask, int parallelism, int maxParallelism) {
        for (long number = 0; ; number++) {
            UserId user = UserId.ofNumber(number);
            if (KeyGroupRangeAssignment.assignKeyToParallelOperator(
                            user, maxParallelism, parallelism)
                    == subtask) {
                return user;
            }
        }
    }

    private Batches() {}
}
