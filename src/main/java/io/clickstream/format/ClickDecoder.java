package io.clickstream.format;

import java.io.Serializable;
import org.apache.flink.metrics.MetricGroup;

/**
 * Reads the fields that matter out of one record's bytes, in one pass. Not thread-safe: every
 * subtask has its own.
 */
public interface ClickDecoder extends Serializable {

    /**
     * Tells the decoder, before the first record, where to count. One that counts nothing need not
     * be told.
     *
     * @param metrics of the operator that reads the records
     */
    default void open(MetricGroup metrics) {}

    /**
     * Reads one record.
     *
     * @param record the whole record
     * @param fields what is filled in, and cleared before
     * @throws MalformedRecordException if the bytes are not what the format says; any other runtime
     *     exception is a defect, but counts as the same
     * @throws DecodingHaltedException if nobody can say now whether the record is good, and the job
     *     must not go on
     */
    void decode(byte[] record, ClickFields fields) throws MalformedRecordException;

    /**
     * A record as one JSON object in UTF-8, in one line, with all its fields. For the archive.
     *
     * @param decoded whether {@link #decode} has just read it without an error, so that it need not
     *     be checked again
     * @return the record's own bytes where they are that already
     * @throws MalformedRecordException if it can't be read
     */
    default byte[] toJson(byte[] record, boolean decoded) throws MalformedRecordException {
        throw new MalformedRecordException("records of this format can't be written as JSON");
    }
}
