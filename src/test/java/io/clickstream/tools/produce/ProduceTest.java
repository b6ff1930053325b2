package io.clickstream.tools.produce;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command, as far as it needs no server. */
class ProduceTest {

    private static final String START = "2024-07-04T01:02:03.456Z";

    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--count 1 | Missing required option: '--to=kafka",
                "--to s3 | Invalid value for option '--to': expected one of [kafka, kinesis,"
                        + " files]",
                "--to kafka --topic t | --to kafka needs --bootstrap-servers HOST:PORT",
                "--to kafka --bootstrap-servers b:1 | --to kafka needs --topic NAME",
                "--to kinesis | --to kinesis needs --stream NAME",
                "--to kinesis --stream s --endpoint 127.0.0.1 | --endpoint must be a URL such as"
                        + " http://127.0.0.1:4567, not 127.0.0.1",
                "--to kinesis --stream s --topic t | --topic is only for --to kafka; leave it out",
                "--to kafka --bootstrap-servers b:1 --topic t --start 1655183300000 | --start is"
                        + " only for --to files; leave it out",
                "--to files --count 1 | --to files needs --output FILE or --output DIR",
                "--to files --output x | --to files needs --count N or --duration TIME",
                "--to files --output pom.xml --count 1 | --output pom.xml already exists;",
                "--to files --output src --count 1 | --output src already exists; specify",
                "--to files --output x --count 1 --expected src | --expected src is not empty;"
                        + " specify a new folder",
                "--to files --output x --count 0 | --count must be at least 1, not 0",
                "--to files --output x --count 1 --rate 0 | --rate must be above 0 and at most"
                        + " 1000000, not 0.0",
                "--to files --output x --count 1 --rate 2000 --users 10 | --users must be at least"
                        + " 618 for --rate 2000, not 10",
                "--to files --output x --count 1 --start soon | 'soon' is no time such as"
                        + " 2026-11-20T06:00:00Z or 1655183300000",
                "--to files --output x --count 1 --start 0 | '0' is before 1970-01-02T00:00:00Z",
                "--to files --output x --count 1 --start 2999-01-01T00:00:00Z | --start is too"
                    + " late: the last click would be in the future, at 2999-01-01T00:00:00.001Z",
                "--to files --output x --count 1 --format avro | --format avro is not for files,"
                        + " which hold JSON lines",
                "--to kinesis --stream s --format avro --preset ticker | --format avro is only for"
                        + " --preset lab; ticker is JSON",
                "--to kinesis --stream s --format avro --bots 1 | --bots needs --format json: Avro"
                        + " clicks have no user agent",
                "--to kinesis --stream s --format csv | Invalid value for option '--format'",
                "--to files --output x --count 1 --preset shop | 'shop' is no preset; there are"
                    + " lab, interactions, web-access, ticker, ga4, segment, snowplow and rees46",
                "--to files --output x --count 1 --keys some | 'some' is neither 'user' nor a"
                        + " number of keys from 1 on",
                "--to files --output x --count 1 --late 101 | '101' is no share in percent, from 0"
                        + " to 100, such as 5 or 0.5",
                "--to files --output x --count 1 --bots NaN | 'NaN' is no share in percent",
                "--to files --output x --count 1 --bots 60 --malformed 41 | --late, --malformed and"
                        + " --bots are more than 100 % together",
                "--to files --output x --count 50 --rate 10 --late 1 | --late needs a run of more"
                        + " than 30 s, not 5.0 s: no click is late before",
                "--to files --output x --count 50000 --late 1 --session-gap 1h | --late needs a"
                        + " --session-gap below 1h: a late click would join a session",
                "--to files --output x --count 1 --disorder 11m | --disorder must be at most 10m,"
                        + " not 660s",
                "--to files --output x --duration 5 | '5' is no duration such as 500ms, 90s, 2m or"
                        + " 1h",
                "--to files --output x --count 1 --count 2 | option '--count' (N) should be"
                        + " specified only once",
                "--to files --output x --count 1 --late 1 --seed 2 --late 2 | option '--late'"
                        + " should be specified only once",
                "--to files --output x --output y --count 1 | option '--output' should be specified"
                        + " only once",
                "--to files --outptu x | Unknown options: '--outptu', 'x'",
            })
    void wrongOptionGetsOneLineThatSaysWhatIsAllowed(String arguments, String message) {
        Run run = Run.of(arguments.split(" "));

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains(message).hasLineCount(1);
        assertThat(run.err().strip()).endsWith("(--help shows all options)");
        assertThat(Path.of("x")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"lab", "interactions", "web-access", "ticker"})
    void sameOptionsGiveTheSameBytes(String preset) throws Exception {
        for (String name : List.of("a", "b")) {
            Run run =
                    produce(
                            name + ".jsonl.gz",
                            "--count 40000 --start " + START,
                            "--preset " + preset,
                            "--disorder 5s --late 2 --malformed 3 --bots 4 --duplicates 5",
                            "--expected " + folder.resolve("expected-" + name));
            assertThat(run.code()).as(run.err()).isZero();
        }

        assertThat(folder.resolve("a.jsonl.gz"))
                .hasSameBinaryContentAs(folder.resolve("b.jsonl.gz"));
        for (String file :
                List.of(
                        "departments.jsonl",
                        "sessions.jsonl",
                        "checkouts.jsonl",
                        "dead-letters.json")) {
            assertThat(folder.resolve("expected-a").resolve(file))
                    .hasSameBinaryContentAs(folder.resolve("expected-b").resolve(file));
        }
        assertThat(unpacked("a.jsonl.gz")).hasSize(40_000);
    }

    /** What the seed 1 gives must not change without notice. */
    @Test
    void firstLinesOfASeed() throws Exception {
        produce("web.jsonl", "--count 7 --rate 10 --preset web-access --start " + START);
        produce("lab.jsonl", "--count 2 --rate 10 --start " + START);

        assertThat(Files.readAllLines(folder.resolve("web.jsonl")))
                .containsExactly(
                        "{\"name\":\"Lucas Moreau"
                            + " 5\",\"path\":\"/\",\"action\":\"home\",\"timestamp\":\"2024-07-04T01:02:03.456Z\"}",
                        "{\"name\":\"Juan Jones"
                            + " 2\",\"path\":\"/\",\"action\":\"home\",\"timestamp\":\"2024-07-04T01:02:03.556Z\"}",
                        "{\"name\":\"Lucas Moreau"
                            + " 5\",\"path\":\"/logout\",\"action\":\"logout\",\"timestamp\":\"2024-07-04T01:02:03.656Z\"}",
                        "{\"name\":\"Zoe Lopez"
                            + " 6\",\"path\":\"/\",\"action\":\"home\",\"timestamp\":\"2024-07-04T01:02:03.756Z\"}",
                        "{\"name\":\"Ava Dubois"
                            + " 10\",\"path\":\"/\",\"action\":\"home\",\"timestamp\":\"2024-07-04T01:02:03.856Z\"}",
                        "{\"name\":\"Yuki"
                            + " Haddad\",\"path\":\"/\",\"action\":\"home\",\"timestamp\":\"2024-07-04T01:02:03.956Z\"}",
                        "{\"name\":\"Juan Jones"
                            + " 2\",\"path\":\"/products\",\"action\":\"products\",\"timestamp\":\"2024-07-04T01:02:04.056Z\"}");
        assertThat(Files.readAllLines(folder.resolve("lab.jsonl")))
                .containsExactly(
                        "{\"ip\":\"66.249.1.211\",\"eventtimestamp\":1720054923456,\"devicetype\":\"mobile\",\"event_type\":\"home_page\",\"product_type\":\"N/A\",\"userid\":4808,\"globalseq\":1,\"prevglobalseq\":0}",
                        "{\"ip\":\"66.249.1.119\",\"eventtimestamp\":1720054923556,\"devicetype\":\"tablet\",\"event_type\":\"home_page\",\"product_type\":\"N/A\",\"userid\":1562,\"globalseq\":2,\"prevglobalseq\":0}");
    }

    @Test
    void theReportOfFilesSaysWhatIsInThem() {
        Run run =
                produce(
                        "clicks.jsonl",
                        "--count 50000 --start " + START,
                        "--malformed 2 --bots 1 --late 1 --duplicates 3",
                        "--expected " + folder.resolve("expected"));

        assertThat(run.code()).isZero();
        assertThat(run.out())
                .containsPattern(
                        "50,000 records to file .*clicks.jsonl: 4\\d,\\d{3} good clicks,"
                                + " 1,\\d{3} duplicates, \\d{3} late, \\d{3,4} malformed,"
                                + " \\d{3} of bots\n")
                .contains("acknowledged 50,000, failed 0\n")
                .containsPattern(
                        "expected, in .*expected: departments \\d+, sessions \\d+, checkouts"
                                + " 1,\\d{3}, live \\d+, funnel \\d+, carts [\\d,]+, dead letters"
                                + " \\d{3,4}\n");
    }

    @Test
    void withoutAStartTheLastClickIsNow() throws Exception {
        long before = Clock.systemUTC().millis();
        produce("clicks.jsonl", "--duration 60s");
        List<Long> times = times("clicks.jsonl");

        assertThat(times).hasSize(60_000);
        assertThat(times.get(59_999)).isBetween(before - 10, Clock.systemUTC().millis());
        assertThat(times.get(59_999) - times.get(0)).isEqualTo(59_999);
    }

    @Test
    void withARateAndWithoutAStartClicksGoByTheClock() throws Exception {
        long before = Clock.systemUTC().millis();
        produce("clicks.jsonl", "--count 40 --rate 50");
        long after = Clock.systemUTC().millis();
        List<Long> times = times("clicks.jsonl");

        assertThat(times.get(0)).isGreaterThanOrEqualTo(before);
        assertThat(times.get(39)).isBetween(times.get(0) + 780, after);
    }

    private List<Long> times(String file) throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<Long> times = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve(file))) {
            times.add(json.readTree(line).get("eventtimestamp").asLong());
        }
        return times;
    }

    @Test
    void aFolderGetsFilesOfAMillionLines() throws Exception {
        Run run = produce("parts/", "--count 1000001 --preset interactions --start " + START);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(lineCount("parts/part-00000.jsonl")).isEqualTo(1_000_000);
        assertThat(lineCount("parts/part-00001.jsonl")).isEqualTo(1);
        assertThat(folder.resolve("parts").toFile().list()).hasSize(2);
    }

    @Test
    void verboseSaysWhereEachRecordIs() {
        Run run = produce("c.jsonl", "--count 3 --keys 2 --verbose --start " + START);

        assertThat(run.out().lines().toList())
                .containsExactly(
                        "record 1  key 1  c.jsonl  line 1",
                        "record 2  key 2  c.jsonl  line 2",
                        "record 3  key 1  c.jsonl  line 3",
                        "3 records to file " + folder.resolve("c.jsonl") + ": 3 good clicks",
                        "acknowledged 3, failed 0");
    }

    private long lineCount(String file) throws IOException {
        try (Stream<String> lines = Files.lines(folder.resolve(file))) {
            return lines.count();
        }
    }

    private List<String> unpacked(String file) throws IOException {
        byte[] packed = Files.readAllBytes(folder.resolve(file));
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private Run produce(String output, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--to", "files", "--output"));
        all.add(output.endsWith("/") ? folder.resolve(output) + "/" : folder + "/" + output);
        for (String some : arguments) {
            all.addAll(List.of(some.split(" ")));
        }
        return Run.of(all.toArray(String[]::new));
    }
}
