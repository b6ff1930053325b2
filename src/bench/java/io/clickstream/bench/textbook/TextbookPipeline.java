package io.clickstream.bench.textbook;

import io.clickstream.event.Click;
import io.clickstream.event.EventTypes;
import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import io.clickstream.event.VersionedTypeInfo;
import io.clickstream.event.WindowCount;
import java.time.Duration;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.OutputTag;

/**
 * The aggregates as good documentation of Flink would compute them: session windows and tumbling
 * windows with incremental accumulators, serializers without Kryo, object reuse on. Records and
 * results are the job's own, and so is what is late: a click that is behind the watermark and joins
 * no open session.
 *
 * <pre>
 *  clicks ╪ by user ── mark ── session windows ─┬─ with a checkout ─────────────────→ sink
 *                                               └─ departments ╪ tumbling windows ──→ sinks
 * </pre>
 */
public final class TextbookPipeline {

    private static final TypeInformation<MarkedClick> MARKED =
            new VersionedTypeInfo<>(MarkedClick.class, MarkedClickSerializer.INSTANCE);

    /** Where late clicks go. */
    public static final OutputTag<MarkedClick> LATE = new OutputTag<>("late-clicks", MARKED);

    /** The sessions of all users; late clicks are in the side output {@link #LATE}. */
    public static SingleOutputStreamOperator<Session> sessions(
            DataStream<Click> clicks, Duration gap) {
        SingleOutputStreamOperator<MarkedClick> marked =
                clicks.keyBy(Click::user, EventTypes.USER_ID)
                        .process(new MarkBehindWatermark(), MARKED)
                        .uid("textbook-mark");
        // The mark changes no key: behind it the stream is shuffled already.
        KeyedStream<MarkedClick, UserId> byUser =
                DataStreamUtils.reinterpretAsKeyedStream(
                        marked, click -> click.click().user(), EventTypes.USER_ID);
        return WindowedSessions.of(byUser, gap, LATE).uid("textbook-sessions");
    }

    /** Adds the flow from the clicks, with their timestamps and watermarks, to the sinks. */
    public static void define(
            DataStream<Click> clicks,
            Duration gap,
            Duration window,
            Sink<WindowCount> departments,
            Sink<WindowCount> totals,
            Sink<Session> checkouts) {
        clicks.getExecutionEnvironment().getConfig().enableObjectReuse();
        SingleOutputStreamOperator<Session> sessions = sessions(clicks, gap);
        sessions.filter(Session::hasCheckout)
                .uid("textbook-checkouts")
                .sinkTo(checkouts)
                .uid("textbook-checkouts-sink");
        SingleOutputStreamOperator<WindowCount> counts =
                WindowedCounts.of(sessions, window).uid("textbook-counts");
        counts.filter(count -> !count.isTotal())
                .uid("textbook-departments")
                .sinkTo(departments)
                .uid("textbook-departments-sink");
        counts.filter(WindowCount::isTotal)
                .uid("textbook-totals")
                .sinkTo(totals)
                .uid("textbook-totals-sink");
    }

    private TextbookPipeline() {}
}
