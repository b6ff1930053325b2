package io.clickstream.event;

import java.util.Arrays;
import java.util.Objects;

/** Records on their way into one folder of the archive, in the order in which they came. */
public final class ArchivedBatch {

    private static final int FIRST_LENGTH = 16;

    private final String folder;
    private ArchivedRecord[] records;
    private int size;
    private int bytes;

    /**
     * An empty batch.
     *
     * @param folder below the archive's
     */
    public ArchivedBatch(String folder) {
        this(folder, FIRST_LENGTH);
    }

    /**
     * @param expected how many records there will be
     */
    ArchivedBatch(String folder, int expected) {
        this.folder = Objects.requireNonNull(folder);
        this.records = new ArchivedRecord[expected];
    }

    /** Adds a record, before the batch is handed on. */
    public void add(ArchivedRecord record) {
        if (size == records.length) {
            records = Arrays.copyOf(records, Math.max(FIRST_LENGTH, 2 * size));
        }
        records[size++] = record;
        bytes += record.json().length;
    }

    public String folder() {
        return folder;
    }

    /** How many records it has. */
    public int size() {
        return size;
    }

    /** One of its records, from 0. */
    public ArchivedRecord record(int i) {
        return records[Objects.checkIndex(i, size)];
    }

    /** Length of the records' JSON, without ends of lines. */
    public int bytes() {
        return bytes;
    }
}
