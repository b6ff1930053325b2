package io.clickstream.source.kafka;

import io.clickstream.metrics.LimitedWarnings;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.annotation.Nullable;
import org.apache.flink.util.clock.RelativeClock;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the brokers for the ends of partitions. An empty fetch does not show whether the broker has
 * nothing or does not answer, and a consumer cannot be asked while another thread waits in its
 * poll.
 *
 * <p>The end includes records of open transactions, because their clicks will arrive.
 */
final class LogEnds implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LogEnds.class);

    private static final LimitedWarnings WARNINGS = new LimitedWarnings(LOG);

    private static final int TIMEOUT_MILLIS = 10_000;

    private static final Duration CLOSE = Duration.ofSeconds(2);

    /** The end of a partition at the time of the request. */
    static final class End {
        private final long askedAt;
        private final long offset;

        private End(long askedAt, long offset) {
            this.askedAt = askedAt;
            this.offset = offset;
        }

        /**
         * The time at which the request was sent, in ms of the clock. All older records are before
         * the end.
         */
        long askedAt() {
            return askedAt;
        }

        long offset() {
            return offset;
        }
    }

    private final Properties properties;
    private final RelativeClock clock;
    private final Map<TopicPartition, End> ends = new ConcurrentHashMap<>();
    private final Set<TopicPartition> underWay = ConcurrentHashMap.newKeySet();
    private final ExecutorService executor =
            Executors.newSingleThreadExecutor(
                    task -> {
                        Thread thread = new Thread(task, "kafka-log-ends");
                        thread.setDaemon(true);
                        return thread;
                    });

    /** Created with the first request, and used in the executor's thread. */
    @Nullable private Admin admin;

    LogEnds(Properties properties, RelativeClock clock) {
        this.properties = properties;
        this.clock = clock;
    }

    /** The latest answer; null if there is none. */
    @Nullable
    End end(TopicPartition partition) {
        return ends.get(partition);
    }

    /** Requests the ends of partitions for which no request is in progress. Does not wait. */
    void ask(Collection<TopicPartition> partitions) {
        Set<TopicPartition> unasked =
                partitions.stream().filter(underWay::add).collect(Collectors.toSet());
        if (!unasked.isEmpty()) {
            executor.execute(() -> send(unasked));
        }
    }

    private void send(Set<TopicPartition> partitions) {
        long askedAt = clock.relativeTimeMillis();
        try {
            if (admin == null) {
                admin = Admin.create(properties);
            }
            ListOffsetsResult result =
                    admin.listOffsets(
                            partitions.stream()
                                    .collect(
                                            Collectors.toMap(
                                                    Function.identity(),
                                                    each -> OffsetSpec.latest())),
                            new ListOffsetsOptions().timeoutMs(TIMEOUT_MILLIS));
            for (TopicPartition partition : partitions) {
                var unused =
                        result.partitionResult(partition)
                                .whenComplete(
                                        (end, failure) ->
                                                answered(partition, askedAt, end, failure));
            }
        } catch (KafkaException e) {
            // Without an answer the partitions count as not read to their ends.
            WARNINGS.warn(
                    "The client that asks where partitions end can't be used: {}. Partitions that"
                            + " give no click count as stalled; check the source's settings",
                    e.toString(),
                    e);
            underWay.removeAll(partitions);
        }
    }

    private void answered(
            TopicPartition partition,
            long askedAt,
            @Nullable ListOffsetsResult.ListOffsetsResultInfo end,
            @Nullable Throwable failure) {
        if (end != null) {
            ends.put(partition, new End(askedAt, end.offset()));
        } else {
            WARNINGS.warn(
                    "Kafka does not say where partitions end, such as {}: {}. If such a partition"
                            + " gives no click, it counts as stalled; check its broker and the"
                            + " job's rights (Describe on the topic)",
                    partition,
                    failure);
        }
        underWay.remove(partition);
    }

    /** Waits until the client is closed, because Flink removes the job's classes afterwards. */
    @Override
    public void close() {
        executor.execute(
                () -> {
                    if (admin != null) {
                        admin.close(CLOSE);
                    }
                });
        executor.shutdown();
        try {
            if (!executor.awaitTermination(2 * CLOSE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("The client that asks where partitions end does not close in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
