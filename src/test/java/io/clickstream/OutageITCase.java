package io.clickstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.local.results.Comparison;
import io.clickstream.local.results.Results;
import io.clickstream.local.run.TrafficProducer;
import io.clickstream.local.server.OpenSearchIndices;
import io.clickstream.local.server.OpenSearchNode;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.testing.Await;
import io.clickstream.testing.HttpProxy;
import io.clickstream.testing.LocalJob;
import io.clickstream.testing.TopicDelays;
import io.clickstream.tools.oracle.Expected;
import io.clickstream.tools.oracle.TrafficLedger;
import io.clickstream.tools.traffic.ClickEncoder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole job under the traffic of a shop while OpenSearch is away, in all ways: the topics do
 * not notice, and in the end the indices have everything.
 *
 * <p>{@code -Doutage.seconds=600} and {@code -Doutage.troubles=KILLED,FROZEN} choose how long and
 * in which ways.
 */
class OutageITCase {

    private static final int RATE = 2_000;
    private static final int PARTITIONS = 4;
    private static final Duration GAP = Duration.ofSeconds(1);
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final Duration SOON = Duration.ofMinutes(2);

    /** Everything must be there so soon after OpenSearch is back. */
    private static final Duration CATCH_UP = Duration.ofSeconds(60);

    private static final long CAUGHT_UP_MILLIS = 3_000;
    private static final Duration OUTAGE =
            Duration.ofSeconds(Integer.getInteger("outage.seconds", 15));

    /**
     * How much later a record may come than without the outage. A topic that waits for OpenSearch
     * has its records later by the length of the outage. In a short run, other processes of the
     * machine may take some of the time.
     */
    private static final long MAX_LATER_MILLIS = OUTAGE.toSeconds() < 60 ? 5_000 : 1_000;

    /** A way to be away. */
    private enum Trouble {
        /** The process ends without notice; another one goes on in its folder. */
        KILLED {
            @Override
            void begin(Servers servers) throws Exception {
                servers.proxy.goAway();
                servers.node.kill();
            }

            @Override
            void end(Servers servers) throws Exception {
                servers.node = OpenSearchNode.start(servers.folder);
                servers.proxy.comeBack(servers.node.uri());
            }
        },
        FROZEN {
            @Override
            void begin(Servers servers) throws IOException {
                servers.node.goAway();
            }

            @Override
            void end(Servers servers) throws IOException {
                servers.node.comeBack();
            }
        },
        OVERLOADED {
            @Override
            void begin(Servers servers) {
                servers.proxy.refuse(429, "{\"error\":{\"type\":\"rejected_execution\"}}");
            }
        },
        UNAVAILABLE {
            @Override
            void begin(Servers servers) {
                servers.proxy.refuse(503, "Service Unavailable");
            }
        },
        WRONG_PASSWORD {
            @Override
            void begin(Servers servers) {
                servers.proxy.refuse(401, "Unauthorized");
            }
        },
        SLOW {
            @Override
            void begin(Servers servers) {
                servers.proxy.delay(Duration.ofSeconds(20));
            }
        },
        /** All others go on. */
        ONE_INDEX_BLOCKED {
            @Override
            void begin(Servers servers) throws Exception {
                block(servers, true);
            }

            @Override
            void end(Servers servers) throws Exception {
                block(servers, false);
            }

            private void block(Servers servers, boolean blocked) throws Exception {
                servers.indices()
                        .put(
                                Results.SESSIONS_INDEX + "/_settings",
                                "{\"index.blocks.write\":" + blocked + "}");
            }
        };

        abstract void begin(Servers servers) throws Exception;

        void end(Servers servers) throws Exception {
            servers.proxy.resume();
        }
    }

    /** OpenSearch and what stands in front of it. */
    private static final class Servers implements AutoCloseable {
        final Path folder;
        final HttpProxy proxy;
        OpenSearchNode node;

        Servers(Path folder) throws IOException, InterruptedException {
            this.folder = folder.resolve("opensearch");
            node = OpenSearchNode.start(this.folder);
            proxy = new HttpProxy(node.uri());
            indices().putTemplates();
        }

