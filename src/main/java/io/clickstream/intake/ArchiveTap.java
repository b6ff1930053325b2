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
 * Sends a copy of each record to the archive, in batches by folder. Records that can't be written
 * as JSON go there one by one.
 */
final class ArchiveTap {

    /**
     * What is held back for the archive waits no longer. A file's silence is counted from its last
     * write.
     */
    static final long MAX_DELAY_MILLIS = 1_000;

    /**
     * How exact the arrival of archived records is where the source does not tell. To read the
     * clock for each would be a tenth of what the archive costs.
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

    /** To be called every {@link #CLOCK_MILLIS}. */
    void readClock() {
        arrivesNow = clock.getCurrentProcessingTime();
    }

    /** Sends what is held back. */
    void send() {
        batches.send();
    }

    /**
     * Archives what a click was read from.
     *
     * @param element that it came in; may be used again
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
     * Archives a record that is no click. What is refused for a time in the future goes with the
     * malformed ones: when that time has come, a replay would take it for a click.
     *
     * @param element that it came in; may be used again
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
