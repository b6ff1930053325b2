package io.clickstream.tools.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.ClickstreamJob;
import io.clickstream.ClickstreamPipeline;
import io.clickstream.aggregate.Aggregates;
import io.clickstream.config.JobConfig;
import io.clickstream.config.ReplayConfig;
import io.clickstream.sort.ClickSortOperator;
import io.clickstream.testing.PropertyGroups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.AbstractUdfStreamOperator;
import org.apache.flink.streaming.api.operators.SimpleOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The uids by which savepoints find state. They never change; where an operator is added, {@code
 * mvn test -Dtest=UidGoldenTest -Dsurefire.failIfNoSpecifiedTests=false -Duids.update=true} writes
 * the lists anew.
 */
class UidGoldenTest {

    private static final Path GOLDEN = Path.of("src", "test", "resources", "uids");
    private static final String UPDATE = "uids.update";
    private static final String COMMITTER = "Sink Committer: ";

    /** In the jar: the uids that a savepoint may have state of, whatever the configuration. */
    private static final Path STATE_UIDS =
            Path.of("src", "main", "resources", "META-INF", "clickstream", "state-uids.txt");

    /**
     * Are gone, and had no state, but an update from an earlier jar, which lists them, must find
     * them.
     */
    private static final Set<String> LISTED_BEFORE = Set.of("archive-batches");

    private static final List<String> WITH_ALL_STATE =
            Stream.concat(
                            Stream.of(
                                    "job",
                                    "duplicates",
                                    "archive",
                                    "personalize",
                                    "kinesis",
                                    "dead-letters-index"),
                            groups().stream())
                    .toList();

    static Set<String> groups() {
        return Aggregates.groups();
    }

    @TempDir private Path folder;

    @Test
    void theJobHasTheUidsOfItsSavepoints() throws Exception {
        StreamExecutionEnvironment env = environment();
        ClickstreamJob.define(
                env,
                JobConfig.parse(
                        PropertyGroups.smallest()
                                .with("sink.opensearch", "endpoint", "http://search:9200")
                                .build()));

        assertUids("job", env);
    }

    @Test
    void aFilterAddsItsOwnUidAndChangesNoOther() throws Exception {
        StreamExecutionEnvironment env = environment();
        ClickstreamJob.define(
                env,
                JobConfig.parse(
                        PropertyGroups.smallest().with("duplicates", "id", "/globalseq").build()));

        assertUids("duplicates", env);
    }

    @ParameterizedTest
    @MethodSource("groups")
    void anOptionalAggregateAddsItsOwnUidsAndChangesNoOther(String group) throws Exception {
        StreamExecutionEnvironment env = environment();
        ClickstreamJob.define(
                env,
                JobConfig.parse(
                        PropertyGroups.smallest()
                                .group(group)
                                .with("sink.opensearch", "endpoint", "http://search:9200")
                                .build()));

        assertUids(group, env);
    }

    @Test
    void deadLettersInOpenSearchAddTheirOwnUidAndChangeNoOther() throws Exception {
        StreamExecutionEnvironment env = environment();
        ClickstreamJob.define(
                env,
                JobConfig.parse(
                        PropertyGroups.smallest()
                                .with("sink.opensearch", "endpoint", "http://search:9200")
                                .with("sink.opensearch", "dead-letters-index", "dead_letters")
                                .build()));

        assertUids("dead-letters-index", env);
    }

    @Test
    void theArchiveAddsItsOwnUidsAndChangesNoOther() throws Exception {
        StreamExecutionEnvironment env = environment();
        ClickstreamJob.define(
                env,
                JobConfig.parse(
                        PropertyGroups.smallest()
                                .with("sink.archive", "path", "file:///archive")
                                .build()));

        assertUids("archive", env);
    }

    @Test
    void personalizeAddsItsOwnUidsAndChangesNoOther() throws Exception {
        StreamExecutionEnvironment env = environment();
        ClickstreamJob.define(
                env,
                JobConfig.parse(
                        PropertyGroups.smallest()
                                .with("format", "type", "json")
                                .with("format", "preset", "interactions")
                                .with("sink.personalize", "tracking-id", "tracker")
                                .with("sink.personalize", "spill-path", "s3://bucket/shop")
                                .build()));

        assertUids("personalize", env);
    }

    @Test
    void theJobOnKinesisHasTheSameUidsButForItsSinks() throws Exception {
        StreamExecutionEnvironment env = environment();
        ClickstreamJob.define(
                env,
                JobConfig.parse(
                        withOptional(PropertyGroups.none())
                                .with("source.kinesis", "stream", "clicks")
                                .with("source.kinesis", "region", "eu-central-1")
                                .group("sink.kinesis")
                                .build()));

        assertUids("kinesis", env);
    }

    @Test
    void aReplayHasTheSameUidsWhereItIsTheSame() throws Exception {
        StreamExecutionEnvironment env = environment();
        ReplayJob.define(
                env,
                List.of(
                        new org.apache.flink.core.fs.Path(
                                Files.createFile(folder.resolve("clicks.jsonl")).toUri())),
                List.of(),
                folder.resolve("out"),
                TimeRange.ALL,
                ReplayConfig.parse(PropertyGroups.none().build()),
                ClickSortOperator.BY_HEAP_SIZE,
                null);

        assertUids("replay", env);
    }

