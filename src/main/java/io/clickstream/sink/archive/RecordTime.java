package io.clickstream.sink.archive;

import io.clickstream.config.ArchiveConfig;
import io.clickstream.config.ArchiveConfig.PartitionBy;
import io.clickstream.event.ArchivedRecord;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.RawRecord;
import java.io.Serializable;

/**
 * The time that a record is filed under, in ms since the epoch.
 *
 * @param <T> the record
 */
@FunctionalInterface
interface RecordTime<T> extends Serializable {

    long millis(T record);

    /** As configured; a record that is no click, or is too old, goes by its arrival. */
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

    /** When it arrived; by the clock of the job where the source does not tell. */
    static RecordTime<DeadLetter> ofMalformed() {
        return letter ->
                letter.raw().arrival() == RawRecord.UNKNOWN_ARRIVAL
                        ? letter.time()
                        : letter.raw().arrival();
    }
}
