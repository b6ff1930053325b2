package io.clickstream.tools.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.local.server.KafkaBroker;
import io.clickstream.tools.command.ToolCommand;
import io.clickstream.tools.produce.Produce;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Samples of topics. */
class ExplainKafkaITCase {

    @TempDir private static Path folder;
    private static KafkaBroker broker;

    @BeforeAll
    static void startBroker() {
        broker = KafkaBroker.start(folder.resolve("kafka"));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void explainsTheNewestRecordsOfEachPartition() {
        broker.createTopic("clicks", 4);
        assertThat(
                        ToolCommand.commandLine("produce", new Produce())
                                .execute(
                                        "--to",
                                        "kafka",
                                        "--bootstrap-servers",
                                        broker.bootstrapServers(),
                                        "--topic",
                                        "clicks",
                                        "--count",
                                        "1000",
                                        "--rate",
                                        "1000"))
                .isZero();

        Run all = Run.of("--input", "kafka://" + broker.bootstrapServers() + "/clicks");
        Run some =
                Run.of(
                        "--input",
                        "kafka://" + broker.bootstrapServers() + "/clicks",
                        "--records",
                        "100",
                        "--kafka",
                        "max.poll.records=7");

        assertThat(all.code()).as(all.err()).isZero();
        assertThat(all.out())
                .startsWith(
                        "topic clicks at "
                                + broker.bootstrapServers()
                                + ": the newest records of 4 partitions\n1,000 records, ")
                .contains("The preset lab does the same")
                .contains("1,000 of 1,000 records are clicks")
                .doesNotContain("scripts/replay.sh");
        assertThat(some.code()).as(some.err()).isZero();
        assertThat(some.out())
                .contains("\n100 records (the limit by --records), ")
                .contains("100 of 100 records are clicks");
    }

    @Test
    void saysWhatATopicLacks() {
        broker.createTopic("empty", 2);
        Run empty = Run.of("--input", "kafka://" + broker.bootstrapServers() + "/empty");
        Run none = Run.of("--input", "kafka://" + broker.bootstrapServers() + "/none");

        assertThat(empty.code()).isEqualTo(1);
        assertThat(empty.err()).isEqualTo("explain: topic empty has no records to explain\n");
        assertThat(none.code()).isEqualTo(1);
        assertThat(none.err()).startsWith("explain: there is no topic none at ");
    }
}
