package io.clickstream.event;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
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

    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** Of each record: where its line ends, its event time, its arrival. */
    private static final int EVENT_TIME = Integer.BYTES;

    private static final int ARRIVAL = EVENT_TIME + Long.BYTES;
    private static final int ENTRY = ARRIVAL + Long.BYTES;

    private final String folder;
    private byte[] lines;
    private int bytes;

    /** An entry per record, as they are serialized, so that they are in one piece. */
    private byte[] entries;

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
        entries = new byte[Math.multiplyExact(records, ENTRY)];
    }

    /** Adds a copy of a record, before the batch is handed on. */
    public void add(ArchivedRecord record) {
        byte[] json = record.json();
        int end = Math.addExact(bytes, json.length);
        if (end >= lines.length) {
            lines = Arrays.copyOf(lines, Math.max(Math.addExact(end, 1), 2 * lines.length));
        }
        int entry = size * ENTRY;
        if (entry == entries.length) {
            entries = Arrays.copyOf(entries, Math.max(FIRST_RECORDS * ENTRY, 2 * entry));
        }
        System.arraycopy(json, 0, lines, bytes, json.length);
        lines[end] = END_OF_LINE;
        bytes = end + 1;
        INT.set(entries, entry, end);
        LONG.set(entries, entry + EVENT_TIME, record.eventTime());
        LONG.set(entries, entry + ARRIVAL, record.arrival());
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
        int begin = i == 0 ? 0 : end(i - 1) + 1;
        int entry = i * ENTRY;
        return new ArchivedRecord(
                Arrays.copyOfRange(lines, begin, end(i)),
                (long) LONG.get(entries, entry + EVENT_TIME),
                (long) LONG.get(entries, entry + ARRIVAL));
    }

    private int end(int record) {
        return (int) INT.get(entries, record * ENTRY);
    }

    /** Length of the records' JSON with the ends of its lines. */
    public int bytes() {
        return bytes;
    }

    /** Length of the records' JSON alone. */
    public int jsonBytes() {
        return bytes - size;
    }

    /** Writes each record's JSON as a line. */
    public void writeLines(OutputStream out) throws IOException {
        out.write(lines, 0, bytes);
    }

    ArchivedBatch copy() {
        ArchivedBatch copy = new ArchivedBatch(folder, size, bytes);
        System.arraycopy(lines, 0, copy.lines, 0, bytes);
        System.arraycopy(entries, 0, copy.entries, 0, size * ENTRY);
        copy.bytes = bytes;
        copy.size = size;
        return copy;
    }

    void write(DataOutputView out) throws IOException {
        out.writeUTF(folder);
        out.writeInt(size);
        out.writeInt(bytes);
        out.write(lines, 0, bytes);
        out.write(entries, 0, size * ENTRY);
    }

    static ArchivedBatch read(DataInputView in) throws IOException {
        String folder = in.readUTF();
        int records = in.readInt();
        int bytes = in.readInt();
        ArchivedBatch batch = new ArchivedBatch(folder, records, bytes);
        in.readFully(batch.lines);
        in.readFully(batch.entries);
        batch.bytes = bytes;
        batch.size = records;
        return batch;
    }
}
