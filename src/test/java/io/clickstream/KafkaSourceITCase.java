package io.clickstream;

import static io.clickstream.testing.Clicks.click;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.local.server.KafkaBroker;
import io.clickstream.local.server.TcpProxy;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.testing.Await;
import io.clickstream.testing.LocalJob;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Topics and brokers do what they do in production, and no click is lost or late by it. */
class KafkaSourceITCase {

    private static final Duration SOON = Duration.ofMinutes(1);

    private final Clock clock = Clock.systemUTC();

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void readsANewPartitionInTime(int parallelism, @TempDir Path folder) throws Exception {
        try (LocalJob job = new LocalJob(folder, 1)) {
            job.set("event-time", "out-of-orderness", "4 s").start(folder, parallelism);
            sendForAWhile(job, Duration.ofSeconds(2), 1);

            try (Admin admin = admin(job)) {
                admin.createPartitions(Map.of(LocalJob.CLICKS, NewPartitions.increaseTo(2)))
                        .all()
                        .get(30, TimeUnit.SECONDS);
            }
            int sent = sendForAWhile(job, Duration.ofSeconds(6), 2);

            Await.until("all clicks", SOON, () -> job.count("clicks") >= sent);
            assertThat(job.deadLetterCount(Reason.LATE)).isZero();
        }
    }

    private int sent;

