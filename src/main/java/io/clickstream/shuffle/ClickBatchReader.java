package io.clickstream.shuffle;

import io.clickstream.event.Click;
import io.clickstream.event.ClickBatch;
import io.clickstream.event.ClickSerializer;
import io.clickstream.event.InPlaceInput;
import java.io.IOException;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * Takes the batches of a {@link ClickBatchWriter} apart behind the shuffle: clicks in the order in
 * which they were gathered.
 */
public final class ClickBatchReader {

    private final ClickSerializer serializer = new ClickSerializer();
    private final InPlaceInput in = new InPlaceInput();
    private final TaskInfo task;
    private boolean isChecked;

    /** Begins without a batch; the task is the one that reads. */
    public ClickBatchReader(TaskInfo task) {
        this.task = task;
    }

    /** Takes the next batch. */
    public void begin(ClickBatch batch) {
        in.begin(batch.bytes(), batch.length());
        isChecked = false;
    }

    public boolean hasNext() {
        return in.available() > 0;
    }

    /**
     * The batch's next click.
     *
     * @throws IllegalStateException if the batch is of a key group that another subtask owns
     */
    public Click next() throws IOException {
        Click click = serializer.deserialize(in);
        if (!isChecked) {
            // All of a batch are of one key group.
            checkOwner(click);
            isChecked = true;
        }
        return click;
    }

    private void checkOwner(Click click) {
        int owner =
                KeyGroupRangeAssignment.assignKeyToParallelOperator(
                        click.user(),
                        task.getMaxNumberOfParallelSubtasks(),
                        task.getNumberOfParallelSubtasks());
        if (owner != task.getIndexOfThisSubtask()) {
            throw new IllegalStateException(
                    String.format(
                            "Clicks of user %s belong to subtask %d of %d and came to subtask %d:"
                                + " the operators in front of the shuffle and behind it must have"
                                + " the same maximum parallelism, which is %d here; set"
                                + " pipeline.max-parallelism for the whole job",
                            click.user(),
                            owner,
                            task.getNumberOfParallelSubtasks(),
                            task.getIndexOfThisSubtask(),
                            task.getMaxNumberOfParallelSubtasks()));
        }
    }
}
