package io.clickstream.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.aggregate.Aggregates;
import io.clickstream.deploy.FakeDomain.Received;
import io.clickstream.deploy.Panels.Answer;
import io.clickstream.deploy.SetupScript.Run;
import io.clickstream.local.dashboard.SavedObject;
import io.clickstream.local.server.OpenSearchNode;
import io.clickstream.testing.AwsCredentials;
import io.clickstream.testing.SignatureV4;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The script against an OpenSearch node, and the panels' searches over what the sinks write. */
@Timeout(180)
class OpenSearchSetupITCase {

    private static final String MONTHLY = "departments_count-2022.06";
    private static final String DAILY = "user_session_details-2022.06.14";
    private static final String FOREIGN = "someone_elses-2022.06.14";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir static Path nodeFolder;
    private static OpenSearchNode node;

    @TempDir Path folder;
    private final HttpClient http = HttpClient.newHttpClient();
    private FakeDomain domain;
    private SetupScript script;

    @BeforeAll
    static void startNode() {
        node = OpenSearchNode.start(nodeFolder);
    }

    @AfterAll
    static void stopNode() {
        node.close();
    }

    @BeforeEach
    void startDomain() throws Exception {
        domain = FakeDomain.inFrontOf(node.uri());
        script = new SetupScript(folder);
    }

    @AfterEach
    void clear() throws Exception {
        domain.close();
        for (JsonNode index : ask("GET", "/_cat/indices?format=json", "")) {
            ask("DELETE", "/" + index.path("index").asText(), "");
        }
        for (String template : templates().keySet()) {
            ask("DELETE", "/_index_template/" + template, "");
        }
    }

    @Test
    void aSecondRunChangesNothing() throws Exception {
        Run first = script.run(domain.uri());

        assertThat(first.exitCode()).as(first.output()).isZero();
        Map<String, JsonNode> templates = templates();
        assertThat(templates.keySet()).isEqualTo(indices());
        JsonNode policy = domain.policy();
        assertThat(policy.at("/states/0/transitions/0/conditions/min_index_age").asText())
                .isEqualTo("90d");
        Map<String, JsonNode> objects = domain.savedObjects();
        assertThat(objects.values())
                .containsExactlyInAnyOrderElementsOf(
                        SavedObjects.read().stream().map(SavedObject::json).toList());
        assertThat(first.output()).contains("dashboards: " + objects.size() + " objects imported");
        long sequence = domain.policySequence();
        domain.takeReceived();

        Run second = script.run(domain.uri());

        assertThat(second.exitCode()).as(second.output()).isZero();
        assertThat(second.output()).contains("retention policy clickstream: unchanged");
        assertThat(templates()).isEqualTo(templates);
        assertThat(domain.policy()).isEqualTo(policy);
        assertThat(domain.policySequence()).isEqualTo(sequence);
        assertThat(domain.savedObjects()).isEqualTo(objects);
        assertThat(domain.takeReceived())
                .noneMatch(
                        request ->
                                request.path().contains("/_ism/")
                                        && !request.method().equals("GET"))
                .filteredOn(request -> request.path().endsWith("/_import"))
                .singleElement()
                .satisfies(
                        request -> {
                            assertThat(request.uri().getQuery()).isEqualTo("overwrite=true");
                            assertThat(request.headers())
                                    .containsEntry("osd-xsrf", "true")
                                    .containsEntry("securitytenant", "global");
                        });
    }

