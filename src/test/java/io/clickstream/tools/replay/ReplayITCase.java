package io.clickstream.tools.replay;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.testing.Clicks;
import io.clickstream.tools.command.ToolCommand;
import io.clickstream.tools.oracle.Expected;
import io.clickstream.tools.oracle.Oracle;
import io.clickstream.tools.oracle.OracleClick;
import io.clickstream.tools.oracle.TrafficLedger;
import io.clickstream.tools.oracle.TrendOracle;
import io.clickstream.tools.oracle.TrendOracle.NamedClick;
import io.clickstream.tools.traffic.ClickEncoder;
import io.clickstream.tools.traffic.ShopTraffic;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Files through the pipeline, as the script runs it. */
class ReplayITCase {

    private static final Duration GAP = Duration.ofSeconds(1);
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final long START = 1_655_183_298_630L;
    private static final String BAD = "{\"userid\": 7, \"eventtimestamp\": \"yesterday\"}";

    @TempDir private Path folder;
    private final TrafficLedger ledger = new TrafficLedger(GAP, WINDOW);
    private final List<String> lines = new ArrayList<>();

    @BeforeEach
    void writeTraffic() {
        ClickEncoder encoder = ClickEncoder.json();
        ShopTraffic traffic = new ShopTraffic(11, 500, 2_000, START);
        traffic.until(
                START + 60_000,
                click -> {
                    lines.add(new String(encoder.encode(click), StandardCharsets.UTF_8));
                    ledger.sent(click.forOracle());
                });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void shuffledLinesInAnyNumberOfFilesGiveWhatTheOracleSays(int parallelism) throws Exception {
        Collections.shuffle(lines, new Random(parallelism));
        lines.add(100, BAD);
        lines.add(200, "");
        int third = lines.size() / 3;
        Path input = Files.createDirectories(folder.resolve("input/dt=2022-06-14"));
        Files.write(input.resolve("a.jsonl"), lines.subList(0, third));
        gzip(input.resolve("b.jsonl.gz"), lines.subList(third, 2 * third));
        Files.write(input.resolve("c.jsonl"), lines.subList(2 * third, lines.size()));
        Files.writeString(input.resolve("_unfinished.jsonl"), "not yet");

        Run run =
                replay(
                        "--input", folder.resolve("input").toString(),
                        "--output", folder.resolve("out").toString(),
                        "--parallelism", Integer.toString(parallelism));

        assertThat(run.code).as(run.err).isZero();
        Expected expected = ledger.expected();
        assertThat(output("Departments_Agg")).isEqualTo(expected.departments());
        assertThat(output("ClickEvents_UserId_Agg_Result")).isEqualTo(expected.sessions());
        assertThat(output("User_Sessions_Aggregates_With_Order_Checkout"))
                .isEqualTo(expected.checkouts());
        assertThat(output("dead-letters"))
                .singleElement()
                .satisfies(
                        letter -> {
                            var json = new ObjectMapper().readTree(letter);
                            assertThat(json.get("reason").asText()).isEqualTo("malformed");
                            assertThat(json.get("text").asText()).isEqualTo(BAD);
                            assertThat(json.get("source").asText()).endsWith("a.jsonl");
                            assertThat(json.get("offset").asText()).isEqualTo("101");
                        });
    }

    /** Three clicks within 17 days. */
    @Test
    void secondsAreNoMillisecondsAndThreeSessionsWhereTheFormatSaysSo() throws Exception {
        List<String> clicks =
                Stream.of(1_655_183_298L, 1_655_900_000L, 1_656_600_000L)
                        .map("{\"userid\":\"u1\",\"eventtimestamp\":%d}"::formatted)
                        .toList();
        Path input = Files.write(folder.resolve("clicks.jsonl"), clicks);
        String[] asIs = {"--input", input.toString(), "--output", folder.resolve("out").toString()};

        Run run = replay(asIs);

        assertThat(run.code).as(run.err).isEqualTo(1);
        assertThat(run.out)
                .contains("No record was a click. The times don't match the time format")
                .doesNotContain("--columns");
        assertThat(output("dead-letters"))
                .hasSize(3)
                .allMatch(letter -> letter.contains("\"reason\":\"implausible-time\""))
                .allMatch(
                        letter ->
                                letter.contains(
                                        "if the times are seconds, set `format / time-format`"));
        assertThat(output("ClickEvents_UserId_Agg_Result")).isEmpty();

        delete(folder.resolve("out"));
        run = replay(with(asIs, "--map", "time-format=epoch-s"));

        assertThat(run.code).as(run.err).isZero();
        assertThat(run.out).contains("No session has a checkout.", "No click has a department.");
        assertThat(output("dead-letters")).isEmpty();
        assertThat(output("ClickEvents_UserId_Agg_Result"))
                .containsExactly(
                        window(1_655_183_290_000L),
                        window(1_655_900_000_000L),
                        window(1_656_600_000_000L));

        delete(folder.resolve("out"));
        run = replay(with(asIs, "--set", "event-time/earliest=1970-01-01T00:00:00Z"));

        assertThat(run.code).as(run.err).isZero();
        assertThat(output("dead-letters")).isEmpty();
    }

    private static String[] with(String[] options, String... more) {
        return Stream.concat(Stream.of(options), Stream.of(more)).toArray(String[]::new);
    }

    private static String window(long begin) {
        return ("{\"userSessionCount\":1,\"userSessionCountWithOrderCheckout\":0,"
                        + "\"percentSessionswithBuy\":0.0,\"windowBeginTime\":%d,"
                        + "\"windowEndTime\":%d}")
                .formatted(begin, begin + 10_000);
    }

    @Test
    void timesThatCanNotBeMeantAreDeadLetters() throws Exception {
        Path input =
                Files.write(
                        folder.resolve("clicks.jsonl"),
                        Stream.of(
                                        "1970-01-01 00:00:00 UTC",
                                        "2019-02-30 00:00:01 UTC",
                                        "2019-02-28 00:00:01 UTC",
                                        "2019-02-28 00:00:01 BST",
                                        "2019-02-28 01:00:01 Europe/Berlin")
                                .map("{\"userid\":1,\"eventtimestamp\":\"%s\"}"::formatted)
                                .toList());

        Run run =
                replay(
                        "--input",
                        input.toString(),
                        "--output",
                        folder.resolve("out").toString(),
                        "--map",
                        "time-format=yyyy-MM-dd HH:mm:ss z");

        assertThat(run.code).as(run.err).isZero();
        assertThat(output("ClickEvents_UserId_Agg_Result"))
                .containsExactly(window(1_551_312_000_000L));
        assertThat(output("dead-letters"))
                .satisfiesExactlyInAnyOrder(
                        letter ->
                                assertThat(letter)
                                        .contains("implausible-time", "1970-01-01 00:00:00 UTC"),
                        letter -> assertThat(letter).contains("malformed", "found '2019-02-30"),
                        letter -> assertThat(letter).contains("malformed", "00:00:01 BST'"));
    }

    /** Shapes of Segment's calls and of Google Analytics 4's export. */
    @Test
    void readsUsersAndDepartmentsFromTheFirstPlaceThatHasThem() throws Exception {
        Path input =
                Files.write(
                        folder.resolve("clicks.jsonl"),
                        List.of(
                                "{\"anonymousId\":\"x\",\"userId\":\"ann\",\"us\":\"1601471600123456\","
                                    + "\"properties\":{\"category\":7}}",
                                "{\"anonymousId\":\"x\",\"userId\":null,\"us\":1601471600523456,"
                                        + "\"properties\":{\"products\":[{\"category\":true}]}}",
                                "{\"anonymousId\":\"x\",\"us\":\"1601471600923456\",\"event\":42,"
                                        + "\"properties\":{\"category\":\"\\ud83c\\udfa7\"}}",
                                "{\"anonymousId\":\"\\ud83c\",\"us\":\"1601471600923456\"}",
                                "{\"anonymousId\":\"\\ud83d\",\"us\":\"1601471600923456\"}",
                                "{\"anonymousId\":\"y\",\"us\":\"0\"}"));

        Run run =
                replay(
                        "--input",
                        input.toString(),
                        "--output",
                        folder.resolve("out").toString(),
                        "--map",
                        "user=/userId,/anonymousId",
                        "--map",
                        "time=/us",
                        "--map",
                        "time-format=epoch-us",
                        "--map",
                        "event-type=/event",
                        "--map",
                        "checkout-event-types=42",
                        "--map",
                        "department=/properties/category,/properties/products/0/category");

        assertThat(run.code).as(run.err).isZero();
        assertThat(output("Departments_Agg"))
                .extracting(line -> line.substring(0, line.indexOf(",\"window")))
                .containsExactly(
                        "{\"departmentName\":\"7\",\"departmentCount\":1",
                        "{\"departmentName\":\"\\uD83C\\uDFA7\",\"departmentCount\":1",
                        "{\"departmentName\":\"true\",\"departmentCount\":1");
        assertThat(output("User_Sessions_Aggregates_With_Order_Checkout"))
                .containsExactly(
                        "{\"userId\":\"x\",\"eventCount\":2,\"orderCheckoutEventCount\":2,"
                                + "\"deptList\":[\"true\",\"\\uD83C\\uDFA7\"],\"eventKey\":1,"
                                + "\"windowBeginTime\":1601471600523,"
                                + "\"windowEndTime\":1601471601923}");
        assertThat(output("dead-letters"))
                .hasSize(3)
                .filteredOn(letter -> letter.contains("half of a surrogate pair"))
                .hasSize(2);
    }

    @Test
    void aPatternWithMinutesForMonthsStopsBeforeItStarts() throws Exception {
        Run run =
                replay(
                        "--input",
                        Files.write(folder.resolve("clicks.jsonl"), lines).toString(),
                        "--output",
                        folder.resolve("out").toString(),
                        "--map",
                        "time-format=yyyy-mm-dd HH:MM:ss");

        assertThat(run.code).isNotZero();
        assertThat(run.err)
                .contains(
                        "`format / time-format` is 'yyyy-mm-dd HH:MM:ss', which has mm (minutes)"
                                + " next to the date; MM (months) was probably meant");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void recordsOfAnotherShapeGiveTheSameResults() throws Exception {
        String shop = "src/test/resources/mapping/shop.jsonl";
        String sameAsTheLab = "src/test/resources/mapping/shop-lab.jsonl";

        Run mapped =
                replay(
                        "--input",
                        shop,
                        "--output",
                        folder.resolve("out").toString(),
                        "--session-gap",
                        "30m",
                        "--map",
                        "user=/user_id",
                        "--map",
                        "time=/event_time",
                        "--map",
                        "time-format=yyyy-MM-dd HH:mm:ss 'UTC'",
                        "--map",
                        "event-types=view=product_detail,cart=add_to_cart,purchase=order_checkout",
                        "--map",
                        "department=/category_code",
                        "--map",
                        "department-cut=.");
        assertThat(mapped.code).as(mapped.err).isZero();
        Map<String, List<String>> results = outputs();
        delete(folder.resolve("out"));
        Run lab =
                replay(
                        "--input",
                        sameAsTheLab,
                        "--output",
                        folder.resolve("out").toString(),
                        "--session-gap",
                        "30m");

        assertThat(lab.code).as(lab.err).isZero();
        assertThat(results).isEqualTo(outputs());
        assertThat(results.get("Departments_Agg")).hasSize(6);
        assertThat(results.get("ClickEvents_UserId_Agg_Result")).hasSize(6);
        assertThat(results.get("User_Sessions_Aggregates_With_Order_Checkout"))
                .containsExactly(
                        "{\"userId\":\"guest-7\",\"eventCount\":0,\"orderCheckoutEventCount\":0,"
                                + "\"deptList\":[],\"eventKey\":1,"
                                + "\"windowBeginTime\":1569888012000,"
                                + "\"windowEndTime\":1569889812000}",
                        "{\"userId\":104,\"eventCount\":4,\"orderCheckoutEventCount\":3,"
                                + "\"deptList\":[\"electronics\",\"sport\"],\"eventKey\":1,"
                                + "\"windowBeginTime\":1569888001000,"
                                + "\"windowEndTime\":1569891060000}");
        assertThat(results.get("dead-letters")).isEmpty();
    }

    @Test
    void aPresetIsReadWhateverTheJobReads() throws Exception {
        Path config =
                Files.writeString(
                        folder.resolve("job.json"),
                        """
                        [{"PropertyGroupId": "format", "PropertyMap":
                            {"type": "avro", "writer-schema": "click.avsc"}}]
                        """);
        Path input =
                Files.writeString(
                        folder.resolve("access.jsonl"),
                        "{\"name\": \"Emma Brown\", \"path\": \"/products\", \"action\":"
                                + " \"products\", \"timestamp\": \"2024-07-04T01:02:03.456Z\"}\n");

        Run run =
                replay(
                        "--input",
                        input.toString(),
                        "--output",
                        folder.resolve("out").toString(),
                        "--config",
                        config.toString(),
                        "--preset",
                        "web-access",
                        "--map",
                        "checkout-event-types=products");

        assertThat(run.code).as(run.err).isZero();
        assertThat(output("User_Sessions_Aggregates_With_Order_Checkout"))
                .containsExactly(
                        "{\"userId\":\"Emma Brown\",\"eventCount\":1,"
                                + "\"orderCheckoutEventCount\":1,\"deptList\":[\"/products\"],"
                                + "\"eventKey\":1,\"windowBeginTime\":1720054923456,"
                                + "\"windowEndTime\":1720054924456}");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void duplicatesAndBotsAreLeftOut(int parallelism) throws Exception {
        Random random = new Random(parallelism);
        List<String> more = new ArrayList<>(lines);
        for (int i = 0; i < lines.size() / 10; i++) {
            more.add(lines.get(random.nextInt(lines.size())));
            String ofBot = lines.get(random.nextInt(lines.size()));
            more.add(ofBot.replaceFirst("}$", ",\"user_agent\":\"A bot\"}"));
        }
        // A bot that nobody knows, with 100 clicks in a second.
        for (int i = 0; i < 100; i++) {
            more.add(
                    "{\"userid\":\"fast\",\"eventtimestamp\":%d,\"product_type\":\"cameras\"}"
                            .formatted(START + 10L * i));
        }
        Collections.shuffle(more, random);
        Path input = Files.write(folder.resolve("clicks.jsonl"), more);

        Run run =
                replay(
                        "--input",
                        input.toString(),
                        "--output",
                        folder.resolve("out").toString(),
                        "--parallelism",
                        Integer.toString(parallelism),
                        "--set",
                        "duplicates/id=/globalseq",
                        "--set",
                        "bots/user-agents=bot",
                        "--set",
                        "bots/max-clicks=99",
                        "--set",
                        "bots/per=1 s");

        assertThat(run.code).as(run.err).isZero();
        Expected expected = ledger.expected();
        assertThat(output("Departments_Agg")).isEqualTo(expected.departments());
        assertThat(output("ClickEvents_UserId_Agg_Result")).isEqualTo(expected.sessions());
        assertThat(output("User_Sessions_Aggregates_With_Order_Checkout"))
                .isEqualTo(expected.checkouts());
        assertThat(output("dead-letters")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void itemsAreRanked(int parallelism) throws Exception {
        List<NamedClick> clicks = new ArrayList<>();
        ObjectMapper json = new ObjectMapper();
        for (String line : lines) {
            var click = json.readTree(line);
            clicks.add(
                    new NamedClick(click.get("ip").asText(), click.get("eventtimestamp").asLong()));
        }
        Collections.shuffle(lines, new Random(parallelism));
        Path input = Files.write(folder.resolve("clicks.jsonl"), lines);

        Run run =
                replay(
                        "--input",
                        input.toString(),
                        "--output",
                        folder.resolve("out").toString(),
                        "--parallelism",
                        Integer.toString(parallelism),
                        "--map",
                        "item=/ip",
                        "--set",
                        "trending/field=item");

        assertThat(run.code).as(run.err).isZero();
        List<String> expected =
                TrendOracle.expect(clicks, 10, Duration.ofMinutes(5), Duration.ofSeconds(10));
        Collections.sort(expected);
        assertThat(output("Trending")).isEqualTo(expected).hasSizeGreaterThan(300);
        assertThat(output("Departments_Agg")).isEqualTo(ledger.expected().departments());
    }

    @Test
    void gapAndWindowCanBeChosen() throws Exception {
        Path input = Files.write(folder.resolve("clicks.jsonl"), lines);
        List<OracleClick> clicks = new ArrayList<>();
        ObjectMapper json = new ObjectMapper();
        for (String line : lines) {
            var click = json.readTree(line);
            clicks.add(
                    new OracleClick(
                            click.get("userid").asLong(),
                            click.get("eventtimestamp").asLong(),
                            click.get("event_type").asText(),
                            click.get("product_type").asText()));
        }

        Run run =
                replay(
                        "--input",
                        input.toString(),
                        "--output",
                        folder.resolve("out").toString(),
                        "--session-gap",
                        "30m",
                        "--window",
                        "1m");

        assertThat(run.code).as(run.err).isZero();
        Expected expected = Oracle.expect(clicks, Duration.ofMinutes(30), Duration.ofMinutes(1));
        assertThat(output("Departments_Agg")).isEqualTo(expected.departments());
        assertThat(output("ClickEvents_UserId_Agg_Result")).isEqualTo(expected.sessions());
    }

    @Test
    void anOutputFolderWithSomethingInItIsRefused() throws Exception {
        Path input = Files.write(folder.resolve("clicks.jsonl"), lines);
        Path output = Files.createDirectories(folder.resolve("out"));
        Files.writeString(output.resolve("precious"), "results");

        Run run = replay("--input", input.toString(), "--output", output.toString());

        assertThat(run.code).isEqualTo(2);
        assertThat(run.err).contains(output + " is not empty; specify a new folder");
    }

    @Test
    void wrongValuesAndMissingFilesAreNamed() {
        assertThat(replay("--input", "nowhere/*.jsonl", "--output", folder.toString()).err)
                .contains("--input: there is no file nowhere/*.jsonl");
        assertThat(
                        replay(
                                        "--input", folder.toString(),
                                        "--output", folder.resolve("out").toString(),
                                        "--session-gap", "soon")
                                .err)
                .contains("`aggregates / session-gap` is 'soon', which is not a duration");
        assertThat(
                        replay(
                                        "--input", folder.toString(),
                                        "--output", folder.resolve("out").toString(),
                                        "--config", "no.json")
                                .err)
                .contains("no.json");
        assertThat(
                        replay(
                                        "--input", folder.toString(),
                                        "--output", folder.resolve("out").toString(),
                                        "--set", "id=/globalseq")
                                .err)
                .contains("--set id=/globalseq: the key must be GROUP/KEY");
        assertThat(
                        replay(
                                        "--input",
                                        folder.toString(),
                                        "--output",
                                        folder.resolve("out").toString(),
                                        "--map",
                                        "user=user_id",
                                        "--map",
                                        "users=/user_id")
                                .err)
                .contains(
                        "`format / users` is not known; did you mean `user`?",
                        "`format / user` is 'user_id', which does not begin with /");
    }

    @Test
    void aRangeMustBeOne() {
        assertThat(
                        replay(
                                        "--input", folder.toString(),
                                        "--output", folder.resolve("out").toString(),
                                        "--from", "yesterday")
                                .err)
                .contains(
                        "--from: 'yesterday' is not a time: write day, time and offset, such as"
                                + " 2022-06-14T05:00:00Z");
        assertThat(
                        replay(
                                        "--input",
                                        folder.toString(),
                                        "--output",
                                        folder.resolve("out").toString(),
                                        "--from",
                                        "2022-06-14T05:00:00Z",
                                        "--to",
                                        "2022-06-14T07:00:00+02:00")
                                .err)
                .contains(
                        "--from 2022-06-14T05:00:00Z is not before --to 2022-06-14T07:00:00+02:00");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--colums a,b|Unknown option: '--colums'",
                "--columns user,,time|--columns has an empty name",
                "--columns user,time,user|--columns has the name user twice"
            })
    void mistypedOptionsAndColumnsAreRefused(String options, String problem) throws Exception {
        Files.write(folder.resolve("clicks.jsonl"), lines);
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "--output",
                                folder.resolve("out").toString(),
                                "--input",
                                folder.resolve("clicks.jsonl").toString()));
        arguments.addAll(List.of(options.split(" ")));

        Run run = replay(arguments.toArray(new String[0]));

        assertThat(run.code).isEqualTo(2);
        assertThat(run.err).contains(problem);
    }

    @Test
    void anInputWithoutARecordIsAnError() throws Exception {
        Path empty = Files.createFile(folder.resolve("empty.jsonl"));

        Run run = replay("--input", empty.toString(), "--output", folder.resolve("out").toString());

        assertThat(run.code).isEqualTo(1);
        assertThat(run.out).contains("The input has no record: check --input");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--to-sinks|--to-sinks needs --config FILE",
                "--to-sinks --config CONFIG|--to-sinks needs --from and --to",
                "--to-sinks --config CONFIG --from 2024-01-01T00:00Z --to 2999-01-01T00:00Z|"
                        + "--to 2999-01-01T00:00Z is in the future",
                "--to-sinks --config CONFIG --from 2024-01-01T00:00Z --to 2024-01-02T00:00Z"
                        + " --window 5s|--session-gap and --window can't be used",
                "--to-sinks --config CONFIG --from 2024-01-01T00:00Z --to 2024-01-02T00:00Z|"
                        + "no sink is configured"
            })
    void sinksMustBeKnownAndTheRangeAsWell(String options, String problem) throws Exception {
        Path config = folder.resolve("job.json");
        Files.writeString(
                config,
                "[{\"PropertyGroupId\":\"source.kinesis\",\"PropertyMap\":"
                        + "{\"stream\":\"clicks\",\"region\":\"eu-central-1\"}}]");
        Files.write(folder.resolve("clicks.jsonl"), lines);
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "--input",
                                folder.resolve("clicks.jsonl").toString(),
                                "--output",
                                folder.resolve("out").toString()));
        arguments.addAll(List.of(options.replace("CONFIG", config.toString()).split(" ")));

