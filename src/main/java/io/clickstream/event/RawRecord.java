package io.clickstream.event;

import java.util.Objects;
import javax.annotation.Nullable;

/**
 * A record as it lay in its source, kept only where a dead letter may need it.
 *
 * <p>Sources count differently: partition and offset in Kafka, shard id and sequence number in
 * Kinesis, file and line in a replay. Numbers become text only when somebody asks, since nearly no
 * record ends as a dead letter.
 */
public final class RawRecord {

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
        this.offset = 0;
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
        return offsetText == null ? Long.toString(offset) : offsetText;
    }

    public byte[] bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return source + " partition " + partition() + " offset " + offset();
    }
}
