package io.clickstream.event;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Objects;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Records on their way into one folder of the archive, in the order in which they came. Their JSON
 * stands in one array as the lines that most files are made of, so that it is copied in one piece
 * from here on.
 */
public final class ArchivedBatch {

    private static final int FIRST_RECORDS = 16;
    private static final int FIRST_BYTES = 4 * 1024;
    private static final char END_OF_LINE = '\n';

    private final String folder;
    private byte[] lines;
    private int bytes;
    private int[] ends;
    private long[] eventTimes;
    private long[] arrivals;
    private int size;

    /**
     * An empty batch.
     *
     * @param folder below the archive's
     */
    public ArchivedBatch(String folder) {
        this(folder, FIRST_RECORDS, FIRST_BYTES);
    }

    private ArchivedBatch(String folder, int records, int bytes) {
        this.folder = Objects.requireNonNull(folder);
        lines = new byte[bytes];
        ends = new int[records];
        eventTimes = new long[records];
        arrivals = new long[records];
    }

    /** Adds a copy of a record, before the batch is handed on. */
    public void add(ArchivedRecord record) {
        byte[] json = record.json();
        int end = Math.addExact(bytes, json.length);
        if (end >= lines.length) {
            lines = Arrays.copyOf(lines, Math.max(Math.addExact(end, 1), 2 * lines.length));
        }
        if (size == ends.length) {
            int more = Math.max(FIRST_RECORDS, 2 * size);
            ends = Arrays.copyOf(ends, more);
            eventTimes = Arrays.copyOf(eventTimes, more);
            arrivals = Arrays.copyOf(arrivals, more);
        }
        System.arraycopy(json, 0, lines, bytes, json.length);
        lines[end] = END_OF_LINE;
        bytes = end + 1;
        ends[size] = end;
        eventTimes[size] = record.eventTime();
        arrivals[size] = record.arrival();
        size++;
    }

    /** Makes it empty again, once it has been handed on; it keeps its room. */
    public void clear() {
        bytes = 0;
        size = 0;
    }

    public String folder() {
        return folder;
    }

    /** How many records it has. */
    public int size() {
        return size;
    }

    /** A copy of one of its records, from 0. */
    public ArchivedRecord record(int i) {
        Objects.checkIndex(i, size);
        int begin = i == 0 ? 0 : ends[i - 1] + 1;
        return new ArchivedRecord(
                Arrays.copyOfRange(lines, begin, ends[i]), eventTimes[i], arrivals[i]);
    }

    /** Length of the records' JSON with the ends of its lines. */
    public int bytes() {
        return bytes;
    }

    /** Writes each record's JSON as a line. */
    public void writeLines(OutputStream out) throws IOException {
        out.write(lines, 0, bytes);
    }

    ArchivedBatch copy() {
        ArchivedBatch copy = new ArchivedBatch(folder, size, bytes);
        System.arraycopy(lines, 0, copy.lines, 0, bytes);
        System.arraycopy(ends, 0, copy.ends, 0, size);
        System.arraycopy(eventTimes, 0, copy.eventTimes, 0, size);
        System.arraycopy(arrivals, 0, copy.arrivals, 0, size);
        copy.bytes = bytes;
        copy.size = size;
        return copy;
    }

    void write(DataOutputView out) throws IOException {
        out.writeUTF(folder);
        out.writeInt(size);
        out.writeInt(bytes);
        out.write(lines, 0, bytes);
        for (int i = 0; i < size; i++) {
            out.writeInt(ends[i]);
            out.writeLong(eventTimes[i]);
            out.writeLong(arrivals[i]);
        }
    }

    static ArchivedBatch read(DataInputView in) throws IOException {
        String folder = in.readUTF();
        int records = in.readInt();
        int bytes = in.readInt();
        ArchivedBatch batch = new ArchivedBatch(folder, records, bytes);
        in.readFully(batch.lines);
        for (int i = 0; i < records; i++) {
            batch.ends[i] = in.readInt();
            batch.eventTimes[i] = in.readLong();
            batch.arrivals[i] = in.readLong();
        }
        batch.bytes = bytes;
        batch.size = records;
        return batch;
    }
}