        OpenSearchIndices indices() {
            return new OpenSearchIndices(node.uri());
        }

        @Override
        public void close() {
            proxy.close();
            node.close();
        }
    }

    private final Clock clock = Clock.systemUTC();
    private final TrafficLedger ledger = new TrafficLedger(GAP, WINDOW);

    private static List<Trouble> troubles() {
        return Stream.of(
                        System.getProperty("outage.troubles", "KILLED,SLOW,ONE_INDEX_BLOCKED")
                                .split(","))
                .map(Trouble::valueOf)
                .toList();
    }

    @Test
    void theTopicsDoNotNoticeAndTheIndicesHaveEverythingSoonAfterIt(@TempDir Path folder)
            throws Exception {
        try (Servers servers = new Servers(folder);
                LocalJob job = start(folder, servers);
                TrafficProducer traffic = traffic(job);
                TopicDelays delays =
                        new TopicDelays(
                                job.broker().bootstrapServers(), List.of(Results.SESSIONS_TOPIC))) {
            traffic.start();
            Await.until("documents", SOON, () -> servers.indices().count(sessions()) > 0);
            Checkpoints usual = watch(job, WINDOW.plusSeconds(5));
            long longestDelay = 0;
            for (Trouble trouble : troubles()) {
                longestDelay = tryOut(trouble, servers, job, delays, usual, longestDelay);
            }
            traffic.stop();
            awaitEqual(servers, job);
            assertThat(job.topic(LocalJob.DEAD_LETTERS)).isEmpty();
            assertThat(job.flink().restarts()).isZero();
        }
    }

    /** Returns the longest delay of a record without trouble. */
    private long tryOut(
            Trouble trouble,
            Servers servers,
            LocalJob job,
            TopicDelays delays,
            Checkpoints usual,
            long longestBefore)
            throws Exception {
        long begin = clock.millis();
        Await.until("a window without trouble", SOON, () -> delays.isBeyond(begin));
        long before = Math.max(longestBefore, last(delays.of(0, begin)));
        trouble.begin(servers);
        long away = clock.millis();
        Checkpoints checkpoints = watch(job, OUTAGE);
        long pending = gauges(job, ClickstreamMetrics.OPENSEARCH_PENDING).sum();
        trouble.end(servers);
        long back = clock.millis();
        Await.until("old documents", CATCH_UP, () -> isCaughtUp(job));
        long caughtUp = clock.millis() - back;
        Await.until("the windows of the outage", SOON, () -> delays.isBeyond(back));
        List<Long> inTrouble = delays.of(away - WINDOW.toMillis(), back - WINDOW.toMillis());
        System.out.printf(
                "%s for %d s: a record comes at most %d ms after its window before, and %d ms"
                        + " during; checkpoints take %d ms before (mean), and %d ms during, %d of"
                        + " them, %d failed; %d documents waited, and were delivered within %d"
                        + " ms%n",
                trouble,
                OUTAGE.toSeconds(),
                before,
                last(inTrouble),
                usual.meanMillis(),
                checkpoints.meanMillis(),
                checkpoints.count(),
                checkpoints.failed(),
                pending,
                caughtUp);
        assertThat(checkpoints.failed()).as("%s: failed checkpoints", trouble).isZero();
        assertThat(checkpoints.count()).as("%s: checkpoints", trouble).isPositive();
        assertThat(last(inTrouble))
                .as("%s: the longest delay of a record in ms", trouble)
                .isLessThanOrEqualTo(before + MAX_LATER_MILLIS);
        return before;
    }