        Run run = replay(arguments.toArray(new String[0]));

        assertThat(run.code).isEqualTo(2);
        assertThat(run.err).contains(problem);
    }

    /** From all in memory to a few hundred clicks at a time. */
    @ParameterizedTest
    @CsvSource({"1, 64m", "1, 16k", "2, 256k", "2, 16k", "4, 16k", "32, 1m"})
    void theOrderOfLinesTheParallelismAndTheMemoryDoNotMatter(int parallelism, String memory)
            throws Exception {
        List<String> clicks = new ArrayList<>(lines);
        for (int i = 0; i < 20_000; i++) {
            // A user with many clicks, some of them at the same time, and others with an id of
            // text.
            clicks.add(
                    text(
                            Clicks.click(7)
                                    .at(START + i / 3 * 7L)
                                    .in("department " + i % 9)
                                    .ofType(i % 100 == 0 ? "order_checkout" : "order")));
            clicks.add(
                    text(
                            Clicks.click("user " + i % 1_000)
                                    .at(START + i * 50L)
                                    .in("department " + i % 9)
                                    .ofType(i % 11 == 0 ? "order_checkout" : "add_to_cart")));
        }
        String[] all = {
            "--set", "trending/span=30 s",
            "--set", "live/by=department",
            "--set", "funnel/by=department",
            "--set", "carts/abandoned-after=5 s",
            "--set", "carts/recovered-within=10 s",
            "--set", "duplicates/id=/eventtimestamp",
            "--map", "item=/product_type"
        };
        Path ordered = Files.write(folder.resolve("ordered.jsonl"), clicks);
        Run run = replay(with(all, "--input", ordered.toString(), "--output", folder + "/out"));
        assertThat(run.code).as(run.err).isZero();
        Map<String, List<String>> expected = outputs();
        assertThat(expected).hasSize(8);
        expected.remove("dead-letters");
        assertThat(expected.values()).allMatch(rows -> !rows.isEmpty());
        delete(folder.resolve("out"));
        Path temporary = Files.createDirectories(folder.resolve("temporary"));

        Collections.shuffle(clicks, new Random(parallelism));
        Path shuffled = Files.write(folder.resolve("shuffled.jsonl"), clicks);
        run =
                replay(
                        with(
                                all,
                                "--input",
                                shuffled.toString(),
                                "--output",
                                folder + "/out",
                                "--parallelism",
                                Integer.toString(parallelism),
                                "--sort-memory",
                                memory,
                                "--temp-dir",
                                temporary.toString()));

        assertThat(run.code).as(run.err).isZero();
        Map<String, List<String>> found = outputs();
        assertThat(found.remove("dead-letters")).isEmpty();
        assertThat(found).isEqualTo(expected);
        assertThat(temporary).isEmptyDirectory();
    }

    private static String text(Clicks click) {
        return new String(click.toJson(), StandardCharsets.UTF_8);
    }

    @Test
    void aFolderForTemporaryFilesMustExist() throws Exception {
        Path input = Files.write(folder.resolve("clicks.jsonl"), lines);
        String[] asIs = {"--input", input.toString(), "--output", folder + "/out"};

        Run run = replay(with(asIs, "--temp-dir", folder + "/none"));
        assertThat(run.code).isEqualTo(2);
        assertThat(run.err)
                .contains("--temp-dir " + folder + "/none: no folder can be created in it (")
                .contains("NoSuchFileException")
                .contains("; specify an existing folder that you can write to");

        run = replay(with(asIs, "--temp-dir", input.toString()));
        assertThat(run.code).isEqualTo(2);
        assertThat(run.err).contains("--temp-dir " + input + ": no folder can be created in it (");

        run = replay(with(asIs, "--sort-memory", "much"));
        assertThat(run.code).isEqualTo(2);
        assertThat(run.err).contains("'much' is not a size such as 512m or 1g");
        run = replay(with(asIs, "--sort-memory", "8"));
        assertThat(run.code).isEqualTo(2);
        assertThat(run.err).contains("'8' is not a size such as 512m or 1g");
        run = replay(with(asIs, "--sort-memory", "900g"));
        assertThat(run.code).isEqualTo(2);
        assertThat(run.err).contains("--sort-memory must be at most half of the heap, ");
        run = replay(with(asIs, "--parallelism", "33"));
        assertThat(run.code).isEqualTo(2);
        assertThat(run.err).contains("--parallelism must be at most 32, not 33; a Flink cluster");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    private Map<String, List<String>> outputs() throws IOException {
        Map<String, List<String>> all = new TreeMap<>();
        try (Stream<Path> names = Files.list(folder.resolve("out"))) {
            for (Path name : names.toList()) {
                all.put(name.getFileName().toString(), output(name.getFileName().toString()));
            }
        }
        return all;
    }

    private static void delete(Path results) throws IOException {
        try (Stream<Path> found = Files.walk(results)) {
            for (Path path : found.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private List<String> output(String name) throws IOException {
        List<String> all = new ArrayList<>();
        try (Stream<Path> parts = Files.list(folder.resolve("out").resolve(name))) {
            for (Path part : parts.toList()) {
                all.addAll(Files.readAllLines(part));
            }
        }
        Collections.sort(all);
        return all;
    }

    @Test
    void aRangeWithoutResultsIsNotTakenForAWrongMapping() throws Exception {
        Path input = Files.write(folder.resolve("clicks.jsonl"), lines);

        Run run =
                replay(
                        "--input",
                        input.toString(),
                        "--output",
                        folder + "/out",
                        "--from",
                        "2020-01-01T00:00:00Z",
                        "--to",
                        "2020-01-02T00:00:00Z");

        assertThat(run.code).as(run.err).isZero();
        assertThat(run.out)
                .contains("No result is between --from and --to")
                .doesNotContain("No session has", "No click has");
    }

    @Test
    void departmentsThatAreLeftOutAreReported() throws Exception {
        List<String> clicks = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            Clicks click = Clicks.click(1).at(START).in("d".repeat(100) + i);
            clicks.add(new String(click.toJson(), StandardCharsets.UTF_8));
        }
        Path input = Files.write(folder.resolve("clicks.jsonl"), clicks);

        Run run =
                replay(
                        "--input",
                        input.toString(),
                        "--output",
                        folder + "/out",
                        "--set",
                        "aggregates/max-dept-list-size=16kb");

        assertThat(run.code).as(run.err).isZero();
        assertThat(run.out)
                .containsPattern("1[0-9]{2} departments were omitted from lists that were too");
    }

    /** In a replay there is one user at a time, so that nobody is left to keyed state. */
    @Test
    void aUserMayHaveMoreSessionsThanAreHeldOnTheHeap() throws Exception {
        List<String> clicks = new ArrayList<>();
        List<OracleClick> forOracle = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            // Every third one exactly a gap behind the one before.
            long time = START + 4_000L * (i / 3) + (i % 3 == 2 ? 1_000 : 0);
            Clicks click =
                    Clicks.click(i % 2)
                            .at(time)
                            .in("department " + i % 100)
                            .ofType(i % 50 == 0 ? "order_checkout" : "order");
            clicks.add(new String(click.toJson(), StandardCharsets.UTF_8));
            forOracle.add(click.forOracle());
        }
        Collections.shuffle(clicks, new Random(7));
        Path input = Files.write(folder.resolve("clicks.jsonl"), clicks);

        Run run =
                replay(
                        "--input",
                        input.toString(),
                        "--output",
                        folder + "/out",
                        "--set",
                        "aggregates/max-sessions-on-heap=2");

        assertThat(run.code).as(run.err).isZero();
        Expected expected = Oracle.expect(forOracle, GAP, WINDOW);
        assertThat(output("Departments_Agg")).isEqualTo(expected.departments());
        assertThat(output("ClickEvents_UserId_Agg_Result")).isEqualTo(expected.sessions());
        assertThat(output("User_Sessions_Aggregates_With_Order_Checkout"))
                .isEqualTo(expected.checkouts());
    }

    /** The same clicks, as exports of all kinds have them. */
    @Test
    void filesOfAllKindsGiveTheSame() throws Exception {
        Path input = Files.createDirectories(folder.resolve("input"));
        Files.write(input.resolve("lines.txt"), lines);
        Map<String, String> others =
                Map.of(
                        "array.json",
                        "[\n" + String.join(",\n", lines) + "\n]",
                        "firehose",
                        String.join("", lines));
        Run plain = replay("--input", input + "/lines.txt", "--output", folder + "/out");
        assertThat(plain.code).as(plain.err).isZero();
        assertThat(plain.out)
                .contains("1 file: one record per line")
                .doesNotContain("No session", "No click");
        Map<String, List<String>> results = outputs();
        assertThat(results.get("Departments_Agg")).isNotEmpty();

        for (Map.Entry<String, String> other : others.entrySet()) {
            Files.writeString(input.resolve(other.getKey()), other.getValue());
            delete(folder.resolve("out"));
            Run run = replay("--input", input + "/" + other.getKey(), "--output", folder + "/out");
            assertThat(run.code).as(run.err).isZero();
            assertThat(outputs()).isEqualTo(results);
        }
    }

    /** One file is cut off and one is no gzip: what can be read is, and nobody is misled. */
    @Test
    void aDamagedFileIsNamedAndTheOthersAreRead() throws Exception {
        Path input = Files.createDirectories(folder.resolve("input"));
        Files.write(input.resolve("good.jsonl"), lines);
        gzip(input.resolve("cut.gz"), lines.subList(0, 1));
        byte[] packed = Files.readAllBytes(input.resolve("cut.gz"));
        Files.write(input.resolve("cut.gz"), Arrays.copyOf(packed, packed.length - 9));
        Files.writeString(input.resolve("none.gz"), "no gzip");
        Files.createFile(input.resolve("empty.gz"));

        Run run = replay("--input", input.toString(), "--output", folder + "/out");

        assertThat(run.code).isEqualTo(1);
        assertThat(run.out)
                .contains("dead letters unreadable-file: 2, such as ")
                .contains(
                        "NOT READ TO ITS END: "
                                + input
                                + "/cut.gz: its gzip data is truncated; 0 lines were read")
                .contains(
                        "NOT READ TO ITS END: "
                                + input
                                + "/none.gz: its name ends with .gz, but it is not gzip; 0"
                                + " records were read")
                .contains("The results are INCOMPLETE: repair or exclude these files");
        assertThat(output("Departments_Agg")).isEqualTo(ledger.expected().departments());

        Run again = replay("--input", input.toString(), "--output", folder + "/out");
        assertThat(again.code).isEqualTo(2);
        assertThat(again.err)
                .contains(
                        "--output "
                                + folder
                                + "/out has results of a replay that did not complete; remove it"
                                + " with rm -r "
                                + folder
                                + "/out, or specify a new folder");
    }

    @Test
    void saysWhatToDoIfNoRecordIsAClick() throws Exception {
        Path input = Files.writeString(folder.resolve("taobao.csv"), "1,2268318,252,pv,1511544070");

        Run run = replay("--input", input.toString(), "--output", folder + "/out");

        assertThat(run.code).isEqualTo(1);
        assertThat(run.out)
                .contains("dead letters malformed: 1, such as " + input + ", line 1: ")
                .contains("1,2268318,252,pv,1511544070")
                .contains("No record was a click.")
                .contains("--columns");
    }

    private static void gzip(Path file, List<String> lines) throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
        }
    }

    private static Run replay(String... arguments) {
        StringWriter err = new StringWriter();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream printed = new PrintStream(out, true, StandardCharsets.UTF_8);
        CommandLine command = ToolCommand.commandLine("replay", new Replay(printed));
        int code = command.setErr(new PrintWriter(err)).execute(arguments);
        return new Run(code, err.toString(), out.toString(StandardCharsets.UTF_8));
    }

    private record Run(int code, String err, String out) {}
}
