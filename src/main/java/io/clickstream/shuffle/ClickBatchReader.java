package io.clickstream.shuffle;

import io.clickstream.event.Click;
import io.clickstream.event.ClickBatch;
import io.clickstream.event.ClickSerializer;
import io.clickstream.event.StringPool;
import io.clickstream.event.UserId;
import java.io.IOException;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * Takes the batches of a {@link ClickBatchWriter} apart behind the shuffle: clicks in the order in
 * which they were gathered.
 */
public final class ClickBatchReader {

    private final ClickSerializer serializer = new ClickSerializer();
    private final DataInputDeserializer whole = new DataInputDeserializer();
    private final StringPool pool = new StringPool();
    private final String[] names = new String[BatchFormat.MAX_NAMES];
    private final TaskInfo task;
    private byte[] bytes;
    private int position;
    private int end;
    private long time;
    private int nameCount;
    private boolean isChecked;

    /** Begins without a batch; the task is the one that reads. */
    public ClickBatchReader(TaskInfo task) {
        this.task = task;
    }

    /** Takes the next batch. */
    public void begin(ClickBatch batch) {
        bytes = batch.bytes();
        position = 0;
        end = batch.length();
        time = 0;
        nameCount = 0;
        isChecked = false;
    }

    public boolean hasNext() {
        return position < end;
    }

    /**
     * The batch's next click.
     *
     * @throws IllegalStateException if the batch is of a key group that another subtask owns
     */
    public Click next() throws IOException {
        int tag = bytes[position++];
        Click click = tag == BatchFormat.WHOLE ? whole() : usual(tag);
        if (!isChecked) {
            // All of a batch are of one key group.
            checkOwner(click);
            isChecked = true;
        }
        return click;
    }

    private Click usual(int tag) {
        UserId user = UserId.ofNumber(readZigzag());
        time += readZigzag();
        String department = (tag & (BatchFormat.NUMBER | BatchFormat.NAME)) == 0 ? null : name(tag);
        return new Click(user, time, department, (tag & BatchFormat.CHECKOUT) != 0, null);
    }

    private Click whole() throws IOException {
        whole.setBuffer(bytes, position, end - position);
        Click click = serializer.deserialize(whole);
        position = end - whole.available();
        return click;
    }

    private String name(int tag) {
        if ((tag & BatchFormat.NUMBER) != 0) {
            return names[bytes[position++] & 0xFF];
        }
        int length = (int) readVarint();
        String name = pool.ofUtf8(bytes, position, length);
        position += length;
        if (nameCount < BatchFormat.MAX_NAMES) {
            names[nameCount++] = name;
        }
        return name;
    }

    private long readZigzag() {
        long value = readVarint();
        return (value >>> 1) ^ -(value & 1);
    }

    private long readVarint() {
        long value = 0;
        int shift = 0;
        byte next;
        do {
            next = bytes[position++];
            value |= (next & 0x7FL) << shift;
            shift += 7;
        } while (next < 0);
        return value;
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
