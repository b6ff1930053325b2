package io.clickstream.bench.textbook;

import io.clickstream.event.EventTypes;
import io.clickstream.event.Session;
import io.clickstream.event.WindowCount;
import java.time.Duration;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/**
 * Sessions per window, in all and per department, by Flink's tumbling windows: one element per
 * session and department goes to the subtask of its department, where it is counted at once.
 */
public final class WindowedCounts {

    private static final TypeInformation<Tuple2<String, Boolean>> VISIT =
            Types.TUPLE(Types.STRING, Types.BOOLEAN);
    private static final TypeInformation<Tuple2<Long, Long>> SUM =
            Types.TUPLE(Types.LONG, Types.LONG);

    /**
     * Adds the window operator to the flow.
     *
     * @param window size of the windows, which are aligned to the epoch
     */
    public static SingleOutputStreamOperator<WindowCount> of(
            DataStream<Session> sessions, Duration window) {
        return sessions.flatMap(new Departments())
                .returns(VISIT)
                .keyBy(visit -> visit.f0, Types.STRING)
                .window(TumblingEventTimeWindows.of(window))
                .aggregate(new Count(), new Close(), SUM, SUM, EventTypes.WINDOW_COUNT);
    }

    private WindowedCounts() {}

    /** A session's departments and {@link WindowCount#TOTAL}, with whether it had a checkout. */
    private static final class Departments
            implements FlatMapFunction<Session, Tuple2<String, Boolean>> {

        private static final long serialVersionUID = 1L;

        @Override
        public void flatMap(Session session, Collector<Tuple2<String, Boolean>> out) {
            out.collect(Tuple2.of(WindowCount.TOTAL, session.hasCheckout()));
            for (int i = 0; i < session.departmentCount(); i++) {
                out.collect(Tuple2.of(session.department(i), session.hasCheckout()));
            }
        }
    }

    private static final class Count
            implements AggregateFunction<
                    Tuple2<String, Boolean>, Tuple2<Long, Long>, Tuple2<Long, Long>> {

        private static final long serialVersionUID = 1L;

        @Override
        public Tuple2<Long, Long> createAccumulator() {
            return Tuple2.of(0L, 0L);
        }

        @Override
        public Tuple2<Long, Long> add(Tuple2<String, Boolean> visit, Tuple2<Long, Long> sum) {
            sum.f0++;
            if (visit.f1) {
                sum.f1++;
            }
            return sum;
        }

        @Override
        public Tuple2<Long, Long> getResult(Tuple2<Long, Long> sum) {
            return sum;
        }

        @Override
        public Tuple2<Long, Long> merge(Tuple2<Long, Long> one, Tuple2<Long, Long> other) {
            one.f0 += other.f0;
            one.f1 += other.f1;
            return one;
        }
    }

    private static final class Close
            extends ProcessWindowFunction<Tuple2<Long, Long>, WindowCount, String, TimeWindow> {

        private static final long serialVersionUID = 1L;

        @Override
        public void process(
                String department,
                Context context,
                Iterable<Tuple2<Long, Long>> sums,
                Collector<WindowCount> out) {
            Tuple2<Long, Long> sum = sums.iterator().next();
            TimeWindow window = context.window();
            out.collect(
                    new WindowCount(
                            department, window.getStart(), window.getEnd(), sum.f0, sum.f1));
        }
    }
}
