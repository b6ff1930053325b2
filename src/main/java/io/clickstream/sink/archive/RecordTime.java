package io.clickstream.sink.archive;

import io.clickstream.config.ArchiveConfig;
import io.clickstream.config.ArchiveConfig.PartitionBy;
import io.clickstream.event.ArchivedRecord;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.RawRecord;
import java.io.Serializable;

/**
 * The time that selects a record's folder, in ms since 1970.
 *
 * @param <T> the record
 */
@FunctionalInterface
interface RecordTime<T> extends Serializable {

    long millis(T record);

    /** The configured time. Records that are not clicks or are too old have their arrival time. */
    static RecordTime<ArchivedRecord> of(ArchiveConfig config) {
        boolean byEvent = config.partitionBy() == PartitionBy.EVENT_TIME;
        long maxAge = config.maxAge().toMillis();
        return record ->
                byEvent
                                && record.eventTime() != ArchivedRecord.NO_TIME
                                && record.arrival() - record.eventTime() <= maxAge
                        ? record.eventTime()
                        : record.arrival();
    }

    /** The arrival time; the job's clock if the source does not provide it. */
    static RecordTime<DeadLetter> ofMalformed() {
        return letter ->
                letter.raw().arrival() == RawRecord.UNKNOWN_ARRIVAL
                        ? letter.time()
                        : letter.raw().arrival();
    }
}
