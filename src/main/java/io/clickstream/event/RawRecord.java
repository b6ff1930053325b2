package io.clickstream.event;

import java.util.Objects;

/**
 * A record as it lay in its source, kept only where a dead letter may need it.
 *
 * <p>Sources count differently: partition and offset in Kafka, shard id and sequence number in
 * Kinesis, file and line in a replay. Numbers become text only when somebody asks, since nearly no
 * record ends as a dead letter.
 */
public final class RawRecord {

    private final String source;
    private final Object partition;
    private final Object offset;
    private final byte[] bytes;

    /**
     * Keeps text positions.
     *
     * @param source where the record was read: a topic, a stream, {@code files}
     * @param bytes the record's value, which must not be changed any more
     */
    public RawRecord(String source, String partition, String offset, byte[] bytes) {
        this(source, (Object) partition, (Object) offset, bytes);
    }

    /**
     * Keeps numeric positions.
     *
     * @param source where the record was read
     * @param bytes the record's value, which must not be changed any more
     */
    public RawRecord(String source, int partition, long offset, byte[] bytes) {
        this(source, (Object) partition, (Object) offset, bytes);
    }

    private RawRecord(String source, Object partition, Object offset, byte[] bytes) {
        this.source = Objects.requireNonNull(source);
        this.partition = Objects.requireNonNull(partition);
        this.offset = Objects.requireNonNull(offset);
        this.bytes = Objects.requireNonNull(bytes);
    }

    public String source() {
        return source;
    }

    public String partition() {
        return partition.toString();
    }

    public String offset() {
        return offset.toString();
    }

    public byte[] bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return source + " partition " + partition + " offset " + offset;
    }
}
