package io.clickstream.deploy;

import static io.clickstream.deploy.Template.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.config.JobConfig;
import io.clickstream.config.KinesisSinkConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What full.yaml makes is what the job of application.yaml needs, and no more. */
class FullTemplateTest {

    private static final Path FILE = Path.of("cloudformation", "full.yaml");
    private static final Path WIRE_SCHEMA = Path.of("src", "main", "avro", "ClickEvent.avsc");
    private static final Path RUN_FUNCTION = Path.of("src/test/resources/deploy/run_function.py");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** CloudFormation's limit of an inline function, in characters. */
    private static final int MAX_INLINE = 4096;

    /** What attributes of resources are once they are there. */
    private static final Map<String, String> ATTRIBUTES =
            Map.of(
                    "ClicksStream.Arn",
                    "arn:aws:kinesis:eu-central-1:111122223333:stream/shop-ClicksStream-1",
                    "Cluster",
                    "arn:aws:kafka:eu-central-1:111122223333:cluster/shop/0a1b-2",
                    "ServerlessCluster",
                    "arn:aws:kafka:eu-central-1:111122223333:cluster/shop/0a1b-s1",
                    "Brokers.BootstrapServers",
                    "boot-1.shop.example:9098,boot-2.shop.example:9098",
                    "Domain.Arn",
                    "arn:aws:es:eu-central-1:111122223333:domain/clickstream",
                    "Domain.DomainEndpoint",
                    "vpc-clickstream.eu-central-1.es.amazonaws.com",
                    "EventTracker.TrackingId",
                    "1a2b-3c4d",
                    "Bucket",
                    "shop-bucket-1");

    @TempDir private Path folder;

    static Stream<Map<String, String>> stacks() {
        return Stream.of(
                with("Source", "kinesis"),
                with("Source", "kinesis", "Trending", "department", "Format", "glue"),
                with("Source", "kinesis", "DeadLettersIndex", "letters"),
                with("Source", "kinesis", "Personalize", "true", "Preset", "interactions"),
                with("Source", "msk"),
                with("Source", "msk", "MskType", "serverless", "DuplicateId", "/globalseq"),
                with("Source", "msk", "Format", "glue", "Personalize", "true", "Item", "/itemId"));
    }

    private static Map<String, String> with(String... pairs) {
        Map<String, String> all =
                new HashMap<>(
                        Map.of(
                                "JarBucket",
                                "jars",
                                "JarKey",
                                "a.jar",
                                "ApplicationTemplateUrl",
                                "https://jars.example/application.yaml"));
        for (int i = 0; i < pairs.length; i += 2) {
            all.put(pairs[i], pairs[i + 1]);
        }
        return all;
    }

    private static Map<String, Map<String, Object>> resources(Map<String, String> parameters)
            throws IOException {
        return Template.read(FILE, parameters, ATTRIBUTES).resources();
    }

    private static Map<String, Object> properties(
            Map<String, Map<String, Object>> resources, String name) {
        return map(resources.get(name).get("Properties"));
    }

