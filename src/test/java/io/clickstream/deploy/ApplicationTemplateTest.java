package io.clickstream.deploy;

import static io.clickstream.deploy.Template.list;
import static io.clickstream.deploy.Template.map;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.Aggregates;
import io.clickstream.config.JobConfig;
import io.clickstream.config.OpenSearchConfig;
import io.clickstream.metrics.ClickstreamMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the template makes of its parameters is what the job takes and needs. */
class ApplicationTemplateTest {

    private static final Path FILE = Path.of("cloudformation", "application.yaml");

    static final String FLINK_1 = "FLINK-1_20";
    static final String FLINK_2 = "FLINK-2_2";

    /** Calls that know no resource, as the service authorization reference says. */
    private static final Set<String> WITHOUT_RESOURCE =
            Set.of(
                    "ec2:DescribeDhcpOptions",
                    "ec2:DescribeNetworkInterfaces",
                    "ec2:DescribeSecurityGroups",
                    "ec2:DescribeSubnets",
                    "ec2:DescribeVpcs",
                    // A schema version is asked for by its id.
                    "glue:GetSchemaVersion",
                    // The reference of PutEvents asks for it.
                    "personalize:PutEvents");

    /**
     * What the service itself sends to CloudWatch, by its page "Metrics and dimensions", as far as
     * the template has use for it.
     */
    private static final Set<String> OF_THE_SERVICE =
            Set.of(
                    "lastCheckpointDuration",
                    "numberOfFailedCheckpoints",
                    "cpuUtilization",
                    "heapMemoryUtilization",
                    "containerMemoryUtilization");

    /**
     * The service's metrics that only one runtime has, or that another one no longer should use.
     */
    private static final Map<String, Set<String>> OF_RUNTIME =
            Map.of(
                    FLINK_1,
                    Set.of("fullRestarts", "uptime", "downtime"),
                    FLINK_2,
                    Set.of("numRestarts", "runningTime", "restartingTime", "failingTime"));

    private static final String KEY = "arn:aws:kms:eu-central-1:111122223333:key/";

    private static final String NAMESPACE = "AWS/KinesisAnalytics";

    static Stream<Map<String, String>> stacks() {
        Map<String, String> kinesis =
                Map.of(
                        "Source",
                        "kinesis",
                        "StreamArn",
                        "arn:aws:kinesis:eu-central-1:111122223333:stream/clicks");
        Map<String, String> msk =
                Map.of(
                        "Source",
                        "msk",
                        "BootstrapServers",
                        "boot-1.shop.example:9098",
                        "MskClusterArn",
                        "arn:aws:kafka:eu-central-1:111122223333:cluster/shop/0a1b-2",
                        "ClicksTopic",
                        "clicks",
                        "SubnetIds",
                        "subnet-1,subnet-2",
                        "SecurityGroupIds",
                        "sg-1");
        Map<String, String> search =
                Map.of(
                        "OpenSearchEndpoint",
                        "https://search.example",
                        "OpenSearchDomainArn",
                        "arn:aws:es:eu-central-1:111122223333:domain/shop");
        Map<String, String> archive =
                Map.of("ArchiveBucket", "kept", "ArchivePrefix", "shop/clicks");
        Map<String, String> personalize =
                Map.of("TrackingId", "1a2b", "Item", "/item", "SpillBucket", "kept");
        return Stream.of(
                with(List.of(kinesis)),
                with(List.of(kinesis, Map.of("Reader", "efo"), search)),
                with(List.of(msk)),
                with(List.of(kinesis, archive, StackResult.allOn())),
                with(
                        List.of(
                                msk,
                                archive,
                                personalize,
                                StackResult.allOn(),
                                Map.of(
                                        "ArchiveFormat",
                                        "csv",
                                        "ArchiveColumns",
                                        "name=/name",
                                        "DuplicateId",
                                        "/globalseq"))),
                with(List.of(kinesis, archive, Map.of("ArchiveFormat", "parquet"))),
                with(
                        List.of(
                                kinesis,
                                archive,
                                Map.of("ArchiveFormat", "log", "ArchiveText", "/message"))),
                with(
                        List.of(
                                kinesis,
                                search,
                                Map.of(
                                        "Preset",
                                        "interactions",
                                        "TrackingId",
                                        "1a2b",
                                        "SpillBucket",
                                        "kept"))),
                with(
                        List.of(
                                msk,
                                search,
                                Map.of(
                                        "Format",
                                        "avro",
                                        "Registry",
                                        "glue",
                                        "DeadLettersIndex",
                                        "letters"))),
                with(
                        List.of(
                                msk,
                                search,
                                Map.of(
                                        "Preset",
                                        "interactions",
                                        "SecretArns",
                                        "arn:aws:secretsmanager:eu-central-1:111122223333:secret:a"))),
                with(List.of(kinesis, archive, Map.of("KmsKeyArns", KEY + "1," + KEY + "2"))));
    }

