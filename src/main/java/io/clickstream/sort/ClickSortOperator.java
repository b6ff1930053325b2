package io.clickstream.sort;

import io.clickstream.event.Click;
import io.clickstream.event.ClickBatch;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import javax.annotation.Nullable;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Sorts the clicks of a bounded input by user, and by time within a user. It receives all batches,
 * and emits all clicks when the input ends. All clicks of a user must come to the same subtask.
 *
 * <p>Flink's batch mode would sort a keyed input as well, but with a record, a key, and a
 * comparison of bytes for each click. This operator keeps batches as they come from the network,
 * about 10 bytes per click. Those that do not fit into its memory are in Flink's folders for
 * temporary files.
 *
 * <p>The watermark of the end of the input follows the last click. There is no other watermark in a
 * bounded input.
 */
public final class ClickSortOperator extends AbstractStreamOperator<Click>
        implements OneInputStreamOperator<ClickBatch, Click>, BoundedOneInput {

    private static final long serialVersionUID = 1L;

    /** A value of {@code memoryBytes}: a part of the heap. */
    public static final long BY_HEAP_SIZE = 0;

    /** The part of a slot's heap for clicks. */
    private static final double PART_OF_HEAP = 0.25;

    private final long memoryBytes;

    @Nullable private transient ClickRuns runs;
    private transient StreamRecord<Click> record;

    /**
     * Creates an operator without key.
     *
     * @param memoryBytes the approximate memory for the clicks of all subtasks, which must be in
     *     one process; or {@link #BY_HEAP_SIZE}
     */
    public ClickSortOperator(long memoryBytes) {
        this.memoryBytes = memoryBytes;
    }

    @Override
    public void open() throws Exception {
        super.open();
        record = new StreamRecord<>(null);
        int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
        File[] folders =
                getContainingTask().getEnvironment().getIOManager().getSpillingDirectories();
        Path folder = folders[subtask % folders.length].toPath();
        runs = new ClickRuns(folder, "sort-" + UUID.randomUUID(), bytesOfSubtask());
    }

    private long bytesOfSubtask() {
        if (memoryBytes != BY_HEAP_SIZE) {
            return memoryBytes / getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks();
        }
        int slots =
                getContainingTask()
                        .getEnvironment()
                        .getTaskManagerInfo()
                        .getConfiguration()
                        .get(TaskManagerOptions.NUM_TASK_SLOTS);
        return (long) (PART_OF_HEAP * Runtime.getRuntime().maxMemory() / slots);
    }

    @Override
    public void processElement(StreamRecord<ClickBatch> element) throws IOException {
        runs.add(element.getValue());
    }

    @Override
    public void processWatermark(Watermark mark) {
        // Before the clicks, it would close sessions that have not even begun.
    }

    @Override
    public void endInput() throws IOException {
        runs.drain(click -> output.collect(record.replace(click, click.timestamp())));
        output.emitWatermark(Watermark.MAX_WATERMARK);
    }

    @Override
    public void close() throws Exception {
        try {
            if (runs != null) {
                runs.close();
            }
        } finally {
            super.close();
        }
    }
}
