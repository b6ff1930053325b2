package io.clickstream.intake;

import io.clickstream.event.ArchivedRecord;
import io.clickstream.event.Click;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.event.RawRecord;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.shuffle.ArchiveBatchWriter;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;

/**
 * Sends a copy of each record to the archive, in batches by folder. Records that cannot be written
 * as JSON are sent one by one.
 */
final class ArchiveTap {

    /**
     * The maximum time that records are held back for the archive. A file's inactivity is counted
     * from its last write.
     */
    static final long MAX_DELAY_MILLIS = 1_000;

    /**
     * The precision of arrival times if the source does not provide them. Reading the clock for
     * each record would take a tenth of the archive's time.
     */
    static final long CLOCK_MILLIS = 100;

    private final ArchiveTarget target;
    private final Output<?> output;
    private final ProcessingTimeService clock;
    private final ArchiveBatchWriter batches;
    private long arrivesNow;

    ArchiveTap(
            ArchiveTarget target,
            Output<?> output,
            MetricGroup metrics,
            ProcessingTimeService clock) {
        this.target = target;
        this.output = output;
        this.clock = clock;
        Counter records = ClickstreamMetrics.counter(metrics, ClickstreamMetrics.ARCHIVE_RECORDS);
        Counter bytes = ClickstreamMetrics.counter(metrics, ClickstreamMetrics.ARCHIVE_BYTES);
        batches =
                new ArchiveBatchWriter(
                        target.folders,
                        batch -> {
                            records.inc(batch.size());
                            bytes.inc(batch.jsonBytes());
                            // The network has a copy when this returns.
                            output.collect(target.records, new StreamRecord<>(batch));
                        });
        readClock();
    }

    /** Reads the clock. Must be called every {@link #CLOCK_MILLIS}. */
    void readClock() {
        arrivesNow = clock.getCurrentProcessingTime();
    }

    /** Sends the records that are held back. */
    void send() {
        batches.send();
    }

    /**
     * Archives the record of a click.
     *
     * @param element the stream element of the click; may be reused
     */
    void add(Click click, StreamRecord<?> element) {
        RawRecord raw = click.raw();
        if (raw.json() == null) {
            String detail = "a click of a record that can't be written as JSON";
            long now = clock.getCurrentProcessingTime();
            output.collect(
                    target.malformed,
                    element.replace(new DeadLetter(Reason.MALFORMED, detail, raw, now)));
        } else {
            add(raw, click.timestamp());
        }
    }

    /**
     * Archives a record that is not a click. Records with a time in the future are archived as
     * malformed: otherwise a replay after that time would accept them as clicks.
     *
     * @param element the stream element of the letter; may be reused
     */
    void add(DeadLetter letter, StreamRecord<?> element) {
        if (letter.raw().json() == null || letter.reason() == Reason.FUTURE) {
            output.collect(target.malformed, element.replace(letter));
        } else {
            add(letter.raw(), ArchivedRecord.NO_TIME);
        }
    }

    private void add(RawRecord raw, long eventTime) {
        long arrival = raw.arrival() == RawRecord.UNKNOWN_ARRIVAL ? arrivesNow : raw.arrival();
        batches.add(new ArchivedRecord(raw.json(), eventTime, arrival));
    }
}
