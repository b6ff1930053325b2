package io.clickstream.shuffle;

import io.clickstream.event.Click;
import io.clickstream.event.ClickBatch;
import io.clickstream.event.ClickSerializer;
import io.clickstream.event.StringPool;
import io.clickstream.event.UserId;
import java.io.IOException;
import javax.annotation.Nullable;
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

    /** By number; the last one is for a name that has none. */
    private final String[] names = new String[BatchFormat.MAX_NAMES + 1];

    /** Null if batches of all key groups are read. */
    @Nullable private final TaskInfo task;

    private final Click usual = new Click(UserId.ofNumber(0), 0, null, false, null);
    private byte[] bytes;
    private int position;
    private int end;
    private long time;
    private boolean isChecked;

    /** Creates a reader of batches of any key group. */
    public ClickBatchReader() {
        this(null);
    }

    /**
     * Creates a reader of the batches that a subtask receives.
     *
     * @param task the subtask, which must own the key groups; null if any group may come
     */
    public ClickBatchReader(@Nullable TaskInfo task) {
        this.task = task;
    }

    /** Takes the next batch. */
    public void begin(ClickBatch batch) {
        bytes = batch.withSpare();
        position = 0;
        end = batch.length();
        time = 0;
        isChecked = task == null;
    }

    public boolean hasNext() {
        return position < end;
    }

    /**
     * The batch's next click, which may be the same object as the one before.
     *
     * @throws IllegalStateException if the batch is of a key group that another subtask owns
     */
    public Click next() throws IOException {
        int marks = 0;
        if (bytes[position] == BatchFormat.MARKED) {
            marks = (bytes[position + 1] & 0xFF) | (bytes[position + 2] & 0xFF) << Byte.SIZE;
            position += BatchFormat.MARKED_BYTES;
        }
        int tag = bytes[position];
        int kind = tag & BatchFormat.DEPARTMENT;
        Click click = kind == BatchFormat.WHOLE ? whole() : usual(tag, kind, marks);
        if (!isChecked) {
            // All of a batch are of one key group.
            checkOwner(click);
            isChecked = true;
        }
        return click;
    }

    private Click usual(int tag, int kind, int marks) {
        int at = position + 1;
        int userLength = BatchFormat.userLength(tag);
        int timeLength = 1 << BatchFormat.timeLengthLog2(tag);
        long user = BatchFormat.unzigzag(BatchFormat.readLong(bytes, at, userLength));
        at += userLength;
        time += BatchFormat.unzigzag(BatchFormat.readLong(bytes, at, timeLength));
        position = at + timeLength;
        String department = kind == 0 ? null : department(kind);
        boolean checkout = (tag & BatchFormat.CHECKOUT) != 0;
        usual.become(user, time, department, checkout);
        usual.setMarks(marks);
        return usual;
    }

    private String department(int kind) {
        int number = bytes[position++] & 0xFF;
        if (kind == BatchFormat.NAME) {
            int length = BatchFormat.readInt(bytes, position);
            names[number] = pool.ofUtf8(bytes, position + Integer.BYTES, length);
            position += Integer.BYTES + length;
        }
        return names[number];
    }

    private Click whole() throws IOException {
        whole.setBuffer(bytes, position + 1, end - position - 1);
        Click click = serializer.deserialize(whole);
        position = end - whole.available();
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
