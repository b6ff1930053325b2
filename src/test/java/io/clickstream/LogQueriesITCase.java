package io.clickstream;

import static io.clickstream.testing.Clicks.click;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.config.ConfigException;
import io.clickstream.deploy.LogQueries;
import io.clickstream.testing.Await;
import io.clickstream.testing.CapturedLog;
import io.clickstream.testing.LocalJob;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The template's queries of the log find what the job and Flink really log. */
class LogQueriesITCase {

    private static final Duration SOON = Duration.ofMinutes(2);

    @Test
    void findRestartsAndDeadLetters(@TempDir Path folder) throws Exception {
        LogQueries queries = LogQueries.ofTheTemplate();
        try (CapturedLog log = new CapturedLog(Level.INFO);
                LocalJob job = new LocalJob(folder, 1)) {
            job.start(folder, 1);
            job.send(0, List.of(click("ann").at(Clock.systemUTC().millis()).toJson()));
            job.send(0, "no JSON", "{\"userid\":1}");
            Await.until("dead letters", SOON, () -> job.count("recordsIn") == 3);
            job.awaitCheckpoint();
            assertThat(queries.matches("RestartsQuery", log.lines())).isEmpty();

            job.flink().loseTaskManager();
            Await.until("a restart", SOON, () -> job.flink().restarts() > 0);

            assertThat(queries.matches("RestartsQuery", log.lines()))
                    .anyMatch(line -> line.contains("to RESTARTING"));
            assertThat(queries.matches("DeadLettersQuery", log.lines()))
                    .anyMatch(
                            line ->
                                    line.equals(
                                            "Dead letter (malformed): ExampleTopic partition 0"
                                                    + " offset 1"))
                    .anyMatch(line -> line.startsWith("Dead letter (missing-time): Example"));
            assertThat(queries.parsed("DeadLettersQuery", log.lines()))
                    .contains(
                            List.of("malformed", "ExampleTopic partition 0 offset 1"),
                            List.of("missing-time", "ExampleTopic partition 0 offset 2"));
            assertThat(queries.matches("StartErrorsQuery", log.lines())).isEmpty();
        }
    }

    @Test
    void findErrorsOfTheStartCheck(@TempDir Path folder) throws Exception {
        Path config = folder.resolve("config.json");
        Files.writeString(
                config,
                "[{\"PropertyGroupId\":\"source.kafka\",\"PropertyMap\":{\"topic\":\"clicks\"}}]");
        try (CapturedLog log = new CapturedLog(Level.ERROR)) {
            assertThatThrownBy(
                            () -> ClickstreamJob.main(new String[] {"--config", config.toString()}))
                    .isInstanceOf(ConfigException.class);

            assertThat(LogQueries.ofTheTemplate().matches("StartErrorsQuery", log.lines()))
                    .singleElement()
                    .asString()
                    .contains("source.kafka / bootstrap-servers");
        }
    }
}
