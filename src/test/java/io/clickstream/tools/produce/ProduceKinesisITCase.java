package io.clickstream.tools.produce;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.local.server.KinesisServer;
import io.clickstream.testing.AwsCredentials;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.kinesis.model.Record;

/** The producer in front of the local Kinesis server. */
class ProduceKinesisITCase {

    private static final Pattern VERBOSE =
            Pattern.compile("record (\\d+)  key (\\S+)  (shardId-\\d{12})  sequence (\\d+)");

    @TempDir private static Path folder;
    private static KinesisServer server;

    @BeforeAll
    static void startServer() {
        server = KinesisServer.start(folder.resolve("kinesis.log"));
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    /**
     * What the author of the write-up read from the shard ids, in place of which it is a report.
     */
    @Test
    void fiftyTickersWithFourKeysHitTwoOfFourShards() {
        server.createStream("tickers", 4);
        Run run =
                produce(
                        "tickers",
                        "--preset",
                        "ticker",
                        "--count",
                        "50",
                        "--rate",
                        "10",
                        "--keys",
                        "4",
                        "--verbose");

        assertThat(run.code()).as(run.err()).isZero();
        Map<String, String> keys = new HashMap<>();
        for (Record record : server.records("tickers")) {
            assertThat(record.data().asUtf8String())
                    .matches(
                            "\\{\"EVENT_TIME\":\"[-0-9]{10}T[:0-9]{8}\\.\\d{6}\","
                                    + "\"TICKER\":\"[A-Z]{4}\",\"PRICE\":\\d+\\.\\d{1,2}}");
            keys.put(record.sequenceNumber(), record.partitionKey());
        }
        assertThat(keys).hasSize(50);
        Matcher line = VERBOSE.matcher(run.out());
        int number = 0;
        while (line.find()) {
            assertThat(line.group(1)).isEqualTo(Integer.toString(++number));
            assertThat(line.group(2)).isEqualTo(Integer.toString((number - 1) % 4 + 1));
            assertThat(line.group(3))
                    .isEqualTo(number % 4 == 0 ? "shardId-000000000002" : "shardId-000000000003");
            assertThat(keys).containsEntry(line.group(4), line.group(2));
        }
        assertThat(number).isEqualTo(50);
        assertThat(run.out())
                .contains(
                        """
                        50 records to stream tickers: 50 good clicks
                          shardId-000000000000  0 records, 0.0 %
                          shardId-000000000001  0 records, 0.0 %
                          shardId-000000000002  12 records, 24.0 %
                          shardId-000000000003  38 records, 76.0 %
                        2 of 4 shards hit; the busiest has 3.0 times an even share; \
                        """)
                .containsPattern(
                        "; (9\\.\\d|10\\.0) records/s and 0\\.\\d kB/s need 1 shard: 1 or 2 would"
                                + " do\nacknowledged 50, failed 0\n$");
    }

    @Test
    void recordsOfAUserStayInOrder() throws Exception {
        server.createStream("clicks", 2);
        Run run = produce("clicks", "--duration", "5s", "--rate", "200");

        assertThat(run.code()).as(run.err()).isZero();
        Map<String, Long> lastOfUser = new HashMap<>();
        List<Record> records = server.records("clicks");
        for (Record record : records) {
            String text = record.data().asUtf8String();
            assertThat(text).contains("\"userid\":" + record.partitionKey() + ",");
            Matcher sequence = Pattern.compile("\"globalseq\":(\\d+)").matcher(text);
            assertThat(sequence.find()).isTrue();
            long number = Long.parseLong(sequence.group(1));
            Long before = lastOfUser.put(record.partitionKey(), number);
            assertThat(before == null || before < number).isTrue();
        }
        // Less only where the machine stalled for seconds.
        assertThat(records).hasSizeBetween(600, 1_000);
        assertThat(run.out())
                .contains("acknowledged %,d, failed 0\n".formatted(records.size()))
                .contains("2 of 2 shards hit; ");
    }

    @Test
    void aStreamThatIsNotThereIsNamed() {
        Run run = produce("nowhere", "--count", "1");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("there is no stream nowhere; create it");
    }

    private static Run produce(String stream, String... more) {
        String[] arguments = new String[8 + more.length];
        String[] first = {
            "--to",
            "kinesis",
            "--stream",
            stream,
            "--region",
            "us-east-1",
            "--endpoint",
            server.uri().toString()
        };
        System.arraycopy(first, 0, arguments, 0, first.length);
        System.arraycopy(more, 0, arguments, first.length, more.length);
        try (AwsCredentials credentials = AwsCredentials.some()) {
            assertThat(credentials).isNotNull();
            return Run.of(arguments);
        }
    }
}
