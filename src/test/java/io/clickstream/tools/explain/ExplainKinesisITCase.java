package io.clickstream.tools.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.local.server.KinesisServer;
import io.clickstream.testing.AwsCredentials;
import io.clickstream.tools.command.ToolCommand;
import io.clickstream.tools.produce.Produce;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Samples of streams. */
class ExplainKinesisITCase {

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

    @Test
    void explainsTheOldestRecordsOfEachShard() {
        server.createStream("clicks", 2);
        try (AwsCredentials credentials = AwsCredentials.some()) {
            assertThat(credentials).isNotNull();
            assertThat(
                            ToolCommand.commandLine("produce", new Produce())
                                    .execute(
                                            "--to",
                                            "kinesis",
                                            "--stream",
                                            "clicks",
                                            "--region",
                                            "us-east-1",
                                            "--endpoint",
                                            server.uri().toString(),
                                            "--preset",
                                            "interactions",
                                            "--count",
                                            "500",
                                            "--rate",
                                            "500"))
                    .isZero();

            Run run = explain("clicks");
            Run some = explain("clicks", "--records", "40");

            assertThat(run.code()).as(run.err()).isZero();
            assertThat(run.out())
                    .startsWith("stream clicks: the oldest records of 2 shards\n500 records, ")
                    .contains("The preset interactions does the same")
                    .contains("500 of 500 records are clicks");
            assertThat(some.out()).contains("40 of 40 records are clicks");
        }
    }

    @Test
    void saysThatThereIsNoStream() {
        try (AwsCredentials credentials = AwsCredentials.some()) {
            assertThat(credentials).isNotNull();

            Run run = explain("nowhere");

            assertThat(run.code()).isEqualTo(1);
            assertThat(run.err()).contains("there is no stream nowhere; create it");
        }
    }

    private static Run explain(String stream, String... more) {
        return Run.of(
                Stream.concat(
                                Stream.of(
                                        "--input",
                                        "kinesis://" + stream,
                                        "--region",
                                        "us-east-1",
                                        "--endpoint",
                                        server.uri().toString()),
                                Stream.of(more))
                        .toArray(String[]::new));
    }
}
