package io.clickstream.personalize;

import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.metrics.ClickstreamMetrics;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/** The counters of one writer. Not thread-safe. */
final class PersonalizeMetrics {

    /**
     * The number of users that a model needs to train (Amazon Personalize, "Domain dataset groups
     * and custom resources"), in addition to 1,000 interactions.
     */
    static final int USERS_TO_TRAIN = 25;

    private final Counter accepted;
    private final Counter calls;
    private final Counter retries;
    private final Counter throttled;
    private final Counter failures;
    private final Counter spilled;
    private final Counter refused;
    private volatile long held;
    private volatile long users;

    PersonalizeMetrics(MetricGroup writer) {
        MetricGroup metrics = writer.addGroup(ClickstreamMetrics.GROUP);
        accepted = metrics.counter(ClickstreamMetrics.PERSONALIZE_ACCEPTED);
        calls = metrics.counter(ClickstreamMetrics.PERSONALIZE_CALLS);
        retries = metrics.counter(ClickstreamMetrics.PERSONALIZE_RETRIES);
        throttled = metrics.counter(ClickstreamMetrics.PERSONALIZE_THROTTLED);
        failures = metrics.counter(ClickstreamMetrics.PERSONALIZE_FAILURES);
        spilled = metrics.counter(ClickstreamMetrics.PERSONALIZE_SPILLED);
        refused =
                metrics.counter(
                        ClickstreamMetrics.DEAD_LETTERS + Reason.INTERACTION_REFUSED.label());
        metrics.gauge(ClickstreamMetrics.PERSONALIZE_HELD, () -> held);
        metrics.gauge(ClickstreamMetrics.PERSONALIZE_USERS, () -> users);
    }

    void call(boolean retry) {
        calls.inc();
        if (retry) {
            retries.inc();
        }
    }

    void accepted(int interactions) {
        accepted.inc(interactions);
    }

    void throttled() {
        throttled.inc();
    }

    void failed() {
        failures.inc();
    }

    void spilled(int interactions) {
        spilled.inc(interactions);
    }

    void refused() {
        refused.inc();
    }

    void held(int interactions) {
        held = interactions;
    }

    void users(int different) {
        users = different;
    }
}
