package io.clickstream.metrics;

import io.clickstream.event.BotSign;
import io.clickstream.event.DeadLetter;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/**
 * The names of the job's own metrics. They are in a group named {@code kinesisanalytics}, because
 * the managed service sends only that group to CloudWatch.
 */
public final class ClickstreamMetrics {

    /** The group that the managed service sends to CloudWatch. */
    public static final String GROUP = "kinesisanalytics";

    /**
     * All records read: the sum of {@link #CLICKS} and all dead letters about records that are not
     * clicks.
     */
    public static final String RECORDS_IN = "recordsIn";

    /** The length of all records read, in bytes. */
    public static final String BYTES_IN = "bytesIn";

    /** Event times without an offset that their zone skips. Their records still count as clicks. */
    public static final String SKIPPED_TIMES = "localTimes.skipped";

    /**
     * Event times without an offset that their zone repeats. The first of the two times is used.
     */
    public static final String REPEATED_TIMES = "localTimes.repeated";

    /** Records that are clicks, including late clicks, duplicates, and clicks by bots. */
    public static final String CLICKS = "clicks";

    /** Clicks that were dropped because their id had occurred before. */
    public static final String DUPLICATES = "duplicates";

    /** The prefix of the counters of clicks by bots, per sign: {@code bots.ip}. */
    public static final String BOTS = "bots.";

    /** Clicks in sessions with more clicks than allowed. */
    public static final String BOT_RATE = "rate";

    /** Sessions closed. */
    public static final String SESSIONS = "sessions";

    /** Sessions closed with a checkout. */
    public static final String CHECKOUT_SESSIONS = "checkoutSessions";

    /**
     * Departments of closed sessions that are neither listed nor counted, because there were too
     * many.
     */
    public static final String DEPARTMENTS_LEFT_OUT = "departmentsLeftOut";

    /** Clicks whose department live counts leave out, because a subtask counts too many others. */
    public static final String LIVE_LEFT_OUT = "liveClicksLeftOut";

    /** Open sessions on the heap; a gauge per subtask. */
    public static final String SESSIONS_ON_HEAP = "sessionsOnHeap";

    /** Open sessions in keyed state only; a gauge per subtask. */
    public static final String SESSIONS_SPILLED = "sessionsSpilled";

    /** All open sessions; a gauge per subtask. */
    public static final String OPEN_SESSIONS = "openSessions";

    /**
     * How far event time at the sessions is behind the clock, in ms; a gauge per subtask that is
     * registered with the first watermark. It is 0 while all partitions are silent, because nothing
     * waits then.
     */
    public static final String WATERMARK_LAG = "watermarkLagMillis";

    /**
     * Partitions or shards that give nothing and are not known to be read to their ends; a gauge
     * per subtask. They hold event time back until they are set aside.
     */
    public static final String STALLED_PARTITIONS = "stalledPartitions";

    /**
     * How long ago the newest record arrived that was read from the partition or shard that is
     * furthest behind, in ms; a gauge per subtask. It grows with the clock while a server does not
     * answer, and is near 0 if everything is read.
     */
    public static final String MILLIS_BEHIND_LATEST = "millisBehindLatest";

    /** Offsets of topics that the retention deleted before they were read. */
    public static final String LOST_OFFSETS = "lostOffsets";

    /** Users written to keyed state for the last checkpoint; a gauge per subtask. */
    public static final String USERS_WRITTEN = "usersWrittenPerCheckpoint";

    /** Bytes written to keyed state for the last checkpoint, without keys; a gauge per subtask. */
    public static final String BYTES_WRITTEN = "bytesWrittenPerCheckpoint";

    /** Shards that ended because the stream no longer lists them. */
    public static final String KINESIS_SHARDS_GONE = "kinesis.shardsGone";

    /** Transactions that were written and can no longer be committed. Their records are lost. */
    public static final String KAFKA_TRANSACTIONS_LOST = "kafka.transactionsLost";

    /** Schemas requested from the registry, without failed attempts. */
    public static final String REGISTRY_LOOKUPS = "registry.lookups";

    /** Requests to the registry that failed and were repeated. The stream waits meanwhile. */
    public static final String REGISTRY_RETRIES = "registry.retries";

    /** Archived records, without malformed ones. */
    public static final String ARCHIVE_RECORDS = "archive.records";

    /** The length of archived records as JSON, before compression, in bytes. */
    public static final String ARCHIVE_BYTES = "archive.bytes";

    /** Clicks that are not interactions because of their event types. */
    public static final String INTERACTIONS_SKIPPED = "interactions.skipped";