    /** A task manager is lost, and the job is moved, before OpenSearch is back. */
    @Test
    void documentsWaitThroughFailuresAndRescaling(@TempDir Path folder) throws Exception {
        try (Servers servers = new Servers(folder);
                LocalJob job = start(folder, servers);
                TrafficProducer traffic = traffic(job)) {
            traffic.start();
            Await.until("documents", SOON, () -> servers.indices().count(sessions()) > 0);
            servers.node.goAway();
            Duration part = OUTAGE.dividedBy(3);
            watch(job, part);
            job.flink().loseTaskManager();
            job.awaitCheckpoint();
            watch(job, part);
            String first = job.flink().stopWithSavepoint(folder.resolve("savepoints"));
            // The check at the start needs an answer.
            servers.node.comeBack();
            job.flink().close();
            job.startFrom(first, folder, 3);
            servers.node.goAway();
            watch(job, part);
            String second = job.flink().stopWithSavepoint(folder.resolve("savepoints"));
            servers.node.comeBack();
            job.flink().close();
            job.startFrom(second, folder, 1);
            traffic.stop();
            awaitEqual(servers, job);
            assertThat(job.topic(LocalJob.DEAD_LETTERS)).isEmpty();
        }
    }

    private static LocalJob start(Path folder, Servers servers) throws Exception {
        LocalJob job =
                new LocalJob(folder, PARTITIONS)
                        .set("format", "type", "avro")
                        .set("sink.opensearch", "endpoint", servers.proxy.uri().toString());
        for (String topic : Results.TOPICS) {
            job.broker().createTopic(topic, 1);
        }
        return job.start(folder, 2);
    }

    private TrafficProducer traffic(LocalJob job) {
        return TrafficProducer.ofShop(
                job.broker().bootstrapServers(),
                LocalJob.CLICKS,
                ClickEncoder.avro(),
                RATE,
                1,
                ledger,
                GAP);
    }

    private void awaitEqual(Servers servers, LocalJob job) throws Exception {
        Expected expected = ledger.expected();
        try (Results results =
                Results.ofTopics(job.broker().bootstrapServers(), servers.indices())) {
            Await.until("all results", SOON, () -> results.areComplete(expected));
            for (Comparison comparison : results.compare(expected)) {
                assertThat(comparison.isEqual()).as("%s", comparison.report()).isTrue();
            }
        }
    }

    private static String sessions() {
        return Results.SESSIONS_INDEX;
    }

    private static boolean isCaughtUp(LocalJob job) {
        return gauges(job, ClickstreamMetrics.OPENSEARCH_OLDEST).max() < CAUGHT_UP_MILLIS;
    }

    private static Gauges gauges(LocalJob job, String name) {
        return new Gauges(job.flink().metrics().gauge(name));
    }

    private record Gauges(List<Long> values) {
        long sum() {
            return values.stream().mapToLong(value -> value).sum();
        }

        long max() {
            return values.stream().mapToLong(value -> value).max().orElse(Long.MAX_VALUE);
        }
    }

    private static long last(List<Long> sorted) {
        return sorted.isEmpty() ? 0 : sorted.get(sorted.size() - 1);
    }

    private record Checkpoints(long count, long failed, List<Long> durations) {
        long meanMillis() {
            return (long) durations.stream().mapToLong(each -> each).average().orElse(0);
        }
    }

    /** Looks at the checkpoints of the job for a while. */
    private static Checkpoints watch(LocalJob job, Duration time) throws Exception {
        long count = job.flink().completedCheckpoints();
        long failed = ofTheJob(job, "numberOfFailedCheckpoints");
        List<Long> durations = new ArrayList<>();
        long[] seen = {count};
        long end = System.nanoTime() + time.toNanos();
        Await.until(
                "the end of the time",
                time.plusMinutes(1),
                () -> {
                    long now = job.flink().completedCheckpoints();
                    if (now > seen[0]) {
                        durations.add(ofTheJob(job, "lastCheckpointDuration"));
                        seen[0] = now;
                    }
                    return System.nanoTime() - end > 0;
                });
        return new Checkpoints(
                job.flink().completedCheckpoints() - count,
                ofTheJob(job, "numberOfFailedCheckpoints") - failed,
                durations);
    }

    private static long ofTheJob(LocalJob job, String gauge) {
        return job.flink().metrics().gauge("", gauge).stream()
                .mapToLong(value -> value)
                .max()
                .orElse(0);
    }
}
