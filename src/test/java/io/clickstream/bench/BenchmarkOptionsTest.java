package io.clickstream.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.bench.RunSpec.Backend;
import io.clickstream.bench.RunSpec.Input;
import io.clickstream.tools.command.FlinkOption;
import io.clickstream.tools.command.ToolCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BenchmarkOptionsTest {

    @Test
    void measuresAllByDefault() {
        Benchmark benchmark = parse();

        assertThat(benchmark.workloads())
                .containsExactly(Workload.LAB, Workload.SHOP, Workload.SKEW);
        assertThat(benchmark.cases())
                .containsExactly(
                        new Case(Peer.LIMIT, Backend.ROCKSDB, Input.MEMORY, ClickFormat.AVRO),
                        new Case(Peer.OURS, Backend.ROCKSDB, Input.MEMORY, ClickFormat.AVRO),
                        new Case(Peer.TEXTBOOK, Backend.ROCKSDB, Input.MEMORY, ClickFormat.AVRO),
                        new Case(Peer.SQL, Backend.ROCKSDB, Input.MEMORY, ClickFormat.AVRO),
                        new Case(Peer.CONSUME, Backend.ROCKSDB, Input.KAFKA, ClickFormat.AVRO),
                        new Case(Peer.OURS, Backend.ROCKSDB, Input.KAFKA, ClickFormat.AVRO),
                        new Case(Peer.TEXTBOOK, Backend.ROCKSDB, Input.KAFKA, ClickFormat.AVRO),
                        new Case(Peer.SQL, Backend.ROCKSDB, Input.KAFKA, ClickFormat.AVRO),
                        new Case(
                                Peer.KAFKA_STREAMS,
                                Backend.ROCKSDB,
                                Input.KAFKA,
                                ClickFormat.AVRO));
    }

    @Test
    void quickMeasuresTheLabAndOnlyWhatItMustFromKafka() {
        Benchmark benchmark = parse("--quick");

        assertThat(benchmark.workloads()).containsExactly(Workload.LAB);
        assertThat(benchmark.cases())
                .extracting(Case::toString)
                .containsExactly(
                        "limit from memory",
                        "ours from memory",
                        "ours-live from memory",
                        "ours-funnel from memory",
                        "ours-carts from memory",
                        "ours-all from memory",
                        "sql-live from memory",
                        "textbook from memory",
                        "sql from memory",
                        "consume from kafka",
                        "ours from kafka",
                        "kafka-streams from kafka");
    }

    @Test
    void runsEachProgramOnAnotherFlinkRightAfterThisOne() {
        String other = FlinkOption.own().equals("2.2") ? "1.20" : "2.2";

        assertThat(
                        parse(
                                        "--compare-flink",
                                        other,
                                        "--peers",
                                        "consume,ours,kafka-streams",
                                        "--input",
                                        "kafka")
                                .cases())
                .extracting(Case::toString)
                .containsExactly(
                        "consume from kafka",
                        "consume (%s) from kafka".formatted(other),
                        "ours from kafka",
                        "ours (%s) from kafka".formatted(other),
                        "kafka-streams from kafka");
    }

    @Test
    void measuresJacksonsTreeWithJsonOnly() {
        assertThat(parse("--quick", "--format", "json").cases())
                .allMatch(each -> each.format() == ClickFormat.JSON)
                .extracting(Case::toString)
                .containsExactly(
                        "limit from memory",
                        "ours from memory",
                        "ours-live from memory",
                        "ours-funnel from memory",
                        "ours-carts from memory",
                        "ours-all from memory",
                        "sql-live from memory",
                        "tree from memory",
                        "textbook from memory",
                        "sql from memory",
                        "consume from kafka",
                        "ours from kafka",
                        "tree from kafka",
                        "kafka-streams from kafka");
    }

    @Test
    void measuresWhatIsAskedFor() {
        Benchmark benchmark =
                parse(
                        "--workload",
                        "skew",
                        "--backend",
                        "heap",
                        "--input",
                        "kafka",
                        "--peers",
                        "consume,ours,kafka-streams");

        assertThat(benchmark.workloads()).containsExactly(Workload.SKEW);
        assertThat(benchmark.cases())
                .containsExactly(
                        new Case(Peer.CONSUME, Backend.HEAP, Input.KAFKA, ClickFormat.AVRO),
                        new Case(Peer.OURS, Backend.HEAP, Input.KAFKA, ClickFormat.AVRO));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--workload labs | 'labs' is none of lab, shop, skew",
                "--backend disk | 'disk' is none of rocksdb, heap",
                "--input kinesis | 'kinesis' is none of memory, kafka",
                "--peers ours,spark | 'spark' is none of limit, consume, ours, ours-live,"
                        + " ours-funnel, ours-carts, ours-all, sql-live, tree, textbook, sql,"
                        + " kafka-streams",
                "--format csv | 'csv' is none of avro, json",
                "--peers tree | none of these peers runs so",
                "--parallelism 0 | --parallelism must be at least 1, not 0",
                "--parallelism two | 'two' is not an int",
                "--input memory --peers consume | none of these peers runs so",
                "--compare-flink 1.19 | '--compare-flink': must be 2.2 or 1.20, not 1.19",
                "--fast | Unknown option: '--fast'",
                "--replay 0 | --replay needs at least 1 click, not 0",
                "--operator --quick | --operator, --open-sessions, --registry, --decode, --replay,"
                        + " --archive, --everything, --sinks and --freshness can't be combined with"
                        + " other options: --operator --quick",
                "--json x --archive | can't be combined with other options: --json x --archive",
                "--archive --archive | option '--archive' should be specified only once",
                "--registry --open-sessions | can't be combined with other options",
                "--sinks 3s --quick | can't be combined with other options: --sinks 3s --quick",
                "--freshness 30s | --freshness needs 1m or longer",
                "--sinks long | 'long' is no duration such as 500ms, 90s, 2m or 1h",
            })
    void answersAWrongOptionWithOneLine(String options, String answer) {
        StringWriter err = new StringWriter();

        int exit =
                ToolCommand.commandLine("benchmark", new Benchmark())
                        .setErr(new PrintWriter(err))
                        .execute(options.split(" "));

        assertThat(exit).isEqualTo(2);
        assertThat(err.toString().strip().lines())
                .singleElement()
                .asString()
                .startsWith("benchmark: ")
                .contains(answer);
    }

    @ParameterizedTest
    @CsvSource({"100, 100", "0, 1", "3000, 3000", "3400, 3000", "3600, 4000", "9999, 10000"})
    void givesWholeBlocksWhereTheyAreMany(long asked, long given) {
        assertThat(ClickPlan.rounded(asked, 1_000)).isEqualTo(given);
    }

    private static Benchmark parse(String... options) {
        Benchmark benchmark = new Benchmark();
        new CommandLine(benchmark).parseArgs(options);
        return benchmark;
    }
}