    /** deploy.sh compares the lists of two jars before an update. */
    @Test
    void theJarListsTheUidsThatHaveState() throws Exception {
        Set<String> withState = new TreeSet<>(LISTED_BEFORE);
        Set<String> all = new TreeSet<>();
        for (StreamExecutionEnvironment env : withEverySink()) {
            for (StreamNode node : env.getStreamGraph().getStreamNodes()) {
                all.add(node.getTransformationUID());
                if (mayHaveState(node)) {
                    withState.add(node.getTransformationUID());
                }
            }
        }
        if (Boolean.getBoolean(UPDATE)) {
            // The other tests may not have written their lists yet.
            Files.write(STATE_UIDS, withState);
            return;
        }

        assertThat(Files.readAllLines(STATE_UIDS)).containsExactlyElementsOf(withState);
        Set<String> golden = new TreeSet<>();
        for (String name : WITH_ALL_STATE) {
            golden.addAll(Files.readAllLines(GOLDEN.resolve(name + ".txt")));
        }
        assertThat(all).isEqualTo(golden);
        assertThat(withState)
                .contains(
                        ClickstreamPipeline.CLICK_SOURCE,
                        "click-sessions",
                        "click-duplicates",
                        "sliding-trends",
                        "interactions-personalize-sink",
                        COMMITTER + "archive-sink",
                        COMMITTER + "dead-letters-kafka-sink")
                .doesNotContain("late-click-letters");
    }

    private static PropertyGroups withOptional(PropertyGroups properties) {
        groups().forEach(properties::group);
        return properties;
    }

    private static List<StreamExecutionEnvironment> withEverySink() {
        StreamExecutionEnvironment kafka = environment();
        ClickstreamJob.define(
                kafka,
                JobConfig.parse(
                        withOptional(PropertyGroups.smallest())
                                .with("format", "type", "json")
                                .with("format", "preset", "interactions")
                                .with("duplicates", "id", "/globalseq")
                                .with("trending", "field", "item")
                                .with("sink.opensearch", "endpoint", "http://search:9200")
                                .with("sink.opensearch", "dead-letters-index", "dead_letters")
                                .with("sink.archive", "path", "file:///archive")
                                .with("sink.personalize", "tracking-id", "tracker")
                                .with("sink.personalize", "spill-path", "s3://bucket/shop")
                                .build()));
        StreamExecutionEnvironment kinesis = environment();
        ClickstreamJob.define(
                kinesis,
                JobConfig.parse(
                        withOptional(PropertyGroups.none())
                                .with("source.kinesis", "stream", "clicks")
                                .with("source.kinesis", "region", "eu-central-1")
                                .group("sink.kinesis")
                                .build()));
        return List.of(kafka, kinesis);
    }

    /** All but functions and operators without keys that take no part in checkpoints. */
    private static boolean mayHaveState(StreamNode node) {
        if (node.getStateKeySerializer() != null
                || !(node.getOperatorFactory() instanceof SimpleOperatorFactory<?> factory)) {
            return true;
        }
        StreamOperator<?> operator = factory.getOperator();
        return operator instanceof AbstractUdfStreamOperator<?, ?> function
                ? function.getUserFunction() instanceof CheckpointedFunction
                : restoresState(operator.getClass());
    }

    private static boolean restoresState(Class<?> operator) {
        for (Class<?> type = operator;
                type != AbstractStreamOperator.class;
                type = type.getSuperclass()) {
            if (Arrays.stream(type.getDeclaredMethods())
                    .anyMatch(method -> method.getName().equals("initializeState"))) {
                return true;
            }
        }
        return false;
    }

    private static StreamExecutionEnvironment environment() {
        return StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
    }

    private static void assertUids(String name, StreamExecutionEnvironment env) throws IOException {
        assertThat(env.getConfiguration().get(PipelineOptions.AUTO_GENERATE_UIDS)).isFalse();
        assertThat(env.getConfiguration().get(PipelineOptions.GENERIC_TYPES)).isFalse();
        StreamGraph graph = env.getStreamGraph();
        List<StreamNode> nodes =
                graph.getStreamNodes().stream()
                        .sorted(Comparator.comparingInt(StreamNode::getId))
                        .toList();

        for (StreamNode node : nodes) {
            assertThat(node.getOperatorName()).isEqualTo(nameOf(node.getTransformationUID()));
        }
        List<String> uids = nodes.stream().map(StreamNode::getTransformationUID).toList();
        Path golden = GOLDEN.resolve(name + ".txt");
        if (Boolean.getBoolean(UPDATE)) {
            Files.createDirectories(GOLDEN);
            Files.write(golden, uids);
        }
        assertThat(uids).isEqualTo(Files.readAllLines(golden));
    }

    /** The uid, but for what Flink makes of the name of a source or a sink. */
    private static String nameOf(String uid) {
        if (uid.equals(ClickstreamPipeline.CLICK_SOURCE)) {
            return "Source: " + uid;
        }
        if (uid.startsWith(COMMITTER)) {
            return uid.substring(COMMITTER.length()) + ": Committer";
        }
        // The writer to OpenSearch is an operator.
        boolean isSink = uid.endsWith("-sink") && !uid.endsWith("-opensearch-sink");
        return isSink ? uid + ": Writer" : uid;
    }
}
