package io.clickstream.metrics;

import io.clickstream.event.BotSign;
import io.clickstream.event.DeadLetter;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/**
 * The job's own metrics. They are in a group named {@code kinesisanalytics}, because the managed
 * service sends only what is below it to CloudWatch.
 */
public final class ClickstreamMetrics {

    /** The group that the managed service looks for. */
    public static final String GROUP = "kinesisanalytics";

    /**
     * Records read, good or bad: the sum of {@link #CLICKS} and all dead letters that say why it is
     * no click.
     */
    public static final String RECORDS_IN = "recordsIn";

    /** Length of all records read, in bytes. */
    public static final String BYTES_IN = "bytesIn";

    /** Times without an offset that their zone skips; the records are clicks all the same. */
    public static final String SKIPPED_TIMES = "localTimes.skipped";

    /** Times without an offset that their zone repeats; the first of the two is taken. */
    public static final String REPEATED_TIMES = "localTimes.repeated";

    /** Records that are clicks, with late ones, duplicates and those of bots. */
    public static final String CLICKS = "clicks";

    /** Clicks that were left out because their id had come before. */
    public static final String DUPLICATES = "duplicates";

    /**
     * Begins the names of the counters of bots' clicks, by what they were known: {@code bots.ip}.
     */
    public static final String BOTS = "bots.";

    /** Clicks in sessions that were faster than allowed. */
    public static final String BOT_RATE = "rate";

    /** Sessions closed. */
    public static final String SESSIONS = "sessions";

    /** Sessions closed that had a checkout. */
    public static final String CHECKOUT_SESSIONS = "checkoutSessions";

    /** Departments of closed sessions that are neither listed nor counted: there were too many. */
    public static final String DEPARTMENTS_LEFT_OUT = "departmentsLeftOut";

    /** Open sessions on the heap, a gauge per subtask. */
    public static final String SESSIONS_ON_HEAP = "sessionsOnHeap";

    /** Open sessions in keyed state alone, a gauge per subtask. */
    public static final String SESSIONS_SPILLED = "sessionsSpilled";

    /** All open sessions, on the heap or not; a gauge per subtask. */
    public static final String OPEN_SESSIONS = "openSessions";

    /**
     * How far event time in front of the sessions is behind the clock, in ms; a gauge per subtask
     * that is there from the first watermark on. It is 0 while all partitions are silent: nothing
     * waits then.
     */
    public static final String WATERMARK_LAG = "watermarkLagMillis";

    /**
     * Partitions or shards that give nothing although they are not known to be read to their ends,
     * a gauge per subtask. They hold event time back until they are set aside.
     */
    public static final String STALLED_PARTITIONS = "stalledPartitions";

    /**
     * How long ago the newest record arrived that is read of the partition or shard that is
     * furthest behind, in ms; a gauge per subtask. It grows with the clock while a server gives no
     * answer, and is near 0 where everything is read.
     */
    public static final String MILLIS_BEHIND_LATEST = "millisBehindLatest";

    /** Offsets of topics that the retention deleted before they were read. */
    public static final String LOST_OFFSETS = "lostOffsets";

    /** Users written to keyed state for the last checkpoint, a gauge per subtask. */
    public static final String USERS_WRITTEN = "usersWrittenPerCheckpoint";

    /** Bytes written to keyed state for the last checkpoint, without keys; a gauge per subtask. */
    public static final String BYTES_WRITTEN = "bytesWrittenPerCheckpoint";

    /** Shards that ended because the stream does not list them any more. */
    public static final String KINESIS_SHARDS_GONE = "kinesis.shardsGone";

    /** Transactions that were written and can't be committed any more: their records are lost. */
    public static final String KAFKA_TRANSACTIONS_LOST = "kafka.transactionsLost";

    /** Schemas asked for at the registry, attempts that failed not included. */
    public static final String REGISTRY_LOOKUPS = "registry.lookups";

    /** Requests to the registry that failed and were made again; meanwhile the stream waits. */
    public static final String REGISTRY_RETRIES = "registry.retries";

    /** Records that were archived, without malformed ones. */
    public static final String ARCHIVE_RECORDS = "archive.records";

    /** Length of them as JSON, before they are packed, in bytes. */
    public static final String ARCHIVE_BYTES = "archive.bytes";

    /** Clicks that are no interactions, because of their event types. */
    public static final String INTERACTIONS_SKIPPED = "interactions.skipped";

    /** Interactions that go to the sink, with or without a session of their own. */
    public static final String INTERACTIONS = "interactions";

    /** Interactions that Personalize has taken. */
    public static final String PERSONALIZE_ACCEPTED = "personalize.accepted";

    /** Calls of Personalize that were answered, or timed out. */
    public static final String PERSONALIZE_CALLS = "personalize.calls";

    /** Those of them that were made again after a failure. */
    public static final String PERSONALIZE_RETRIES = "personalize.retries";

    /** Calls that were too many for Personalize (429). */
    public static final String PERSONALIZE_THROTTLED = "personalize.throttled";

    /** Calls that failed otherwise. */
    public static final String PERSONALIZE_FAILURES = "personalize.failures";

    /** Interactions that were written into files instead. */
    public static final String PERSONALIZE_SPILLED = "personalize.spilled";

    /** Interactions that Personalize has not confirmed, a gauge per subtask. */
    public static final String PERSONALIZE_HELD = "personalize.held";

    /** Different users of accepted interactions, up to 25, a gauge per subtask since its start. */
    public static final String PERSONALIZE_USERS = "personalize.users";

    /** Begins the names of the counters per reason: {@code deadLetters.late}. */
    public static final String DEAD_LETTERS = "deadLetters.";

    /** Bulks that OpenSearch refused for the time being, wholly or in part. */
    public static final String OPENSEARCH_BULKS_TO_RETRY = "openSearch.bulksToRetry";

    /** All names that the job may register, as they are below {@link #GROUP}. */
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
                                OPENSEARCH_BULKS_TO_RETRY,
                                BOTS + BOT_RATE));
        for (BotSign sign : BotSign.values()) {
            names.add(BOTS + sign.label());
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
     * A counter of clicks that were left out as a bot's.
     *
     * @param sign by what the bot was known
     */
    public static Counter bots(MetricGroup operator, String sign) {
        return counter(operator, BOTS + sign);
    }

    private ClickstreamMetrics() {}
}
