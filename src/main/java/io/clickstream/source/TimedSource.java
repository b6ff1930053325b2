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
 * Adds event time to a source without end, see {@link PartitionTimes}. Flink's own generators of
 * watermarks take each silence for idleness, because they do not know what is left to read.
 *
 * <p>Its state is that of the wrapped source: a savepoint of either restores the other.
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
     * The source with event time. It makes its watermarks itself; see {@link #timestamps}.
     *
     * @param outOfOrderness how far a click may be behind the newest of its partition
     * @param idleTimeout how long a partition without clicks holds the others, if it is read to its
     *     end
     * @param stallTimeout how long a partition that is not read to its end holds the others while
     *     it gives nothing
     */
    public static <SplitT extends SourceSplit, EnumT> TimedSource<SplitT, EnumT> of(
            Source<Incoming, SplitT, EnumT> source,
            Duration outOfOrderness,
            Duration idleTimeout,
            Duration stallTimeout) {
        return new TimedSource<>(source, outOfOrderness, idleTimeout, stallTimeout);
    }

    /** The timestamp of a click is its event time; a record that is no click keeps its own. */
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