    @Test
    void anotherRetentionReplacesThePolicyOfAllIndices() throws Exception {
        for (String index : List.of(MONTHLY, DAILY, FOREIGN, "trending")) {
            ask("PUT", "/" + index, "");
        }
        assertThat(script.run(domain.uri()).exitCode()).isZero();
        long sequence = domain.policySequence();
        assertThat(domain.managed()).isEqualTo(Map.of(MONTHLY, sequence, DAILY, sequence));
        domain.takeReceived();

        Run shorter = script.run(domain.uri(), "--retention", "30d");

        assertThat(shorter.exitCode()).as(shorter.output()).isZero();
        assertThat(shorter.output())
                .contains("replaced, indices are deleted after 30d")
                .contains("index " + MONTHLY + ": policy changed");
        assertThat(domain.takeReceived())
                .filteredOn(request -> request.method().equals("PUT"))
                .filteredOn(request -> request.path().contains("/_ism/"))
                .singleElement()
                .satisfies(
                        request ->
                                assertThat(request.uri().getQuery())
                                        .isEqualTo("if_primary_term=3&if_seq_no=" + sequence));
        assertThat(domain.policySequence()).isEqualTo(sequence + 1);
        assertThat(domain.managed()).isEqualTo(Map.of(MONTHLY, sequence + 1, DAILY, sequence + 1));
        assertThat(domain.policy().toString()).contains("\"30d\"").doesNotContain("\"90d\"");

        script.run(domain.uri(), "--retention", "30d");

        assertThat(domain.policySequence()).isEqualTo(sequence + 1);
        assertThat(domain.takeReceived()).noneMatch(request -> request.path().contains("change"));
    }

    @Test
    void whatAnIndexCouldNotTakeItGetsWithTheNextRun() throws Exception {
        ask("PUT", "/" + MONTHLY, "");
        domain.keepIndicesBusy(true);

        Run busy = script.run(domain.uri());

        assertThat(busy.exitCode()).isEqualTo(1);
        assertThat(busy.output())
                .contains("index " + MONTHLY + ": its policy is unchanged for now");
        assertThat(domain.managed()).isEmpty();
        assertThat(domain.savedObjects()).isNotEmpty();

        domain.keepIndicesBusy(false);

        assertThat(script.run(domain.uri()).exitCode()).isZero();
        assertThat(domain.managed()).containsOnlyKeys(MONTHLY);
    }

    @Test
    void saysWhichCallFailed() throws Exception {
        script.run(domain.uri());
        domain.failImports();

        Run failed = script.run(domain.uri());

        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.output())
                .contains("POST " + domain.uri() + "/_dashboards/api/saved_objects/_import")
                .contains("clickstream-x");

        domain.changePolicyMeanwhile();

        Run overtaken = script.run(domain.uri(), "--retention", "7d");

