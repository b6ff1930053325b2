package io.clickstream.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.bench.RunSpec.Backend;
import io.clickstream.bench.RunSpec.Input;
import io.clickstream.tools.command.FlinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every peer computes what the oracle says, from either input. */
class BenchmarkPeersITCase {

    private static final Workload WORKLOAD = Workload.LAB.withUsers(2_000);
    private static final int PARTITIONS = 2;

    @TempDir static Path folder;

    private static ClickBlock avro;
    private static ClickBlock json;
    private static Reference reference;

    @BeforeAll
    static void writeClicks() throws Exception {
        avro = ClickBlock.write(WORKLOAD, ClickFormat.AVRO, PARTITIONS, folder);
        json = ClickBlock.write(WORKLOAD, ClickFormat.JSON, PARTITIONS, folder);
        reference = new Reference(WORKLOAD, avro);
    }

    @Test
    void hasTheSameClicksInBothFormats() throws Exception {
        long clicks = clicks();

        assertThat(new Reference(WORKLOAD, json).expect(clicks).digests())
                .isEqualTo(reference.expect(clicks).digests());
    }

    @ParameterizedTest
    @EnumSource(names = {"OURS", "TEXTBOOK", "SQL"})
    void agreesWithTheOracleFromMemory(Peer peer) throws Exception {
        RunResult result = FlinkRun.run(spec(peer, Input.MEMORY, avro, null, null), clicks -> {});

        agrees(peer, result);
    }

    @ParameterizedTest
    @EnumSource(names = {"OURS", "TREE", "SQL"})
    void agreesWithTheOracleAboutJson(Peer peer) throws Exception {
        RunResult result = FlinkRun.run(spec(peer, Input.MEMORY, json, null, null), clicks -> {});

        agrees(peer, result);
    }

    @ParameterizedTest
    @EnumSource(
            value = Peer.class,
            names = {"LIMIT"})
    void findsTheFieldsOfEachClick(Peer peer) throws Exception {
        RunResult result = FlinkRun.run(spec(peer, Input.MEMORY, json, null, null), clicks -> {});

        assertThat(result.clicksPerSecond()).isPositive();
    }

    @ParameterizedTest
    @EnumSource(names = {"OURS", "KAFKA_STREAMS"})
    void agreesWithTheOracleFromKafka(Peer peer) throws Exception {
        try (KafkaInput kafka = KafkaInput.start(folder.resolve("kafka-" + peer))) {
            String topic = kafka.topic(WORKLOAD.name(), avro, clicks());
            RunSpec spec = spec(peer, Input.KAFKA, avro, kafka.bootstrapServers(), topic);
            List<Long> progress = new ArrayList<>();

            // Kafka Streams has a class path, and so a process, of its own.
            RunResult result =
                    new PeerProcess(folder.resolve(peer + ".log")).run(spec, progress::add);

            agrees(peer, result);
        }
    }

    private static void agrees(Peer peer, RunResult result) {
        Reference.Answer expected = reference.expect(clicks());
        Map<ResultType, List<String>> lines =
                (peer.isWithoutCheckoutVisits() ? expected.withoutCheckoutVisits() : expected)
                        .lines();
        for (ResultType aggregate : ResultType.values()) {
            assertThat(result.lines().get(aggregate))
                    .containsExactlyInAnyOrderElementsOf(lines.get(aggregate));
            assertThat(result.digests().get(aggregate)).isEqualTo(Digest.of(lines.get(aggregate)));
        }
        assertThat(result.clicksPerSecond()).isPositive();
        assertThat(result.peakHeapBytes()).isPositive();
    }

    private static long clicks() {
        return avro.clicks() * 5 / 2;
    }

    private static RunSpec spec(
            Peer peer, Input input, ClickBlock block, String bootstrapServers, String topic) {
        return new RunSpec(
                peer + "-" + input + "-" + block.format(),
                peer,
                FlinkOption.own(),
                WORKLOAD.name(),
                WORKLOAD.gap().toMillis(),
                block,
                Backend.ROCKSDB,
                input,
                PARTITIONS,
                clicks(),
                clicks() / 4,
                2_000,
                folder.resolve(peer + "-" + input + "-" + block.format()).toString(),
                bootstrapServers,
                topic,
                true);
    }
}
