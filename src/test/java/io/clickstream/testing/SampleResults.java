package io.clickstream.testing;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.AggregateFormat;
import io.clickstream.event.CartOutcome;
import io.clickstream.event.EventTypes;
import io.clickstream.event.FunnelStep;
import io.clickstream.event.LiveCount;
import io.clickstream.event.Session;
import io.clickstream.event.Trend;
import io.clickstream.event.UserId;
import io.clickstream.event.WindowCount;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/**
 * Some results of any aggregate, by the class of its results.
 *
 * @param type how Flink moves them
 * @param values have, together, every field that their formats can write
 */
public record SampleResults<T>(TypeInformation<T> type, List<T> values) {

    /**
     * Samples of an aggregate.
     *
     * @param begin the first millisecond of the window
     * @param end the window's end
     */
    @SuppressWarnings("unchecked")
    public static <T> SampleResults<T> of(Aggregate<T> aggregate, long begin, long end) {
        Type result = classOfResult(aggregate.format());
        if (result == WindowCount.class) {
            return (SampleResults<T>) counts(begin, end);
        } else if (result == Session.class) {
            return (SampleResults<T>) sessions(begin, end);
        } else if (result == Trend.class) {
            return (SampleResults<T>) trends(begin, end);
        } else if (result == LiveCount.class) {
            return (SampleResults<T>) liveCounts(begin, end);
        } else if (result == FunnelStep.class) {
            return (SampleResults<T>) funnelSteps(begin, end);
        } else if (result == CartOutcome.class) {
            return (SampleResults<T>) carts(begin, end);
        }
        throw new IllegalArgumentException("add samples of " + result + " for " + aggregate);
    }

    private static Type classOfResult(AggregateFormat<?> format) {
        for (Type each : format.getClass().getGenericInterfaces()) {
            if (each instanceof ParameterizedType type
                    && type.getRawType() == AggregateFormat.class) {
                return type.getActualTypeArguments()[0];
            }
        }
        throw new IllegalArgumentException(format.getClass() + " does not name its result");
    }

    private static SampleResults<WindowCount> counts(long begin, long end) {
        return new SampleResults<>(
                EventTypes.WINDOW_COUNT,
                List.of(
                        new WindowCount("first", begin, end, 40, 20),
                        new WindowCount("second", begin, end, 3, 1)));
    }

    private static SampleResults<Session> sessions(long begin, long end) {
        String[] departments = {"AirPods", "cameras"};
        return new SampleResults<>(
                EventTypes.SESSION,
                List.of(
                        new Session(UserId.ofNumber(7), begin, end, 12, 11, true, departments),
                        new Session(
                                UserId.ofString("ann"), begin, end, 99, 9, true, departments, 2)));
    }

    private static SampleResults<LiveCount> liveCounts(long begin, long end) {
        return new SampleResults<>(
                EventTypes.LIVE_COUNT,
                List.of(
                        new LiveCount(null, begin, end, 80, 30, 4, 5, 600, 7),
                        new LiveCount("AirPods", begin, end, 40, 0, 0, 0, 300, 0)));
    }

    private static SampleResults<FunnelStep> funnelSteps(long begin, long end) {
        return new SampleResults<>(
                EventTypes.FUNNEL_STEP,
                List.of(
                        new FunnelStep(null, 1, "view", 7, 7, 7, FunnelStep.NO_MEDIAN, begin, end),
                        new FunnelStep(null, 2, "cart", 5, 7, 7, 1_500, begin, end),
                        new FunnelStep(
                                "AirPods", 3, "paid", 0, 0, 7, FunnelStep.NO_MEDIAN, begin, end)));
    }

    private static SampleResults<CartOutcome> carts(long begin, long end) {
        return new SampleResults<>(
                EventTypes.CART_OUTCOME,
                List.of(
                        new CartOutcome(
                                CartOutcome.Kind.ABANDONED,
                                UserId.ofNumber(7),
                                null,
                                2,
                                List.of("AirPods", "cameras"),
                                false,
                                new BigDecimal("59.9"),
                                CartOutcome.Step.ADD,
                                begin,
                                begin + 5,
                                end),
                        new CartOutcome(
                                CartOutcome.Kind.RECOVERED,
                                UserId.ofString("ann"),
                                null,
                                1_000,
                                List.of(),
                                true,
                                null,
                                CartOutcome.Step.CHECKOUT,
                                begin,
                                begin,
                                end)));
    }

    private static SampleResults<Trend> trends(long begin, long end) {
        return new SampleResults<>(
                EventTypes.TREND,
                List.of(
                        new Trend(1, "AirPods", 900, begin, end),
                        new Trend(2, "cameras", 800, begin, end)));
    }
}
