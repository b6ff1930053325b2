package io.clickstream;

import static io.clickstream.testing.Clicks.click;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.local.results.Results;
import io.clickstream.testing.Await;
import io.clickstream.testing.LocalJob;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A drain closes all that is open, whatever partitions are doing: nothing is left in the job. */
class DrainITCase {

    private static final Duration SOON = Duration.ofMinutes(1);
    private static final int PARTITIONS = 2;

    @ParameterizedTest
    @CsvSource({
        // All partitions are idle, none is, or one of two; subtasks without partitions are idle.
        "1, 500 ms, 0",
        "3, 500 ms, 0",
        "1, 10 min, 0",
        "3, 10 min, 0",
        "1, 500 ms, 1",
        "3, 500 ms, 1"
    })
    void everythingIsThere(
            int parallelism, String idleTimeout, int activePartitions, @TempDir Path folder)
            throws Exception {
        try (LocalJob job = new LocalJob(folder, PARTITIONS)) {
            // Far enough apart that not one session closes by itself.
            job.set("event-time", "idle-timeout", idleTimeout)
                    .set("event-time", "out-of-orderness", "10 min")
                    .set("aggregates", "session-gap", "10 min")
                    .start(folder, parallelism);
            job.awaitCheckpoint();
            long now = Clock.systemUTC().millis();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                job.send(partition, checkouts(partition, now));
            }
            Await.until("the clicks", SOON, () -> job.count("clicks") == 40);
            if (idleTimeout.equals("500 ms")) {
                // Event time is at the newest click once all is idle.
                Await.until(
                        "idleness",
                        SOON,
                        () -> job.flink().metrics().watermark("event-time").isPresent());
            }
            int more = 0;
            for (int partition = 0; partition < activePartitions; partition++) {
                job.send(partition, List.of(click("more").at(now).checkingOut().toJson()));
                more++;
            }
            int all = 40 + more;
            Await.until("all clicks", SOON, () -> job.count("clicks") == all);
            assertThat(job.topic(Results.CHECKOUTS_TOPIC)).isEmpty();

            job.flink().drain(folder.resolve("savepoint"));

            assertThat(job.topic(Results.CHECKOUTS_TOPIC)).hasSize(all);
            assertThat(job.topic(Results.SESSIONS_TOPIC)).isNotEmpty();
            long counted = 0;
            for (String window : job.topic(Results.SESSIONS_TOPIC)) {
                counted +=
                        Long.parseLong(window.replaceAll(".*\"userSessionCount\":(\\d+).*", "$1"));
            }
            assertThat(counted).isEqualTo(all);
        }
    }

    /** Whoever starts the job again after a drain must not find the end of time. */
    @Test
    void aJobThatGoesOnAfterADrainTakesClicks(@TempDir Path folder) throws Exception {
        try (LocalJob job = new LocalJob(folder, PARTITIONS)) {
            job.start(folder, 1);
            job.awaitCheckpoint();
            long now = Clock.systemUTC().millis();
            job.send(0, List.of(click("ann").at(now).checkingOut().toJson()));
            Await.until("the click", SOON, () -> job.count("clicks") == 1);
            String savepoint = job.flink().drain(folder.resolve("savepoint"));
            job.flink().close();
            job.startFrom(savepoint, folder.resolve("after"), 2);

            long later = Clock.systemUTC().millis();
            job.send(0, List.of(click("bob").at(later).checkingOut().toJson()));
            job.send(1, List.of(click("cid").at(later).checkingOut().toJson()));

            Await.until("all sessions", SOON, () -> job.topic(Results.CHECKOUTS_TOPIC).size() == 3);
            assertThat(job.topic(LocalJob.DEAD_LETTERS)).isEmpty();
        }
    }

    private static List<byte[]> checkouts(int partition, long now) {
        List<byte[]> clicks = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clicks.add(
                    click("user " + partition + "-" + i)
                            .at(now + 1_000L * i - 60_000L)
                            .in("Books")
                            .checkingOut()
                            .toJson());
        }
        return clicks;
    }
}
