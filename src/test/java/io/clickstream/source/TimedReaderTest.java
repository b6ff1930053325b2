package io.clickstream.source;

import static io.clickstream.testing.Clicks.click;
import static io.clickstream.testing.Clicks.time;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.Incoming;
import io.clickstream.testing.Await;
import io.clickstream.time.PartitionTimes;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.util.clock.ManualClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TimedReaderTest {

    private final ManualClock clock = new ManualClock();
    private final Shards shards = new Shards();
    private final Output output = new Output();
    private final Gauges metrics = new Gauges();
    private TimedReader<Shard> reader;

    private record Shard(String splitId, List<String> parents) implements SourceSplit {}

    @BeforeEach
    void start() {
        reader =
                new TimedReader<>(
                        shards,
                        shards,
                        new PartitionTimes(
                                Duration.ofSeconds(20),
                                Duration.ofSeconds(15),
                                Duration.ofMinutes(5)),
                        clock,
                        metrics);
        reader.start();
    }

    @AfterEach
    void stop() throws Exception {
        reader.close();
    }

    @Test
    void emitsOneWatermarkForTheSubtask() throws Exception {
        add("a");
        add("b");
        emits("a", "12:00:00");
        emits("b", "11:59:50");

        step();

        assertThat(output.records).hasSize(2);
        assertThat(output.said).containsExactly(time("11:59:29.999"));
    }

    @Test
    void becomesAvailableInStepsWithoutRecords() throws Exception {
        add("a");
        emits("a", "12:00:00");
        step();

        clock.advanceTime(Duration.ofSeconds(16));
        step();

        assertThat(output.said).containsExactly(time("11:59:39.999"), "idle");
    }

    @Test
    void becomesAvailableWithARecord() throws Exception {
        add("a");
        reader.pollNext(output);
        CompletableFuture<Void> available = reader.isAvailable();

        shards.waiting.complete(null);

        available.get();
    }

    @Test
    void givesTheReadersEndOfInput() throws Exception {
        shards.status = InputStatus.END_OF_INPUT;

        assertThat(reader.pollNext(output)).isEqualTo(InputStatus.END_OF_INPUT);
    }

    /** A child lets go of its own parents, and of no other shard that has ended. */
    @Test
    void aChildHoldsEventTimeInPlaceOfItsParentsOnly() throws Exception {
        add("parent");
        add("other parent");
        add("ahead");
        emits("parent", "10:00:00");
        emits("other parent", "11:00:00");
        emits("ahead", "12:00:00");
        step();
        reader.pollNext(output);
        shards.output.releaseOutputForSplit("parent");
        shards.output.releaseOutputForSplit("other parent");
        add("child", "parent");
        emits("child", "12:00:00");
        step();

        assertThat(output.said).containsExactly(time("09:59:39.999"), time("10:59:39.999"));
        assertThat(output.released).containsExactly("parent", "other parent");
    }

    @Test
    void takesNoShardForAPartitionThatWasAtItsEndBefore() throws Exception {
        add("ended", "END");
        add("a");
        emits("a", "12:00:00");

        step();

        assertThat(output.said).containsExactly(time("11:59:39.999"));
    }

    @Test
    void isAsFarBehindAsTheShardThatIsFurthestBehind() throws Exception {
        add("a");
        add("b");
        shards.readUpTo.put("a", clock.relativeTimeMillis() - 2_000);
        shards.readUpTo.put("b", clock.relativeTimeMillis() - 90_000);

        clock.advanceTime(Duration.ofSeconds(1));
        step();

        assertThat(metrics.millisBehindLatest()).isEqualTo(91_000);
    }

    /** The reporter asks while the task waits, too. */
    @Test
    void fallsBehindWithTheClockWhileAServerDoesNotAnswer() throws Exception {
        add("a");
        shards.readUpTo.put("a", PartitionTimes.NEVER);
        clock.advanceTime(Duration.ofSeconds(1));
        step();

        clock.advanceTime(Duration.ofMinutes(10));

        assertThat(metrics.millisBehindLatest()).isEqualTo(601_000);
    }

    @Test
    void asksWhetherAShardIsAtItsEndThatSeemsToBeBehind() throws Exception {
        add("a");
        add("b");
        shards.readUpTo.put("a", clock.relativeTimeMillis());
        shards.readUpTo.put("b", clock.relativeTimeMillis() - 10_000);
        clock.advanceTime(Duration.ofSeconds(1));

        step();

        assertThat(shards.checked).containsExactly("b");
    }

    @Test
    void isNotBehindWithShardsThatHaveEndedOrWithoutAny() throws Exception {
        assertThat(metrics.millisBehindLatest()).isZero();
        add("a");
        shards.readUpTo.put("a", PartitionTimes.NEVER);
        clock.advanceTime(Duration.ofMinutes(10));
        step();
        assertThat(metrics.millisBehindLatest()).isEqualTo(600_000);

        shards.output.releaseOutputForSplit("a");
        clock.advanceTime(Duration.ofSeconds(1));
        step();

        assertThat(metrics.millisBehindLatest()).isZero();
    }

    private void add(String id, String... parents) {
        reader.addSplits(List.of(new Shard(id, List.of(parents))));
    }

    private void emits(String shard, String time) throws Exception {
        shards.records.add(Map.entry(shard, click("ann").at(time).build()));
        reader.pollNext(output);
    }

    /** Waits for the next step of event time, as Flink does. */
    private void step() throws Exception {
        int before = shards.polls;
        Await.until(
                "a step",
                Duration.ofSeconds(10),
                () -> {
                    reader.isAvailable().get();
                    reader.pollNext(output);
                    return shards.polls >= before + 2;
                });
    }

    /** A reader that emits what a test gives it. */
    private static final class Shards
            implements SourceReader<Incoming, Shard>, SplitProgress<Shard> {

        private final Queue<Map.Entry<String, Incoming>> records = new ArrayDeque<>();
        private final CompletableFuture<Void> waiting = new CompletableFuture<>();
        private final Map<String, Long> readUpTo = new HashMap<>();
        private final List<String> checked = new ArrayList<>();
        private InputStatus status = InputStatus.NOTHING_AVAILABLE;
        private ReaderOutput<Incoming> output;
        private int polls;

        @Override
        public InputStatus pollNext(ReaderOutput<Incoming> out) {
            output = out;
            polls++;
            if (!records.isEmpty()) {
                Map.Entry<String, Incoming> record = records.remove();
                out.createOutputForSplit(record.getKey()).collect(record.getValue(), 0);
            }
            return status;
        }

        @Override
        public CompletableFuture<Void> isAvailable() {
            return waiting;
        }

        @Override
        public long caughtUpAt(String partition) {
            return Long.MAX_VALUE / 2;
        }

        @Override
        public boolean isAtEnd(Shard split) {
            return split.parents().contains("END");
        }

        @Override
        public Collection<String> predecessors(Shard split) {
            return split.parents();
        }

        @Override
        public long readUpTo(String split, long now) {
            return readUpTo.getOrDefault(split, now);
        }

        @Override
        public void check(List<String> partitions) {
            checked.addAll(partitions);
        }

        @Override
        public void start() {}

        @Override
        public List<Shard> snapshotState(long checkpointId) {
            return List.of();
        }

        @Override
        public void addSplits(List<Shard> splits) {}

        @Override
        public void notifyNoMoreSplits() {}

        @Override
        public void close() {}
    }

    /** What is reported to CloudWatch. */
    private static final class Gauges extends UnregisteredMetricsGroup {

        private final Map<String, Gauge<?>> gauges = new HashMap<>();

        @Override
        public MetricGroup addGroup(String name) {
            assertThat(name).isEqualTo("kinesisanalytics");
            return this;
        }

        @Override
        public <T, G extends Gauge<T>> G gauge(String name, G gauge) {
            gauges.put(name, gauge);
            return gauge;
        }

        private long millisBehindLatest() {
            return (Long) gauges.get("millisBehindLatest").getValue();
        }
    }

    /** Flink's output, as far as it matters. */
    private static final class Output implements ReaderOutput<Incoming> {

        private final List<Object> said = new ArrayList<>();
        private final List<Incoming> records = new ArrayList<>();
        private final List<String> released = new ArrayList<>();

        @Override
        public SourceOutput<Incoming> createOutputForSplit(String splitId) {
            return this;
        }

        @Override
        public void releaseOutputForSplit(String splitId) {
            released.add(splitId);
        }

        @Override
        public void collect(Incoming incoming) {
            records.add(incoming);
        }

        @Override
        public void collect(Incoming incoming, long timestamp) {
            records.add(incoming);
        }

        @Override
        public void emitWatermark(Watermark watermark) {
            said.add(watermark.getTimestamp());
        }

        @Override
        public void markIdle() {
            said.add("idle");
        }

        @Override
        public void markActive() {
            said.add("active");
        }
    }
}
