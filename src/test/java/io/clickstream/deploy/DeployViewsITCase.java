package io.clickstream.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.clickstream.deploy.DeployRun.Result;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What scripts/deploy.sh shows of an account: status, doctor, query and logs. */
@Execution(ExecutionMode.CONCURRENT)
class DeployViewsITCase {

    private static final Path TEMPLATE = Path.of("cloudformation", "application.yaml");
    private static final String KEY = "clickstream/0123456789abcdef-old.jar";
    private static final String STREAM_ARN =
            "arn:aws:kinesis:eu-central-1:123456789012:stream/clicks";
    private static final List<String> STREAMS =
            Stream.concat(
                            Stream.of("clicks"),
                            StackResult.all().stream()
                                    .filter(result -> result.group().isEmpty())
                                    .map(result -> "shop-" + result.topic()))
                    .toList();

    @TempDir private Path folder;
    private DeployAccount account;
    private DeployRun run;

    @BeforeEach
    void prepare() throws Exception {
        account = DeployAccount.empty();
        run = new DeployRun(folder, account);
    }

    private void haveStack(Map<String, String> more) throws Exception {
        haveStack(TEMPLATE, more);
    }

    private void haveStack(Path template, Map<String, String> more) throws Exception {
        account.put("jars/" + KEY, "a jar");
        Map<String, String> parameters = new HashMap<>();
        parameters.put("JarBucket", "jars");
        parameters.put("JarKey", KEY);
        parameters.put("Source", "kinesis");
        parameters.put("StreamArn", STREAM_ARN);
        parameters.putAll(more);
        account.makeStack("shop", template, parameters);
        account.status("shop", "RUNNING");
    }

    private static Map<String, Object> point(String metric, int minutesAgo, double... values) {
        List<Double> list = new ArrayList<>();
        for (double value : values) {
            list.add(value);
        }
        return Map.of(
                "application",
                "shop",
                "metric",
                metric,
                "values",
                list,
                "seconds",
                -60 * minutesAgo);
    }

    // --- Status

    @Test
    void tellsInTenLinesHowTheApplicationIs() throws Exception {
        haveStack(Map.of("Parallelism", "2"));
        List<Map<String, Object>> points = new ArrayList<>();
        // Two subtasks with four reports each; the job started again between the last two.
        points.add(point("deadLetters.late", 58, 100, 100, 100, 100, 50, 50, 50, 50));
        points.add(point("deadLetters.late", 30, 100, 100, 100, 100, 50, 50, 50, 50));
        points.add(point("deadLetters.late", 20, 110, 110, 110, 110, 60, 60, 60, 60));
        points.add(point("deadLetters.late", 10, 5, 5, 5, 5, 1, 1, 1, 1));
        points.add(point("deadLetters.malformed", 30, 7, 7, 7, 7));
        points.add(point("numRestarts", 30, 1));
        points.add(point("numRestarts", 10, 3));
        points.add(point("lastCheckpointDuration", 2, 1500));
        points.add(point("numberOfFailedCheckpoints", 2, 4));
        points.add(point("watermarkLagMillis", 2, 21_000));
        Map<String, Object> lag =
                new HashMap<>(point("GetRecords.IteratorAgeMilliseconds", 2, 900));
        lag.put("namespace", "AWS/Kinesis");
        lag.put("dimensions", List.of(Map.of("Name", "StreamName", "Value", "clicks")));
        points.add(lag);
        account.control(Map.of("points", points));
        alarm("shop-LateAlarm-1A2B", "More clicks are late");
        alarm("shop-2-LateAlarm-1A2B", "Not ours");
        run.aws(
                "cloudwatch",
                "put-composite-alarm",
                "--alarm-name",
                "shop-SilentAlarm-3C4D",
                "--alarm-description",
                "Nothing is sent",
                "--alarm-rule",
                "ALARM(shop-LateAlarm-1A2B)");
        set("shop-SilentAlarm-3C4D");

        Result result = run.deploy("status", "--stack", "shop");

        assertThat(result.exit()).as(result.text()).isZero();
        List<String> lines = result.text().lines().toList();
        assertThat(lines).hasSize(10);
        assertThat(lines.get(0))
                .startsWith("status       RUNNING since 20")
                .contains("version 1, Flink 2.2; the stack is CREATE_COMPLETE");
        assertThat(lines.get(1)).contains("version unknown, uploaded 20", "s3://jars/" + KEY);
        assertThat(lines.get(2))
                .isEqualTo("parallelism  2 of 2 configured, 1 per KPU, autoscaling on");
        assertThat(lines.get(3))
                .startsWith("checkpoint   took 1.5 s, reported 20")
                .endsWith("4 failed since the last start");
        assertThat(lines.get(4))
                .isEqualTo(
                        "lag          clicks are read 0.9 s after arrival; event time is 21.0 s"
                                + " behind the clock");
        assertThat(lines.get(5))
                .isEqualTo("restarts     2 in the last hour, 3 since the last start");
        assertThat(lines.get(6))
                .isEqualTo("dead letters 33 in the last hour: late 26, malformed 7");
        assertThat(lines.get(7))
                .isEqualTo(
                        "alarms       LateAlarm: More clicks are late; SilentAlarm: Nothing is"
                                + " sent");
        // Without the types, the service tells none of the second kind.
        assertThat(run.calls())
                .anyMatch(call -> call.contains("--alarm-types MetricAlarm CompositeAlarm "));
        assertThat(lines.get(8))
                .isEqualTo(
                        "dashboards   https://eu-central-1.console.aws.amazon.com/cloudwatch/home"
                                + "?region=eu-central-1#dashboards/dashboard/shop-eu-central-1");
        assertThat(lines.get(9))
                .isEqualTo(
                        "next         the job fails and restarts. See 'scripts/deploy.sh logs"
                                + " --stack shop --errors'");
    }