    private static Map<String, String> with(List<Map<String, String>> parts) {
        Map<String, String> all =
                new HashMap<>(Map.of("JarBucket", "jars", "JarKey", "clickstream/a.jar"));
        parts.forEach(all::putAll);
        return all;
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void configuresTheJob(Map<String, String> parameters) throws Exception {
        JobConfig config = JobConfig.parse(propertyGroups(parameters));

        assertThat(config.kinesisSource().isPresent())
                .isEqualTo(parameters.get("Source").equals("kinesis"));
        assertThat(config.openSearch().isPresent())
                .isEqualTo(parameters.containsKey("OpenSearchEndpoint"));
        assertThat(config.openSearch().flatMap(OpenSearchConfig::deadLettersIndex))
                .isEqualTo(Optional.ofNullable(parameters.get("DeadLettersIndex")));
        assertThat(config.registry().isPresent()).isEqualTo(parameters.containsKey("Registry"));
        assertThat(config.aggregates().sessionGap()).hasMinutes(30);
        assertThat(config.archive().isPresent()).isEqualTo(parameters.containsKey("ArchiveBucket"));
        assertThat(config.personalize().isPresent())
                .isEqualTo(parameters.containsKey("TrackingId"));
        for (Aggregate<?> each : Aggregates.ALL) {
            assertThat(config.computed().contains(each))
                    .as("%s with %s", each, parameters)
                    .isEqualTo(StackResult.of(each).isOn(parameters));
        }
        assertThat(propertyGroups(parameters).containsKey("duplicates"))
                .isEqualTo(parameters.containsKey("DuplicateId"));
    }

    /** Else an update could start the job before a new policy is there. */
    @ParameterizedTest
    @MethodSource("stacks")
    void hasAllRightsInTheRole(Map<String, String> parameters) throws Exception {
        assertThat(Template.read(FILE, parameters).resources().values())
                .extracting(resource -> resource.get("Type"))
                .contains("AWS::IAM::Role")
                .doesNotContain("AWS::IAM::RolePolicy");
    }

    @Test
    void archivesAndSpillsOnlyBelowTheirFolders() throws Exception {
        List<String> objects = new ArrayList<>();
        for (Map<String, Object> statement : statements(stacks().toList().get(4))) {
            if (texts(statement.get("Action")).contains("s3:PutObject")) {
                objects.addAll(texts(statement.get("Resource")));
            }
        }

        assertThat(objects)
                .containsExactlyInAnyOrder(
                        "arn:aws:s3:::kept/shop/clicks",
                        "arn:aws:s3:::kept/shop/clicks/*",
                        "arn:aws:s3:::kept/personalize",
                        "arn:aws:s3:::kept/personalize/*");
    }

    /** What the service sends of an application on a runtime. */
    static Set<String> ofTheService(String runtime) {
        Set<String> names = new TreeSet<>(OF_THE_SERVICE);
        names.addAll(OF_RUNTIME.get(runtime));
        return names;
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void watchesMetricsThatThereAre(Map<String, String> parameters) throws Exception {
        for (String runtime : OF_RUNTIME.keySet()) {
            Map<String, String> onRuntime = new HashMap<>(parameters);
            onRuntime.put("FlinkVersion", runtime);
            Set<String> known = new TreeSet<>(ClickstreamMetrics.names());
            known.addAll(ofTheService(runtime));

            assertThat(namesOfMetrics(onRuntime))
                    .isSubsetOf(known)
                    .containsAll(OF_RUNTIME.get(runtime));
        }
    }

    /** The application runs on what the parameter names, in both templates by the same default. */
    @ParameterizedTest
    @ValueSource(strings = {"application", "full"})
    void theRuntimeIsAParameter(String name) throws Exception {
        Template template = Template.read(Path.of("cloudformation", name + ".yaml"));
        assertThat(template.allowedValues("FlinkVersion")).containsExactly(FLINK_2, FLINK_1);
        assertThat(template.defaults()).containsEntry("FlinkVersion", FLINK_2);
        for (String runtime : template.allowedValues("FlinkVersion")) {
            Map<String, String> parameters = new HashMap<>(stacks().toList().get(0));
            parameters.put("FlinkVersion", runtime);
            parameters.put("ApplicationTemplateUrl", "https://jars/application.yaml");
            parameters.keySet().retainAll(template.parameters());
            Map<String, Object> application =
                    map(
                            template.with(parameters, Map.of())
                                    .resources()
                                    .get("Application")
                                    .get("Properties"));
            assertThat(
                            name.equals("full")
                                    ? map(application.get("Parameters")).get("FlinkVersion")
                                    : application.get("RuntimeEnvironment"))
                    .isEqualTo(runtime);
        }
    }

    /** Each reason for a dead letter moves one alarm, if what makes such letters is on. */
    @Test
    void hasAnAlarmForEachReason() throws Exception {
        Set<String> watched = new TreeSet<>();
        for (Map<String, String> parameters : stacks().toList()) {
            for (Map<String, Object> resource :
                    Template.read(FILE, parameters).resources().values()) {
                if (resource.get("Type").equals("AWS::CloudWatch::Alarm")) {
                    watched.addAll(namesOfAlarm(map(resource.get("Properties"))));
                }
            }
        }

        assertThat(watched)
                .containsAll(
                        ClickstreamMetrics.names().stream()
                                .filter(name -> name.startsWith(ClickstreamMetrics.DEAD_LETTERS))
                                // Only a replay has files.
                                .filter(name -> !name.endsWith(".unreadable-file"))
                                .toList())
                .contains("numRestarts", "restartingTime", "numberOfFailedCheckpoints")
                .contains(ClickstreamMetrics.PERSONALIZE_FAILURES);
    }

    /** When they are on is in {@link AlarmsTest}. */
    @ParameterizedTest
    @CsvSource({
        "msk, LostOffsetsAlarm, lostOffsets",
        "msk, LostTransactionsAlarm, kafka.transactionsLost",
        "kinesis, ShardsGoneAlarm, kinesis.shardsGone"
    })
    void alarmsOfLossesAreOfTheirSource(String source, String name, String metric)
            throws Exception {
        for (Map<String, String> parameters : stacks().toList()) {
            Map<String, Object> alarm = Template.read(FILE, parameters).resources().get(name);
            if (!source.equals(parameters.get("Source"))) {
                assertThat(alarm).isNull();
                continue;
            }
            assertThat(namesOfAlarm(map(alarm.get("Properties"))))
                    .containsExactly(metric, "runningTime");
        }
    }

    /** Names of dashboards are unique in an account, over all of its Regions. */
    @Test
    void twoRegionsHaveDifferentDashboards() throws Exception {
        Map<String, String> parameters = stacks().toList().get(0);
        Set<Object> names = new TreeSet<>();
        for (String region : List.of("eu-central-1", "us-east-1")) {
            Template template = Template.read(FILE, parameters, Map.of("AWS::Region", region));
            names.add(
                    map(template.resources().get("Dashboard").get("Properties"))
                            .get("DashboardName"));
        }

        assertThat(names).containsExactly("shop-eu-central-1", "shop-us-east-1");
    }

    @ParameterizedTest
    @CsvSource({
        "aws, eu-central-1, console.aws.amazon.com",
        "aws-cn, cn-north-1, console.amazonaws.cn",
        "aws-us-gov, us-gov-west-1, console.amazonaws-us-gov.com"
    })
    void theDashboardsAddressIsAnOutput(String partition, String region, String host)
            throws Exception {
        Map<String, String> place =
                Map.of(
                        "AWS::Partition",
                        partition,
                        "AWS::Region",
                        region,
                        "Dashboard",
                        "shop-" + region);

        assertThat(Template.read(FILE, stacks().toList().get(0), place).outputs())
                .containsEntry("DashboardName", "shop-" + region)
                .containsEntry(
                        "CloudWatchDashboard",
                        "https://%s/cloudwatch/home?region=%s#dashboards/dashboard/shop-%s"
                                .formatted(host, region, region));
    }

    /** Else an update would have to wait until the new policy counts everywhere. */
    @Test
    void aNewJarChangesNoRights() throws Exception {
        Map<String, String> parameters = new HashMap<>(stacks().toList().get(0));
        parameters.put("JarKey", "clickstream/1-clickstream-analytics.jar");
        List<Map<String, Object>> before = statements(parameters);
        parameters.put("JarKey", "clickstream/2-clickstream-analytics.jar");

        assertThat(statements(parameters)).isEqualTo(before);
        assertThat(
                        Grants.allow(
                                before,
                                "s3:GetObject arn:aws:s3:::jars/" + parameters.get("JarKey")))
                .isTrue();
        assertThat(Grants.allow(before, "s3:GetObject arn:aws:s3:::jars/others")).isFalse();
    }

    @Test
    void theJarsBucketMayHaveAKeyOfOnesOwn() throws Exception {
        Map<String, String> parameters = new HashMap<>(stacks().toList().get(0));
        parameters.put("JarKmsKeyArn", KEY + "of-the-jar");

        assertThat(statements(parameters))
                .filteredOn(each -> each.toString().contains("kms:"))
                .containsExactly(
                        Map.of(
                                "Effect",
                                "Allow",
                                "Action",
                                "kms:Decrypt",
                                "Resource",
                                KEY + "of-the-jar"));
    }

    /** As the service's page on keys says; it refuses the application otherwise. */
    @ParameterizedTest
    @ValueSource(strings = {"application", "full"})
    void saysWhoNeedsTheApplicationsKey(String template) throws Exception {
        assertThat(
                        Template.read(Path.of("cloudformation", template + ".yaml"))
                                .description("ApplicationKmsKeyArn"))
                .contains(
                        " kinesisanalytics.amazonaws.com ",
                        " infrastructure.kinesisanalytics.amazonaws.com",
                        "kms:CreateGrant");
    }

    @Test
    void aRegionWithoutTheLoggingOptionCanDoWithoutIt() throws Exception {
        Map<String, String> parameters = new HashMap<>(stacks().toList().get(0));
        assertThat(Template.read(FILE, parameters).resources()).containsKey("Logging");
        parameters.put("LoggingOption", "false");

        assertThat(Template.read(FILE, parameters).resources())
                .doesNotContainKey("Logging")
                .containsKeys("LogGroup", "LogStream");
    }

    private static Set<String> namesOfMetrics(Map<String, String> parameters) throws IOException {
        Set<String> names = new TreeSet<>();
        for (Map<String, Object> resource : Template.read(FILE, parameters).resources().values()) {
            if (resource.get("Type").equals("AWS::CloudWatch::Alarm")) {
                names.addAll(namesOfAlarm(map(resource.get("Properties"))));
            } else if (resource.get("Type").equals("AWS::CloudWatch::Dashboard")) {
                names.addAll(
                        namesOfDashboard(
                                map(resource.get("Properties")).get("DashboardBody").toString()));
            }
        }
        return names;
    }

    private static Set<String> namesOfAlarm(Map<String, Object> alarm) {
        Set<String> names = new TreeSet<>();
        if (alarm.containsKey("MetricName")) {
            assertThat(alarm).containsEntry("Namespace", NAMESPACE);
            names.add(alarm.get("MetricName").toString());
            return names;
        }
        for (Object each : list(alarm.get("Metrics"))) {
            if (map(each).containsKey("MetricStat")) {
                Map<String, Object> metric = map(map(map(each).get("MetricStat")).get("Metric"));
                if (metric.get("Namespace").equals(NAMESPACE)) {
                    names.add(metric.get("MetricName").toString());
                }
            }
        }
        return names;
    }

    private static Set<String> namesOfDashboard(String body) throws IOException {
        Set<String> names = new TreeSet<>();
        for (JsonNode widget : new ObjectMapper().readTree(body).get("widgets")) {
            for (JsonNode metric : widget.get("properties").path("metrics")) {
                if (metric.get(0).isTextual()) {
                    assertThat(metric.get(0).asText()).isEqualTo(NAMESPACE);
                    assertThat(metric.get(2).asText()).isEqualTo("Application");
                    assertThat(metric.get(3).asText()).isEqualTo("shop");
                    names.add(metric.get(1).asText());
                }
            }
        }
        assertThat(names).hasSizeGreaterThan(20);
        return names;
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void staysWithinTheServicesLimits(Map<String, String> parameters) throws Exception {
        Map<String, Map<String, String>> groups = propertyGroups(parameters);

        assertThat(groups).hasSizeLessThanOrEqualTo(50);
        assertThat(groups.values())
                .allSatisfy(
                        group -> {
                            assertThat(group).isNotEmpty().hasSizeLessThanOrEqualTo(50);
                            assertThat(group.values())
                                    .allSatisfy(
                                            value ->
                                                    assertThat(value)
                                                            .isNotEmpty()
                                                            .hasSizeLessThanOrEqualTo(2048));
                        });
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void allowsWhatTheJobNeedsAndNoMore(Map<String, String> parameters) throws Exception {
        Set<String> allowed = new TreeSet<>();
        for (Map<String, Object> statement : statements(parameters)) {
            allowed.addAll(texts(statement.get("Action")));
        }

        assertThat(allowed).isEqualTo(needed(parameters));
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void namesResourcesWhereItCan(Map<String, String> parameters) throws Exception {
        for (Map<String, Object> statement : statements(parameters)) {
            if (texts(statement.get("Resource")).contains("*")) {
                assertThat(WITHOUT_RESOURCE).containsAll(texts(statement.get("Action")));
            }
            assertThat(texts(statement.get("Action"))).noneMatch(action -> action.contains("*"));
        }
    }

    @Test
    void namesTopicsGroupsAndTransactionsOfTheCluster() throws Exception {
        List<String> resources = new ArrayList<>();
        for (Map<String, Object> statement : statements(stacks().toList().get(2))) {
            resources.addAll(texts(statement.get("Resource")));
        }
        String cluster = "arn:aws:kafka:eu-central-1:111122223333:";

        assertThat(resources)
                .contains(
                        cluster + "cluster/shop/0a1b-2",
                        cluster + "topic/shop/0a1b-2/clicks",
                        cluster + "topic/shop/0a1b-2/shop-Departments_Agg",
                        cluster + "topic/shop/0a1b-2/shop-DeadLetters",
                        cluster + "group/shop/0a1b-2/shop",
                        cluster + "transactional-id/shop/0a1b-2/shop-*");
    }

    @Test
    void theMaximumParallelismCanBeSetFromOutside() throws Exception {
        Map<String, String> parameters = new HashMap<>(stacks().toList().get(0));
        assertThat(JobConfig.parse(propertyGroups(parameters)).maxParallelism()).isEmpty();
        parameters.put("MaxParallelism", "512");

        assertThat(JobConfig.parse(propertyGroups(parameters)).maxParallelism()).hasValue(512);
    }

    /** Without it a stream, a bucket or a secret with a key of one's own can't be used. */
    @Test
    void keysOfOnesOwnMayBeUsedAndNoOthers() throws Exception {
        Map<String, String> parameters = new HashMap<>(stacks().toList().get(3));
        assertThat(statements(parameters).toString()).doesNotContain("kms:");
        parameters.put("KmsKeyArns", KEY + "of-the-stream," + KEY + "of-the-bucket");

        assertThat(statements(parameters))
                .filteredOn(each -> each.toString().contains("kms:"))
                .containsExactly(
                        Map.of(
                                "Effect",
                                "Allow",
                                "Action",
                                List.of("kms:Decrypt", "kms:GenerateDataKey"),
                                "Resource",
                                List.of(KEY + "of-the-stream", KEY + "of-the-bucket")));
    }

    @Test
    void theApplicationsStorageMayHaveAKeyOfOnesOwn() throws Exception {
        Map<String, String> parameters = new HashMap<>(stacks().toList().get(0));
        assertThat(encryption(parameters)).isNull();
        parameters.put("ApplicationKmsKeyArn", KEY + "1");

        assertThat(encryption(parameters))
                .isEqualTo(Map.of("KeyType", "CUSTOMER_MANAGED_KEY", "KeyId", KEY + "1"));
    }

    private static Object encryption(Map<String, String> parameters) throws IOException {
        Map<String, Object> properties =
                map(
                        Template.read(FILE, parameters)
                                .resources()
                                .get("Application")
                                .get("Properties"));
        return map(properties.get("ApplicationConfiguration"))
                .get("ApplicationEncryptionConfiguration");
    }

    @Test
    void namesOfTheStacksResultsMayBeGiven() throws Exception {
        Map<String, String> names = new HashMap<>(StackResult.allOn());
        StackResult.all()
                .forEach(each -> names.put(each.nameParameter(), "my-" + each.stem() + "-1"));
        for (Map<String, String> stack : stacks().toList()) {
            Map<String, String> parameters = new HashMap<>(stack);
            parameters.putAll(names);
            Map<String, Map<String, String>> groups = propertyGroups(parameters);

            boolean toStreams = stack.get("Source").equals("kinesis");
            String kind = toStreams ? "-stream" : "-topic";
            Map<String, String> sink = groups.get(toStreams ? "sink.kinesis" : "sink.kafka");
            for (Aggregate<?> each : Aggregates.ALL) {
                String stem = each.keyStem();
                assertThat(sink).containsEntry(stem + kind, "my-" + stem + "-1");
            }
            if (toStreams) {
                assertThat(sink).containsEntry("dead-letters-stream", "my-dead-letters-1");
            } else {
                assertThat(groups.get("dead-letters")).containsEntry("topic", "my-dead-letters-1");
            }
            String rights = statements(parameters).toString();
            for (StackResult each : StackResult.all()) {
                assertThat(rights)
                        .contains("/my-" + each.stem() + "-1")
                        .doesNotContain("shop-" + each.topic());
            }
        }
    }

    /** Of one stream, one cluster and one consumer's quota, two stacks may share all. */
    @ParameterizedTest
    @MethodSource("stacks")
    void twoStacksOfAnAccountWriteToDifferentNames(Map<String, String> parameters)
            throws Exception {
        Set<String> ofOne = names(parameters, "shop");
        ofOne.retainAll(names(parameters, "shop-of-tests"));

        assertThat(ofOne).isEmpty();
    }

    /** What the job creates, registers or writes to, apart from what a parameter names. */
    private static Set<String> names(Map<String, String> parameters, String stack)
            throws IOException {
        Map<String, Map<String, Object>> resources =
                Template.read(FILE, parameters, Map.of("AWS::StackName", stack)).resources();
        Map<String, Map<String, String>> groups = propertyGroupsOf(resources);
        Set<String> names = new TreeSet<>();
        for (String group : List.of("sink.kinesis", "sink.kafka", "dead-letters")) {
            groups.getOrDefault(group, Map.of())
                    .forEach(
                            (key, value) -> {
                                if (key.endsWith("stream")
                                        || key.endsWith("topic")
                                        || key.endsWith("prefix")) {
                                    names.add(value);
                                }
                            });
        }
        assertThat(names).hasSizeGreaterThan(4);
        for (String key : List.of("consumer", "group-id")) {
            groups.values().stream()
                    .filter(group -> group.containsKey(key))
                    .forEach(group -> names.add(group.get(key)));
        }
        names.add(
                map(resources.get("Application").get("Properties"))
                        .get("ApplicationName")
                        .toString());
        return names;
    }

    static Map<String, Map<String, String>> propertyGroups(Map<String, String> parameters)
            throws IOException {
        return propertyGroups(Template.read(FILE, parameters));
    }

    static Map<String, Map<String, String>> propertyGroups(Template template) {
        return propertyGroupsOf(template.resources());
    }

    private static Map<String, Map<String, String>> propertyGroupsOf(
            Map<String, Map<String, Object>> resources) {
        Map<String, Object> properties =
                map(
                        map(resources.get("Application").get("Properties"))
                                .get("ApplicationConfiguration"));
        Map<String, Map<String, String>> groups = new HashMap<>();
        for (Object group :
                list(map(properties.get("EnvironmentProperties")).get("PropertyGroups"))) {
            Map<String, String> values = new HashMap<>();
            map(map(group).get("PropertyMap"))
                    .forEach((key, value) -> values.put(key, value.toString()));
            groups.put(map(group).get("PropertyGroupId").toString(), values);
        }
        return groups;
    }

    private static List<Map<String, Object>> statements(Map<String, String> parameters)
            throws IOException {
        return statementsOf(Template.read(FILE, parameters).resources());
    }

    /** All statements of the roles among resources. */
    static List<Map<String, Object>> statementsOf(Map<String, Map<String, Object>> resources) {
        List<Map<String, Object>> statements = new ArrayList<>();
        for (Map<String, Object> resource : resources.values()) {
            Map<String, Object> properties = map(resource.get("Properties"));
            if (resource.get("Type").equals("AWS::IAM::RolePolicy")) {
                list(map(properties.get("PolicyDocument")).get("Statement"))
                        .forEach(statement -> statements.add(map(statement)));
            } else if (resource.get("Type").equals("AWS::IAM::Role")) {
                for (Object policy : list(properties.get("Policies"))) {
                    list(map(map(policy).get("PolicyDocument")).get("Statement"))
                            .forEach(statement -> statements.add(map(statement)));
                }
            }
        }
        return statements;
    }

    static List<String> texts(Object oneOrMore) {
        return oneOrMore instanceof List<?> all
                ? all.stream().map(String::valueOf).toList()
                : List.of(oneOrMore.toString());
    }

    /** What the job's configuration makes its clients call, by the services' references. */
    private static Set<String> needed(Map<String, String> parameters) throws IOException {
        JobConfig config = JobConfig.parse(propertyGroups(parameters));
        Set<String> actions =
                new TreeSet<>(
                        Set.of(
                                "s3:GetObject",
                                "s3:GetObjectVersion",
                                "logs:DescribeLogGroups",
                                "logs:DescribeLogStreams",
                                "logs:PutLogEvents"));
        config.kinesisSource()
                .ifPresent(
                        source -> {
                            add(actions, "kinesis", "DescribeStreamSummary", "ListShards");
                            if (source.consumer().isEmpty()) {
                                add(actions, "kinesis", "GetShardIterator", "GetRecords");
                            } else {
                                add(
                                        actions,
                                        "kinesis",
                                        "DescribeStreamConsumer",
                                        "RegisterStreamConsumer",
                                        "SubscribeToShard");
                            }
                        });
        if (config.kinesisSink().isPresent()) {
            add(actions, "kinesis", "DescribeStreamSummary", "PutRecord", "PutRecords");
        }
        if (config.kafkaSource().isPresent()) {
            add(
                    actions,
                    "kafka-cluster",
                    "Connect",
                    "DescribeTopic",
                    "ReadData",
                    "DescribeGroup",
                    "AlterGroup");
        }
        if (config.kafkaSink().isPresent()) {
            add(
                    actions,
                    "kafka-cluster",
                    "Connect",
                    "DescribeCluster",
                    "DescribeClusterDynamicConfiguration",
                    "CreateTopic",
                    "DescribeTopic",
                    "DescribeTopicDynamicConfiguration",
                    "WriteData",
                    "WriteDataIdempotently",
                    "DescribeTransactionalId",
                    "AlterTransactionalId");
        }
        if (config.openSearch().isPresent()) {
            add(actions, "es", "ESHttpGet", "ESHttpPost", "ESHttpPut");
        }
        if (config.archive().isPresent()
                || propertyGroups(parameters)
                        .getOrDefault("sink.personalize", Map.of())
                        .containsKey("spill-path")) {
            add(
                    actions,
                    "s3",
                    "ListBucket",
                    "ListBucketMultipartUploads",
                    "PutObject",
                    "DeleteObject",
                    "AbortMultipartUpload",
                    "ListMultipartUploadParts");
        }
        if (config.personalize().isPresent()) {
            add(actions, "personalize", "PutEvents");
        }
        if (config.registry().isPresent()) {
            add(actions, "glue", "GetSchemaVersion");
        }
        if (parameters.containsKey("SecretArns")) {
            add(actions, "secretsmanager", "GetSecretValue");
        }
        if (parameters.containsKey("KmsKeyArns")) {
            add(actions, "kms", "Decrypt", "GenerateDataKey");
        }
        if (parameters.containsKey("SubnetIds")) {
            add(
                    actions,
                    "ec2",
                    "DescribeDhcpOptions",
                    "DescribeNetworkInterfaces",
                    "DescribeSecurityGroups",
                    "DescribeSubnets",
                    "DescribeVpcs",
                    "CreateNetworkInterface",
                    "CreateNetworkInterfacePermission",
                    "DeleteNetworkInterface");
        }
        return actions;
    }

    private static void add(Set<String> actions, String service, String... names) {
        for (String name : names) {
            actions.add(service + ":" + name);
        }
    }
}
