package io.clickstream.sink.opensearch;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.config.OpenSearchConfig;
import io.clickstream.config.OpenSearchConfig.Delivery;
import io.clickstream.event.DeadLetter;
import io.clickstream.testing.Await;
import io.clickstream.testing.CollectSink;
import io.clickstream.testing.FakeOpenSearch;
import io.clickstream.testing.OpenSearchSettings;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The sink in a job that may not restart. */
@Timeout(120)
class OpenSearchSinkITCase {

    private static final int NUMBERS = 6000;
    private static final String INDEX = "numbers";
    private static final Duration THIRTY_SECONDS = Duration.ofSeconds(30);
    private static final Duration THREE_SECONDS = Duration.ofSeconds(3);
    private static final Duration SEVEN_SECONDS = Duration.ofSeconds(7);

    @RegisterExtension
    static final MiniClusterExtension FLINK =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(2)
                            .build());

    private final FakeOpenSearch openSearch = FakeOpenSearch.start();
    private final CollectSink<DeadLetter> deadLetters = new CollectSink<>();

    @AfterEach
    void close() {
        openSearch.close();
    }

    @Test
    void losesNothingAndDoesNotRestartForRejectedBulksAndAMappingConflict() throws Exception {
        openSearch.refuse(
                "n3210"::equals,
                400,
                "mapper_parsing_exception",
                "failed to parse field [number] of type [date]");
        openSearch.answer(
                429, "{\"error\":{\"type\":\"rejected\",\"reason\":\"busy\"}}", THREE_SECONDS);

        start().getJobExecutionResult().get(90, TimeUnit.SECONDS);

        assertThat(openSearch.documents(INDEX)).hasSize(NUMBERS - 1).doesNotContainKey("n3210");
        assertThat(deadLetters.collected())
                .extracting(letter -> letter.raw().offset())
                .containsExactly("n3210");
        // Each was sent until it was taken, and then never again.
        assertThat(openSearch.documents(INDEX).keySet()).allMatch(id -> openSearch.writes(id) == 1);
        assertThat(openSearch.bulks()).hasSizeGreaterThan(NUMBERS / 100);
    }

    @Test
    void canBeCancelledWhileOpenSearchIsAway() throws Exception {
        openSearch.answer(503, "");
        JobClient job = start();
        Await.until("requests", THIRTY_SECONDS, () -> openSearch.received().size() > 2);

        job.cancel().get(10, TimeUnit.SECONDS);

        Await.until(
                "the end",
                THIRTY_SECONDS,
                () -> job.getJobStatus().get(10, TimeUnit.SECONDS).isGloballyTerminalState());
    }

    /** Flink runs no timers any more when the last documents are sent. */
    @ParameterizedTest
    @EnumSource(Delivery.class)
    void endsWhenOpenSearchReturnsAfterTheEndOfTheInput(Delivery delivery) throws Exception {
        openSearch.answer(503, "", SEVEN_SECONDS);

        start(delivery).getJobExecutionResult().get(90, TimeUnit.SECONDS);

        assertThat(openSearch.documents(INDEX)).hasSize(NUMBERS);
        assertThat(deadLetters.collected()).isEmpty();
    }

    private JobClient start() throws Exception {
        return start(Delivery.AT_ONCE);
    }

    private JobClient start(Delivery delivery) throws Exception {
        Configuration flink = new Configuration();
        flink.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(200));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(flink);
        env.setParallelism(2);
        OpenSearchConfig config =
                OpenSearchSettings.of(openSearch.uri())
                        .bulkMaxActions(100)
                        .bulkInterval(Duration.ofMillis(100))
                        .delivery(delivery)
                        .build();
        DataGeneratorSource<Long> numbers =
                new DataGeneratorSource<>(
                        number -> number, NUMBERS, RateLimiterStrategy.perSecond(3000), Types.LONG);
        OpenSearchDestination.writer(config, INDEX, new NumberFormat(), false)
                .write(
                        env.fromSource(numbers, WatermarkStrategy.noWatermarks(), "numbers"),
                        "opensearch-sink")
                .orElseThrow()
                .sinkTo(deadLetters);
        return env.executeAsync("opensearch-sink");
    }
}