    /** Sends a click of now to each partition, every 50 ms. */
    private int sendForAWhile(LocalJob job, Duration time, int partitions) throws Exception {
        long end = clock.millis() + time.toMillis();
        while (clock.millis() < end) {
            for (int partition = 0; partition < partitions; partition++) {
                job.send(partition, List.of(click("user " + sent++).at(clock.millis()).toJson()));
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return sent;
    }

    @Test
    void goesOnWithATopicThatWasDeletedAndMadeAgain(@TempDir Path folder) throws Exception {
        try (LocalJob job = new LocalJob(folder, 1)) {
            job.start(folder, 1);
            job.send(0, clicks(50));
            Await.until("the first clicks", SOON, () -> job.count("clicks") == 50);

            deleteTopic(job);
            job.broker().createTopic(LocalJob.CLICKS, 1);
            job.send(0, clicks(20));

            Await.until("the new clicks", SOON, () -> job.count("clicks") == 70);
            assertThat(job.deadLetterCount(Reason.LATE)).isZero();
            assertThat(job.flink().restarts()).isZero();
        }
    }

    /**
     * The offsets that are to be read next are there in the new topic too, so that no broker says
     * that something is wrong.
     */
    @Test
    void readsAllOfATopicThatWasMadeAgainWithAsManyClicks(@TempDir Path folder) throws Exception {
        try (TcpProxy proxy = new TcpProxy()) {
            KafkaBroker broker =
                    KafkaBroker.startBehindProxy(folder.resolve("kafka"), proxy.address());
            proxy.forward(broker.bootstrapServers(KafkaBroker.PROXIED));
            try (LocalJob job = new LocalJob(broker, 2)) {
                job.set("source.kafka", "bootstrap-servers", proxy.address())
                        .set("sink.kafka", "bootstrap-servers", broker.bootstrapServers())
                        .start(folder, 2);
                job.send(0, clicks(50));
                job.send(1, clicks(50));
                Await.until("the first clicks", SOON, () -> job.count("clicks") == 100);

                // The job sees the new topic when all of its clicks are there.
                proxy.hang();
                deleteTopic(job);
                broker.createTopic(LocalJob.CLICKS, 2);
                job.send(0, clicks(50));
                job.send(1, clicks(20));
                proxy.resume();

                Await.until("the new clicks", SOON, () -> job.count("clicks") == 170);
                job.send(0, clicks(3));
                Await.until("the next clicks", SOON, () -> job.count("clicks") >= 173);
                assertThat(job.count("clicks")).isEqualTo(173);
                assertThat(job.deadLetterCount(Reason.LATE)).isZero();
                assertThat(job.flink().restarts()).isZero();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void readsAllOfATopicThatWasMadeAgainWhileTheJobWasDown(int parallelism, @TempDir Path folder)
            throws Exception {
        try (LocalJob job = new LocalJob(folder, 2)) {
            job.start(folder, 2);
            job.send(0, clicks(50));
            job.send(1, clicks(10));
            Await.until("the first clicks", SOON, () -> job.count("clicks") == 60);
            job.awaitCheckpoint();
            String savepoint = job.flink().stopWithSavepoint(folder.resolve("savepoint"));
            job.flink().close();
            deleteTopic(job);
            job.broker().createTopic(LocalJob.CLICKS, 2);
            job.send(0, clicks(80));
            job.send(1, clicks(40));

            job.startFrom(savepoint, folder.resolve("after"), parallelism);

            Await.until("the new clicks", SOON, () -> job.count("clicks") >= 120);
            job.send(0, clicks(3));
            Await.until("the next clicks", SOON, () -> job.count("clicks") >= 123);
            assertThat(job.count("clicks")).isEqualTo(123);
        }
    }

    private static void deleteTopic(LocalJob job) throws Exception {
        try (Admin admin = admin(job)) {
            admin.deleteTopics(List.of(LocalJob.CLICKS)).all().get(30, TimeUnit.SECONDS);
            Await.until(
                    "no topic",
                    SOON,
                    () ->
                            !admin.listTopics()
                                    .names()
                                    .get(30, TimeUnit.SECONDS)
                                    .contains(LocalJob.CLICKS));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"latest", "earliest", "committed", "1655183300000"})
    void goesOnWithTheOldestClickThatIsThereAndSaysHowManyAreGone(
            String start, @TempDir Path folder) throws Exception {
        try (LocalJob job = new LocalJob(folder, 1)) {
            job.set("source.kafka", "start", start).start(folder, 1);
            job.awaitCheckpoint();
            // What comes before the start is skipped by `latest`, so clicks come until one is read.
            int sentBefore = 0;
            while (job.count("clicks") == 0) {
                job.send(0, clicks(1));
                sentBefore++;
                TimeUnit.MILLISECONDS.sleep(20);
            }
            String savepoint = job.flink().stopWithSavepoint(folder.resolve("savepoint"));
            job.flink().close();
            job.send(0, clicks(200));
            TopicPartition partition = new TopicPartition(LocalJob.CLICKS, 0);
            try (Admin admin = admin(job)) {
                admin.deleteRecords(
                                Map.of(partition, RecordsToDelete.beforeOffset(sentBefore + 10L)))
                        .all()
                        .get(30, TimeUnit.SECONDS);
            }

            job.startFrom(savepoint, folder.resolve("after"), 1);

            Await.until("what is left", SOON, () -> job.count("clicks") == 190);
            assertThat(job.count(ClickstreamMetrics.LOST_OFFSETS)).isEqualTo(10);
        }
    }

    /**
     * A partition that was far behind gives nothing for a while, because its broker hangs. Clicks
     * are on their way that the job can't see. The other partition is at the clock. One subtask
     * reads both; see {@link StallITCase} for two.
     */
    @Test
    void doesNotTakeABrokerThatHangsForSilence(@TempDir Path folder) throws Exception {
        try (TcpProxy proxy = new TcpProxy()) {
            KafkaBroker broker =
                    KafkaBroker.startBehindProxy(folder.resolve("kafka"), proxy.address());
            proxy.forward(broker.bootstrapServers(KafkaBroker.PROXIED));
            try (LocalJob job = new LocalJob(broker, 2)) {
                job.set("source.kafka", "bootstrap-servers", proxy.address())
                        .set("sink.kafka", "bootstrap-servers", broker.bootstrapServers())
                        .set("event-time", "idle-timeout", "3 s")
                        .set("event-time", "stall-timeout", "1 min")
                        .start(folder, 1);
                long twoHoursAgo = clock.millis() - 7_200_000;
                job.send(0, List.of(click("behind").at(twoHoursAgo).toJson()));
                job.send(1, List.of(click("ahead").at(clock.millis()).toJson()));
                Await.until("the first clicks", SOON, () -> job.count("clicks") == 2);

                proxy.hang();
                List<byte[]> more = new ArrayList<>();
                for (int i = 0; i < 1_000; i++) {
                    more.add(click("behind " + i).at(twoHoursAgo + 10L * i).toJson());
                }
                job.send(0, more);
                Await.until("a stall", SOON, () -> job.stalledPartitions() == 2);
                Await.until("a lag", SOON, () -> job.millisBehindLatest() > 15_000);
                proxy.resume();

                Await.until("all clicks", SOON, () -> job.count("clicks") == 1_002);
                Await.until("no stall", SOON, () -> job.stalledPartitions() == 0);
                // Nothing comes any more, and the broker says so.
                Await.until(
                        "no lag",
                        SOON,
                        () -> job.millisBehindLatest() >= 0 && job.millisBehindLatest() < 5_000);
                assertThat(job.deadLetterCount(Reason.LATE)).isZero();
                assertThat(job.flink().restarts()).isZero();
            }
        }
    }

    private List<byte[]> clicks(int count) {
        List<byte[]> clicks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clicks.add(click("user " + sent++).at(clock.millis()).toJson());
        }
        return clicks;
    }

    private static Admin admin(LocalJob job) {
        return Admin.create(Map.of("bootstrap.servers", job.broker().bootstrapServers()));
    }
}
