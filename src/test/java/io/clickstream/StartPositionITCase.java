package io.clickstream;

import static io.clickstream.testing.Clicks.click;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.testing.Await;
import io.clickstream.testing.LocalJob;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a job begins to read that has no snapshot. */
class StartPositionITCase {

    private static final Duration TIMEOUT = Duration.ofMinutes(1);
    private static final TopicPartition PARTITION = new TopicPartition(LocalJob.CLICKS, 0);

    @Test
    void aTimestampBeginsAtTheFirstRecordFromThenOn(@TempDir Path folder) throws Exception {
        try (LocalJob job = new LocalJob(folder, 1)) {
            send(job, 3);
            long then = now() + 1;
            Await.until("the next millisecond", TIMEOUT, () -> now() > then);
            send(job, 2);

            job.set("source.kafka", "start", Long.toString(then)).start(folder, 1);

            awaitRecords(job, 2);
            send(job, 1);
            awaitRecords(job, 3);
        }
    }

    @Test
    void latestReadsNothingThatWasThere(@TempDir Path folder) throws Exception {
        try (LocalJob job = new LocalJob(folder, 1)) {
            send(job, 100);

            job.set("source.kafka", "start", "latest").start(folder, 1);

            // Some of these may come before the job has found the end.
            int[] sent = {0};
            Await.until(
                    "a record",
                    TIMEOUT,
                    () -> {
                        if (sent[0] < 99) {
                            send(job, 1);
                            sent[0]++;
                        }
                        return job.count(ClickstreamMetrics.RECORDS_IN) > 0;
                    });
            assertThat(job.count(ClickstreamMetrics.RECORDS_IN)).isLessThanOrEqualTo(sent[0]);
        }
    }

    @Test
    void committedGoesOnWhereTheGroupStoppedAndElseAtTheBeginning(@TempDir Path folder)
            throws Exception {
        try (LocalJob job = new LocalJob(folder, 1)) {
            job.set("source.kafka", "start", "committed").set("source.kafka", "group-id", "shop");
            send(job, 3);
            job.start(folder.resolve("first"), 1);
            awaitRecords(job, 3);
            Await.until("a commit", TIMEOUT, () -> committed(job) == 3);
            job.flink().close();
            send(job, 2);

            job.start(folder.resolve("second"), 1);

            awaitRecords(job, 2);
            send(job, 1);
            awaitRecords(job, 3);
        }
    }

    private static void awaitRecords(LocalJob job, long count) throws Exception {
        Await.until(
                count + " records",
                TIMEOUT,
                () -> job.count(ClickstreamMetrics.RECORDS_IN) >= count);
        assertThat(job.count(ClickstreamMetrics.RECORDS_IN)).isEqualTo(count);
    }

    private static void send(LocalJob job, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            job.send(0, List.of(click("ann").at(now()).in("Books").toJson()));
        }
    }

    private static long committed(LocalJob job) throws Exception {
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", job.broker().bootstrapServers()))) {
            OffsetAndMetadata offset =
                    admin.listConsumerGroupOffsets("shop")
                            .partitionsToOffsetAndMetadata()
                            .get()
                            .get(PARTITION);
            return offset == null ? 0 : offset.offset();
        }
    }

    private static long now() {
        return Clock.systemUTC().millis();
    }
}