    private void alarm(String name, String description) throws Exception {
        run.aws(
                "cloudwatch",
                "put-metric-alarm",
                "--alarm-name",
                name,
                "--alarm-description",
                description,
                "--metric-name",
                "late",
                "--namespace",
                "AWS/KinesisAnalytics",
                "--statistic",
                "Maximum",
                "--period",
                "60",
                "--evaluation-periods",
                "1",
                "--threshold",
                "1",
                "--comparison-operator",
                "GreaterThanThreshold");
        set(name);
    }

    private void set(String name) throws Exception {
        run.aws(
                "cloudwatch",
                "set-alarm-state",
                "--alarm-name",
                name,
                "--state-value",
                "ALARM",
                "--state-reason",
                "test");
    }

    @Test
    void saysWhatToDoInEveryStatus() throws Exception {
        haveStack(Map.of());
        Map<String, String> advice =
                Map.of(
                        "READY", "it is not running.",
                        "ROLLED_BACK", "'scripts/deploy.sh rollback --stack shop'",
                        "UPDATING", "wait: UPDATING ends by itself; if it does not, run 'scripts/",
                        "MAINTENANCE", "wait: MAINTENANCE ends by itself\n",
                        "RUNNING", "it reports no metrics");
        for (Map.Entry<String, String> each : advice.entrySet()) {
            account.status("shop", each.getKey());

            Result result = run.deploy("status", "--stack", "shop");

            assertThat(result.text())
                    .contains("status       " + each.getKey() + " since")
                    .contains(each.getValue());
        }
    }

    /** The application can't be helped while CloudFormation refuses every change. */
    @ParameterizedTest
    @CsvSource({
        "UPDATE_ROLLBACK_FAILED, aws cloudformation continue-update-rollback --stack-name shop",
        "UPDATE_FAILED, aws cloudformation rollback-stack --stack-name shop",
        "DELETE_FAILED, 'find out what can''t be deleted (for example, a bucket must be empty)'",
        "ROLLBACK_FAILED, scripts/deploy.sh destroy --stack shop --yes"
    })
    void saysWhatToDoWithTheStackFirst(String status, String advice) throws Exception {
        haveStack(Map.of());
        account.changeStack("shop", status, true);
        for (String state : List.of("READY", "RUNNING", "ROLLED_BACK")) {
            account.status("shop", state);

            Result result = run.deploy("status", "--stack", "shop");

            assertThat(result.text())
                    .contains("next         the stack is " + status + ": ")
                    .contains(advice);
        }
    }

    @Test
    void saysThatThereIsNoSuchStack() throws Exception {
        Result result = run.deploy("status", "--stack", "shop", "--region", "eu-west-1");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains("there is no stack shop in this Region")
                .contains("specify another one with --stack or --region");
    }

    // --- Doctor

