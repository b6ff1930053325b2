package io.clickstream.deploy;

import static io.clickstream.deploy.Template.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The resources of both templates, for every combination of their parameters, against
 * CloudFormation's own schemas of resources, which cfn-lint ships.
 */
class ResourceSchemasTest {

    private static final Path APPLICATION = Path.of("cloudformation", "application.yaml");
    private static final Path FULL = Path.of("cloudformation", "full.yaml");
    private static final Path VALIDATOR =
            Path.of("src", "test", "resources", "deploy", "validate_resources.py");
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String KEY = "arn:aws:kms:eu-central-1:111122223333:key/1a2b";
    private static final String TOPIC = "arn:aws:sns:eu-central-1:111122223333:alarms";

    /** A name as long as scripts/deploy.sh allows, and one with capitals. */
    private static final List<String> STACKS =
            List.of(
                    "shop",
                    "Shop-" + "x".repeat(45),
                    "a1234567890-b1234567890-c1234567890-d1234567890-50");

    /** Types that CloudFormation gives no tags, as the README says. */
    private static final List<String> WITHOUT_TAGS =
            List.of(
                    "AWS::Athena::NamedQuery",
                    "AWS::EC2::SubnetRouteTableAssociation",
                    "AWS::Glue::Database",
                    "AWS::Glue::Table",
                    "AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption",
                    "AWS::Logs::LogStream",
                    "AWS::Logs::QueryDefinition",
                    "AWS::MSK::Configuration",
                    "AWS::MSK::Topic",
                    "AWS::Personalize::Dataset",
                    "AWS::Personalize::DatasetGroup",
                    "AWS::Personalize::Schema",
                    "AWS::S3::BucketPolicy");

    private static final Map<String, String> ATTRIBUTES = attributes();

    private static Map<String, String> attributes() {
        Map<String, String> attributes = new HashMap<>();
        String account = ":eu-central-1:111122223333:";
        for (String role : List.of("Role", "AccessRole", "LookupRole", "DashboardsRole")) {
            attributes.put(role + ".Arn", "arn:aws:iam::111122223333:role/shop-" + role + "-1A2B");
        }
        attributes.put("ClicksStream.Arn", "arn:aws:kinesis" + account + "stream/shop-clicks-1A2B");
        attributes.put("Cluster", "arn:aws:kafka" + account + "cluster/shop/0a1b-2");
        attributes.put("Cluster.Arn", "arn:aws:kafka" + account + "cluster/shop/0a1b-2");
        attributes.put("ServerlessCluster", "arn:aws:kafka" + account + "cluster/shop/0a1b-s1");
        attributes.put(
                "BrokerSettings.Arn", "arn:aws:kafka" + account + "configuration/shop/0a1b-2");
        attributes.put("BrokerSettings.LatestRevision.Revision", "1");
        attributes.put("Brokers.BootstrapServers", "boot-1.shop.example:9098");
        attributes.put("Domain.Arn", "arn:aws:es" + account + "domain/clickstream-1234567db123");
        attributes.put("Domain.DomainEndpoint", "vpc-shop.eu-central-1.es.amazonaws.com");
        attributes.put("EventTracker.TrackingId", "1a2b-3c4d");
        attributes.put("Bucket", "shop-bucket-1a2b");
        attributes.put("Bucket.Arn", "arn:aws:s3:::shop-bucket-1a2b");
        attributes.put("DatasetGroup", "arn:aws:personalize" + account + "dataset-group/shop");
        attributes.put("InteractionSchema", "arn:aws:personalize:::schema/shop-interactions");
        attributes.put("Registry.Arn", "arn:aws:glue" + account + "registry/shop");
        attributes.put("AccessFunction.Arn", "arn:aws:lambda" + account + "function:access");
        attributes.put("LookupFunction.Arn", "arn:aws:lambda" + account + "function:lookup");
        attributes.put(
                "DashboardsFunction.Arn", "arn:aws:lambda" + account + "function:dashboards");
        for (String network : List.of("Vpc", "SubnetA", "SubnetB", "SubnetC")) {
            String kind = network.equals("Vpc") ? "vpc" : "subnet";
            attributes.put(network, kind + "-0" + Integer.toHexString(network.hashCode()));
        }
        attributes.put("JobSecurityGroup", "sg-0a1b");
        attributes.put("ServiceSecurityGroup", "sg-0a1c");
        attributes.put("Routes", "rtb-0a1b");
        return attributes;
    }

    /** Choices, of which each combination is a stack. */
    private static List<Map<String, String>> product(List<List<Map<String, String>>> choices) {
        List<Map<String, String>> all = List.of(Map.of());
        for (List<Map<String, String>> choice : choices) {
            List<Map<String, String>> more = new ArrayList<>();
            for (Map<String, String> before : all) {
                for (Map<String, String> each : choice) {
                    Map<String, String> both = new HashMap<>(before);
                    both.putAll(each);
                    more.add(both);
                }
            }
            all = more;
        }
        return all;
    }

