package io.clickstream.event;

import java.util.Objects;
import javax.annotation.Nullable;

/**
 * A record as it lay in its source, kept only where a dead letter or the archive may need it.
 *
 * <p>Sources count differently: partition and offset in Kafka, shard id and sequence number in
 * Kinesis, with the index where one record holds several; file and line in a replay. Numbers become
 * text only when somebody asks, since nearly no record ends as a dead letter.
 */
public final class RawRecord {

    /** Stands for an arrival that the source does not tell. */
    public static final long UNKNOWN_ARRIVAL = Long.MIN_VALUE;

    /** Stands for the offset's number where the offset is a text alone. */
    private static final long WHOLE = -1;

    private final String source;
    @Nullable private final String partitionText;
    @Nullable private final String offsetText;
    private final int partition;
    private final long offset;
    private final byte[] bytes;
    private final int size;
    private long arrival = UNKNOWN_ARRIVAL;
    @Nullable private byte[] json;

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
        this.size = bytes.length;
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
        this.size = bytes.length;
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
        this.size = bytes.length;
    }

    /**
     * Keeps a number in a partition that has a name.
     *
     * @param source where the record was read: a file
     * @param bytes the record's value, which must not be changed any more
     */
    public RawRecord(String source, String partition, long offset, byte[] bytes) {
        this.source = Objects.requireNonNull(source);
        this.partitionText = Objects.requireNonNull(partition);
        this.offsetText = null;
        this.partition = 0;
        this.offset = offset;
        this.bytes = Objects.requireNonNull(bytes);
        this.size = bytes.length;
    }

    private RawRecord(RawRecord place, byte[] bytes) {
        this.source = place.source;
        this.partitionText = place.partitionText;
        this.offsetText = place.offsetText;
        this.partition = place.partition;
        this.offset = place.offset;
        this.bytes = Objects.requireNonNull(bytes);
        this.size = place.size;
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

    /** How many bytes there were in the source; behind a shuffle, how many are left. */
    public int size() {
        return size;
    }

    /** When the source's server got the record, ms since the epoch by its clock, if it tells. */
    public long arrival() {
        return arrival;
    }

    /** Set by sources that know it; never serialized, since nobody asks behind the intake. */
    public void setArrival(long arrival) {
        this.arrival = arrival;
    }

    /**
     * The record as a JSON object in UTF-8, in one line: the bytes themselves where they are that.
     * Null if it can't be one, or nobody needs it.
     */
    @Nullable
    public byte[] json() {
        return json;
    }

    /** Set where records are archived; never serialized, and must not be changed any more. */
    public void setJson(@Nullable byte[] json) {
        this.json = json;
    }

    /** The same place in the source, with other bytes in it. */
    public RawRecord withBytes(byte[] other) {
        RawRecord copy = new RawRecord(this, other);
        copy.arrival = arrival;
        return copy;
    }

    @Override
    public String toString() {
        return source + " partition " + partition() + " offset " + offset();
    }
}
