package io.clickstream.deadletter;

import io.clickstream.event.DeadLetter;
import io.clickstream.metrics.ClickstreamMetrics;
import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.metrics.Counter;

/** Counts dead letters per reason as they pass. */
public final class DeadLetterCounter extends RichMapFunction<DeadLetter, DeadLetter> {

    private static final long serialVersionUID = 1L;

    private transient Map<DeadLetter.Reason, Counter> counters;

    @Override
    public void open(OpenContext context) {
        counters = new EnumMap<>(DeadLetter.Reason.class);
        for (DeadLetter.Reason reason : DeadLetter.Reason.values()) {
            counters.put(
                    reason,
                    ClickstreamMetrics.deadLetters(getRuntimeContext().getMetricGroup(), reason));
        }
    }

    @Override
    public DeadLetter map(DeadLetter letter) {
        counters.get(letter.reason()).inc();
        return letter;
    }
}