    /** The nested stack's template takes the values that it gets, and makes a configuration. */
    private static JobConfig config(Map<String, String> parameters) throws IOException {
        Map<String, String> values = new HashMap<>();
        map(properties(resources(parameters), "Application").get("Parameters"))
                .forEach((name, value) -> values.put(name, value.toString()));
        return JobConfig.parse(ApplicationTemplateTest.propertyGroups(values));
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void configuresTheJob(Map<String, String> parameters) throws Exception {
        JobConfig config = config(parameters);

        boolean kinesis = parameters.get("Source").equals("kinesis");
        assertThat(config.kinesisSource().isPresent()).isEqualTo(kinesis);
        assertThat(config.kafkaSource().isPresent()).isEqualTo(!kinesis);
        assertThat(config.openSearch().orElseThrow().deadLettersIndex())
                .isEqualTo(Optional.ofNullable(parameters.get("DeadLettersIndex")));
        assertThat(config.archive().orElseThrow().path()).hasToString("s3://shop-bucket-1/clicks");
        assertThat(config.registry().isPresent()).isEqualTo(parameters.containsKey("Format"));
        assertThat(config.personalize().isPresent())
                .isEqualTo(parameters.containsKey("Personalize"));
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void makesTheStreamsAndTopicsOfTheJob(Map<String, String> parameters) throws Exception {
        JobConfig config = config(parameters);
        Set<String> streams = new TreeSet<>();
        for (Map<String, Object> resource : resources(parameters).values()) {
            if (resource.get("Type").equals("AWS::Kinesis::Stream")) {
                Object name = map(resource.get("Properties")).get("Name");
                streams.add(name == null ? "of clicks" : name.toString());
            }
        }

        if (config.kinesisSource().isPresent()) {
            KinesisSinkConfig sink = config.kinesisSink().orElseThrow();
            Set<String> needed =
                    new TreeSet<>(
                            List.of(
                                    "of clicks",
                                    sink.departmentsStream().name(),
                                    sink.sessionsStream().name(),
                                    sink.checkoutsStream().name(),
                                    sink.deadLettersStream().name()));
            config.trending().ifPresent(trending -> needed.add(sink.trendingStream().name()));
            assertThat(streams).isEqualTo(needed);
        } else {
            assertThat(streams).isEmpty();
            // A serverless cluster's topics can't be made by CloudFormation.
            assertThat(resources(parameters).containsKey("ClicksTopic"))
                    .isEqualTo(!parameters.containsKey("MskType"));
            assertThat(config.kafkaSource().orElseThrow().topics()).containsExactly("clicks");
        }
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void allowsItsFunctionsWhatTheyNeedAndNoMore(Map<String, String> parameters) throws Exception {
        Set<String> allowed = new TreeSet<>();
        for (Map<String, Object> statement :
                ApplicationTemplateTest.statementsOf(resources(parameters))) {
            List<String> actions = ApplicationTemplateTest.texts(statement.get("Action"));
            allowed.addAll(actions);
            assertThat(actions).noneMatch(action -> action.contains("*"));
            if (ApplicationTemplateTest.texts(statement.get("Resource")).contains("*")) {
                // Lambda looks whether its role may do this for any interface.
                assertThat(actions)
                        .containsExactlyInAnyOrder(
                                "ec2:CreateNetworkInterface",
                                "ec2:DeleteNetworkInterface",
                                "ec2:DescribeNetworkInterfaces",
                                "ec2:DescribeSubnets");
            }
        }

        Set<String> needed =
                new TreeSet<>(
                        Set.of(
                                "es:ESHttpPut",
                                "logs:CreateLogStream",
                                "logs:PutLogEvents",
                                "ec2:CreateNetworkInterface",
                                "ec2:DeleteNetworkInterface",
                                "ec2:DescribeNetworkInterfaces",
                                "ec2:DescribeSubnets"));
        if (parameters.get("Source").equals("msk")) {
            needed.add("kafka:GetBootstrapBrokers");
        }
        if (parameters.containsKey("Personalize")) {
            needed.add("personalize:CreateEventTracker");
            needed.add("personalize:DeleteEventTracker");
            needed.add("personalize:DescribeEventTracker");
        }
        assertThat(allowed).isEqualTo(needed);
    }

    /** What the job calls in the network, which has no way to the internet. */
    @ParameterizedTest
    @MethodSource("stacks")
    void hasAnEndpointForEachServiceThatTheJobCalls(Map<String, String> parameters)
            throws Exception {
        JobConfig config = config(parameters);
        Set<String> endpoints = new TreeSet<>();
        for (Map<String, Object> resource : resources(parameters).values()) {
            if (resource.get("Type").equals("AWS::EC2::VPCEndpoint")) {
                endpoints.add(
                        map(resource.get("Properties"))
                                .get("ServiceName")
                                .toString()
                                .replace("com.amazonaws.eu-central-1.", ""));
            }
        }

        Set<String> needed = new TreeSet<>(Set.of("s3"));
        config.kinesisSource().ifPresent(source -> needed.add("kinesis-streams"));
        config.registry().ifPresent(registry -> needed.add("glue"));
        config.personalize().ifPresent(sink -> needed.add("personalize-events"));
        assertThat(endpoints).isEqualTo(needed);
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void encryptsEverything(Map<String, String> parameters) throws Exception {
        Map<String, Map<String, Object>> resources = resources(parameters);
        for (Map<String, Object> resource : resources.values()) {
            Map<String, Object> properties = map(resource.get("Properties"));
            if (resource.get("Type").equals("AWS::Kinesis::Stream")) {
                assertThat(map(properties.get("StreamEncryption")))
                        .containsEntry("EncryptionType", "KMS");
            } else if (resource.get("Type").equals("AWS::MSK::Cluster")) {
                assertThat(map(map(properties.get("EncryptionInfo")).get("EncryptionInTransit")))
                        .containsEntry("ClientBroker", "TLS")
                        .containsEntry("InCluster", true);
            }
        }
        Map<String, Object> domain = properties(resources, "Domain");
        assertThat(map(domain.get("EncryptionAtRestOptions"))).containsEntry("Enabled", true);
        assertThat(map(domain.get("NodeToNodeEncryptionOptions"))).containsEntry("Enabled", true);
        assertThat(map(domain.get("DomainEndpointOptions"))).containsEntry("EnforceHTTPS", true);
        assertThat(map(domain.get("AdvancedSecurityOptions"))).containsEntry("Enabled", true);
        assertThat(properties(resources, "Bucket")).containsKey("BucketEncryption");
    }

    @Test
    void registersTheWireSchema() throws Exception {
        Map<String, Map<String, Object>> resources =
                resources(with("Source", "kinesis", "Format", "glue"));

        assertThat(
                        new Schema.Parser()
                                .parse(
                                        properties(resources, "ClickSchema")
                                                .get("SchemaDefinition")
                                                .toString()))
                .isEqualTo(new Schema.Parser().parse(WIRE_SCHEMA.toFile()));
    }

    @Test
    void hasASchemaOfWhatIsSentToPersonalize() throws Exception {
        Map<String, Map<String, Object>> resources =
                resources(
                        with("Source", "kinesis", "Personalize", "true", "Preset", "interactions"));

        JsonNode schema =
                JSON.readTree(properties(resources, "InteractionSchema").get("Schema").toString());
        List<String> fields = new ArrayList<>();
        schema.get("fields").forEach(field -> fields.add(field.get("name").asText()));
        assertThat(fields)
                .containsExactly("USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE", "EVENT_VALUE");
    }

    @Test
    void keepsOnlyTheArchiveWhenItIsDeleted() throws Exception {
        Map<String, Map<String, Object>> resources = resources(with("Source", "kinesis"));

        assertThat(resources.get("Bucket")).containsEntry("DeletionPolicy", "Retain");
        // What stays in the network would keep its subnets from being deleted.
        assertThat(resources.get("Domain")).containsEntry("DeletionPolicy", "Delete");
    }

    // --- Inline functions

    @Test
    void makesAnEventTrackerAndWaitsForIt() throws Exception {
        JsonNode made =
                run(
                        "LookupFunction",
                        """
                        {"event": {"RequestType": "Create", "ResourceType": "Custom::EventTracker",
                          "ResourceProperties": {"Name": "shop", "DatasetGroupArn": "group"}},
                         "answers": {"create_event_tracker": [{"eventTrackerArn": "arn:x:event-tracker/1"}],
                          "describe_event_tracker": [
                            {"eventTracker": {"status": "CREATE PENDING"}},
                            {"eventTracker": {"status": "ACTIVE", "trackingId": "1a2b"}}]}}
                        """);

        assertThat(made.get("status").asText()).isEqualTo("SUCCESS");
        assertThat(made.get("id").asText()).isEqualTo("arn:x:event-tracker/1");
        assertThat(made.get("data").get("TrackingId").asText()).isEqualTo("1a2b");
        assertThat(made.get("calls").get(0).toString())
                .isEqualTo(
                        "[\"personalize\",\"create_event_tracker\","
                                + "{\"name\":\"shop\",\"datasetGroupArn\":\"group\"}]");
    }

    @Test
    void saysWhyThereIsNoEventTracker() throws Exception {
        JsonNode made =
                run(
                        "LookupFunction",
                        """
                        {"event": {"RequestType": "Create", "ResourceType": "Custom::EventTracker",
                          "ResourceProperties": {"Name": "shop", "DatasetGroupArn": "group"}},
                         "answers": {"create_event_tracker": [{"eventTrackerArn": "arn:x:event-tracker/1"}],
                          "describe_event_tracker": [{"eventTracker": {"status": "CREATE FAILED"}}]}}
                        """);

        assertThat(made.get("status").asText()).isEqualTo("FAILED");
        assertThat(made.get("reason").asText())
                .contains("event tracker arn:x:event-tracker/1 is CREATE FAILED");
        // So that CloudFormation asks for its deletion.
        assertThat(made.get("id").asText()).isEqualTo("arn:x:event-tracker/1");
    }

    @Test
    void deletesAnEventTrackerEvenIfItIsGone() throws Exception {
        JsonNode deleted =
                run(
                        "LookupFunction",
                        """
                        {"event": {"RequestType": "Delete", "ResourceType": "Custom::EventTracker",
                          "PhysicalResourceId": "arn:x:event-tracker/1", "ResourceProperties": {}},
                         "answers": {"delete_event_tracker": ["not found"]}}
                        """);
        JsonNode neverMade =
                run(
                        "LookupFunction",
                        """
                        {"event": {"RequestType": "Delete", "ResourceType": "Custom::EventTracker",
                          "PhysicalResourceId": "not-made", "ResourceProperties": {}}, "answers": {}}
                        """);

        assertThat(deleted.get("status").asText()).isEqualTo("SUCCESS");
        assertThat(deleted.get("calls")).hasSize(1);
        assertThat(neverMade.get("status").asText()).isEqualTo("SUCCESS");
        assertThat(neverMade.get("calls")).isEmpty();
    }

    @Test
    void looksUpTheBrokers() throws Exception {
        JsonNode found =
                run(
                        "LookupFunction",
                        """
                        {"event": {"RequestType": "Create", "ResourceType": "Custom::BootstrapBrokers",
                          "ResourceProperties": {"ClusterArn": "arn:c"}},
                         "answers": {"get_bootstrap_brokers": [{"BootstrapBrokerStringSaslIam": "b-1:9098"}]}}
                        """);

        assertThat(found.get("status").asText()).isEqualTo("SUCCESS");
        assertThat(found.get("data").get("BootstrapServers").asText()).isEqualTo("b-1:9098");
    }

    @Test
    void letsTheJobWriteItsIndices() throws Exception {
        JsonNode done =
                run(
                        "AccessFunction",
                        """
                        {"event": {"RequestType": "Create", "ResourceProperties": {
                          "Endpoint": "search", "JobRole": "arn:job", "AccessRole": "arn:access", "Admin": ""}},
                         "answers": {}}
                        """);

        assertThat(done.get("status").asText()).isEqualTo("SUCCESS");
        assertThat(done.get("calls")).hasSize(3);
        JsonNode role = done.get("calls").get(0);
        assertThat(role.get(0).asText()).isEqualTo("PUT");
        assertThat(role.get(1).asText())
                .isEqualTo("https://search/_plugins/_security/api/roles/clickstream");
        assertThat(role.get(3).asText()).isEqualTo("es eu-central-1");
        List<String> patterns = new ArrayList<>();
        role.get(2)
                .get("index_permissions")
                .get(0)
                .get("index_patterns")
                .forEach(pattern -> patterns.add(pattern.asText().replace("*", "")));
        try (Stream<Path> templates = Files.list(Path.of("src/main/opensearch/index-templates"))) {
            assertThat(patterns)
                    .containsExactlyInAnyOrderElementsOf(
                            templates
                                    .map(file -> file.getFileName().toString())
                                    .map(name -> name.replace(".json", ""))
                                    .toList());
        }
        assertThat(done.get("calls").get(1).get(2).toString())
                .isEqualTo("{\"backend_roles\":[\"arn:job\"]}");
        assertThat(done.get("calls").get(2).get(2).toString())
                .isEqualTo("{\"backend_roles\":[\"arn:access\"],\"users\":[\"arn:access\"]}");
    }

    @Test
    void saysWhyTheJobMayNotWrite() throws Exception {
        JsonNode failed =
                run(
                        "AccessFunction",
                        """
                        {"event": {"RequestType": "Create", "ResourceProperties": {
                          "Endpoint": "search", "JobRole": "arn:job", "AccessRole": "a", "Admin": ""}},
                         "answers": {"error": "403 of the domain"}}
                        """);

        assertThat(failed.get("status").asText()).isEqualTo("FAILED");
        assertThat(failed.get("reason").asText()).contains("403 of the domain");
    }

    private JsonNode run(String function, String input) throws Exception {
        Map<String, Map<String, Object>> resources =
                resources(with("Source", "msk", "Personalize", "true", "Item", "/itemId"));
        String code = map(properties(resources, function).get("Code")).get("ZipFile").toString();
        assertThat(code).hasSizeLessThan(MAX_INLINE);
        Path file = Files.writeString(folder.resolve("index.py"), code);
        Path output = folder.resolve("output");
        ProcessBuilder builder =
                new ProcessBuilder("python3", RUN_FUNCTION.toString(), file.toString())
                        .redirectError(folder.resolve("errors").toFile())
                        .redirectOutput(output.toFile());
        builder.environment().put("AWS_REGION", "eu-central-1");
        Process python;
        try {
            python = builder.start();
        } catch (IOException e) {
            assumeTrue(false, "there is no python3 on this machine");
            throw e;
        }
        try (OutputStream in = python.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        assertThat(python.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(python.exitValue()).as(Files.readString(folder.resolve("errors"))).isZero();
        return JSON.readTree(output.toFile());
    }

    @Test
    void passesEveryParameterOnThatBothTemplatesHave() throws Exception {
        Set<String> given =
                map(properties(resources(with("Source", "kinesis")), "Application")
                                .get("Parameters"))
                        .keySet();
        Set<String> shared = new TreeSet<>(Template.read(FILE).parameters());
        shared.retainAll(Template.read(Path.of("cloudformation", "application.yaml")).parameters());

        assertThat(given).containsAll(shared);
    }
}
