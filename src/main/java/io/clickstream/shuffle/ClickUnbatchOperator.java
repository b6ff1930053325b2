package io.clickstream.shuffle;

import io.clickstream.event.Click;
import io.clickstream.event.ClickBatch;
import io.clickstream.event.ClickSerializer;
import java.io.IOException;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Takes the batches of {@link ClickBatchOperator} apart behind the shuffle: clicks in the order in
 * which they were gathered, each with its event time.
 */
public final class ClickUnbatchOperator extends AbstractStreamOperator<Click>
        implements OneInputStreamOperator<ClickBatch, Click> {

    private static final long serialVersionUID = 1L;

    private transient ClickSerializer serializer;
    private transient DataInputDeserializer in;
    private transient StreamRecord<Click> record;

    /** An operator without key. */
    public ClickUnbatchOperator() {
        // Flink's default is to begin a chain, which would mean a hop through the network.
        setChainingStrategy(ChainingStrategy.ALWAYS);
    }

    @Override
    public void open() throws Exception {
        super.open();
        serializer = new ClickSerializer();
        in = new DataInputDeserializer();
        record = new StreamRecord<>(null);
    }

    /**
     * Passes the clicks on.
     *
     * @throws IllegalStateException if they are of a key group that another subtask owns
     */
    @Override
    public void processElement(StreamRecord<ClickBatch> element) throws IOException {
        ClickBatch batch = element.getValue();
        in.setBuffer(batch.bytes(), 0, batch.length());
        Click click = serializer.deserialize(in);
        // All of a batch are of one key group.
        checkOwner(click);
        send(click);
        while (in.available() > 0) {
            send(serializer.deserialize(in));
        }
    }

    private void send(Click click) {
        output.collect(record.replace(click, click.timestamp()));
    }

    private void checkOwner(Click click) {
        TaskInfo task = getRuntimeContext().getTaskInfo();
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
