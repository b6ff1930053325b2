package io.clickstream.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.Aggregates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The rights of the job's role, for every combination of sources, sinks and options, against what
 * the parts of the job have asked for in runs: nothing is missing, and what no run uses has an
 * explanation.
 */
class RightsTest {

    private static final Path FILE = Path.of("cloudformation", "application.yaml");
    private static final String ACCOUNT = ":eu-central-1:111122223333:";
    private static final String KEY = "arn:aws:kms" + ACCOUNT + "key/";

    /** Rights that no run uses, as an action or with their resource, and why the role has them. */
    private static final Map<String, String> UNUSED = unused();

    private static Map<String, String> unused() {
        Map<String, String> unused = new HashMap<>();
        String service = "the service does it in the name of the role, which no run here sees";
        unused.put("s3:GetObject arn:aws:s3:::jars/clickstream/*", service);
        unused.put("s3:GetObjectVersion arn:aws:s3:::jars/clickstream/*", service);
        for (String action :
                List.of(
                        "logs:DescribeLogGroups",
                        "logs:DescribeLogStreams",
                        "logs:PutLogEvents",
                        "ec2:DescribeDhcpOptions",
                        "ec2:DescribeNetworkInterfaces",
                        "ec2:DescribeSecurityGroups",
                        "ec2:DescribeSubnets",
                        "ec2:DescribeVpcs",
                        "ec2:CreateNetworkInterface",
                        "ec2:CreateNetworkInterfacePermission",
                        "ec2:DeleteNetworkInterface")) {
            unused.put(action, service);
        }
        String encrypted = "S3, Kinesis and the others ask for it where a key is the user's own";
        unused.put("kms:Decrypt", encrypted);
        unused.put("kms:GenerateDataKey", encrypted);
        String msk = "MSK asks for it, a broker of our own does not: see RoleITCase";
        unused.put("kafka-cluster:Connect", msk);
        unused.put("kafka-cluster:DescribeCluster", msk);
        unused.put("kafka-cluster:WriteDataIdempotently", msk);
        String upload = "the guide to multipart uploads names it: see ArchiveITCase";
        unused.put("s3:AbortMultipartUpload", upload);
        unused.put("s3:ListBucketMultipartUploads", upload);
        unused.put("s3:ListMultipartUploadParts", upload);
        for (String bucket : List.of("archive", "spills")) {
            String folder = "a statement of all that is done with objects names the folder, too";
            unused.put("s3:PutObject arn:aws:s3:::" + bucket + "/clicks", folder);
            unused.put("s3:DeleteObject arn:aws:s3:::" + bucket + "/clicks", folder);
        }
        String results = "a statement of all that is done with results names each stream";
        for (Aggregate<?> each : Aggregates.ALL) {
            unused.put(
                    "kinesis:PutRecord arn:aws:kinesis"
                            + ACCOUNT
                            + "stream/shop-"
                            + each.defaultTopic(),
                    results);
        }
        String consumer = "references differ in whether it is of the stream or of the consumer";
        String stream = "arn:aws:kinesis" + ACCOUNT + "stream/clicks";
        unused.put("kinesis:DescribeStreamConsumer " + stream, consumer);
        unused.put("kinesis:RegisterStreamConsumer " + stream + "/consumer/shop:*", consumer);
        return unused;
    }

    /** A choice: parameters, and the parts of the job that do something because of them. */
    private record Choice(Map<String, String> parameters, List<String> parts) {}

    private static Choice choice(Map<String, String> parameters, String... parts) {
        return new Choice(parameters, List.of(parts));
    }

    private static List<List<Choice>> choices() {
        String stream = "arn:aws:kinesis" + ACCOUNT + "stream/clicks";
        Choice none = choice(Map.of());
        List<List<Choice>> choices = new ArrayList<>();
        choices.add(
                List.of(
                        choice(
                                Map.of("Source", "kinesis", "StreamArn", stream),
                                "kinesis-polling",
                                "kinesis-results"),
                        choice(
                                Map.of("Source", "kinesis", "StreamArn", stream, "Reader", "efo"),
                                "kinesis-fan-out",
                                "kinesis-results"),
                        choice(
                                Map.of(
                                        "Source", "msk",
                                        "ClicksTopic", "ExampleTopic",
                                        "BootstrapServers", "b-1.shop.example:9098",
                                        "MskClusterArn",
                                                "arn:aws:kafka" + ACCOUNT + "cluster/shop/0a1b-2"),
                                "kafka")));
        for (StackResult result : StackResult.optional()) {
            choices.add(List.of(none, choice(result.on(), result.stem())));
        }
        choices.addAll(othersOf(none));
        return choices;
    }

