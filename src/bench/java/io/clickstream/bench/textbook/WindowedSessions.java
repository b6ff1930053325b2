package io.clickstream.bench.textbook;

import io.clickstream.event.EventTypes;
import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import io.clickstream.event.VersionedTypeInfo;
import java.time.Duration;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * The sessions of each user, by Flink's merging windows with an incremental accumulator. A session
 * is emitted once, when the watermark reaches its last millisecond, which is its timestamp.
 */
public final class WindowedSessions {

    /**
     * Adds the window operator to the flow.
     *
     * @param clicks marked by {@link MarkBehindWatermark}
     * @param gap two clicks of a user that are further apart are in two sessions
     * @param late where clicks go that are behind the watermark and join no open session
     */
    public static SingleOutputStreamOperator<Session> of(
            KeyedStream<MarkedClick, UserId> clicks, Duration gap, OutputTag<MarkedClick> late) {
        return clicks.window(new SessionWindows(gap))
                .sideOutputLateData(late)
                .aggregate(
                        new Accumulate(),
                        new Close(),
                        new VersionedTypeInfo<>(
                                SessionAccumulator.class, SessionAccumulatorSerializer.INSTANCE),
                        new VersionedTypeInfo<>(
                                SessionAccumulator.class, SessionAccumulatorSerializer.INSTANCE),
                        EventTypes.SESSION);
    }

    private WindowedSessions() {}

    private static final class Accumulate
            implements AggregateFunction<MarkedClick, SessionAccumulator, SessionAccumulator> {

        private static final long serialVersionUID = 1L;

        @Override
        public SessionAccumulator createAccumulator() {
            return new SessionAccumulator();
        }

        @Override
        public SessionAccumulator add(MarkedClick click, SessionAccumulator session) {
            session.add(click.click());
            return session;
        }

        @Override
        public SessionAccumulator getResult(SessionAccumulator session) {
            return session;
        }

        @Override
        public SessionAccumulator merge(SessionAccumulator one, SessionAccumulator other) {
            return one.merge(other);
        }
    }

    private static final class Close
            extends ProcessWindowFunction<SessionAccumulator, Session, UserId, TimeWindow> {

        private static final long serialVersionUID = 1L;

        @Override
        public void process(
                UserId user,
                Context context,
                Iterable<SessionAccumulator> accumulated,
                Collector<Session> out) {
            TimeWindow window = context.window();
            out.collect(
                    accumulated.iterator().next().close(user, window.getStart(), window.getEnd()));
        }
    }
}
