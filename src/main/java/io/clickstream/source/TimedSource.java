package io.clickstream.source;

import io.clickstream.event.Click;
import io.clickstream.event.EventTypes;
import io.clickstream.event.Incoming;
import io.clickstream.time.PartitionTimes;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.util.clock.SystemClock;

/**
 * Adds event time to an unbounded source; see {@link PartitionTimes}. Flink's own watermark
 * generators interpret each silence as idleness, because they do not know what is left to read.
 *
 * <p>The state is that of the wrapped source: a savepoint of either restores the other.
 *
 * @param <SplitT> a partition or shard
 * @param <EnumT> the state of the enumerator
 */
public final class TimedSource<SplitT extends SourceSplit, EnumT>
        implements Source<Incoming, SplitT, EnumT>, ResultTypeQueryable<Incoming> {

    private static final long serialVersionUID = 1L;

    private final Source<Incoming, SplitT, EnumT> source;
    private final Duration outOfOrderness;
    private final Duration idleTimeout;
    private final Duration stallTimeout;

    private TimedSource(
            Source<Incoming, SplitT, EnumT> source,
            Duration outOfOrderness,
            Duration idleTimeout,
            Duration stallTimeout) {
        this.source = source;
        this.outOfOrderness = outOfOrderness;
        this.idleTimeout = idleTimeout;
        this.stallTimeout = stallTimeout;
    }

    /**
     * Wraps a source. The new source makes its own watermarks; see {@link #timestamps}.
     *
     * @param outOfOrderness how far a click may be behind the newest click of its partition
     * @param idleTimeout how long a partition without clicks holds the watermark back if it is read
     *     to its end
     * @param stallTimeout how long a partition that gives nothing and is not read to its end holds
     *     the watermark back
     */
    public static <SplitT extends SourceSplit, EnumT> TimedSource<SplitT, EnumT> of(
            Source<Incoming, SplitT, EnumT> source,
            Duration outOfOrderness,
            Duration idleTimeout,
            Duration stallTimeout) {
        return new TimedSource<>(source, outOfOrderness, idleTimeout, stallTimeout);
    }

    /**
     * Assigns the event time of clicks as their timestamps. Records that are not clicks keep
     * theirs.
     */
    public static WatermarkStrategy<Incoming> timestamps() {
        return WatermarkStrategy.<Incoming>noWatermarks()
                .withTimestampAssigner(
                        (incoming, recordTimestamp) -> {
                            Click click = incoming.click();
                            return click == null ? recordTimestamp : click.timestamp();
                        });
    }

    @Override
    public Boundedness getBoundedness() {
        return source.getBoundedness();
    }

    @Override
    public SourceReader<Incoming, SplitT> createReader(SourceReaderContext context)
            throws Exception {
        SourceReader<Incoming, SplitT> reader = source.createReader(context);
        return new TimedReader<>(
                reader,
                progress(reader),
                new PartitionTimes(outOfOrderness, idleTimeout, stallTimeout),
                SystemClock.getInstance(),
                context.metricGroup());
    }

    @SuppressWarnings("unchecked") // A reader knows its own splits.
    private SplitProgress<SplitT> progress(SourceReader<Incoming, SplitT> reader) {
        return reader instanceof SplitProgress
                ? (SplitProgress<SplitT>) reader
                : new SplitProgress.OfSilence<>();
    }

    @Override
    public SplitEnumerator<SplitT, EnumT> createEnumerator(SplitEnumeratorContext<SplitT> context)
            throws Exception {
        return source.createEnumerator(context);
    }

    @Override
    public SplitEnumerator<SplitT, EnumT> restoreEnumerator(
            SplitEnumeratorContext<SplitT> context, EnumT checkpoint) throws Exception {
        return source.restoreEnumerator(context, checkpoint);
    }

    @Override
    public SimpleVersionedSerializer<SplitT> getSplitSerializer() {
        return source.getSplitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<EnumT> getEnumeratorCheckpointSerializer() {
        return source.getEnumeratorCheckpointSerializer();
    }

    @Override
    public TypeInformation<Incoming> getProducedType() {
        return EventTypes.INCOMING;
    }
}