    private static List<List<Choice>> othersOf(Choice none) {
        return List.of(
                List.of(
                        none,
                        choice(
                                Map.of(
                                        "OpenSearchEndpoint",
                                        "https://search.example",
                                        "OpenSearchDomainArn",
                                        "arn:aws:es" + ACCOUNT + "domain/shop"),
                                "opensearch"),
                        choice(
                                Map.of(
                                        "OpenSearchEndpoint", "https://search.example",
                                        "DeadLettersIndex", "dead_letters",
                                        "OpenSearchDomainArn",
                                                "arn:aws:es" + ACCOUNT + "domain/shop"),
                                "opensearch",
                                "opensearch-dead-letters")),
                List.of(
                        none,
                        choice(
                                Map.of("ArchiveBucket", "archive", "ArchivePrefix", "clicks"),
                                "archive")),
                List.of(
                        none,
                        choice(
                                Map.of(
                                        "TrackingId", "1a2b",
                                        "Item", "/item",
                                        "SpillBucket", "spills",
                                        "SpillPrefix", "clicks"),
                                "personalize",
                                "spill")),
                List.of(none, choice(Map.of("Format", "avro", "Registry", "glue"), "glue")),
                List.of(
                        none,
                        choice(
                                Map.of(
                                        "SecretArns",
                                        "arn:aws:secretsmanager" + ACCOUNT + "secret:shop-AbCdEf"),
                                "secrets")),
                List.of(
                        none,
                        choice(
                                Map.of(
                                        "KmsKeyArns",
                                        KEY + "1," + KEY + "2",
                                        "JarKmsKeyArn",
                                        KEY + "3"))),
                List.of(
                        none,
                        choice(
                                Map.of(
                                        "SubnetIds",
                                        "subnet-1,subnet-2",
                                        "SecurityGroupIds",
                                        "sg-1"))));
    }

    private static List<Choice> combinations() {
        List<String> optional = StackResult.optional().stream().map(StackResult::stem).toList();
        List<Choice> all =
                List.of(choice(Map.of("JarBucket", "jars", "JarKey", "clickstream/a.jar")));
        for (List<Choice> choices : choices()) {
            List<Choice> more = new ArrayList<>();
            for (Choice before : all) {
                for (Choice each : choices) {
                    Map<String, String> parameters = new HashMap<>(before.parameters());
                    parameters.putAll(each.parameters());
                    List<String> parts = new ArrayList<>(before.parts());
                    // Of results of a stream, or of a topic.
                    each.parts()
                            .forEach(
                                    part ->
                                            parts.add(
                                                    !optional.contains(part)
                                                            ? part
                                                            : parts.contains("kafka")
                                                                    ? "kafka-" + part
                                                                    : "kinesis-" + part));
                    more.add(new Choice(parameters, parts));
                }
            }
            all = more;
        }
        return all;
    }

    @Test
    void everyCombinationHasTheRightsThatItsPartsUseAndNoOthers() throws Exception {
        Map<String, List<String>> calls = new HashMap<>();
        Set<String> explained = new HashSet<>();
        Template template = Template.read(FILE);
        for (Choice each : combinations()) {
            List<Map<String, Object>> statements =
                    ApplicationTemplateTest.statementsOf(
                            template.with(each.parameters(), Map.of()).resources());
            List<String> accesses = new ArrayList<>();
            for (String part : each.parts()) {
                if (!calls.containsKey(part)) {
                    calls.put(part, Calls.of(part));
                }
                accesses.addAll(calls.get(part));
            }

            assertThat(accesses)
                    .as("what is missing with %s", each.parameters())
                    .allMatch(access -> Grants.allow(statements, access));
            for (String right : Grants.unused(statements, accesses)) {
                String action = right.substring(0, right.indexOf(' '));
                assertThat(UNUSED.containsKey(right) || UNUSED.containsKey(action))
                        .as("use or explanation of %s with %s", right, each.parameters())
                        .isTrue();
                explained.add(UNUSED.containsKey(right) ? right : action);
            }
        }
        System.out.printf(
                "%,d combinations of %d parts have the rights that they use%n",
                combinations().size(), calls.size());

        assertThat(explained).as("explanations that nothing needs").isEqualTo(UNUSED.keySet());
    }

    /** A file that no combination looks at would prove nothing. */
    @Test
    void everyRecordingIsOfACombination() throws Exception {
        Set<String> parts = new TreeSet<>();
        combinations().forEach(each -> parts.addAll(each.parts()));
        assertThat(recordings()).isEqualTo(parts);
    }

    private static Set<String> recordings() throws IOException {
        try (Stream<Path> files =
                Files.list(Path.of("src", "test", "resources", "deploy", "calls"))) {
            return files.map(file -> file.getFileName().toString().replace(".txt", ""))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
