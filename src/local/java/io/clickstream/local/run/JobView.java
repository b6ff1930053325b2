package io.clickstream.local.run;

import io.clickstream.ClickstreamPipeline;
import io.clickstream.local.server.LocalFlink;
import io.clickstream.metrics.ClickstreamMetrics;
import java.util.List;
import java.util.OptionalLong;

/** What a page needs to know of a job while it runs. All methods may be called by any thread. */
interface JobView {

    /** What the job does, in lower case: {@code running}, {@code restarting}, and so on. */
    String status();

    /** How often the job has started again after a failure. */
    long restarts();

    /** A counter of the job since its last start, added up over its subtasks; 0 if unknown. */
    default long count(String counter) {
        return 0;
    }

    /** The sum of a gauge over all subtasks; empty if unknown. */
    default OptionalLong sum(String gauge) {
        return OptionalLong.empty();
    }

    /** The greatest value of a gauge of any subtask; empty if unknown. */
    default OptionalLong max(String gauge) {
        return OptionalLong.empty();
    }

    /** The event time that the sessions have reached, in ms since 1970; empty if unknown. */
    default OptionalLong eventTime() {
        return OptionalLong.empty();
    }

    /** The records that the job has read since its last start; 0 if unknown. */
    default long recordsIn() {
        return count(ClickstreamMetrics.RECORDS_IN);
    }

    /** A job in this JVM. */
    static JobView of(LocalFlink flink) {
        return new JobView() {
            @Override
            public String status() {
                return flink.status();
            }

            @Override
            public long restarts() {
                return flink.restarts();
            }

            @Override
            public long count(String counter) {
                return flink.metrics().count(counter);
            }

            @Override
            public OptionalLong sum(String gauge) {
                List<Long> values = flink.metrics().gauge(gauge);
                return values.isEmpty()
                        ? OptionalLong.empty()
                        : OptionalLong.of(values.stream().mapToLong(each -> each).sum());
            }

            @Override
            public OptionalLong max(String gauge) {
                return flink.metrics().gauge(gauge).stream().mapToLong(each -> each).max();
            }

            @Override
            public OptionalLong eventTime() {
                return flink.metrics().watermark(ClickstreamPipeline.CLICK_SESSIONS);
            }
        };
    }
}
