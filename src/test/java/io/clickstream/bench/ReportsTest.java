package io.clickstream.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.clickstream.bench.RunSpec.Backend;
import io.clickstream.bench.RunSpec.Input;
import io.clickstream.tools.command.FlinkOption;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** The table, the lines of JSON and the chart that the benchmark makes of its measurements. */
class ReportsTest {

    private static final Measurement LIMIT = measurement(Peer.LIMIT, 3_000_000, -1, 20);
    private static final Measurement OURS = measurement(Peer.OURS, 2_400_000, 900_000, 310);
    private static final Measurement TEXTBOOK = measurement(Peer.TEXTBOOK, 30_000, 6_000_000, 687);
    private static final List<Measurement> ALL = List.of(LIMIT, OURS, TEXTBOOK);

    @Test
    void tableComparesWithTheLimitAndWithOurs() {
        assertThat(BenchmarkTable.lines(ALL))
                .containsExactly(
                        "| peer     | input  |  clicks/s | of limit | ours is | peak heap |"
                                + " state/session | longest checkpoint | $/billion clicks |",
                        "|:---------|:-------|----------:|---------:|--------:|----------:|"
                                + "--------------:|-------------------:|-----------------:|",
                        "| limit    | memory | 3,000,000 |     1.00 |   0.8 x |     64 MB |"
                                + "             - |     20 ms (sync 7) |             0.02 |",
                        "| ours     | memory | 2,400,000 |     0.80 |   1.0 x |     64 MB |"
                                + "          45 B |    310 ms (sync 7) |             0.03 |",
                        "| textbook | memory |    30,000 |     0.01 |  80.0 x |     64 MB |"
                                + "         300 B |    687 ms (sync 7) |             2.04 |");
    }

    @Test
    void tableTakesConsumeForTheLimitOfKafka() {
        Case consume = new Case(Peer.CONSUME, Backend.ROCKSDB, Input.KAFKA, ClickFormat.AVRO);
        Case streams = new Case(Peer.KAFKA_STREAMS, Backend.ROCKSDB, Input.KAFKA, ClickFormat.AVRO);

        assertThat(
                        BenchmarkTable.lines(
                                List.of(
                                        LIMIT,
                                        measurement(consume, 1_000_000, -1, 20),
                                        measurement(streams, 50_000, -1, -1))))
                .last()
                .asString()
                .contains("|     0.05 |       - |")
                .contains("|             - |                  - |             1.22 |");
    }

    @Test
    void comparesVersionsOfFlink() {
        Measurement limit = measurement(LIMIT.measured().on("9.1"), 2_000_000, -1, -1);
        Measurement ours = measurement(OURS.measured().on("9.1"), 1_600_000, -1, -1);
        List<Measurement> all = List.of(LIMIT, limit, OURS, ours, TEXTBOOK);

        assertThat(BenchmarkTable.versions(all))
                .containsExactly("limit from memory: 1.50 x", "ours from memory: 1.50 x");
        // Each version has its own limit.
        assertThat(BenchmarkTable.lines(all))
                .filteredOn(line -> line.contains("ours (9.1)"))
                .singleElement()
                .asString()
                .contains("1,600,000 |     0.80 |   1.0 x |");
    }

    @Test
    void jsonHasTheFieldsInTheirOrder() {
        assertThat(OURS.toJson())
                .isEqualTo(
                        "{\"workload\":\"lab\",\"peer\":\"ours\",\"backend\":\"rocksdb\","
                                + "\"input\":\"memory\",\"format\":\"avro\",\"flink\":\""
                                + FlinkOption.own()
                                + "\",\"parallelism\":1,\"clicks\":1000,"
                                + "\"clicksPerSecond\":2400000,\"peakHeapBytes\":67108864,"
                                + "\"stateBytesPerSession\":45,\"checkpointMillis\":310}");
        assertThat(measurement(Peer.KAFKA_STREAMS, 50_000, -1, -1).toJson())
                .endsWith("\"stateBytesPerSession\":null,\"checkpointMillis\":null}");
    }

    @Test
    void measurementTakesTheMedianOfRatesAndTheWorstOfTheRest() {
        Measurement measurement =
                Measurement.of(
                        "lab",
                        OURS.measured(),
                        1,
                        1_000,
                        100,
                        List.of(
                                run(10, 1, 100, 5, 3),
                                run(30, 3, 300, 9, 1),
                                run(20, 2, 200, 7, 2)));

        assertThat(measurement.clicksPerSecond()).isEqualTo(20);
        assertThat(measurement.peakHeapBytes()).isEqualTo(3);
        assertThat(measurement.stateBytesPerSession()).hasValue(2);
        assertThat(measurement.checkpointMillis()).hasValue(9);
        assertThat(measurement.checkpointSyncMillis()).hasValue(3);
    }

    @Test
    void costCountsOneKpuForOrchestration() {
        // A billion clicks at 1,000,000/s take 1,000 s on one KPU and one for orchestration.
        assertThat(measurement(Peer.OURS, 1_000_000, -1, -1).dollarsPerBillionClicks())
                .isCloseTo(1_000 / 3_600.0 * 2 * 0.11, within(1e-9));
    }

    @Test
    void chartHasABarAndANumberForEach() throws Exception {
        String svg = BarChart.draw("Clicks per second, 2 x <CPU> & more", ALL);

        Document document =
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
        NodeList bars = document.getElementsByTagName("rect");
        assertThat(bars.getLength()).isEqualTo(3);
        double longest = width(bars, 0);
        assertThat(width(bars, 1) / longest).isCloseTo(0.8, within(0.001));
        assertThat(width(bars, 2) / longest).isCloseTo(0.01, within(0.001));
        assertThat(bars.item(1).getAttributes().getNamedItem("class").getNodeValue())
                .isEqualTo("ours");
        assertThat(document.getDocumentElement().getTextContent())
                .contains("2 x <CPU> & more")
                .contains("lab, from memory, RocksDB, parallelism 1")
                .contains("3,000,000", "2,400,000", "30,000", "limit", "ours", "textbook")
                .contains("prefers-color-scheme: dark");
    }

    private static double width(NodeList bars, int index) {
        return Double.parseDouble(
                bars.item(index).getAttributes().getNamedItem("width").getNodeValue());
    }

    private static Measurement measurement(Peer peer, double rate, long state, long checkpoint) {
        return measurement(
                new Case(peer, Backend.ROCKSDB, Input.MEMORY, ClickFormat.AVRO),
                rate,
                state,
                checkpoint);
    }

    private static Measurement measurement(
            Case measured, double rate, long state, long checkpoint) {
        return Measurement.of(
                "lab",
                measured,
                1,
                1_000,
                20_000,
                List.of(run(rate, 64 << 20, state, checkpoint, checkpoint < 0 ? -1 : 7)));
    }

    private static RunResult run(double rate, long heap, long state, long checkpoint, long sync) {
        return new RunResult(rate, 1, heap, state, checkpoint, sync, Map.of(), Map.of());
    }
}
