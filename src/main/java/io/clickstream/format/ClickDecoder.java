package io.clickstream.format;

import java.io.Serializable;
import org.apache.flink.metrics.MetricGroup;

/**
 * Reads the fields that are needed from one record's bytes, in one pass. Not thread-safe: each
 * subtask has its own.
 */
public interface ClickDecoder extends Serializable {

    /**
     * Registers the decoder's metrics. Must be called before the first record; a decoder without
     * metrics does not need it.
     *
     * @param metrics of the operator that reads the records
     */
    default void open(MetricGroup metrics) {}

    /**
     * Reads one record.
     *
     * @param record the whole record
     * @param fields receives the fields, and is cleared before
     * @throws MalformedRecordException if the bytes do not follow the format; any other runtime
     *     exception is a defect, but is handled the same way
     * @throws DecodingHaltedException if it cannot be determined now whether the record is valid,
     *     and the job must stop
     */
    void decode(byte[] record, ClickFields fields) throws MalformedRecordException;

    /**
     * Renders a record as one JSON object in UTF-8, in one line, with all its fields. For the
     * archive.
     *
     * @param decoded whether {@link #decode} has just read it without an error, so that no check is
     *     needed
     * @return the record's own array if it already has this form
     * @throws MalformedRecordException if it cannot be read
     */
    default byte[] toJson(byte[] record, boolean decoded) throws MalformedRecordException {
        throw new MalformedRecordException("records of this format can't be written as JSON");
    }
}
