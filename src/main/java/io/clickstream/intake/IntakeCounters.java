package io.clickstream.intake;

import io.clickstream.event.BotSign;
import io.clickstream.metrics.ClickstreamMetrics;
import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/** The counters of the intake. */
final class IntakeCounters {

    final Counter records;
    final Counter bytes;
    final Counter clicks;
    private final Map<BotSign, Counter> bots = new EnumMap<>(BotSign.class);

    IntakeCounters(MetricGroup metrics) {
        records = ClickstreamMetrics.counter(metrics, ClickstreamMetrics.RECORDS_IN);
        bytes = ClickstreamMetrics.counter(metrics, ClickstreamMetrics.BYTES_IN);
        clicks = ClickstreamMetrics.counter(metrics, ClickstreamMetrics.CLICKS);
        for (BotSign sign : BotSign.values()) {
            bots.put(sign, ClickstreamMetrics.bots(metrics, sign.label()));
        }
    }

    /** Counts a click that is dropped, by the sign that identified the bot. */
    void bot(BotSign sign) {
        bots.get(sign).inc();
    }
}