    @Test
    void missesNothingWhereAllIsThere() throws Exception {
        HttpServer domain =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        List<String> templates = new ArrayList<>();
        try (var files = Files.list(Path.of("src/main/opensearch/index-templates"))) {
            files.map(file -> file.getFileName().toString().replace(".json", ""))
                    .forEach(templates::add);
        }
        Collections.sort(templates);
        domain.createContext(
                "/_index_template",
                exchange -> {
                    StringBuilder names = new StringBuilder();
                    templates.forEach(
                            name ->
                                    names.append(names.isEmpty() ? "" : ",")
                                            .append("{\"name\":\"" + name + "\"}"));
                    byte[] body = ("{\"index_templates\":[" + names + "]}").getBytes(UTF_8);
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        domain.start();
        try {
            account.put("archive/", "");
            account.control(Map.of("streams", STREAMS));
            run.aws("opensearch", "create-domain", "--domain-name", "clickstream");
            haveStack(
                    Map.of(
                            "Reader",
                            "efo",
                            "ArchiveBucket",
                            "archive",
                            "TrackingId",
                            "tracker",
                            "Item",
                            "/item",
                            "SpillBucket",
                            "archive",
                            "OpenSearchEndpoint",
                            "http://localhost:" + domain.getAddress().getPort(),
                            "OpenSearchDomainArn",
                            "arn:aws:es:eu-central-1:123456789012:domain/clickstream"));

            Result whole = run.deploy("doctor", "--stack", "shop");

            assertThat(whole.exit()).as(whole.text()).isZero();
            assertThat(whole.text())
                    .contains("ok       the index template " + templates.get(0))
                    .contains("ok       the stream " + STREAM_ARN + " is ACTIVE")
                    .contains("nothing is missing that can be checked");

            templates.remove("trending");
            run.aws("kinesis", "delete-stream", "--stream-name", "shop-DeadLetters");
            run.aws("s3", "rm", "s3://jars/" + KEY);
            account.status("shop", "READY");
            Result missing = run.deploy("doctor", "--stack", "shop");

            assertThat(missing.exit()).isEqualTo(1);
            assertThat(
                            missing.text()
                                    .lines()
                                    .filter(line -> line.startsWith("missing"))
                                    .map(line -> line.substring(9).replaceAll(":[^/].*", "")))
                    .containsExactly(
                            "the application is READY",
                            "the jar s3://jars/" + KEY,
                            "the stream arn",
                            "the index template trending");
            assertThat(missing.text()).contains("4 missing");
        } finally {
            domain.stop(0);
        }
    }

    /** Whatever is at the endpoint, it is said, and all other checks are made. */
    /** Older templates take any endpoint. */
    @Test
    void checksAllElseWhereTheEndpointIsOdd() throws Exception {
        String pattern = "(?m)^ {4}AllowedPattern: \"\\|https\\?://.*\n";
        Path older = folder.resolve("older.yaml");
        String template = Files.readString(TEMPLATE);
        Files.writeString(older, template.replaceFirst(pattern, ""));
        assertThat(Files.size(older)).isLessThan(Files.size(TEMPLATE));
        HttpServer odd =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        odd.createContext(
                "/_index_template",
                exchange -> {
                    exchange.sendResponseHeaders(200, 2);
                    exchange.getResponseBody().write("[]".getBytes(UTF_8));
                    exchange.close();
                });
        odd.start();
        try {
            for (String endpoint :
                    List.of(
                            "http://127.0.0.1:" + odd.getAddress().getPort(),
                            "http://127.0.0.1:port",
                            "http://127.0.0.1:1/a b",
                            "nowhere")) {
                account.reset();
                haveStack(
                        older,
                        Map.of(
                                "OpenSearchEndpoint",
                                endpoint,
                                "OpenSearchDomainArn",
                                "arn:aws:es:eu-central-1:123456789012:domain/clickstream"));

                Result result = run.deploy("doctor", "--stack", "shop");

                assertThat(result.exit()).isEqualTo(1);
                assertThat(result.text())
                        .contains("unseen   the index templates", endpoint)
                        .contains("the role has s3:GetObject")
                        .doesNotContain("Traceback");
            }
        } finally {
            odd.stop(0);
        }
    }

    /** Only what the service knows not to be there is missing. */
    @Test
    void takesNothingForMissingThatItCouldNotAskFor() throws Exception {
        haveStack(Map.of());
        account.control(
                Map.of(
                        "streams",
                        STREAMS,
                        "faults",
                        List.of(
                                Map.of(
                                        "request",
                                        "HEAD /jars/",
                                        "status",
                                        "403 Forbidden",
                                        "body",
                                        ""),
                                Map.of(
                                        "request",
                                        "DescribeStreamSummary",
                                        "status",
                                        "400 Bad Request",
                                        "body",
                                        "{\"__type\": \"ExpiredTokenException\", \"message\":"
                                                + " \"expired\"}"))));

        Result result = run.deploy("doctor", "--stack", "shop");

        assertThat(result.text())
                .contains("unseen   the jar s3://jars/" + KEY + ": you do not have the permission")
                .contains("unseen   the stream ", "ExpiredTokenException")
                .doesNotContain("missing  the jar", "missing  the stream");
    }

    @Test
    void looksAtTheClusterAndSaysWhatCannotBeSeen() throws Exception {
        String arn =
                run.aws(
                                "kafka",
                                "create-cluster",
                                "--cluster-name",
                                "shop",
                                "--kafka-version",
                                "3.9.x",
                                "--number-of-broker-nodes",
                                "3",
                                "--broker-node-group-info",
                                "InstanceType=kafka.m7g.large,ClientSubnets=a,b,c",
                                "--query",
                                "ClusterArn",
                                "--output",
                                "text")
                        .text()
                        .trim();
        haveStack(Map.of("Source", "msk", "MskClusterArn", arn, "BootstrapServers", "broker:9098"));

        Result result = run.deploy("doctor", "--stack", "shop");

        assertThat(result.text())
                .contains("the cluster " + arn + " is ")
                .contains("unseen   the topics ExampleTopic, shop-Departments_Agg,")
                .contains("the role has kafka-cluster:DescribeTopic, kafka-cluster:ReadData")
                .doesNotContain("the role lacks");
    }

    /** The rights are simulated against the role's own policies. */
    @Test
    void namesTheRightsThatTheRoleLacks() throws Exception {
        account.control(Map.of("streams", STREAMS));
        haveStack(Map.of());
        String role =
                run.aws("iam", "list-roles", "--query", "Roles[0].RoleName", "--output", "text")
                        .text()
                        .trim();
        run.aws(
                "iam",
                "delete-role-policy",
                "--role-name",
                role,
                "--policy-name",
                "sources-and-sinks");

        Result result = run.deploy("doctor", "--stack", "shop");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains("missing  the role lacks kinesis:GetRecords on " + STREAM_ARN)
                .contains("missing  the role lacks kinesis:PutRecords on ")
                .contains("ok       the role has s3:GetObject on arn:aws:s3:::jars/" + KEY);
    }

    // --- Query

    private void haveArchive() throws Exception {
        Path template =
                Files.writeString(
                        folder.resolve("archive.yaml"),
                        """
                        AWSTemplateFormatVersion: "2010-09-09"
                        Parameters:
                          WorkGroup: {Type: String}
                        Resources:
                          Log: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: of-queries}}
                        Outputs:
                          AthenaWorkGroup: {Value: {Ref: WorkGroup}}
                          ArchiveDatabase: {Value: shop_archive}
                        """);
        account.makeStack("shop", template, Map.of("WorkGroup", "shop"));
        run.aws(
                "athena",
                "create-work-group",
                "--name",
                "shop",
                "--configuration",
                "ResultConfiguration={OutputLocation=s3://results/}");
        run.aws(
                "athena",
                "create-named-query",
                "--work-group",
                "shop",
                "--name",
                "clicks-per-hour",
                "--description",
                "Clicks per hour",
                "--database",
                "shop_archive",
                "--query-string",
                "SELECT hour, count(*) FROM clicks WHERE dt BETWEEN ? AND ? AND x <> '?'");
    }

    @Test
    void printsTheRowsOfAQuery() throws Exception {
        haveArchive();
        account.answerQuery(List.of("hour", "clicks"), List.of("13", "42"));

        Result result = run.deploy("query", "--stack", "shop", "SELECT hour, clicks FROM \"x\"");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(result.text()).isEqualTo("hour\tclicks\n13\t42\n");
        assertThat(run.calls())
                .anyMatch(
                        call ->
                                call.contains("start-query-execution --work-group shop")
                                        && call.contains("Database=shop_archive"));
    }

    @Test
    void listsAndRunsSavedQueries() throws Exception {
        haveArchive();
        account.answerQuery(List.of("hour"), List.of("13"));

        Result list = run.deploy("query", "--stack", "shop");
        assertThat(list.text()).isEqualTo("clicks-per-hour\tClicks per hour\n");

        Result saved =
                run.deploy(
                        "query",
                        "--stack",
                        "shop",
                        "--saved",
                        "clicks-per-hour",
                        "2026-11-27",
                        "it's");
        assertThat(saved.exit()).as(saved.text()).isZero();
        assertThat(saved.text()).isEqualTo("hour\n13\n");
        assertThat(run.calls())
                .anyMatch(
                        call ->
                                call.replace("\\", "")
                                        .contains("--execution-parameters '2026-11-27' 'it''s'"));

        Result unknown = run.deploy("query", "--stack", "shop", "--saved", "other");
        assertThat(unknown.exit()).isEqualTo(1);
        assertThat(unknown.text())
                .contains("there is no saved query other in the work group shop")
                .contains("the saved queries are: clicks-per-hour");
    }

    /** In a text of digits may be an id, so the SQL must say what is a number. */
    @Test
    void passesAllValuesAsText() throws Exception {
        haveArchive();
        account.answerQuery(List.of("clicks"), List.of("7"));
        String sql = "SELECT count(*) AS clicks FROM records WHERE price > CAST(? AS bigint)";

        Result result = run.deploy("query", "--stack", "shop", sql, "42");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(run.calls())
                .anyMatch(call -> call.replace("\\", "").contains("--execution-parameters '42'"));
        for (String text :
                List.of(
                        run.deploy("--help").text(),
                        Files.readString(Path.of("cloudformation", "README.md")))) {
            assertThat(text).contains("CAST(? AS bigint)");
        }
    }

    @Test
    void aDryRunStartsNoQuery() throws Exception {
        haveArchive();

        Result dry = run.deploy("query", "--dry-run", "--stack", "shop", "SELECT 1");

        assertThat(dry.exit()).as(dry.text()).isZero();
        assertThat(dry.text()).contains("query=$(aws athena start-query-execution");
        assertThat(run.operations()).doesNotContain("athena start-query-execution");

        account.answerQuery(List.of("1"), List.of("1"));
        Result pasted = run.paste(dry.text());

        assertThat(pasted.exit()).as(pasted.text()).isZero();
        assertThat(pasted.text()).contains("\"VarCharValue\": \"1\"");
    }

    @Test
    void saysThatAStackHasNoArchiveToQuery() throws Exception {
        haveStack(Map.of());

        Result result = run.deploy("query", "--stack", "shop", "SELECT 1");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains("has no output AthenaWorkGroup")
                .contains("ArchiveFormat=json or parquet, and ArchiveLayout=hour");
        account.changeStack("shop", "CREATE_IN_PROGRESS", false);
        assertThat(run.deploy("query", "--stack", "shop", "SELECT 1").text())
                .contains("it is CREATE_IN_PROGRESS", "wait until", "shows another status");
    }

    @Test
    void saysThatNoRowMatches() throws Exception {
        haveArchive();
        account.answerQuery(List.of("hour"));

        Result result =
                run.deploy(
                        "query",
                        "--stack",
                        "shop",
                        "--saved",
                        "clicks-per-hour",
                        "2026-11-27",
                        "2026-11-28");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(result.text())
                .isEqualTo(
                        "hour\nNo rows match clicks-per-hour with 2026-11-27 2026-11-28 in the"
                                + " archive's database shop_archive\n");
    }

    /** Without quotes, each word of the SQL would be a value. */
    @Test
    void refusesValuesThatHaveNoPlaceInTheQuery() throws Exception {
        haveArchive();

        Result words = run.deploy("query", "--stack", "shop", "SELECT", "1");
        assertThat(words.exit()).isEqualTo(2);
        assertThat(words.text())
                .contains("the query has 0 parameters (?), but the values 1 were given: SELECT")
                .contains("Quote the SQL, so that it is one word");

        Result saved = run.deploy("query", "--stack", "shop", "--saved", "clicks-per-hour");
        assertThat(saved.exit()).isEqualTo(2);
        assertThat(saved.text()).contains("the query has 2 parameters (?), but no values were");
        assertThat(run.operations()).doesNotContain("athena start-query-execution");
    }

    @Test
    void quotesEachValueAndSaysWhereTheSqlIsWrong() throws Exception {
        haveArchive();
        String sql = "SELECT count(*) FROM records WHERE city = ?";
        account.answerQuery(List.of("_col0"), List.of("7"));
        Result result = run.deploy("query", "--stack", "shop", sql, "'s-Hertogenbosch");
        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(run.calls())
                .anyMatch(call -> call.replace("\\", "").contains(" '''s-Hertogenbosch' "));

        Result places = run.deploy("query", "--stack", "shop", sql, "", "a b");
        assertThat(places.text()).contains("but the values '' 'a b' were given");

        account.control(
                Map.of(
                        "faults",
                        List.of(
                                Map.of(
                                        "request",
                                        "StartQueryExecution",
                                        "status",
                                        "400 Bad Request",
                                        "body",
                                        "{\"__type\": \"InvalidRequestException\", \"message\":"
                                                + " \"line 1:8\"}"))));
        Result wrong = run.deploy("query", "--stack", "shop", "SELEC 1");
        assertThat(wrong.exit()).isEqualTo(1);
        assertThat(wrong.text()).contains("line 1:8", "fix the SQL").doesNotContain("permission");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "--saved="})
    void refusesAnEmptyQuery(String word) throws Exception {
        Result result = run.deploy("query", "--stack", "shop", word, "x");

        assertThat(result.exit()).as(result.text()).isEqualTo(2);
        assertThat(result.text()).contains("empty");
        assertThat(run.calls()).isEmpty();
    }

    @Test
    void tellsAnEmptyResultFromAStatementWithoutOne() throws Exception {
        haveArchive();
        for (String sql : List.of("(SELECT 1 AS hour)", "/* all */ SELECT 1 AS hour", "VALUES 1")) {
            account.answerQuery(List.of("hour"));
            assertThat(run.deploy("query", "--stack", "shop", sql).text())
                    .startsWith("hour\nNo rows match ");
        }
        account.answerQuery();
        String alter = "ALTER TABLE dead_letters SET LOCATION 's3://archive/malformed/'";
        assertThat(run.deploy("query", "--stack", "shop", alter).text()).isEqualTo("Done\n");
    }

    @Test
    void stopsAQueryThatNobodyWaitsFor() throws Exception {
        haveArchive();
        run.at("get-query-execution", "kill -INT $PPID");

        Result result = run.deploy("query", "--stack", "shop", "SELECT 1");

        assertThat(result.exit()).as(result.text()).isEqualTo(130);
        assertThat(result.text())
                .containsPattern("The query \\S+ (was stopped|may still be running)");
        assertThat(run.operations()).contains("athena stop-query-execution");
    }

    // --- Logs

    @Test
    void saysThatTheLogGroupWasDeleted() throws Exception {
        haveStack(Map.of());
        String group = "/aws/kinesis-analytics/shop";
        run.aws("logs", "delete-log-group", "--log-group-name", group);

        Result result = run.deploy("logs", "--stack", "shop");

        assertThat(result.exit()).as(result.text()).isEqualTo(1);
        assertThat(result.text())
                .contains("the log group " + group + " does not exist: someone deleted it")
                .contains("aws logs create-log-stream --log-group-name " + group)
                .doesNotContain("permission");
        for (String call : result.text().split("'", -1)) {
            if (call.startsWith("aws logs create-")) {
                assertThat(run.paste(call).exit()).isZero();
            }
        }
        assertThat(run.deploy("logs", "--stack", "shop").exit()).isZero();
    }

    @Test
    void saysThatNothingWasLogged() throws Exception {
        haveStack(Map.of());

        Result result = run.deploy("logs", "--stack", "shop", "--errors", "--minutes", "5");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(result.text())
                .matches(
                        "No warnings or errors in the log group /aws/kinesis-analytics/shop in the"
                                + " last 5 minutes, since [-0-9]{10} [0-9:]{8} UTC\\. Use --minutes"
                                + " N to look further back\n");
    }

    @Test
    void printsWhatTheJobLogged() throws Exception {
        haveStack(Map.of());
        run.aws(
                "logs",
                "put-log-events",
                "--log-group-name",
                "/aws/kinesis-analytics/shop",
                "--log-stream-name",
                "kinesis-analytics-log-stream",
                "--log-events",
                "[{\"timestamp\": " + System.currentTimeMillis() + ", \"message\": \"it began\"}]");

        Result result = run.deploy("logs", "--stack", "shop");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(result.text()).isEqualTo("it began\n");
    }
}
