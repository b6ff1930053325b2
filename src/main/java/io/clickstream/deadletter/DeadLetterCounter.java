package io.clickstream.deadletter;

import io.clickstream.event.DeadLetter;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.metrics.LimitedWarnings;
import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.metrics.Counter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts dead letters per reason, and logs the position of one per reason at most every 10 s. */
public final class DeadLetterCounter extends RichMapFunction<DeadLetter, DeadLetter> {

    private static final long serialVersionUID = 1L;

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterCounter.class);

    private transient Map<DeadLetter.Reason, Counter> counters;
    private transient Map<DeadLetter.Reason, String> lines;
    private transient LimitedWarnings warnings;

    @Override
    public void open(OpenContext context) {
        counters = new EnumMap<>(DeadLetter.Reason.class);
        lines = new EnumMap<>(DeadLetter.Reason.class);
        warnings = new LimitedWarnings(LOG);
        for (DeadLetter.Reason reason : DeadLetter.Reason.values()) {
            counters.put(
                    reason,
                    ClickstreamMetrics.deadLetters(getRuntimeContext().getMetricGroup(), reason));
            // Each is a kind of its own, so that one reason does not hide another.
            lines.put(reason, "Dead letter (" + reason.label() + "): {}");
        }
    }

    @Override
    public DeadLetter map(DeadLetter letter) {
        counters.get(letter.reason()).inc();
        // Where it was, and not what: the record may name a person.
        warnings.warn(lines.get(letter.reason()), letter.raw());
        return letter;
    }
}
