package io.clickstream.format;

import java.io.Serializable;

/**
 * Reads the fields that matter out of one record's bytes, in one pass. Not thread-safe: every
 * subtask has its own.
 */
public interface ClickDecoder extends Serializable {

    /**
     * Reads one record.
     *
     * @param record the whole record
     * @param fields what is filled in, and cleared before
     * @throws MalformedRecordException if the bytes are not what the format says; any other runtime
     *     exception is a defect, but counts as the same
     */
    void decode(byte[] record, ClickFields fields) throws MalformedRecordException;
}
