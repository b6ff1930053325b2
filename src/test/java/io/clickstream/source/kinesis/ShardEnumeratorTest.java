package io.clickstream.source.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.config.JobConfig;
import io.clickstream.config.KinesisSourceConfig;
import io.clickstream.testing.PropertyGroups;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.annotation.Nullable;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.SplitsAssignment;
import org.apache.flink.api.connector.source.mocks.MockSplitEnumeratorContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who gets which shard and when, with a stream whose shards are a list. */
class ShardEnumeratorTest {

    private static final Instant NOW = Instant.parse("2022-06-14T12:00:00Z");

    private final Stream stream = new Stream();
    private MockSplitEnumeratorContext<ShardSplit> context;
    private ShardEnumerator enumerator;
    private int seen;

    /** The shards of a stream, each with its parents. */
    private static final class Stream implements ShardEnumerator.ShardLister {
        private final Map<String, List<String>> shards = new TreeMap<>();
        private boolean away;
        private boolean closed;

        Stream with(String shard, String... parents) {
            shards.put(shard, List.of(parents));
            return this;
        }

        @Override
        public List<ShardSplit> list(ShardPosition position) {
            if (away) {
                throw new IllegalStateException("away");
            }
            List<ShardSplit> splits = new ArrayList<>();
            shards.forEach((id, parents) -> splits.add(new ShardSplit(id, parents, position)));
            return splits;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    @AfterEach
    void close() throws Exception {
        enumerator.close();
        context.close();
        assertThat(stream.closed).isTrue();
    }

    @Test
    void dealsShardsOutWhenAllReadersAreThere() throws Throwable {
        stream.with("a").with("b").with("c");
        start(2, "trim-horizon");
        reader(0);
        assertThat(assigned()).isEmpty();

        reader(1);

        assertThat(assigned()).isEqualTo(Map.of(0, List.of("a", "c"), 1, List.of("b")));
    }

    @Test
    void beginsAtTheOldestRecord() throws Throwable {
        assertThat(positionFrom("trim-horizon")).isEqualTo(ShardPosition.TRIM_HORIZON);
    }

    @Test
    void beginsAtATime() throws Throwable {
        assertThat(positionFrom("2022-06-14T06:00:00Z"))
                .isEqualTo(ShardPosition.at(Instant.parse("2022-06-14T06:00:00Z").toEpochMilli()));
    }

    /** So that a failure before the first snapshot loses nothing. */
    @Test
    void takesTheTimeOfTheStartForTheEndOfTheStream() throws Throwable {
        assertThat(positionFrom("latest")).isEqualTo(ShardPosition.at(NOW.toEpochMilli()));
    }

    @Test
    void readsShardsThatComeLaterFromTheirBeginning() throws Throwable {
        stream.with("a");
        startWithReaders(1, "latest");
        stream.with("b", "a");
        finish(0, "a");

        listAgain();

        assertThat(lastPosition()).isEqualTo(ShardPosition.TRIM_HORIZON);
    }

    @Test
    void readsChildrenWhenTheirParentIsAtItsEndWhereItWas() throws Throwable {
        stream.with("a").with("b").with("c", "b").with("d", "b");
        startWithReaders(2, "trim-horizon");
        assertThat(assigned()).isEqualTo(Map.of(0, List.of("a"), 1, List.of("b")));

        finish(1, "b");

        assertThat(assigned()).isEqualTo(Map.of(1, List.of("c", "d")));
    }

    @Test
    void readsAMergedShardWhenBothParentsAreAtTheirEndWhereTheLastOneWas() throws Throwable {
        stream.with("a").with("b").with("c", "a", "b");
        startWithReaders(2, "trim-horizon");
        assertThat(assigned()).isEqualTo(Map.of(0, List.of("a"), 1, List.of("b")));

        finish(1, "b");
        assertThat(assigned()).isEmpty();
        finish(0, "a");

        assertThat(assigned()).isEqualTo(Map.of(0, List.of("c")));
    }

    /** Ends are counted, so that it does not matter that shards are forgotten meanwhile. */
    @Test
    void readsAMergedShardWhereTheLastParentWasThoughAnotherShardIsForgotten() throws Throwable {
        stream.with("a").with("b").with("x").with("y").with("c", "b", "a");
        startWithReaders(2, "trim-horizon");
        assertThat(assigned()).isEqualTo(Map.of(0, List.of("a", "x"), 1, List.of("b", "y")));
        finish(0, "x");
        finish(1, "b");
        stream.shards.remove("x");
        context.runPeriodicCallable(0);

        finish(0, "a");

        assertThat(assigned()).isEqualTo(Map.of(0, List.of("c")));
    }

    /** Readers tell in any order what they have restored. */
    @Test
    void readsAMergedShardWhereTheLastParentWasAfterARestart() throws Throwable {
        for (int last = 0; last < 2; last++) {
            stream.shards.clear();
            stream.with("a").with("b");
            startWithReaders(2, "trim-horizon");
            finish(1 - last, last == 0 ? "b" : "a");
            finish(last, last == 0 ? "a" : "b");
            KnownShards known = enumerator.snapshotState(1);
            close();
            stream.with("c", "a", "b");

            start(2, "trim-horizon", copy(known));
            enumerator.handleSourceEvent(0, new ShardReport(List.of(), List.of("a")));
            enumerator.handleSourceEvent(1, new ShardReport(List.of(), List.of("b")));
            reader(0);
            reader(1);

            // They end where they were: a in subtask 0, b in subtask 1.
            assertThat(assigned()).isEqualTo(Map.of(last, List.of("c")));
            close();
            stream.closed = false;
        }
        start(1, "trim-horizon");
    }

    /** Retention is over: the reader ends the shard, and its children go on. */
    @Test
    void readsTheChildrenOfAShardThatIsGone() throws Throwable {
        stream.with("a");
        startWithReaders(1, "trim-horizon");
        assertThat(assigned()).isEqualTo(Map.of(0, List.of("a")));
        KnownShards known = enumerator.snapshotState(1);
        close();
        stream.shards.clear();
        stream.with("c", "a").with("d", "a");

        start(1, "trim-horizon", known);
        enumerator.handleSourceEvent(0, new ShardReport(List.of("a"), List.of()));
        reader(0);
        assertThat(assigned()).isEmpty();
        finish(0, "a");

        assertThat(assigned()).isEqualTo(Map.of(0, List.of("c", "d")));
    }

    @Test
    void anEmptyOrFailedListingEndsNothing() throws Throwable {
        stream.with("a").with("b", "a");
        startWithReaders(1, "trim-horizon");
        KnownShards before = enumerator.snapshotState(1);
        stream.shards.clear();
        context.runPeriodicCallable(0);
        stream.away = true;
        context.runPeriodicCallable(0);

        KnownShards after = enumerator.snapshotState(2);
        assertThat(after.reading()).isEqualTo(before.reading()).containsExactly("a");
        assertThat(after.waiting()).isEqualTo(before.waiting()).hasSize(1);
        assertThat(after.finished()).isEmpty();
    }

    @Test
    void readsAShardWhoseParentsTheStreamHasForgotten() throws Throwable {
        stream.with("c", "a", "b");

        startWithReaders(1, "trim-horizon");

        assertThat(assigned()).isEqualTo(Map.of(0, List.of("c")));
    }

    @Test
    void looksForChildrenAtOnceWhenAShardEnds() throws Throwable {
        stream.with("a");
        startWithReaders(1, "trim-horizon");
        assertThat(assigned()).isEqualTo(Map.of(0, List.of("a")));
        stream.with("b", "a").with("c", "a");

        finish(0, "a");
        listAgain();

        assertThat(assigned()).isEqualTo(Map.of(0, List.of("b", "c")));
    }

    @Test
    void findsNewShardsInIntervals() throws Throwable {
        stream.with("a");
        startWithReaders(2, "trim-horizon");
        assertThat(assigned()).isEqualTo(Map.of(0, List.of("a")));
        stream.with("b");

        context.runPeriodicCallable(0);

        assertThat(assigned()).isEqualTo(Map.of(1, List.of("b")));
        context.runPeriodicCallable(0);
        assertThat(assigned()).isEmpty();
    }

    @Test
    void failsWhereTheStreamCantBeListedAtTheStart() throws Throwable {
        stream.away = true;

        assertThatThrownBy(() -> startWithReaders(1, "trim-horizon"))
                .rootCause()
                .hasMessage("away");
    }

    @Test
    void goesOnWhereTheStreamCantBeListedLater() throws Throwable {
        stream.with("a");
        startWithReaders(1, "trim-horizon");
        assertThat(assigned()).hasSize(1);
        stream.with("b").away = true;
        context.runPeriodicCallable(0);
        assertThat(assigned()).isEmpty();

        stream.away = false;
        context.runPeriodicCallable(0);

        assertThat(assigned()).isEqualTo(Map.of(0, List.of("b")));
    }

    /** A reader is lost before its first snapshot: its shards come back as they were given. */
    @Test
    void givesShardsAgainThatCameBack() throws Throwable {
        stream.with("a").with("b");
        startWithReaders(2, "trim-horizon");
        assertThat(assigned()).hasSize(2);
        context.unregisterReader(1);
        enumerator.addSplitsBack(
                List.of(new ShardSplit("b", List.of(), ShardPosition.after("7"))), 1);
        assertThat(assigned()).isEmpty();

        reader(1);

        assertThat(assigned()).isEqualTo(Map.of(1, List.of("b")));
        assertThat(lastPosition()).isEqualTo(ShardPosition.after("7"));
    }

    @Test
    void givesNoShardAgainThatCameBackAtItsEnd() throws Throwable {
        stream.with("a").with("b", "a");
        startWithReaders(1, "trim-horizon");
        assertThat(assigned()).isEqualTo(Map.of(0, List.of("a")));
        context.unregisterReader(0);
        enumerator.addSplitsBack(List.of(new ShardSplit("a", List.of(), ShardPosition.END)), 0);

        reader(0);

        assertThat(assigned()).isEqualTo(Map.of(0, List.of("b")));
    }

    @Test
    void goesOnAfterARestart() throws Throwable {
        stream.with("a").with("b").with("c", "b");
        startWithReaders(2, "trim-horizon");
        assertThat(assigned()).hasSize(2);
        KnownShards known = enumerator.snapshotState(1);
        close();
        stream.with("d");

        start(1, "trim-horizon", known);
        // Readers tell what they have restored before they are registered.
        enumerator.handleSourceEvent(0, new ShardReport(List.of("a"), List.of("b")));
        reader(0);

        // The stream is listed before that, and what is new is read from its beginning.
        assertThat(assigned()).isEqualTo(Map.of(0, List.of("c", "d")));
        assertThat(lastPosition()).isEqualTo(ShardPosition.TRIM_HORIZON);
    }

    /** A reader's snapshot may be older than what the enumerator heard of it. */
    @Test
    void believesAReaderThatReadsAFinishedShardAgain() throws Throwable {
        stream.with("a").with("b", "a");
        startWithReaders(1, "trim-horizon");
        finish(0, "a");
        assertThat(assigned()).isEqualTo(Map.of(0, List.of("a", "b")));
        KnownShards known = enumerator.snapshotState(1);
        close();
        assertThat(known.finished()).containsExactly("a");

        start(1, "trim-horizon", known);
        enumerator.handleSourceEvent(0, new ShardReport(List.of("a"), List.of()));
        reader(0);

        assertThat(assigned()).isEmpty();
        assertThat(enumerator.snapshotState(2).reading()).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void forgetsWhatTheStreamHasForgotten() throws Throwable {
        stream.with("a").with("b", "a");
        startWithReaders(1, "trim-horizon");
        finish(0, "a");
        context.runPeriodicCallable(0);
        assertThat(enumerator.snapshotState(1).finished()).containsExactly("a");
        // Neither listed nor anybody's parent any more.
        stream.shards.remove("a");
        stream.with("b");

        context.runPeriodicCallable(0);

        assertThat(enumerator.snapshotState(2).finished()).isEmpty();
        assertThat(enumerator.snapshotState(2).reading()).containsExactly("b");
    }

    private static KnownShards copy(KnownShards known) throws Exception {
        KnownShardsSerializer serializer = new KnownShardsSerializer();
        return serializer.deserialize(serializer.getVersion(), serializer.serialize(known));
    }

    private ShardPosition positionFrom(String start) throws Throwable {
        stream.with("a");
        startWithReaders(1, start);
        return lastPosition();
    }

    private void startWithReaders(int parallelism, String start) throws Throwable {
        start(parallelism, start);
        for (int i = 0; i < parallelism; i++) {
            reader(i);
        }
    }

    private void start(int parallelism, String start) throws Throwable {
        start(parallelism, start, null);
    }

    private void start(int parallelism, String start, @Nullable KnownShards known)
            throws Throwable {
        KinesisSourceConfig config =
                JobConfig.parse(
                                PropertyGroups.none()
                                        .with("source.kinesis", "stream", "clicks")
                                        .with("source.kinesis", "region", "eu-central-1")
                                        .with("source.kinesis", "start", start)
                                        .group("sink.kinesis")
                                        .build())
                        .kinesisSource()
                        .orElseThrow();
        seen = 0;
        context = new MockSplitEnumeratorContext<>(parallelism);
        enumerator =
                new ShardEnumerator(
                        context, config, stream, Clock.fixed(NOW, ZoneOffset.UTC), known);
        enumerator.start();
        context.runNextOneTimeCallable();
    }

    private void reader(int subtask) {
        context.registerReader(new ReaderInfo(subtask, "localhost"));
        enumerator.addReader(subtask);
    }

    private void finish(int subtask, String shard) {
        enumerator.handleSourceEvent(subtask, new ShardReport(List.of(), List.of(shard)));
    }

    /** What the end of a shard has asked for. */
    private void listAgain() throws Throwable {
        context.runNextOneTimeCallable();
    }

    /** What was assigned since this was asked last: subtasks to their shards. */
    private Map<Integer, List<String>> assigned() {
        Map<Integer, List<String>> assigned = new TreeMap<>();
        List<SplitsAssignment<ShardSplit>> all = context.getSplitsAssignmentSequence();
        for (SplitsAssignment<ShardSplit> each : all.subList(seen, all.size())) {
            each.assignment()
                    .forEach(
                            (subtask, splits) ->
                                    splits.forEach(
                                            split ->
                                                    assigned.computeIfAbsent(
                                                                    subtask,
                                                                    index -> new ArrayList<>())
                                                            .add(split.splitId())));
        }
        seen = all.size();
        return assigned;
    }

    private ShardPosition lastPosition() {
        List<SplitsAssignment<ShardSplit>> all = context.getSplitsAssignmentSequence();
        return all.get(all.size() - 1).assignment().values().stream()
                .flatMap(List::stream)
                .reduce((one, other) -> other)
                .orElseThrow()
                .position();
    }
}