    /** Interactions that go to the sink, with or without their own session. */
    public static final String INTERACTIONS = "interactions";

    /** Interactions that Personalize has accepted. */
    public static final String PERSONALIZE_ACCEPTED = "personalize.accepted";

    /** Calls of Personalize that were answered or timed out. */
    public static final String PERSONALIZE_CALLS = "personalize.calls";

    /** Calls of Personalize that were repetitions after a failure. */
    public static final String PERSONALIZE_RETRIES = "personalize.retries";

    /** Calls that Personalize throttled (429). */
    public static final String PERSONALIZE_THROTTLED = "personalize.throttled";

    /** Calls that failed for other reasons. */
    public static final String PERSONALIZE_FAILURES = "personalize.failures";

    /** Interactions that were written to files instead. */
    public static final String PERSONALIZE_SPILLED = "personalize.spilled";

    /** Interactions that Personalize has not confirmed; a gauge per subtask. */
    public static final String PERSONALIZE_HELD = "personalize.held";

    /** Different users of accepted interactions, up to 25; a gauge per subtask, since its start. */
    public static final String PERSONALIZE_USERS = "personalize.users";

    /** The prefix of the counters of dead letters per reason: {@code deadLetters.late}. */
    public static final String DEAD_LETTERS = "deadLetters.";

    /** Documents that OpenSearch has not confirmed; a gauge per subtask and index. */
    public static final String OPENSEARCH_PENDING = "openSearch.pending";

    /**
     * How long the oldest document has waited that OpenSearch has not confirmed, in ms; a gauge per
     * subtask and index.
     */
    public static final String OPENSEARCH_OLDEST = "openSearch.oldestPendingMillis";

    /**
     * The prefix of the counters of requests and documents that are sent again, per cause: {@code
     * openSearch.retries.connection}.
     */
    public static final String OPENSEARCH_RETRIES = "openSearch.retries.";

    /** All names that the job may register, relative to {@link #GROUP}. */
    public static Set<String> names() {
        Set<String> names =
                new TreeSet<>(
                        Set.of(
                                RECORDS_IN,
                                BYTES_IN,
                                SKIPPED_TIMES,
                                REPEATED_TIMES,
                                CLICKS,
                                DUPLICATES,
                                SESSIONS,
                                CHECKOUT_SESSIONS,
                                DEPARTMENTS_LEFT_OUT,
                                LIVE_LEFT_OUT,
                                SESSIONS_ON_HEAP,
                                SESSIONS_SPILLED,
                                OPEN_SESSIONS,
                                WATERMARK_LAG,
                                STALLED_PARTITIONS,
                                MILLIS_BEHIND_LATEST,
                                LOST_OFFSETS,
                                USERS_WRITTEN,
                                BYTES_WRITTEN,
                                KINESIS_SHARDS_GONE,
                                KAFKA_TRANSACTIONS_LOST,
                                REGISTRY_LOOKUPS,
                                REGISTRY_RETRIES,
                                ARCHIVE_RECORDS,
                                ARCHIVE_BYTES,
                                INTERACTIONS_SKIPPED,
                                INTERACTIONS,
                                PERSONALIZE_ACCEPTED,
                                PERSONALIZE_CALLS,
                                PERSONALIZE_RETRIES,
                                PERSONALIZE_THROTTLED,
                                PERSONALIZE_FAILURES,
                                PERSONALIZE_SPILLED,
                                PERSONALIZE_HELD,
                                PERSONALIZE_USERS,
                                OPENSEARCH_PENDING,
                                OPENSEARCH_OLDEST,
                                BOTS + BOT_RATE));
        for (BotSign sign : BotSign.values()) {
            names.add(BOTS + sign.label());
        }
        for (RetryCause cause : RetryCause.values()) {
            names.add(OPENSEARCH_RETRIES + cause.label());
        }
        for (DeadLetter.Reason reason : DeadLetter.Reason.values()) {
            names.add(DEAD_LETTERS + reason.label());
        }
        return names;
    }

    public static Counter counter(MetricGroup operator, String name) {
        return operator.addGroup(GROUP).counter(name);
    }

    public static Counter deadLetters(MetricGroup operator, DeadLetter.Reason reason) {
        return counter(operator, DEAD_LETTERS + reason.label());
    }

    /**
     * A counter of clicks that were dropped because they are by bots.
     *
     * @param sign the sign that identified the bot
     */
    public static Counter bots(MetricGroup operator, String sign) {
        return counter(operator, BOTS + sign);
    }

    private ClickstreamMetrics() {}
}
