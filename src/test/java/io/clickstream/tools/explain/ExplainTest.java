package io.clickstream.tools.explain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.tools.command.ToolCommand;
import io.clickstream.tools.produce.Produce;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExplainTest {

    private static final String SHOP = "src/test/resources/mapping/shop.jsonl";

    @TempDir private Path folder;

    @Test
    void explainsTheRecordsOfAShop() {
        Run run = Run.of("--input", SHOP);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .startsWith("1 file: one record per line\n10 records, 9 fields:\n\nfield ")
                .containsPattern("/event_time +string +100 % +\\d+ +\"2019-10-01 00:00:00 UTC\", ")
                .contains(
                        """
                        {"PropertyGroupId": "format", "PropertyMap": {
                          "type": "json",
                          "user": "/user_id",
                          "time": "/event_time",
                          "time-format": "yyyy-MM-dd HH:mm:ss 'UTC'",
                          "event-type": "/event_type",
                        """)
                .contains("The preset rees46 does the same")
                .contains(
                        "scripts/replay.sh --input "
                                + SHOP
                                + " --output results --session-gap 30m --map user=/user_id --map"
                                + " time=/event_time --map \"time-format=yyyy-MM-dd HH:mm:ss"
                                + " 'UTC'\" --map event-type=/event_type ")
                .contains(
                        "   1  click  user 101, 2019-10-01T00:00:00Z, product_detail, no"
                                + " department, item 1000, value 35.79, session s-101\n")
                .contains(
                        "   2  click  user 102, 2019-10-01T00:00:01Z, product_detail, department"
                                + " appliances, item 1001");
    }

    /** What records and names of files have must not move the cursor or forge a line. */
    @Test
    void nothingThatTheTerminalObeysIsPrinted() throws Exception {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            lines.add(
                    ("{\"user_id\":\"u%d\\u001b[2J\",\"event_time\":%d,\"event_type\":\"view\\u009b\",\"category\":\"c\\n"
                         + "Missing: all\\u202e%d\",\"x\\u001b]0;!\\u0007\":1}")
                            .formatted(i % 7, 1655183298630L + i, i % 3));
        }
        lines.add("{\"user_id\":\"u\",\"event_time\":\"\\u001b[2J\"}");

        Run run = Run.of("--input", write("\u001b[31mred.jsonl", lines).toString());

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out().lines()).noneMatch(line -> line.matches(".*[\\p{Cc}\\p{Cf}].*"));
        assertThat(run.out())
                .contains("/x\\u001B]0;!\\u0007 ")
                .contains("department c\\u000AMissing: all\\u202E0")
                .contains("\\u001B[31mred.jsonl' --output results");
    }

    @Test
    void saysThatFieldsAreTooDeep() throws Exception {
        String click = "{\"userid\":7,\"eventtimestamp\":1655183298630}";
        String deep = "{\"a\":".repeat(10) + click + "}".repeat(10);
        Path file = write("deep.jsonl", List.of(deep));

        Run run = Run.of("--input", file.toString());
        Run mapped =
                Run.of(
                        "--input",
                        file.toString(),
                        "--map",
                        "user=" + "/a".repeat(10) + "/userid",
                        "--map",
                        "time=" + "/a".repeat(10) + "/eventtimestamp");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out())
                .contains("\nFields below more than 10 levels are left out.\n")
                .contains("Missing: the user. None of these fields comes near, and others are left")
                .doesNotContain("No field comes near.");
        assertThat(mapped.code()).as(mapped.out()).isZero();
    }

    @Test
    void proposedCommandQuotesNames() throws Exception {
        List<String> lines =
                List.of(
                        "{\"userid\":7,\"eventtimestamp\":1655183298630,\"category!\":\"a\"}",
                        "{\"userid\":7,\"eventtimestamp\":1655183298631,\"category!\":\"it's\"}");
        Path file = write("my `id`; $(id) & it's.jsonl", lines);

        Run run = Run.of("--input", file.toString(), "--map", "department=/it's 5!0");

        assertThat(run.out())
                .contains(
                        "--input \"%s/my \\`id\\`; \\$(id) & it's.jsonl\" --output results"
                                .formatted(folder))
                .contains(" --map $'department=/it\\'s 5\\x210'");
    }

    @Test
    void formatOfTheTimesMustFitToTheEnd() throws Exception {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 4_000; i++) {
            String time = i < 2_000 ? "2023-11-14 10:%02d:%02d UTC" : "none %d, %d";
            lines.add(
                    "{\"userid\":%d,\"eventtimestamp\":\"%s\"}"
                            .formatted(i % 7, time.formatted(i / 60 % 60, i % 60)));
        }

        Run run = Run.of("--input", write("changed.jsonl", lines).toString());

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out())
                .contains("Missing: the time. These fields come near:\n  /eventtimestamp (no known")
                .doesNotContain("100 % of its values are times");
    }

    @Test
    void exampleOfTheTimesIsATime() throws Exception {
        List<String> lines = new ArrayList<>();
        lines.add("{\"userid\":7,\"eventtimestamp\":\"none\"}");
        for (int i = 0; i < 30; i++) {
            lines.add(
                    "{\"userid\":%d,\"eventtimestamp\":\"%d\"}"
                            .formatted(i % 7, 1655183298630L + i));
        }

        Run run = Run.of("--input", write("times.jsonl", lines).toString());

        assertThat(run.out()).contains("(such as \"1655183298630\")");
    }

    @Test
    void countsTheReasonsOfTheRest() throws Exception {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            lines.add("{\"userid\":%d,\"eventtimestamp\":%d}".formatted(i % 7, 1655183298630L + i));
        }
        lines.add("{\"eventtimestamp\":1655183298630}");
        lines.add("{\"userid\":7}");
        lines.add("{\"userid\":7,\"eventtimest");
        lines.add("{\"userid\":8}");
        lines.set(2, "{\"userid\":null,\"eventtimestamp\":1655183298630}");

        Run run = Run.of("--input", write("lab.jsonl", lines).toString());

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("34 records, 1 of them not JSON objects, 2 fields:")
                .contains("\n   3  missing-user: the user is absent, null or empty\n")
                .contains("\nOf the other 24 records, 20 are clicks, and:\n")
                .contains("\n  1 malformed, such as lines 33: ")
                .contains("\n  1 missing-user, such as lines 31: the user is absent")
                .contains("\n  2 missing-time, such as lines 32: the event time is absent or null")
                .contains(
                        "\n29 of 34 records are clicks, by 7 users. 0 are checkouts, and 0 visit");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lab", "interactions", "ga4", "segment", "snowplow", "rees46"})
    void explainsWhatTheProducerSends(String preset) {
        Path file = produce(preset);

        Run run = Run.of("--input", file.toString());

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("one record per line, compressed with gzip")
                .contains("The preset " + preset + " does the same")
                .containsPattern("\n1,9[78]\\d of 2,000 records are clicks");
    }

    /** Their names of fields say nothing of users. */
    @ParameterizedTest
    @ValueSource(strings = {"web-access", "ticker"})
    void namesThePresetThatFits(String preset) {
        Path file = produce(preset);

        Run run = Run.of("--input", file.toString());
        Run next = Run.of("--input", file.toString(), "--preset", preset);

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out())
                .contains("Missing: the user. These fields come near:\n  /")
                .endsWith(
                        "The preset %s fits. To try it, add: --preset %s\n"
                                .formatted(preset, preset));
        assertThat(next.code()).as(next.err()).isZero();
    }

    @Test
    void explainsCsvWithoutNamesOfColumns() {
        Run run = Run.of("--input", Samples.SHAPES.resolve("taobao.csv").toString());

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("\nThe first line does not name the columns. To name them, add --columns")
                .contains(" --columns column1,column2,column3,column4,column5 --map user=/column1 ")
                .contains("CSV with the columns column1, column2, column3, column4, column5")
                .contains("/column5  ")
                .containsPattern("event-type +/column4\n");
        assertThat(run.out()).containsPattern("time +/column5\n");
    }

    @Test
    void explainsCompressedArrays() throws Exception {
        Path file = folder.resolve("shop.json");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(
                    ("[" + String.join(",\n", Files.readAllLines(Path.of(SHOP))) + "]")
                            .getBytes(UTF_8));
        }
        Files.write(file, bytes.toByteArray());

        Run run = Run.of("--input", file.toString(), "--records", "4");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .startsWith(
                        "1 file: a JSON array of records, compressed with gzip\n"
                                + "4 records (the limit by --records),");
    }

    @Test
    void triesAPreset() {
        Run run =
                Run.of(
                        "--input",
                        Samples.SHAPES.resolve("segment.jsonl").toString(),
                        "--preset",
                        "segment",
                        "--map",
                        "department=none");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .doesNotContain("Proposal:")
                .contains("\"preset\": \"segment\",\n  \"department\": \"none\"}}")
                .contains("--preset segment --map department=none")
                .contains("and 0 visit a department.");
    }

    @Test
    void usersChooseWhatIsMissing() throws Exception {
        List<String> lines =
                List.of(
                        "{\"who\":\"a\",\"ts\":1655183298}",
                        "{\"who\":\"b\",\"ts\":1655183299}",
                        "{\"who\":\"a\",\"ts\":1655183300}");
        Path file = write("who.jsonl", lines);

        Run without = Run.of("--input", file.toString());
        assertThat(without.code()).isEqualTo(1);
        assertThat(without.out())
                .contains("Missing: the user. No field comes near.")
                .contains("  If you know the field, add: --map user=/POINTER\n")
                .doesNotContain("PropertyGroupId");

        Run with = Run.of("--input", file.toString(), "--map", "user=/who");
        assertThat(with.code()).as(with.err()).isZero();
        assertThat(with.out())
                .contains("\"user\": \"/who\"")
                .contains("3 of 3 records are clicks, by 2 users.");
    }

    @Test
    void doesNotAskAgainForWhatUsersChose() throws Exception {
        Path file =
                write(
                        "own.jsonl",
                        List.of("{\"who\":\"a\",\"ts\":\"6/2022/14 5h\",\"did\":\"x\"}"));
        String[] choice = {"--map", "time=/ts", "--map", "time-format=M/yyyy/d H'h'"};

        Run some = Run.of("--input", file.toString(), choice[0], choice[1], choice[2], choice[3]);
        assertThat(some.code()).isEqualTo(1);
        assertThat(some.out())
                .contains("Missing: the user.", "Without event types, no session has a checkout.")
                .containsPattern("time +/ts\n +\\(by --map\\)")
                .doesNotContain("Missing: the time.");

        Run typed = Run.of("--input", file.toString(), "--map", "event-type=/did");
        assertThat(typed.out())
                .contains("Missing: the time.")
                .containsPattern("event-type +/did\n +\\(by --map\\)")
                .doesNotContain("no field looks like an event type", "Without event types");
    }

    @Test
    void saysWhatIsNotJson() throws Exception {
        Run run =
                Run.of(
                        "--input",
                        write("text.log", List.of("GET /index.html 200", "GET /cart 200"))
                                .toString());

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out())
                .contains(
                        "No record is a JSON object. The first one of 2 begins with: GET"
                                + " /index.html 200\n   1  malformed: ");
    }

    @Test
    void saysThatAvroNeedsNoMapping() throws Exception {
        byte[] record = {0, 0, 0, 0, 7, 2, 3, 4, 5, 6};

        Run run = Run.of("--input", Files.write(folder.resolve("clicks.avro"), record).toString());

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out())
                .contains("begins with: ??????????\n")
                .contains("Confluent's, schema 7); for Avro, set `format / type` to `avro`")
                .endsWith("they need no mapping: set `format / type` to `avro`.\n");
    }

    @Test
    void failsIfFewRecordsAreClicks() {
        Run run = Run.of("--input", SHOP, "--map", "time-format=iso-8601");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out())
                .contains("0 of 10 records are clicks")
                .endsWith(
                        "Fewer than half of the records are clicks: this mapping does not fit.\n");
    }

    @Test
    void saysThatAFileIsEmpty() throws Exception {
        Path file = write("empty.jsonl", List.of());

        Run run = Run.of("--input", file.toString());

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).isEqualTo("explain: " + file + " has no records to explain\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--input nothing.jsonl | --input: there is no file nothing.jsonl",
                "--records 5 | Missing required option: '--input=INPUT'",
                "--input x --records 0 | --records must be from 1 to 100000, not 0",
                "--input x --records 100001 | --records must be from 1 to 100000, not 100001",
                "--input x --colums a,b | Unknown options: '--colums', 'a,b'",
                "--input kafka://broker:9092 | --input is kafka://broker:9092; it must be"
                        + " kafka://HOST:PORT/TOPIC",
                "--input kinesis:// | --input is kinesis://; it must be kinesis://STREAM",
                "--input x --region eu-central-1 | --region and --endpoint are only for --input"
                        + " kinesis://STREAM",
                "--input x --kafka a=b | --kafka and --kafka-file are only for --input"
                        + " kafka://HOST:PORT/TOPIC",
                "--input kafka://b:1/t --columns a | --columns is only for files; leave it out",
                "--input kafka://b:1/t --kafka-file no.properties | --kafka-file: there is no file"
                        + " no.properties",
                "--input kinesis://s --endpoint 127.0.0.1 | --endpoint must be a URL such as"
                        + " http://127.0.0.1:4567, not 127.0.0.1"
            })
    void answersAWrongOptionWithOneLine(String options, String message) {
        Run run = Run.of(options.split(" "));

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith("explain: " + message).hasLineCount(1);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void refusesWrongKeysOfTheMapping() {
        assertThat(Run.of("--input", SHOP, "--preset", "ga5").err())
                .contains("`format / preset` is 'ga5', which is not supported");
        Run run = Run.of("--input", SHOP, "--map", "usr=/user_id");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("`format / usr` is not known; did you mean `user`?");
    }

    private Path produce(String preset) {
        Path file = folder.resolve("clicks.jsonl.gz");
        int produced =
                ToolCommand.commandLine("produce", new Produce())
                        .execute(
                                "--to",
                                "files",
                                "--output",
                                file.toString(),
                                "--count",
                                "2000",
                                "--start",
                                "2024-11-19T06:00:00Z",
                                "--preset",
                                preset,
                                "--malformed",
                                "1");
        assertThat(produced).isZero();
        return file;
    }

    private Path write(String name, List<String> lines) throws Exception {
        return Files.write(folder.resolve(name), lines);
    }
}
