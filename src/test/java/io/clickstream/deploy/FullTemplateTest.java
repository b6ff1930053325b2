package io.clickstream.deploy;

import static io.clickstream.deploy.Template.list;
import static io.clickstream.deploy.Template.map;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.Aggregates;
import io.clickstream.config.JobConfig;
import io.clickstream.config.KinesisSinkConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What full.yaml makes is what the job of application.yaml needs, and no more. */
class FullTemplateTest {

    private static final Path FILE = Path.of("cloudformation", "full.yaml");
    private static final Path WIRE_SCHEMA = Path.of("src", "main", "avro", "ClickEvent.avsc");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ADMIN = "arn:aws:iam::111122223333:role/analyst";

    /** Properties that are a resource's name in an account and region. */
    private static final Set<String> NAMES =
            Set.of(
                    "Name",
                    "ClusterName",
                    "DomainName",
                    "LogGroupName",
                    "TopicName",
                    "BucketName",
                    "FunctionName",
                    "RoleName",
                    "StreamName");

    /** What attributes of resources are once they are there. */
    static final Map<String, String> ATTRIBUTES =
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

    static Stream<Map<String, String>> stacks() {
        return Stream.of(
                with("Source", "kinesis"),
                with(StackResult.allOn(), "Source", "kinesis", "Format", "glue"),
                with("Source", "kinesis", "DeadLettersIndex", "dead_letters"),
                with("Source", "kinesis", "AdminArn", ADMIN),
                with("Source", "kinesis", "Personalize", "true", "Preset", "interactions"),
                with("Source", "msk"),
                with("Source", "msk", "MskType", "serverless", "DuplicateId", "/globalseq"),
                with("Source", "msk", "Format", "glue", "Personalize", "true", "Item", "/itemId"));
    }

    static Map<String, String> with(String... pairs) {
        return with(Map.of(), pairs);
    }

    private static Map<String, String> with(Map<String, String> others, String... pairs) {
        Map<String, String> all =
                new HashMap<>(
                        Map.of(
                                "JarBucket",
                                "jars",
                                "JarKey",
                                "clickstream/a.jar",
                                "ApplicationTemplateUrl",
                                "https://jars.example/application.yaml"));
        all.putAll(others);
        for (int i = 0; i < pairs.length; i += 2) {
            all.put(pairs[i], pairs[i + 1]);
        }
        return all;
    }

