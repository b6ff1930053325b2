package io.clickstream.testing;

import io.clickstream.event.Click;
import io.clickstream.event.ClickBatch;
import io.clickstream.event.UserId;
import io.clickstream.shuffle.ClickBatchWriter;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/** Clicks as they arrive behind the shuffle. */
public final class Batches {

    /** A batch of one click. */
    public static ClickBatch of(Click click) {
        List<ClickBatch> sent = new ArrayList<>();
        // Any maximum parallelism would do: nobody but the network looks at the batch's key.
        ClickBatchWriter writer = new ClickBatchWriter(1, sent::add);
        writer.add(click);
        writer.send();
        return sent.get(0);
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
