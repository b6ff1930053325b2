package io.clickstream.event;

import java.util.Objects;
import javax.annotation.Nullable;

/**
 * A record as it lay in its source, kept only where a dead letter may need it.
 *
 * <p>Sources count differently: partition and offset in Kafka, shard id and sequence number in
 * Kinesis, with the index where one record holds several; file and line in a replay. Numbers become
 * text only when somebody asks, since nearly no record ends as a dead letter.
 */
public final class RawRecord {

    /** Stands for the offset's number where the offset is a text alone. */
    private static final long WHOLE = -1;

    private final String source;
    @Nullable private final String partitionText;
    @Nullable private final String offsetText;
    private final int partition;
    private final long offset;
    private final byte[] bytes;

    /**
     * Keeps text positions.
     *
     * @param source where the record was read: a topic, a stream, a file
     * @param bytes the record's value, which must not be changed any more
     */
    public RawRecord(String source, String partition, String offset, byte[] bytes) {
        this.source = Objects.requireNonNull(source);
        this.partitionText = Objects.requireNonNull(partition);
        this.offsetText = Objects.requireNonNull(offset);
        this.partition = 0;
        this.offset = WHOLE;
        this.bytes = Objects.requireNonNull(bytes);
    }

    /**
     * Keeps the position of one of several records that were packed into one.
     *
     * @param source where the record was read: a stream
     * @param offset of the record that they were packed into
     * @param index in that record, from 0
     * @param bytes this record's value, which must not be changed any more
     */
    public RawRecord(String source, String partition, String offset, int index, byte[] bytes) {
        this.source = Objects.requireNonNull(source);
        this.partitionText = Objects.requireNonNull(partition);
        this.offsetText = Objects.requireNonNull(offset);
        this.partition = 0;
        this.offset = index;
        this.bytes = Objects.requireNonNull(bytes);
    }

    /**
     * Keeps numeric positions.
     *
     * @param source where the record was read
     * @param bytes the record's value, which must not be changed any more
     */
    public RawRecord(String source, int partition, long offset, byte[] bytes) {
        this.source = Objects.requireNonNull(source);
        this.partitionText = null;
        this.offsetText = null;
        this.partition = partition;
        this.offset = offset;
        this.bytes = Objects.requireNonNull(bytes);
    }

    public String source() {
        return source;
    }

    public String partition() {
        return partitionText == null ? Integer.toString(partition) : partitionText;
    }

    public String offset() {
        if (offsetText == null) {
            return Long.toString(offset);
        }
        return offset == WHOLE ? offsetText : offsetText + '/' + offset;
    }

    public byte[] bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return source + " partition " + partition() + " offset " + offset();
    }
}
