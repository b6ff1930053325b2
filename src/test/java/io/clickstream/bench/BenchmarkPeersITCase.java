package io.clickstream.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.bench.RunSpec.Backend;
import io.clickstream.bench.RunSpec.Input;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every peer computes what the oracle says, from either input. */
class BenchmarkPeersITCase {

    private static final Workload WORKLOAD = Workload.LAB.withUsers(2_000);
    private static final int PARTITIONS = 2;

    @TempDir static Path folder;

    private static ClickBlock block;
    private static Reference reference;

    @BeforeAll
    static void writeClicks() throws Exception {
        block = ClickBlock.write(WORKLOAD, PARTITIONS, folder);
        reference = new Reference(WORKLOAD, block);
    }

    @ParameterizedTest
    @EnumSource(names = {"OURS", "TEXTBOOK", "SQL"})
    void agreesWithTheOracleFromMemory(Peer peer) throws Exception {
        RunResult result = FlinkRun.run(spec(peer, Input.MEMORY, null, null), clicks -> {});

        agrees(peer, result);
    }

    @ParameterizedTest
    @EnumSource(names = {"OURS", "KAFKA_STREAMS"})
    void agreesWithTheOracleFromKafka(Peer peer) throws Exception {
        try (KafkaInput kafka = KafkaInput.start(folder.resolve("kafka-" + peer))) {
            String topic = kafka.topic(WORKLOAD.name(), block, clicks());
            RunSpec spec = spec(peer, Input.KAFKA, kafka.bootstrapServers(), topic);
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
        return block.clicks() * 5 / 2;
    }

    private static RunSpec spec(Peer peer, Input input, String bootstrapServers, String topic) {
        return new RunSpec(
                peer + "-" + input,
                peer,
                WORKLOAD.name(),
                WORKLOAD.gap().toMillis(),
                block,
                Backend.ROCKSDB,
                input,
                PARTITIONS,
                clicks(),
                clicks() / 4,
                2_000,
                folder.resolve(peer + "-" + input).toString(),
                bootstrapServers,
                topic,
                true);
    }
}
