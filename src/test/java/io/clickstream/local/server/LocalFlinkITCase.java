package io.clickstream.local.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalFlinkITCase {

    @TempDir Path folder;

    @Test
    void countersAreAddedUpOverSubtasksAndAllSocketsAreLoopback() throws Exception {
        try (LocalFlink flink = start(env -> count(env, Long.MAX_VALUE))) {
            await(() -> flink.metrics().count("seen") > 1_000);
            await(() -> flink.watermarkLag("counting", 1_000_000).isPresent());

            assertThat(flink.metrics().count("deadLetters.late")).isEqualTo(2);
            assertThat(flink.metrics().countBelow("deadLetters.")).isEqualTo(2);
            assertThat(flink.metrics().count("unknown")).isZero();
            assertThat(flink.failure()).isEmpty();
            assertThat(ListeningSockets.notLoopback(ProcessHandle.current().pid())).isEmpty();
            assertThat(get(flink.webUi())).contains("<title>Apache Flink Web Dashboard</title>");
        }
    }

    @Test
    void twoClustersRunSideBySide() throws Exception {
        try (LocalFlink first = start(env -> count(env, Long.MAX_VALUE));
                LocalFlink second =
                        LocalFlink.start(
                                folder.resolve("second"),
                                folder.resolve("second.log"),
                                1,
                                env -> count(env, Long.MAX_VALUE))) {
            assertThat(first.webUi()).isNotEqualTo(second.webUi());
        }
    }

    @Test
    void jobThatEndsByItselfIsAFailure() throws Exception {
        try (LocalFlink flink = start(env -> count(env, 10))) {
            await(() -> flink.failure().isPresent());

            assertThat(flink.failure().orElseThrow()).hasMessage("the job has finished");
        }
    }

    private LocalFlink start(LocalFlink.Definition job) throws Exception {
        return LocalFlink.start(folder, folder.resolve("log"), 2, job);
    }

    private static void count(StreamExecutionEnvironment env, long until) {
        env.fromSource(
                        new NumberSequenceSource(0, until),
                        WatermarkStrategy.<Long>forMonotonousTimestamps()
                                .withTimestampAssigner((number, time) -> number),
                        "numbers")
                .rebalance()
                .map(new Counting())
                .name("counting")
                .sinkTo(new DiscardingSink<>());
    }

    private static final class Counting extends RichMapFunction<Long, Long> {
        private static final long serialVersionUID = 1;
        private transient Counter seen;

        @Override
        public void open(OpenContext context) {
            var group = getRuntimeContext().getMetricGroup().addGroup("kinesisanalytics");
            seen = group.counter("seen");
            group.addGroup("deadLetters").counter("late").inc();
        }

        @Override
        public Long map(Long number) {
            seen.inc();
            return number;
        }
    }

    private static String get(URI uri) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("time").isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }
}