    private static List<Map<String, String>> applications() {
        String stream = "arn:aws:kinesis:eu-central-1:111122223333:stream/clicks";
        String cluster = "arn:aws:kafka:eu-central-1:111122223333:cluster/shop/0a1b-2";
        List<Map<String, String>> archives = new ArrayList<>(List.of(Map.of()));
        for (String format : List.of("json", "csv", "log", "parquet")) {
            for (String layout : List.of("hour", "day", "firehose")) {
                Map<String, String> archive =
                        new HashMap<>(
                                Map.of(
                                        "ArchiveBucket",
                                        "kept",
                                        "ArchivePrefix",
                                        "shop/clicks",
                                        "ArchiveFormat",
                                        format,
                                        "ArchiveLayout",
                                        layout));
                if (format.equals("csv")) {
                    archive.put("ArchiveColumns", "name=/name");
                } else if (format.equals("log")) {
                    archive.put("ArchiveText", "/message");
                }
                archives.add(archive);
            }
        }
        return product(
                List.of(
                        List.of(Map.of("JarBucket", "jars", "JarKey", "clickstream/a.jar")),
                        List.of(
                                Map.of("Source", "kinesis", "StreamArn", stream),
                                Map.of("Source", "kinesis", "StreamArn", stream, "Reader", "efo"),
                                Map.of(
                                        "Source", "msk",
                                        "MskClusterArn", cluster,
                                        "BootstrapServers", "b-1.shop.example:9098")),
                        List.of(
                                Map.of(),
                                Map.of(
                                        "OpenSearchEndpoint", "https://search.example",
                                        "OpenSearchDomainArn",
                                                "arn:aws:es:eu-central-1:111122223333:domain/shop",
                                        "DeadLettersIndex", "dead_letters")),
                        archives,
                        List.of(
                                Map.of(),
                                Map.of(
                                        "TrackingId",
                                        "1a2b",
                                        "SpillBucket",
                                        "kept",
                                        "Item",
                                        "/item")),
                        List.of(Map.of(), withResults(Map.of("DuplicateId", "/id"))),
                        List.of(
                                Map.of(),
                                Map.of(
                                        "SubnetIds",
                                        "subnet-1,subnet-2",
                                        "SecurityGroupIds",
                                        "sg-1")),
                        List.of(
                                Map.of("Preset", "web-access"),
                                Map.of("Format", "avro", "Registry", "glue")),
                        List.of(
                                Map.of(),
                                Map.of(
                                        "KmsKeyArns",
                                        KEY + "," + KEY,
                                        "ApplicationKmsKeyArn",
                                        KEY,
                                        "JarKmsKeyArn",
                                        KEY,
                                        "SecretArns",
                                        "arn:aws:secretsmanager:eu-central-1:111122223333:"
                                                + "secret:a",
                                        "AlarmTopicArn",
                                        TOPIC,
                                        "ShouldRun",
                                        "false",
                                        "Snapshots",
                                        "false",
                                        "MaxParallelism",
                                        "512"))));
    }

    private static Map<String, String> withResults(Map<String, String> parameters) {
        Map<String, String> all = new HashMap<>(StackResult.allOn());
        all.putAll(parameters);
        return all;
    }

    private static List<Map<String, String>> fulls() {
        return product(
                List.of(
                        List.of(
                                Map.of(
                                        "JarBucket", "jars",
                                        "JarKey", "clickstream/a.jar",
                                        "ApplicationTemplateUrl", "https://jars.example/a.yaml")),
                        List.of(
                                Map.of("Source", "kinesis"),
                                Map.of("Source", "msk"),
                                Map.of("Source", "msk", "MskType", "serverless")),
                        List.of(Map.of(), Map.of("Format", "glue")),
                        List.of(
                                Map.of(),
                                Map.of(
                                        "Personalize",
                                        "true",
                                        "Preset",
                                        "web-access",
                                        "Item",
                                        "/item")),
                        List.of(Map.of(), StackResult.allOn()),
                        List.of(
                                Map.of(),
                                Map.of(
                                        "DomainName", "a-domain-with-28-characters-",
                                        "DepartmentsName", "departments",
                                        "Zones", "eu-central-1c,eu-central-1a,eu-central-1b")),
                        List.of(
                                Map.of(),
                                Map.of("DeadLettersIndex", "dead_letters", "AlarmTopicArn", TOPIC)),
                        List.of(
                                Map.of(),
                                Map.of(
                                        "KmsKeyArn", KEY,
                                        "ApplicationKmsKeyArn", KEY,
                                        "JarKmsKeyArn", KEY,
                                        "AdminArn", "arn:aws:iam::111122223333:role/analyst"))));
    }