        assertThat(overtaken.exitCode()).isEqualTo(1);
        assertThat(overtaken.output()).contains("409").contains("version_conflict");
        assertThat(domain.policy().toString()).contains("\"90d\"");
    }

    @Test
    void leavesOutWhatANodeDoesNotHave() throws Exception {
        Run first = script.run(node.uri());
        Map<String, JsonNode> templates = templates();
        Run second = script.run(node.uri());

        assertThat(List.of(first.exitCode(), second.exitCode())).containsOnly(3);
        assertThat(first.output())
                .isEqualTo(second.output())
                .contains("retention policy: skipped, since this node has no index state")
                .contains("dashboards: skipped, since there is no OpenSearch Dashboards at");
        assertThat(templates()).isEqualTo(templates);
        assertThat(templates.keySet()).isEqualTo(indices());
    }

    @Test
    void signsEachRequest() throws Exception {
        ask("PUT", "/" + MONTHLY, "");
        script.with("AWS_ACCESS_KEY_ID", AwsCredentials.ACCESS_KEY)
                .with("AWS_SECRET_ACCESS_KEY", AwsCredentials.SECRET_KEY)
                .with("AWS_SESSION_TOKEN", "token/of\"the=session");

        List<Run> runs =
                List.of(
                        script.run(domain.uri(), "--sigv4", "eu-central-1"),
                        script.run(
                                domain.uri(), "--sigv4", "eu-central-1:es", "--retention", "9d"));

        assertThat(runs).extracting(Run::exitCode).containsOnly(0);
        SignatureV4 signature = new SignatureV4("eu-central-1", "es");
        List<Received> received = domain.takeReceived();
        assertThat(received).hasSizeGreaterThan(20);
        for (Received request : received) {
            assertThat(
                            signature.assertSigned(
                                    request.method(),
                                    request.uri(),
                                    request.headers()::get,
                                    request.body().getBytes(StandardCharsets.UTF_8)))
                    .contains("x-amz-security-token");
        }
        assertThat(received)
                .extracting(request -> request.headers().get("x-amz-security-token"))
                .containsOnly("token/of\"the=session");
        for (Run run : runs) {
            assertThat(run.curlArguments())
                    .isNotEmpty()
                    .noneMatch(argument -> argument.contains(AwsCredentials.SECRET_KEY))
                    .noneMatch(argument -> argument.contains(AwsCredentials.ACCESS_KEY))
                    .noneMatch(argument -> argument.contains("token"));
        }
    }

    @Test
    void signsForAServerlessCollectionByTheCredentialsOfTheCli() throws Exception {
        script.write(
                "aws",
                """
                [ "$*" = "configure export-credentials --format env-no-export" ] || exit 2
                echo AWS_ACCESS_KEY_ID=%s
                echo AWS_SECRET_ACCESS_KEY=%s
                """
                        .formatted(AwsCredentials.ACCESS_KEY, AwsCredentials.SECRET_KEY));

        Run run = script.run(domain.uri(), "--sigv4", "us-east-1:aoss");

        assertThat(run.exitCode()).as(run.output()).isEqualTo(3);
        SignatureV4 signature = new SignatureV4("us-east-1", "aoss");
        List<Received> received = domain.takeReceived();
        for (Received request : received) {
            assertThat(
                            signature.assertSigned(
                                    request.method(),
                                    request.uri(),
                                    request.headers()::get,
                                    request.body().getBytes(StandardCharsets.UTF_8)))
                    .contains("x-amz-content-sha256");
            assertThat(request.headers())
                    .containsEntry(
                            "x-amz-content-sha256",
                            SignatureV4.sha256(request.body().getBytes(StandardCharsets.UTF_8)));
        }
        assertThat(received).noneMatch(request -> request.path().contains("_ism"));
        assertThat(domain.savedObjects()).isNotEmpty();
    }

    @Test
    void logsInByUserAndPassword() throws Exception {
        String password = "a\\b\"c d$e";
        Path file = Files.writeString(folder.resolve("password"), password + "\n");

        Run run = script.run(domain.uri(), "--user", "admin", "--password-file", file.toString());

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(domain.takeReceived())
                .extracting(request -> request.headers().get("authorization"))
                .containsOnly(
                        "Basic "
                                + Base64.getEncoder()
                                        .encodeToString(
                                                ("admin:" + password)
                                                        .getBytes(StandardCharsets.UTF_8)));
        assertThat(run.curlArguments()).noneMatch(argument -> argument.contains("a\\b"));
    }

    @Test
    void aDryRunSendsNothing() throws Exception {
        Run run = script.run(domain.uri(), "--dry-run", "--user", "a", "--password-file", "none");

        assertThat(run.exitCode()).isZero();
        assertThat(run.output().lines())
                .anyMatch(line -> line.startsWith("PUT  " + domain.uri() + "/_index_template/"))
                .anyMatch(line -> line.startsWith("PUT  " + domain.uri() + "/_plugins/_ism/"))
                .anyMatch(line -> line.startsWith("POST " + domain.uri() + "/_dashboards/api/"));
        assertThat(domain.takeReceived()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "unknown option --retain, --retain",
                "--retention is '3w', --retention 3w",
                "option --tenant needs a value, --tenant",
                "--sigv4 is 'eu', --sigv4 eu",
                "must be used together, --user admin",
                "a serverless collection, --sigv4 us-east-1:aoss --delete-older-than 9d",
                "--dashboards is 'http://***@h', --dashboards http://u:pw@h",
                "the AWS CLI has no credentials, --sigv4 eu-central-1"
            })
    void aWrongOptionIsAnErrorThatNamesIt(String message, String options) throws Exception {
        Run run = script.run(domain.uri(), options.split(" ", -1));

        assertThat(run.exitCode()).as(run.output()).isEqualTo(2);
        assertThat(run.output()).contains(message).doesNotContain("pw");
        assertThat(domain.takeReceived()).isEmpty();
    }

    @Test
    void deletesOldDocumentsOfSingleIndices() throws Exception {
        assertThat(script.run(node.uri()).exitCode()).isEqualTo(3);
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        IndexedSamples.write(node.uri(), now, now.minus(Duration.ofDays(20)));
        ask("POST", "/_refresh", "");
        Map<String, Integer> before = counts();

        Run run = script.run(node.uri(), "--delete-older-than", "10d");

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output()).contains("index departments_count: 6 documents older than 10d");
        before.replaceAll((index, count) -> count / 2);
        assertThat(counts()).isEqualTo(before);
        assertThat(before.values()).doesNotContain(0);

        ask("DELETE", "/trending", "");

        Run again = script.run(node.uri(), "--delete-older-than", "10d");

        assertThat(again.output())
                .contains("index departments_count: 0 documents")
                .contains("index trending: does not exist");
        assertThat(again.exitCode()).isZero();
    }

    @Test
    void eachPanelFindsWhatTheSinksWrite() throws Exception {
        assertThat(script.run(node.uri()).exitCode()).isEqualTo(3);
        // The windows of the samples are then in two minutes, which are the buckets of an hour.
        Instant now =
                Instant.now()
                        .minus(Duration.ofMinutes(1))
                        .truncatedTo(ChronoUnit.MINUTES)
                        .plusSeconds(25);
        IndexedSamples.write(node.uri(), now);
        ask("POST", "/_refresh", "");
        List<Answer> answers =
                Panels.ask(node.uri(), now.minus(Duration.ofHours(1)), now.plusSeconds(1));

        assertThat(answers)
                .extracting(answer -> answer.panel().id())
                .containsExactlyInAnyOrderElementsOf(Panels.inDashboards());
        for (Answer answer : answers) {
            Panels.assertHasData(answer);
            check(answer.panel().id(), answer.found().path("aggregations"));
        }
    }

    /** Some of the figures, worked out by hand from {@link IndexedSamples}. */
    private static void check(String panel, JsonNode found) {
        switch (panel) {
            case "clickstream-session-totals" -> {
                assertThat(found.at("/1/value").asLong()).isEqualTo(200);
                assertThat(found.at("/2/value").asLong()).isEqualTo(60);
            }
            case "clickstream-conversion-over-time" ->
                    assertThat(values(found.at("/conversion/buckets"), "/percent/value"))
                            .containsExactly("50.0", "25.0");
            case "clickstream-departments-ranked" ->
                    assertThat(values(found.at("/2/buckets"), "/key"))
                            .containsExactly("AirPods", "cameras", "cd players");
            case "clickstream-basket-departments" ->
                    assertThat(values(found.at("/2/buckets"), "/key"))
                            .startsWith("AirPods")
                            .hasSize(3);
            case "clickstream-trending-now" -> {
                assertThat(values(found.at("/3/buckets"), "/key")).containsExactly("1", "2");
                assertThat(values(found.at("/3/buckets"), "/1/hits/hits/0/fields/name/0"))
                        .containsExactly("cameras", "AirPods");
            }
            case "clickstream-dead-letter-reasons" ->
                    assertThat(values(found.at("/3/buckets"), "/key"))
                            .containsExactly("late", "missing-user");
            case "clickstream-lateness" ->
                    assertThat(found.at("/2/buckets/0/1/values/50.0").asDouble()).isEqualTo(90_000);
            default -> {}
        }
    }

    private static List<String> values(JsonNode buckets, String path) {
        List<String> values = new ArrayList<>();
        buckets.forEach(bucket -> values.add(bucket.at(path).asText()));
        return values;
    }

    private static Set<String> indices() {
        Set<String> indices = new TreeSet<>(Set.of("dead_letters"));
        Aggregates.ALL.forEach(aggregate -> indices.add(aggregate.defaultIndex()));
        return indices;
    }

    private Map<String, JsonNode> templates() throws Exception {
        Map<String, JsonNode> templates = new TreeMap<>();
        for (JsonNode template : ask("GET", "/_index_template", "").path("index_templates")) {
            templates.put(template.path("name").asText(), template);
        }
        return templates;
    }

    private Map<String, Integer> counts() throws Exception {
        ask("POST", "/_refresh", "");
        Map<String, Integer> counts = new TreeMap<>();
        for (String index : templates().keySet()) {
            counts.put(index, ask("GET", "/" + index + "/_count", "").path("count").asInt());
        }
        return counts;
    }

    private JsonNode ask(String method, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(node.uri() + path))
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build();
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as("%s: %s", request, response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }
}
