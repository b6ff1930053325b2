package io.clickstream.tools.produce;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpreadReportTest {

    private final List<String> said = new ArrayList<>();
    private final Deliveries deliveries = new Deliveries(false, said::add);

    /** The first digits of their MD5: c4ca, c81e, eccb, a87f; 5d41 of hello, 0cc1 of a. */
    @ParameterizedTest
    @CsvSource({"1,0xc4ca", "2,0xc81e", "3,0xeccb", "4,0xa87f", "hello,0x5d41", "a,0x0cc1"})
    void aKeyIsWhereItsMd5Is(String key, String firstBits) {
        assertThat(HashKey.bucket(key)).isEqualTo(Integer.decode(firstBits));
    }

    @ParameterizedTest
    @CsvSource({
        "0x0000,4,0",
        "0x3fff,4,0",
        "0x4000,4,1",
        "0xbfff,4,2",
        "0xc000,4,3",
        "0xffff,4,3",
        "0xffff,1,0",
        "0x5555,3,0",
        "0x5556,3,1"
    })
    void aShardHasAnEqualPartOfAllKeys(String bucket, int shards, int shard) {
        assertThat(HashKey.shard(Integer.decode(bucket), shards)).isEqualTo(shard);
    }

    /** 50 records in 5 s, keys 1 to 4 in turn, of 64 bytes with their keys. */
    @Test
    void fourKeysOverFourShardsHitTwo() {
        arrive(50, i -> Integer.toString(i % 4 + 1), 4, 63);

        assertThat(lines(4, 5))
                .containsExactly(
                        "  shard 0  0 records, 0.0 %",
                        "  shard 1  0 records, 0.0 %",
                        "  shard 2  12 records, 24.0 %",
                        "  shard 3  38 records, 76.0 %",
                        "2 of 4 shards hit; the busiest has 3.0 times an even share; 10.0 records/s"
                                + " and 0.6 kB/s need 1 shard: 1 or 2 would do");
    }

    @Test
    void evenKeysNeedWhatTheRateNeeds() {
        arrive(40_000, i -> "user " + i, 8, 100);

        // 2,000 records/s: two shards, if keys did not always differ by a few.
        assertThat(lines(8, 20).get(8))
                .isEqualTo(
                        "8 of 8 shards hit; the busiest has 1.0 times an even share; 2,000.0"
                                + " records/s and 219.4 kB/s need 2 shards: 3 would do");
    }

    @Test
    void bytesCountAsRecordsDo() {
        arrive(1_000, i -> "user " + i, 1, 25_000);

        assertThat(lines(1, 10).get(1))
                .isEqualTo(
                        "1 of 1 shards hit; the busiest has 1.0 times an even share; 100.0"
                                + " records/s and 2,500.8 kB/s need 3 shards: 1 are too few, with"
                                + " these keys 3 would do");
    }

    @Test
    void oneKeyIsTooMuchForAnyShard() {
        arrive(3_000, i -> "everybody", 2, 10);

        assertThat(lines(2, 1).get(2))
                .endsWith(
                        "need 3 shards: with these keys no number would do, one has too much for"
                                + " any shard");
    }

    @Test
    void partitionsSayWhatAStreamWouldNeed() {
        arrive(100, i -> "user " + i, 2, 94);

        assertThat(deliveries.report("partition", List.of("shard 0", "shard 1"), 10).lines().get(2))
                .matches(
                        "2 of 2 partitions hit; the busiest has 1\\.\\d times an even share; 10.0"
                                + " records/s and 1.0 kB/s need 1 shard of Kinesis, with these"
                                + " keys 1");
    }

    @Test
    void ofManyShardsTheBusiestAreNamed() {
        arrive(1_000, i -> "user " + i, 40, 10);

        List<String> lines = lines(40, 10);
        assertThat(lines).hasSize(18);
        assertThat(lines.get(16)).isEqualTo("  and 24 more");
        List<Long> counts =
                lines.subList(0, 16).stream()
                        .map(line -> Long.parseLong(line.replaceAll(".*  (\\d+) records.*", "$1")))
                        .toList();
        assertThat(counts).isSortedAccordingTo((a, b) -> Long.compare(b, a));
    }

    @Test
    void failedRecordsAreNamedUntilThereAreTooMany() {
        for (int i = 1; i <= 12; i++) {
            deliveries.failed(record(i, "k" + i, 1), new IllegalStateException("no room\nat all"));
        }

        assertThat(deliveries.failed()).isEqualTo(12);
        assertThat(deliveries.firstFailure()).isPresent();
        assertThat(said).hasSize(11);
        assertThat(said.get(0)).isEqualTo("record 1  key k1  failed: no room");
        assertThat(said.get(10)).isEqualTo("more records failed; they are counted");
    }

    private void arrive(int records, IntFunction<String> key, int shards, int bytes) {
        for (int i = 0; i < records; i++) {
            ProducedRecord record = record(i + 1, key.apply(i), bytes);
            int shard = HashKey.shard(HashKey.bucket(record.key()), shards);
            deliveries.acknowledged(record, "shard " + shard, "sequence " + i);
        }
    }

    private static ProducedRecord record(int number, String key, int bytes) {
        return new ProducedRecord(number, key, new byte[bytes]);
    }

    private List<String> lines(int shards, double seconds) {
        List<String> all = IntStream.range(0, shards).mapToObj(i -> "shard " + i).toList();
        return deliveries.report("shard", all, seconds).lines();
    }
}