    @Test
    void everyCombinationOfParametersMakesResourcesThatTheirSchemasTake(@TempDir Path folder)
            throws Exception {
        Map<String, Map<String, Object>> distinct = new LinkedHashMap<>();
        Template application = Template.read(APPLICATION);
        Template full = Template.read(FULL);
        int stacks = 0;
        int resources = 0;
        for (String stack : STACKS) {
            Map<String, String> attributes = new HashMap<>(ATTRIBUTES);
            attributes.put("AWS::StackName", stack);
            for (Map<String, String> parameters : applications()) {
                Template template = application.with(parameters, attributes);
                assertThat(template.refusals()).isEmpty();
                resources += add(template, distinct);
                stacks++;
            }
            for (Map<String, String> parameters : fulls()) {
                Template template = full.with(parameters, attributes);
                resources += add(template, distinct);
                stacks++;
                Map<String, String> within = new HashMap<>();
                map(map(template.resources().get("Application").get("Properties"))
                                .get("Parameters"))
                        .forEach((name, value) -> within.put(name, value.toString()));
                // CloudFormation adds the resource's name and twelve characters or so.
                attributes.put("AWS::StackName", stack + "-Application-1A2B3C4D5E6F7");
                resources += add(application.with(within, attributes), distinct);
                attributes.put("AWS::StackName", stack);
                stacks++;
            }
        }
        System.out.printf(
                "%,d stacks have %,d resources, of which %,d differ%n",
                stacks, resources, distinct.size());

        JsonNode result = validated(distinct.values(), folder.resolve("resources.json"));
        assertThat(result.get("errors")).isEmpty();
        assertThat(result.get("types").asInt()).isGreaterThan(25);
        List<String> untagged = new ArrayList<>();
        result.get("untagged").forEach(each -> untagged.add(each.asText()));
        assertThat(untagged).containsExactlyElementsOf(WITHOUT_TAGS);
    }

    /**
     * Regions lack types that the templates have. Without what can be left out, a stack can be made
     * in each Region, by the lists that cfn-lint ships.
     */
    @Test
    void aStackCanBeMadeInEveryRegion(@TempDir Path folder) throws Exception {
        Map<String, Map<String, Object>> smallest = new LinkedHashMap<>();
        Map<String, Map<String, Object>> usual = new LinkedHashMap<>();
        for (String source : List.of("kinesis", "msk")) {
            Map<String, String> parameters =
                    FullTemplateTest.with(
                            "Source", source, "AdminArn", "arn:aws:iam::111122223333:role/analyst");
            add(Template.read(FULL, parameters, ATTRIBUTES), usual);
            parameters.put("OpenSearchUi", "false");
            add(Template.read(FULL, parameters, ATTRIBUTES), smallest);
        }
        for (Map<String, String> parameters : ApplicationTemplateTest.stacks().toList()) {
            add(Template.read(APPLICATION, parameters, ATTRIBUTES), usual);
            Map<String, String> without = new HashMap<>(parameters);
            without.put("LoggingOption", "false");
            add(Template.read(APPLICATION, without, ATTRIBUTES), smallest);
        }

        JsonNode lacking = validated(smallest.values(), folder.resolve("a.json")).get("lacking");
        assertThat(lacking).isEmpty();
        assertThat(validated(usual.values(), folder.resolve("b.json")).get("lacking").toString())
                .contains(
                        "\"af_south_1\":[\"AWS::KinesisAnalyticsV2::ApplicationCloudWatchLogging"
                                + "Option\",\"AWS::OpenSearchService::Application\"]");
    }

    /** Else a validator that says yes to everything would do. */
    @Test
    void aResourceThatItsSchemaRefusesIsFound(@TempDir Path folder) throws Exception {
        List<Map<String, Object>> wrong =
                List.of(
                        resource("AWS::Kinesis::Stream", Map.of("Name", "x".repeat(129))),
                        resource("AWS::Kinesis::Stream", Map.of("Colour", "red")),
                        resource("AWS::MSK::ServerlessCluster", Map.of("ClusterName", "shop")),
                        resource("AWS::Personalize::DatasetGroup", Map.of("Name", "x".repeat(64))));

        assertThat(validated(wrong, folder.resolve("resources.json")).get("errors")).hasSize(5);
    }

    private static Map<String, Object> resource(String type, Map<String, Object> properties) {
        return Map.of("name", "It", "type", type, "properties", properties);
    }

    /** Adds those that are new; gives how many there are. */
    private static int add(Template template, Map<String, Map<String, Object>> distinct) {
        Map<String, Map<String, Object>> resources = template.resources();
        resources.forEach(
                (name, resource) -> {
                    Map<String, Object> each = new TreeMap<>();
                    each.put("name", name);
                    each.put("type", resource.get("Type"));
                    each.put("properties", resource.getOrDefault("Properties", Map.of()));
                    distinct.putIfAbsent(each.toString(), each);
                });
        return resources.size();
    }

    private static JsonNode validated(Collection<?> resources, Path file)
            throws IOException, InterruptedException {
        JSON.writeValue(file.toFile(), resources);
        Process python;
        try {
            python = new ProcessBuilder("python3", VALIDATOR.toString(), file.toString()).start();
        } catch (IOException e) {
            assumeTrue(false, "there is no python3 on this machine");
            throw e;
        }
        String printed = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String complaints =
                new String(python.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(python.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assumeTrue(
                !complaints.contains("No module named"),
                "there is no cfn-lint on this machine: pip install cfn-lint");
        assertThat(python.exitValue()).as(complaints).isZero();
        return JSON.readTree(printed);
    }
}
