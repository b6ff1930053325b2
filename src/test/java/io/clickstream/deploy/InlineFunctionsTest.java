package io.clickstream.deploy;

import static io.clickstream.deploy.InlineFunction.CLUSTER;
import static io.clickstream.deploy.InlineFunction.DATASET_GROUP;
import static io.clickstream.deploy.InlineFunction.DOMAIN_ARN;
import static io.clickstream.deploy.InlineFunction.KEY;
import static io.clickstream.deploy.InlineFunction.OWN_TIME;
import static io.clickstream.deploy.InlineFunction.REGION;
import static io.clickstream.deploy.InlineFunction.SOURCE;
import static io.clickstream.deploy.InlineFunction.TRACKER;
import static io.clickstream.deploy.InlineFunction.UI_ARN;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.clickstream.testing.Certificate;
import io.clickstream.testing.SignatureV4;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The functions in the template {@code full}, run by Python with the real boto3, botocore and
 * urllib against local servers. Only what is across the wire is not the real thing.
 */
@Execution(ExecutionMode.CONCURRENT)
class InlineFunctionsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String DOMAIN = "/2021-01-01/opensearch/domain/shop-domain/";

    /** In seconds. The function reserves 55 of them for its last calls. */
    private static final int TIME_FOR_FEW_LOOKS = 75;

    /** The first calls to a domain set a role and its mapping. One per index template follows. */
    private static final int ROLES = 2;

    /** In place of a status of S3. */
    private static final int HANGS = -1;

    private static final int BREAKS_OFF = -2;

    @TempDir private Path folder;

    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<Call> calls = new ArrayList<>();
    private final List<JsonNode> responses = new ArrayList<>();
    private final Deque<Integer> answersOfS3 = new ConcurrentLinkedDeque<>();

    /** The role of the function that runs, what each role did, and what it may not do. */
    private volatile String role;

    private final Map<String, Set<String>> used = new ConcurrentSkipListMap<>();
    private final Set<String> refused = new ConcurrentSkipListSet<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private Certificate certificate;
    private HttpsServer service;
    private HttpServer cloudFormation;

    private record Answer(int status, String body) {
        static final Answer HANGS = new Answer(0, "");
    }

    private record Call(String method, String path, JsonNode body, String text, String target) {}

    @BeforeEach
    void startServers() throws Exception {
        certificate = Certificate.make(folder, "service");
        InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        service = HttpsServer.create(loopback, 0);
        service.setHttpsConfigurator(new HttpsConfigurator(certificate.serverContext()));
        service.setExecutor(threads);
        service.createContext("/", this::answer);
        service.start();
        cloudFormation = HttpServer.create(loopback, 0);
        cloudFormation.setExecutor(threads);
        cloudFormation.createContext("/", this::takeResponse);
        cloudFormation.start();
    }

    @AfterEach
    void stopServers() {
        end.countDown();
        service.stop(0);
        cloudFormation.stop(0);
        threads.shutdownNow();
    }

    // --- The domain's roles

    /** The body is bytes: urllib refuses a text, which made the stack impossible to create. */
    @Test
    void theDomainGetsARoleForTheJob() throws Exception {
        JsonNode response = setUp();

        assertThat(response.get("Status").asText()).isEqualTo("SUCCESS");
        assertThat(calls)
                .extracting(Call::method, Call::path)
                .startsWith(
                        tuple("PUT", "/_plugins/_security/api/roles/clickstream"),
                        tuple("PUT", "/_plugins/_security/api/rolesmapping/all_access"));
        List<String> patterns = new ArrayList<>();
        calls.get(0)
                .body
                .at("/index_permissions/0/index_patterns")
                .forEach(pattern -> patterns.add(pattern.asText().replace("*", "")));
        try (Stream<Path> templates = Files.list(Path.of("src/main/opensearch/index-templates"))) {
            assertThat(patterns)
                    .containsExactlyInAnyOrderElementsOf(
                            templates
                                    .map(file -> file.getFileName().toString())
                                    .map(name -> name.replace(".json", ""))
                                    .toList());
        }
        assertThat(calls.get(1).body.toString())
                .isEqualTo("{\"backend_roles\":[\"arn:access\"],\"users\":[\"arn:access\"]}");
    }

    /** Apart from the rest, which must be there before the application that makes the role. */
    @Test
    void theDomainTakesTheJobsRoleWhenThereIsOne() throws Exception {
        JsonNode response = jobAccess();

        assertThat(response.get("Status").asText()).as(response.toString()).isEqualTo("SUCCESS");
        assertThat(response.get("PhysicalResourceId").asText()).isEqualTo("clickstream-JobAccess");
        assertThat(calls)
                .extracting(Call::method, Call::path)
                .containsExactly(tuple("PUT", "/_plugins/_security/api/rolesmapping/clickstream"));
        assertThat(calls.get(0).body.toString()).isEqualTo("{\"backend_roles\":[\"arn:job\"]}");
    }

    /** Of a role's new rights, and those to a key. S3 answers 403 until they count everywhere. */
    @ParameterizedTest
    @ValueSource(strings = {"Access", "Dashboards"})
    void aJarThatMayNotBeReadYetIsAskedForAgain(String resource) throws Exception {
        answersOfS3.addAll(List.of(403, 403, 503));

        JsonNode response = resource.equals("Access") ? setUp() : importDashboards();

        assertThat(response.get("Status").asText()).as(response.toString()).isEqualTo("SUCCESS");
        assertThat(answersOfS3).isEmpty();
    }

    @Test
    void saysWhichJarCanNotBeRead() throws Exception {
        answersOfS3.add(404);

        JsonNode response = access(OWN_TIME, ok(ROLES + templates()));

        assertThat(response.get("Status").asText()).isEqualTo("FAILED");
        assertThat(response.get("Reason").asText())
                .contains("s3://jars/clickstream/job.jar can't be read: ");
    }

    @Test
    void aJarThatMayNeverBeReadIsToldInTime() throws Exception {
        for (int i = 0; i < 1_000; i++) {
            answersOfS3.add(403);
        }

        JsonNode response = access(OWN_TIME, ok(ROLES + templates()));

        assertThat(response.get("Status").asText()).isEqualTo("FAILED");
        assertThat(response.get("Reason").asText()).contains("can't be read", "AccessDenied");
    }

    /** An answer that never comes, or not whole, must not use up the function's time. */
    @ParameterizedTest
    @CsvSource({"Access,-1", "Access,-2", "Dashboards,-2"})
    void aJarThatDoesNotComeIsAskedForAgain(String resource, int trouble) throws Exception {
        answersOfS3.add(trouble);

        JsonNode response = resource.equals("Access") ? setUp() : importDashboards();

        assertThat(response.get("Status").asText()).as(response.toString()).isEqualTo("SUCCESS");
        assertThat(answersOfS3).isEmpty();
    }

    /** A domain that has just been made is busy. */
    @ParameterizedTest
    @ValueSource(ints = {403, 409, 429, 500, 503})
    void aBusyDomainIsAskedAgain(int status) throws Exception {
        answers.add(new Answer(status, "busy"));
        JsonNode response = setUp();

        assertThat(response.get("Status").asText()).as(response.toString()).isEqualTo("SUCCESS");
        assertThat(calls).hasSize(1 + ROLES + templates() + 2);
        assertThat(calls.get(1)).isEqualTo(calls.get(0));
    }

    @Test
    void aDomainThatRefusesIsNotAskedAgain() throws Exception {
        JsonNode response = access(OWN_TIME, new Answer(400, "{\"message\":\"no permissions\"}"));

        assertThat(response.get("Status").asText()).isEqualTo("FAILED");
        assertThat(response.get("Reason").asText())
                .contains("the domain can't be set up")
                .contains("PUT _plugins/_security/api/roles/clickstream: HTTP Error 400")
                .contains("no permissions");
        assertThat(calls).hasSize(1);
    }

    /** CloudFormation gets an answer before Lambda ends the function, whatever the domain does. */
    @Test
    void aDomainThatHangsIsToldInTime() throws Exception {
        long start = System.nanoTime();

        JsonNode response = access(25, Answer.HANGS);

        assertThat(response.get("Status").asText()).isEqualTo("FAILED");
        assertThat(response.get("Reason").asText())
                .contains("PUT _plugins/_security/api/roles/clickstream: ");
        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start)).isLessThan(25);
    }

    /** Else the first bulk makes indices with wrong types, for good. */
    @Test
    void indexTemplatesAndRetentionAreThereBeforeTheJobStarts() throws Exception {
        JsonNode response = setUp();

        assertThat(response.get("Status").asText()).as(response.toString()).isEqualTo("SUCCESS");
        int policy = ROLES + templates();
        for (Call call : calls.subList(ROLES, policy)) {
            assertThat(call.method).isEqualTo("PUT");
            assertThat(call.path).startsWith("/_index_template/");
            Path file =
                    Path.of(
                            "src/main/opensearch/index-templates",
                            call.path.substring("/_index_template/".length()) + ".json");
            assertThat(call.body).isEqualTo(JSON.readTree(file.toFile()));
        }
        assertThat(calls.subList(ROLES, policy)).extracting(Call::path).doesNotHaveDuplicates();
        assertThat(calls.subList(policy, calls.size()))
                .extracting(Call::method, Call::path)
                .containsExactly(
                        tuple("GET", "/_plugins/_ism/policies/clickstream"),
                        tuple("PUT", "/_plugins/_ism/policies/clickstream"));
        assertThat(calls.get(policy + 1).body)
                .isEqualTo(JSON.readTree(Path.of("src/main/opensearch/ism-policy.json").toFile()));
    }

    @Test
    void aRetentionPolicyThatIsThereStays() throws Exception {
        JsonNode response = access(OWN_TIME, ok(ROLES + templates() + 1));

        assertThat(response.get("Status").asText()).as(response.toString()).isEqualTo("SUCCESS");
        assertThat(calls).hasSize(ROLES + templates() + 1);
    }

    // --- Dashboards in OpenSearch UI

    @Test
    void dashboardsAreReadyInABrowser() throws Exception {
        JsonNode response = importDashboards();

        assertThat(response.get("Status").asText()).as(response.toString()).isEqualTo("SUCCESS");
        assertThat(response.at("/Data/Address").asText())
                .isEqualTo("https://" + ui() + "/w/w1/app/dashboards");
        assertThat(calls)
                .extracting(Call::method, Call::path)
                .containsExactly(
                        tuple("GET", DOMAIN + "listVpcEndpointAccess"),
                        tuple("POST", DOMAIN + "authorizeVpcEndpointAccess"),
                        tuple("GET", "/2021-01-01/opensearch/application/a1b2"),
                        tuple("GET", "/api/saved_objects/_find"),
                        tuple("GET", "/api/saved_objects/_find"),
                        tuple("GET", "/api/saved_objects/_find"),
                        tuple("POST", "/api/workspaces/_list"),
                        tuple("POST", "/api/workspaces"),
                        tuple("POST", "/w/w1/api/saved_objects/_import"));
        assertThat(calls.get(1).body.toString())
                .isEqualTo("{\"Service\":\"application.opensearchservice.amazonaws.com\"}");
        assertThat(calls.get(7).body.at("/settings/dataSources/0").asText()).isEqualTo("d1");
        assertImported(calls.get(8).text);
    }

    /** A role's rights do not count at once, and a domain that is being changed answers 409. */
    @ParameterizedTest
    @ValueSource(ints = {403, 409})
    void dashboardsWaitForRightsAndForABusyDomain(int status) throws Exception {
        answers.add(new Answer(status, "{\"message\":\"not yet\"}"));

        JsonNode response = importDashboards();

        assertThat(response.get("Status").asText()).as(response.toString()).isEqualTo("SUCCESS");
        assertThat(calls.get(1).path).isEqualTo(DOMAIN + "listVpcEndpointAccess");
    }

    /** Each object reads from the domain, and is otherwise the one of the project. */
    private static void assertImported(String form) throws IOException {
        List<String> lines = form.lines().filter(line -> line.startsWith("{")).toList();
        List<String> originals =
                Files.readAllLines(Path.of("src/main/opensearch/dashboards.ndjson"));
        assertThat(lines).hasSameSizeAs(originals);
        int withSource = 0;
        for (int i = 0; i < lines.size(); i++) {
            JsonNode imported = JSON.readTree(lines.get(i));
            JsonNode original = JSON.readTree(originals.get(i));
            JsonNode state = JSON.readTree(original.at("/attributes/visState").asText("{}"));
            boolean isTsvb = state.path("type").asText().equals("metrics");
            if (isTsvb) {
                assertThat(
                                JSON.readTree(imported.at("/attributes/visState").asText())
                                        .at("/params/data_source_id")
                                        .asText())
                        .isEqualTo("d1");
            }
            if (isTsvb || original.path("type").asText().equals("index-pattern")) {
                withSource++;
                assertThat(imported.get("references").findValuesAsText("id")).contains("d1");
            } else {
                assertThat(imported).isEqualTo(original);
            }
        }
        assertThat(withSource).as("a pattern per index, and one TSVB").isEqualTo(templates() + 1);
    }

    @Test
    void dashboardsThatAreThereAreTakenForImported() throws Exception {
        JsonNode response =
                dashboards(
                        allowed(),
                        new Answer(200, "{\"endpoint\":\"https://%s\"}".formatted(ui())),
                        new Answer(200, SOURCE),
                        workspace(),
                        new Answer(
                                200,
                                "{\"success\":false,\"errors\":[{\"id\":\"a\","
                                        + "\"error\":{\"type\":\"conflict\"}}]}"));

        assertThat(response.get("Status").asText()).as(response.toString()).isEqualTo("SUCCESS");
        assertThat(calls).hasSize(5);
    }

    @Test
    void saysWhichDashboardCanNotBeImported() throws Exception {
        JsonNode response =
                dashboards(
                        allowed(),
                        new Answer(200, "{\"endpoint\":\"%s\"}".formatted(ui())),
                        new Answer(200, SOURCE),
                        workspace(),
                        new Answer(
                                200,
                                "{\"success\":false,\"errors\":[{\"id\":\"clickstream-x\","
                                        + "\"error\":{\"type\":\"missing_references\"}}]}"));

        assertThat(response.get("Status").asText()).isEqualTo("FAILED");
        assertThat(response.get("Reason").asText())
                .contains("the dashboards are not imported")
                .contains("clickstream-x")
                .contains("missing_references");
    }

    private String ui() {
        return "127.0.0.1:" + service.getAddress().getPort();
    }

    private static Answer allowed() {
        return new Answer(
                200,
                "{\"AuthorizedPrincipalList\":[{\"PrincipalType\":\"AWS_SERVICE\",\"Principal\":"
                        + "\"application.opensearchservice.amazonaws.com\"}],\"NextToken\":\"\"}");
    }

    private static Answer workspace() {
        return new Answer(
                200,
                "{\"success\":true,\"result\":{\"workspaces\":[{\"id\":\"w1\","
                        + "\"name\":\"Clickstream\"}]}}");
    }

    @Test
    void nothingIsAskedWhenTheStackIsDeleted() throws Exception {
        JsonNode response = run("Access", "Delete", "{}", "clickstream-access", OWN_TIME);

        assertThat(response.get("Status").asText()).isEqualTo("SUCCESS");
        assertThat(calls).isEmpty();
    }

    // --- Rights

    /** Rights whose use can't be seen here, and why a role has them. */
    private static final Map<String, String> UNSEEN =
            Map.of(
                    "logs:CreateLogStream",
                    "Lambda writes the function's log by the function's role",
                    "logs:PutLogEvents",
                    "the same",
                    "ec2:CreateNetworkInterface",
                    "Lambda asks for it before it puts the function into the network",
                    "ec2:DeleteNetworkInterface",
                    "the same",
                    "ec2:DescribeNetworkInterfaces",
                    "the same",
                    "ec2:DescribeSubnets",
                    "the same");

    /** That nothing is missing is looked at with every call of every test. */
    @Test
    void rolesOfFunctionsHaveNoRightThatNoFunctionUses() throws Exception {
        setUp();
        jobAccess();
        importDashboards();
        answers.add(new Answer(200, "{\"bootstrapBrokerStringSaslIam\":\"b-1:9098\"}"));
        brokers();
        answers.add(new Answer(200, "{\"eventTrackerArn\":\"%s\"}".formatted(TRACKER)));
        answers.add(tracker("ACTIVE"));
        makeTracker();
        answers.add(new Answer(200, "{}"));
        answers.add(refused(400, "ResourceNotFoundException"));
        deleteTracker(TRACKER);

        Map<String, Map<String, Object>> resources = InlineFunction.resources();
        Set<String> roles = new TreeSet<>();
        Set<String> explained = new TreeSet<>();
        for (Map.Entry<String, Map<String, Object>> each : resources.entrySet()) {
            if (!each.getValue().get("Type").equals("AWS::IAM::Role")) {
                continue;
            }
            roles.add(each.getKey());
            Grants.unused(
                            ApplicationTemplateTest.statementsOf(
                                    Map.of(each.getKey(), each.getValue())),
                            used.getOrDefault(each.getKey(), Set.of()))
                    .forEach(
                            right -> {
                                String action = right.substring(0, right.indexOf(' '));
                                assertThat(UNSEEN).as(each.getKey()).containsKey(action);
                                explained.add(action);
                            });
        }
        assertThat(roles).isEqualTo(used.keySet());
        assertThat(explained).isEqualTo(UNSEEN.keySet());
    }

    // --- Brokers and event tracker

    @Test
    void theBrokersAreLookedUp() throws Exception {
        answers.add(new Answer(200, "{\"bootstrapBrokerStringSaslIam\":\"b-1:9098\"}"));

        JsonNode response = brokers();

        assertThat(response.get("Status").asText()).as(response.toString()).isEqualTo("SUCCESS");
        assertThat(response.at("/Data/BootstrapServers").asText()).isEqualTo("b-1:9098");
        assertThat(calls.get(0).path)
                .isEqualTo(
                        "/v1/clusters/" + URLEncoder.encode(CLUSTER, UTF_8) + "/bootstrap-brokers");
    }

    /** A role's rights take some seconds until they count everywhere. */
    @Test
    void rightsThatDoNotCountYetAreWaitedFor() throws Exception {
        answers.add(refused(403, "ForbiddenException"));
        answers.add(refused(403, "AccessDeniedException"));
        answers.add(new Answer(200, "{\"bootstrapBrokerStringSaslIam\":\"b-1:9098\"}"));

        assertThat(brokers().get("Status").asText()).isEqualTo("SUCCESS");
        assertThat(calls).hasSize(3);
    }

    @Test
    void aClusterThatIsNotThereIsNotWaitedFor() throws Exception {
        answers.add(refused(404, "NotFoundException"));

        JsonNode response = brokers();

        assertThat(response.get("Status").asText()).isEqualTo("FAILED");
        assertThat(response.get("Reason").asText()).contains("NotFoundException");
        assertThat(calls).hasSize(1);
    }

    @Test
    void anEventTrackerIsMadeAndWaitedFor() throws Exception {
        answers.add(
                new Answer(
                        200,
                        "{\"eventTrackerArn\":\"arn:aws:personalize:eu-central-1:111122223333:event-tracker/1\"}"));
        answers.add(tracker("CREATE PENDING"));
        answers.add(tracker("ACTIVE"));

        JsonNode response = makeTracker();

        assertThat(response.get("Status").asText()).as(response.toString()).isEqualTo("SUCCESS");
        assertThat(response.get("PhysicalResourceId").asText())
                .isEqualTo("arn:aws:personalize:eu-central-1:111122223333:event-tracker/1");
        assertThat(response.at("/Data/TrackingId").asText()).isEqualTo("1a2b");
        assertThat(calls.get(0).target).isEqualTo("AmazonPersonalize.CreateEventTracker");
        assertThat(calls.get(0).body.toString())
                .isEqualTo(
                        "{\"name\":\"shop\",\"datasetGroupArn\":\"%s\"}".formatted(DATASET_GROUP));
    }

    @Test
    void saysWhyThereIsNoEventTracker() throws Exception {
        answers.add(
                new Answer(
                        200,
                        "{\"eventTrackerArn\":\"arn:aws:personalize:eu-central-1:111122223333:event-tracker/1\"}"));
        answers.add(tracker("CREATE FAILED"));

        JsonNode response = makeTracker();

        assertThat(response.get("Status").asText()).isEqualTo("FAILED");
        assertThat(response.get("Reason").asText())
                .contains(
                        "event tracker"
                            + " arn:aws:personalize:eu-central-1:111122223333:event-tracker/1 is"
                            + " CREATE FAILED");
        // So that CloudFormation asks for its deletion.
        assertThat(response.get("PhysicalResourceId").asText())
                .isEqualTo("arn:aws:personalize:eu-central-1:111122223333:event-tracker/1");
    }

    /** Else the dataset group, which is deleted next, would refuse since it has a tracker. */
    @Test
    void anEventTrackerIsDeletedAndWaitedFor() throws Exception {
        answers.add(new Answer(200, "{}"));
        answers.add(tracker("DELETE PENDING"));
        answers.add(tracker("DELETE IN_PROGRESS"));
        answers.add(refused(400, "ResourceNotFoundException"));

        JsonNode response =
                deleteTracker("arn:aws:personalize:eu-central-1:111122223333:event-tracker/1");

        assertThat(response.get("Status").asText()).as(response.toString()).isEqualTo("SUCCESS");
        assertThat(calls)
                .extracting(Call::target)
                .containsExactly(
                        "AmazonPersonalize.DeleteEventTracker",
                        "AmazonPersonalize.DescribeEventTracker",
                        "AmazonPersonalize.DescribeEventTracker",
                        "AmazonPersonalize.DescribeEventTracker");
    }

    @Test
    void anEventTrackerThatIsGoneIsDeleted() throws Exception {
        answers.add(refused(400, "ResourceNotFoundException"));

        assertThat(
                        deleteTracker(
                                        "arn:aws:personalize:eu-central-1:111122223333:event-tracker/1")
                                .get("Status")
                                .asText())
                .isEqualTo("SUCCESS");
        assertThat(calls).hasSize(1);
    }

    @Test
    void anEventTrackerThatWasNeverMadeIsDeleted() throws Exception {
        assertThat(deleteTracker("not-made").get("Status").asText()).isEqualTo("SUCCESS");
        assertThat(calls).isEmpty();
    }

    /** Each look may be refused for a while, and there is no end of looks. */
    @ParameterizedTest
    @ValueSource(strings = {"Create", "Delete"})
    void anEventTrackerThatTakesTooLongIsToldInTime(String request) throws Exception {
        answers.add(new Answer(200, "{\"eventTrackerArn\":\"%s\"}".formatted(TRACKER)));
        for (int look = 0; look < 20; look++) {
            for (int refusal = 0; refusal < 11; refusal++) {
                answers.add(refused(400, "TooManyRequestsException"));
            }
            answers.add(tracker(request.toUpperCase(Locale.ROOT) + " PENDING"));
        }

        JsonNode response =
                request.equals("Create")
                        ? makeTracker(TIME_FOR_FEW_LOOKS)
                        : deleteTracker(TRACKER, TIME_FOR_FEW_LOOKS);

        assertThat(response.get("Status").asText()).isEqualTo("FAILED");
        assertThat(response.get("Reason").asText())
                .contains("and the function has no time left to wait");
        assertThat(response.get("PhysicalResourceId").asText()).isEqualTo(TRACKER);
    }

    @Test
    void anEventTrackerThatStaysPendingIsToldInTime() throws Exception {
        answers.add(new Answer(200, "{\"eventTrackerArn\":\"%s\"}".formatted(TRACKER)));
        for (int look = 0; look < 200; look++) {
            answers.add(tracker("CREATE PENDING"));
        }

        assertThat(makeTracker(TIME_FOR_FEW_LOOKS).get("Reason").asText())
                .contains(
                        "event tracker " + TRACKER + " is still CREATE PENDING, and the function");
    }

    private JsonNode access(int seconds, Answer... given) throws Exception {
        answers.addAll(List.of(given));
        return run(
                "Access",
                "Create",
                """
                {"Endpoint": "127.0.0.1:%d", "AccessRole": "arn:access", "Admin": "",
                 "JarBucket": "jars", "JarKey": "clickstream/job.jar"}
                """
                        .formatted(service.getAddress().getPort()),
                null,
                seconds);
    }

    private JsonNode jobAccess() throws Exception {
        answers.add(ok());
        return run(
                "JobAccess",
                "Create",
                "{\"Endpoint\": \"127.0.0.1:%d\", \"JobRole\": \"arn:job\"}"
                        .formatted(service.getAddress().getPort()),
                null,
                OWN_TIME);
    }

    private JsonNode importDashboards() throws Exception {
        return dashboards(
                new Answer(200, "{\"AuthorizedPrincipalList\":[],\"NextToken\":\"\"}"),
                new Answer(200, "{\"AuthorizedPrincipal\":{}}"),
                new Answer(200, "{\"endpoint\":\"%s\"}".formatted(ui())),
                // The application has just been made.
                new Answer(200, "{\"saved_objects\":[]}"),
                new Answer(403, "not yet"),
                new Answer(200, SOURCE),
                new Answer(
                        200,
                        "{\"success\":true,\"result\":{\"workspaces\":[{\"id\":\"x\","
                                + "\"name\":\"mine\"}]}}"),
                new Answer(200, "{\"success\":true,\"result\":{\"id\":\"w1\"}}"),
                new Answer(200, "{\"success\":true,\"successCount\":27}"));
    }

    private JsonNode dashboards(Answer... given) throws Exception {
        answers.addAll(List.of(given));
        return run(
                "Dashboards",
                "Create",
                "{\"DomainName\": \"shop-domain\", \"ApplicationId\": \"a1b2\","
                        + " \"JarBucket\": \"jars\", \"JarKey\": \"clickstream/job.jar\"}",
                null,
                OWN_TIME);
    }

    private JsonNode brokers() throws Exception {
        String properties = "{\"ClusterArn\": \"%s\"}".formatted(CLUSTER);
        return run("Brokers", "Create", properties, null, OWN_TIME);
    }

    private JsonNode makeTracker() throws Exception {
        return makeTracker(OWN_TIME);
    }

    private JsonNode makeTracker(int seconds) throws Exception {
        String properties =
                "{\"Name\": \"shop\", \"DatasetGroupArn\": \"%s\"}".formatted(DATASET_GROUP);
        return run("EventTracker", "Create", properties, null, seconds);
    }

    private JsonNode deleteTracker(String id) throws Exception {
        return deleteTracker(id, OWN_TIME);
    }

    private JsonNode deleteTracker(String id, int seconds) throws Exception {
        return run("EventTracker", "Delete", "{}", id, seconds);
    }

    /** The domain has roles, a template per index, and no retention policy. */
    private JsonNode setUp() throws Exception {
        answers.addAll(List.of(ok(ROLES + templates())));
        answers.add(new Answer(404, "{}"));
        return access(OWN_TIME, ok());
    }

    private static int templates() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/main/opensearch/index-templates"))) {
            return (int) files.count();
        }
    }

    private static Answer[] ok(int times) {
        Answer[] all = new Answer[times];
        Arrays.fill(all, ok());
        return all;
    }

    private static Answer ok() {
        return new Answer(200, "{\"status\":\"OK\"}");
    }

    private static Answer refused(int status, String code) {
        return new Answer(status, "{\"__type\":\"%s\",\"message\":\"no\"}".formatted(code));
    }

    private static Answer tracker(String status) {
        return new Answer(
                200,
                "{\"eventTracker\":{\"status\":\"%s\",\"trackingId\":\"1a2b\"}}".formatted(status));
    }

    /**
     * Runs a function.
     *
     * @param resource the function, or what it makes
     * @param properties of the resource, as JSON
     * @param seconds the function's time, {@link InlineFunction#OWN_TIME} for that of the template
     * @return what it sent to CloudFormation
     */
    private JsonNode run(String resource, String request, String properties, String id, int seconds)
            throws Exception {
        role = InlineFunction.of(resource).replace("Function", "Role");
        String printed =
                new InlineFunction(
                                folder,
                                certificate,
                                service.getAddress().getPort(),
                                cloudFormation.getAddress().getPort())
                        .run(resource, request, properties, id, seconds);
        assertThat(refused).isEmpty();
        assertThat(responses).as(printed).hasSize(1);
        JsonNode response = responses.remove(0);
        assertThat(response.get("StackId").asText()).isEqualTo("arn:stack");
        return response;
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] body;
        try (InputStream in = exchange.getRequestBody()) {
            body = in.readAllBytes();
        }
        URI uri = exchange.getRequestURI();
        noteAccesses(exchange, body);
        if (uri.getPath().equals("/jars/clickstream/job.jar")) {
            Integer status = answersOfS3.poll();
            if (status != null && status == HANGS) {
                hang(exchange);
                return;
            }
            if (status != null && status == BREAKS_OFF) {
                exchange.sendResponseHeaders(200, 1_000_000);
                exchange.getResponseBody().write(InlineFunction.jar());
                exchange.close();
                return;
            }
            if (status != null) {
                String code = status == 403 ? "AccessDenied" : "Other";
                send(exchange, status, "<Error><Code>%s</Code></Error>".formatted(code));
                return;
            }
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(InlineFunction.jar());
            exchange.close();
            return;
        }
        Answer answer;
        synchronized (answers) {
            calls.add(
                    new Call(
                            exchange.getRequestMethod(),
                            uri.getRawPath(),
                            body.length > 0 && body[0] == '{' ? JSON.readTree(body) : null,
                            new String(body, UTF_8),
                            exchange.getRequestHeaders().getFirst("X-Amz-Target")));
            answer = answers.isEmpty() ? null : answers.peek();
            if (answer != null && !answer.equals(Answer.HANGS)) {
                answers.remove();
            }
        }
        if (Answer.HANGS.equals(answer)) {
            hang(exchange);
            return;
        }
        int status = answer == null ? 418 : answer.status;
        String text = answer == null ? "{}" : answer.body;
        boolean isUi = uri.getPath().startsWith("/api/") || uri.getPath().startsWith("/w/");
        if (isUi || uri.getPath().startsWith("/_")) {
            try {
                new SignatureV4(REGION, isUi ? "opensearch" : "es")
                        .assertSigned(
                                exchange.getRequestMethod(),
                                uri,
                                name -> exchange.getRequestHeaders().getFirst(name),
                                body);
            } catch (AssertionError | GeneralSecurityException e) {
                status = 400;
                text = "the signature is wrong: " + e.getMessage();
            }
        }
        send(exchange, status, text);
    }

    /** Answers nothing until the test is over. */
    private void hang(HttpExchange exchange) {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        exchange.close();
    }

    /** Notes what a function does, and what its role does not let it do. */
    private void noteAccesses(HttpExchange exchange, byte[] body) throws IOException {
        List<Map<String, Object>> statements =
                ApplicationTemplateTest.statementsOf(
                        Map.of(role, InlineFunction.resources().get(role)));
        for (String access : accesses(exchange, body)) {
            used.computeIfAbsent(role, each -> new TreeSet<>()).add(access);
            if (!Grants.allow(statements, access)) {
                refused.add(access);
            }
        }
    }

    /**
     * What a request asks for, by the service authorization references: an action and a resource.
     */
    private static List<String> accesses(HttpExchange exchange, byte[] body) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String method = exchange.getRequestMethod();
        String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
        if (path.startsWith("/jars/")) {
            // S3 asks for the key in the name of who reads.
            return List.of("s3:GetObject arn:aws:s3:::" + path.substring(1), "kms:Decrypt " + KEY);
        }
        if (path.startsWith("/_")) {
            return List.of(
                    "es:ESHttp"
                            + method.charAt(0)
                            + method.substring(1).toLowerCase(Locale.ROOT)
                            + " "
                            + DOMAIN_ARN
                            + path);
        }
        if (path.startsWith("/api/") || path.startsWith("/w/")) {
            return List.of("opensearch:ApplicationAccessAll " + UI_ARN);
        }
        if (path.startsWith(DOMAIN)) {
            String operation = path.substring(DOMAIN.length());
            return List.of(
                    "es:"
                            + operation.substring(0, 1).toUpperCase(Locale.ROOT)
                            + operation.substring(1)
                            + " "
                            + DOMAIN_ARN);
        }
        if (path.startsWith("/2021-01-01/opensearch/application/")) {
            return List.of("es:GetApplication " + UI_ARN);
        }
        if (path.endsWith("/bootstrap-brokers")) {
            String cluster = path.substring("/v1/clusters/".length(), path.lastIndexOf('/'));
            return List.of("kafka:GetBootstrapBrokers " + cluster);
        }
        if (target != null && target.startsWith("AmazonPersonalize.")) {
            String action = "personalize:" + target.substring(target.indexOf('.') + 1) + " ";
            JsonNode request = JSON.readTree(body);
            return request.has("eventTrackerArn")
                    ? List.of(action + request.get("eventTrackerArn").asText())
                    : List.of(action + request.get("datasetGroupArn").asText(), action + TRACKER);
        }
        return List.of("unknown:" + method + " " + path);
    }

    private void takeResponse(HttpExchange exchange) throws IOException {
        try (InputStream in = exchange.getRequestBody()) {
            responses.add(JSON.readTree(in.readAllBytes()));
        }
        send(exchange, 200, "");
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