    static Map<String, Map<String, Object>> resources(Map<String, String> parameters)
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
                    new TreeSet<>(List.of("of clicks", sink.deadLettersStream().name()));
            config.computed().forEach(each -> needed.add(sink.stream(each).name()));
            assertThat(needed).as("a stream for each result").hasSize(2 + config.computed().size());
            for (Aggregate<?> each : Aggregates.ALL) {
                assertThat(config.computed().contains(each))
                        .as("%s with %s", each, parameters)
                        .isEqualTo(StackResult.of(each).isOn(parameters));
            }
            assertThat(streams).isEqualTo(needed);
        } else {
            assertThat(streams).isEmpty();
            // A serverless cluster's topics can't be made by CloudFormation.
            assertThat(resources(parameters).containsKey("ClicksTopic"))
                    .isEqualTo(!parameters.containsKey("MskType"));
            assertThat(config.kafkaSource().orElseThrow().topics()).containsExactly("clicks");
        }
    }

    /** By the names of 50 characters that the script takes, and by capitals. */
    @ParameterizedTest
    @MethodSource("stacks")
    void twoStacksOfAnAccountHaveDifferentNames(Map<String, String> parameters) throws Exception {
        Set<String> ofOne = names(parameters, "shop", "51af3dc0872e");
        Set<String> ofOther = names(parameters, "Shop-" + "x".repeat(45), "51af3dc0872e");

        ofOne.retainAll(ofOther);
        // In an account, the stacks' ids end with other digits.
        assertThat(ofOne).containsExactly("clickstream-51af3dc0872e");
        assertThat(ofOne).allMatch(name -> name.matches("[a-z][a-z0-9-]{2,27}"));
    }

    private static Set<String> names(Map<String, String> parameters, String stack, String id)
            throws IOException {
        Map<String, String> attributes = new HashMap<>(ATTRIBUTES);
        attributes.put("AWS::StackName", stack);
        // Of OpenSearch UI, too, which has names of its own.
        attributes.put("Domain", "clickstream-" + id);
        Set<String> names = new TreeSet<>();
        Template.read(FILE, parameters, attributes)
                .resources()
                .values()
                .forEach(
                        resource ->
                                map(resource.getOrDefault("Properties", Map.of()))
                                        .forEach(
                                                (property, value) -> {
                                                    if (NAMES.contains(property)) {
                                                        names.add(value.toString());
                                                    }
                                                }));
        // In a registry, and in a cluster, of the stack itself.
        names.removeAll(Set.of("ClickEvent", "clicks"));
        assertThat(names).hasSizeGreaterThan(1).anyMatch(name -> name.endsWith(id));
        return names;
    }

    @Test
    void aDomainMayBeNamed() throws Exception {
        Map<String, Map<String, Object>> resources =
                resources(with("Source", "kinesis", "DomainName", "shop-search"));

        assertThat(properties(resources, "Domain")).containsEntry("DomainName", "shop-search");
        assertThat(resources.get("AccessRole").toString())
                .contains("domain/shop-search/_plugins/_security/api/*");
    }

    /** A cluster is of one stack, so topics are named as the README says. */
    @Test
    void topicsOfItsOwnClusterNeedNoPrefix() throws Exception {
        JobConfig config = config(with(StackResult.allOn(), "Source", "msk"));

        for (Aggregate<?> each : Aggregates.ALL) {
            assertThat(config.kafkaSink().orElseThrow().topic(each)).isEqualTo(each.defaultTopic());
        }
        assertThat(config.deadLetters().topic()).isEqualTo("DeadLetters");
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
                                "es:ESHttpGet",
                                "es:ESHttpPut",
                                "s3:GetObject",
                                "logs:CreateLogStream",
                                "logs:PutLogEvents",
                                "ec2:CreateNetworkInterface",
                                "ec2:DeleteNetworkInterface",
                                "ec2:DescribeNetworkInterfaces",
                                "ec2:DescribeSubnets"));
        if (parameters.get("Source").equals("msk")) {
            needed.add("kafka:GetBootstrapBrokers");
        }
        if (parameters.containsKey("AdminArn")) {
            needed.add("es:AuthorizeVpcEndpointAccess");
            needed.add("es:GetApplication");
            needed.add("es:ListVpcEndpointAccess");
            needed.add("opensearch:ApplicationAccessAll");
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
    void encryptsEverythingWithAKeyOfOnesOwnAndLetsTheJobUseIt() throws Exception {
        String key = "arn:aws:kms:eu-central-1:111122223333:key/1";
        for (String source : List.of("kinesis", "msk")) {
            Map<String, Map<String, Object>> resources =
                    resources(with(StackResult.allOn(), "Source", source, "KmsKeyArn", key));
            List<String> encrypted = new ArrayList<>();
            resources.forEach(
                    (name, resource) -> {
                        if (resource.toString().contains(key)) {
                            encrypted.add(name);
                        }
                    });

            List<String> expected = new ArrayList<>(List.of("Bucket", "Domain", "Application"));
            resources.keySet().stream()
                    .filter(name -> name.endsWith("Stream") || name.equals("Cluster"))
                    .forEach(expected::add);
            assertThat(encrypted).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(map(properties(resources, "Application").get("Parameters")))
                    .containsEntry("KmsKeyArns", key);
        }
    }

    /** With two brokers or one copy in sync, "exactly once" would not outlive a lost broker. */
    @Test
    void aBrokerMayBeLost() throws Exception {
        Map<String, Map<String, Object>> resources = resources(with("Source", "msk"));

        Map<String, Object> cluster = properties(resources, "Cluster");
        assertThat(cluster.get("NumberOfBrokerNodes")).hasToString("3");
        assertThat(list(map(cluster.get("BrokerNodeGroupInfo")).get("ClientSubnets"))).hasSize(3);
        assertThat(properties(resources, "ClicksTopic").get("ReplicationFactor")).hasToString("3");
        assertThat(properties(resources, "BrokerSettings").get("ServerProperties").toString())
                .contains("default.replication.factor=3\n")
                .contains("min.insync.replicas=2\n")
                .contains("transaction.state.log.replication.factor=3\n")
                .contains("transaction.state.log.min.isr=2\n");
        Set<String> zones = new TreeSet<>();
        Set<String> blocks = new TreeSet<>();
        for (String subnet : List.of("SubnetA", "SubnetB", "SubnetC")) {
            zones.add(properties(resources, subnet).get("AvailabilityZone").toString());
            blocks.add(properties(resources, subnet).get("CidrBlock").toString());
        }
        assertThat(zones).hasSize(3);
        assertThat(blocks).hasSize(3);
        assertThat(resources(with("Source", "kinesis"))).doesNotContainKey("SubnetC");
    }

    /** S3 says so as well, but only when the bucket is made, half an hour into the stack. */
    @Test
    void recordsAreNotDeletedBeforeTheyAreMovedToColdStorage() throws Exception {
        int allowed = 0;
        for (String cold : Template.read(FILE).allowedValues("ArchiveColdDays")) {
            for (String days : Template.read(FILE).allowedValues("ArchiveDays")) {
                Map<String, String> parameters =
                        with("Source", "kinesis", "ArchiveColdDays", cold, "ArchiveDays", days);
                if (Integer.parseInt(days) > Integer.parseInt(cold)) {
                    assertThat(Template.read(FILE, parameters).refusals()).isEmpty();
                    allowed++;
                } else {
                    assertThat(Template.read(FILE, parameters).refusals())
                            .containsExactly("ArchiveDays must be more than ArchiveColdDays.");
                }
            }
        }
        assertThat(allowed).isGreaterThan(20);
    }

    /**
     * A job that goes on without its snapshot leaves both behind. Flink names what is too short for
     * a part by the file: {@code _part-0-0.jsonl_tmp_UUID}, in the file's folder.
     */
    @Test
    void leftoversOfTheArchiveDoNotStayForEver() throws Exception {
        Map<String, Map<String, Object>> resources = resources(with("Source", "kinesis"));
        List<Object> rules =
                list(
                        map(properties(resources, "Bucket").get("LifecycleConfiguration"))
                                .get("Rules"));

        for (String leftover :
                List.of(
                        "clicks/dt=2022-06-14/hour=05/_part-0_tmp_1",
                        "personalize/_part-0_tmp_1")) {
            assertThat(rules)
                    .anySatisfy(
                            rule ->
                                    assertThat(map(rule))
                                            .containsKey("ExpirationInDays")
                                            .doesNotContainKeys(
                                                    "ObjectSizeGreaterThan", "TagFilters")
                                            .extractingByKey("Prefix")
                                            .matches(each -> leftover.startsWith(each + "")));
        }
        assertThat(rules)
                .anySatisfy(
                        rule ->
                                assertThat(map(rule))
                                        .containsKey("AbortIncompleteMultipartUpload")
                                        .doesNotContainKey("Prefix"));
    }

    @Test
    void zonesMayBeNamed() throws Exception {
        Map<String, Map<String, Object>> resources =
                resources(
                        with(
                                "Source",
                                "msk",
                                "Zones",
                                "eu-central-1c,eu-central-1a,eu-central-1b"));

        assertThat(properties(resources, "SubnetA"))
                .containsEntry("AvailabilityZone", "eu-central-1c");
        assertThat(properties(resources, "SubnetC"))
                .containsEntry("AvailabilityZone", "eu-central-1b");
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

    /** The job starts again with an update, and writes by the index templates that are there. */
    @Test
    void anUpdatePutsIndexTemplatesBeforeTheJobStartsAgain() throws Exception {
        Template template = Template.read(FILE);

        assertThat(template.before("Application")).contains("Access", "AccessFunction");
        assertThat(template.before("Access")).doesNotContain("Application");
        assertThat(template.before("JobAccess")).contains("Application", "Access");
        Map<String, Map<String, Object>> resources = resources(with("Source", "kinesis"));
        assertThat(properties(resources, "Access")).doesNotContainKey("JobRole");
        assertThat(properties(resources, "JobAccess")).containsKey("JobRole");
    }

    /** CloudFormation runs a function again only when a property of its resource changes. */
    @ParameterizedTest
    @MethodSource("stacks")
    void aFunctionRunsAgainWhenItsCodeHasChanged(Map<String, String> parameters) throws Exception {
        Map<String, Map<String, Object>> resources = resources(parameters);
        int functions = 0;
        for (Map.Entry<String, Map<String, Object>> each : resources.entrySet()) {
            if (!each.getValue().get("Type").toString().startsWith("Custom::")) {
                continue;
            }
            Map<String, Object> custom = properties(resources, each.getKey());
            String function = custom.get("ServiceToken").toString().replace("arn:of:", "");
            String code =
                    map(properties(resources, function).get("Code")).get("ZipFile").toString();
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(code.getBytes(UTF_8));
            assertThat(custom.get("Version"))
                    .as(
                            "Version of %s is the hash of the code of %s; renew it with"
                                    + " ResultsInTemplatesTest and -Dtemplates.update=true",
                            each.getKey(), function)
                    .isEqualTo(HexFormat.of().formatHex(hash).substring(0, 12));
            functions++;
        }
        assertThat(functions).isGreaterThanOrEqualTo(2);
    }

    /** Else the functions of an update would run before the new policy counts everywhere. */
    @Test
    void aNewJarChangesNoRights() throws Exception {
        Map<String, String> one = with("Source", "kinesis", "AdminArn", ADMIN);
        Map<String, String> other = new HashMap<>(one);
        other.put("JarKey", "clickstream/2.jar");

        for (String role : List.of("AccessRole", "DashboardsRole")) {
            assertThat(resources(other).get(role)).isEqualTo(resources(one).get(role));
            assertThat(
                            Grants.allow(
                                    statementsOf(one, role),
                                    "s3:GetObject arn:aws:s3:::jars/clickstream/2.jar"))
                    .isTrue();
        }
    }

    @Test
    void theJarsBucketMayHaveAKeyOfOnesOwn() throws Exception {
        String key = "arn:aws:kms:eu-central-1:111122223333:key/of-the-jar";
        Map<String, String> without = with("Source", "kinesis", "AdminArn", ADMIN);
        Map<String, String> parameters = new HashMap<>(without);
        parameters.put("JarKmsKeyArn", key);

        for (String role : List.of("AccessRole", "DashboardsRole")) {
            assertThat(statementsOf(without, role).toString()).doesNotContain("kms:");
            assertThat(Grants.allow(statementsOf(parameters, role), "kms:Decrypt " + key)).isTrue();
        }
        assertThat(map(properties(resources(parameters), "Application").get("Parameters")))
                .containsEntry("JarKmsKeyArn", key);
    }

    static List<Map<String, Object>> statementsOf(Map<String, String> parameters, String role)
            throws IOException {
        return ApplicationTemplateTest.statementsOf(Map.of(role, resources(parameters).get(role)));
    }

    /** The domain's own Dashboards are then reached from within the network, by the same admin. */
    @Test
    void aRegionWithoutOpenSearchUiCanDoWithoutIt() throws Exception {
        Map<String, Map<String, Object>> resources =
                resources(with("Source", "kinesis", "AdminArn", ADMIN, "OpenSearchUi", "false"));

        assertThat(resources.keySet()).noneMatch(name -> name.startsWith("Dashboards"));
        assertThat(properties(resources, "Access")).containsEntry("Admin", ADMIN);
    }

    /** Of one partition, and by the names that services have in China. */
    @ParameterizedTest
    @CsvSource({"aws-cn, cn-north-1, cn.com.amazonaws", "aws-us-gov, us-gov-west-1, com.amazonaws"})
    void namesOnlyWhatIsInThePartition(String partition, String region, String prefix)
            throws Exception {
        Map<String, String> place = Map.of("AWS::Partition", partition, "AWS::Region", region);
        Map<Path, Stream<Map<String, String>>> all =
                Map.of(
                        FILE,
                        stacks(),
                        Path.of("cloudformation", "application.yaml"),
                        ApplicationTemplateTest.stacks());
        for (Map.Entry<Path, Stream<Map<String, String>>> each : all.entrySet()) {
            for (Map<String, String> parameters : each.getValue().toList()) {
                Map<String, String> local = new HashMap<>(parameters);
                local.replaceAll(
                        (name, value) ->
                                value.replace("arn:aws:", "arn:" + partition + ":")
                                        .replace("eu-central-1", region));
                assertOfPartition(Template.read(each.getKey(), local, place), partition);
            }
        }
        Map<String, Map<String, Object>> resources =
                Template.read(FILE, with("Source", "kinesis"), place).resources();
        assertThat(properties(resources, "KinesisEndpoint"))
                .containsEntry("ServiceName", prefix + "." + region + ".kinesis-streams");
        assertThat(properties(resources, "S3Endpoint"))
                .containsEntry("ServiceName", "com.amazonaws." + region + ".s3");
    }

    private static void assertOfPartition(Template template, String partition) {
        String all = template.resources().toString() + template.outputs();
        assertThat(all)
                .contains("arn:" + partition + ":")
                .doesNotContain("eu-central-1", "us-east-1");
        Matcher arns = Pattern.compile("arn:(aws[a-z-]*):").matcher(all);
        while (arns.find()) {
            assertThat(arns.group(1)).isEqualTo(partition);
        }
        // Principals of services have this name everywhere; addresses do not.
        Matcher hosts = Pattern.compile("[a-z0-9.-]+\\.amazonaws\\.com").matcher(all);
        while (hosts.find()) {
            assertThat(hosts.group())
                    .isIn(
                            "kinesisanalytics.amazonaws.com",
                            "lambda.amazonaws.com",
                            "application.opensearchservice.amazonaws.com");
        }
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
