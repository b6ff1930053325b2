package io.clickstream.deploy;

import static io.clickstream.deploy.Template.map;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.Aggregates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.annotation.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * What the templates repeat for each result is made from the list in scripts/deploy/results.py: the
 * lines from {@code # results, NAME: begin} to {@code # results, NAME: end}. {@code mvn test
 * -Dtest=ResultsInTemplatesTest -Dtemplates.update=true} writes them, and the hashes of the
 * functions' code.
 */
class ResultsInTemplatesTest {

    private static final Path APPLICATION = Path.of("cloudformation", "application.yaml");
    private static final Path FULL = Path.of("cloudformation", "full.yaml");
    private static final String UPDATE = "templates.update";
    private static final String RENEW =
            "written by mvn test -Dtest=ResultsInTemplatesTest -D" + UPDATE + "=true";

    private static final Pattern BLOCK =
            Pattern.compile("(?ms)^( *)# results, ([a-z ]+): begin\n(.*?)^ *# results, \\2: end$");
    private static final Pattern VERSION =
            Pattern.compile(
                    "(ServiceToken: \\{\"Fn::GetAtt\": \\[(\\w+), Arn]}\n(?: *#[^\n]*\n)?"
                            + " *Version: \")[0-9a-f]*\"");

    private static final String LIST =
            """
            import json, sys
            sys.path.insert(0, "scripts/deploy")
            from results import RESULTS
            print(json.dumps(RESULTS, default=vars))
            """;

    /** An optional result's parameter. */
    private record Switch(
            String group,
            String parameter,
            List<String> values,
            String off,
            String description,
            Map<String, String> properties) {}

    /** A line of the list in results.py. */
    private record Result(
            String stem,
            String parameter,
            String resource,
            @JsonProperty("default") String topic,
            @JsonProperty("switch") @Nullable Switch turnedOnBy) {

        boolean isOptional() {
            return turnedOnBy != null;
        }

        /** What conditions are named after, such as {@code Departments}. */
        String name() {
            return parameter.replaceFirst("Name$", "");
        }

        /** The name of its stream or topic with a prefix, unless the parameter has one. */
        String name(String standard) {
            return "{\"Fn::If\": [Names%s, {Ref: %s}, %s]}".formatted(name(), parameter, standard);
        }

        /** In the template {@code application}, and of streams. */
        String nameWithStack() {
            return name("{\"Fn::Sub\": \"${AWS::StackName}-" + topic + "\"}");
        }
    }

    private static List<Result> results;

    @BeforeAll
    static void readList() throws Exception {
        Process python;
        try {
            python = new ProcessBuilder("python3", "-B", "-c", LIST).start();
        } catch (IOException e) {
            assumeTrue(false, "there is no python3 on this machine");
            throw e;
        }
        String list = new String(python.getInputStream().readAllBytes(), UTF_8);
        String errors = new String(python.getErrorStream().readAllBytes(), UTF_8);
        assertThat(python.waitFor()).as(errors).isZero();
        results =
                Stream.of(
                                new ObjectMapper()
                                        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                                        .readValue(list, Result[].class))
                        .sorted(Comparator.comparing(Result::isOptional))
                        .toList();
    }

    @Test
    void theListHasAllAggregatesAndTheDeadLetters() {
        assertThat(results)
                .extracting(
                        result ->
                                result.stem()
                                        + ' '
                                        + result.topic()
                                        + (result.isOptional()
                                                ? " with " + result.turnedOnBy().group()
                                                : ""))
                .containsExactlyElementsOf(
                        StackResult.all().stream()
                                .map(
                                        result ->
                                                result.stem()
                                                        + ' '
                                                        + result.topic()
                                                        + result.group()
                                                                .map(group -> " with " + group)
                                                                .orElse(""))
                                .toList());
    }

    @Test
    void theApplicationHasThem() throws Exception {
        assertBlocks(
                APPLICATION,
                Map.of(
                        "console", console(),
                        "parameters", parameters(true),
                        "indices", indices(),
                        "conditions", conditions("Has%s", ""),
                        "streams", rights(ResultsInTemplatesTest::arnOfStream),
                        "topics", rights(ResultsInTemplatesTest::arnOfTopic),
                        "groups", groups(),
                        "stream keys", keys("stream", results),
                        "topic keys", keys("topic", aggregates())));
    }

    @Test
    void theWholeHasThem() throws Exception {
        assertBlocks(
                FULL,
                Map.of(
                        "console", console(),
                        "parameters", parameters(false),
                        "conditions", conditions("Has%sStream", "{Condition: FromKinesis}, "),
                        "streams", streams(),
                        "index patterns", indexPatterns(),
                        "values", values()));
    }

    private static void assertBlocks(Path file, Map<String, String> blocks) throws Exception {
        String template = Files.readString(file);
        List<String> found = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(template);
        String expected =
                matcher.replaceAll(
                        block -> {
                            found.add(block.group(2));
                            String indent = block.group(1);
                            String marker = indent + "# results, " + block.group(2) + ": ";
                            return Matcher.quoteReplacement(
                                    marker
                                            + "begin\n"
                                            + blocks.getOrDefault(block.group(2), "")
                                                    .indent(indent.length())
                                                    .replaceAll("(?m)^ +$", "")
                                            + marker
                                            + "end");
                        });
        assertThat(found)
                .as("blocks of %s", file)
                .containsExactlyInAnyOrderElementsOf(blocks.keySet());
        expected = withVersions(expected);
        if (Boolean.getBoolean(UPDATE)) {
            Files.writeString(file, expected);
        }

        assertThat(file).as(RENEW).content().isEqualTo(expected);
    }

    /** CloudFormation runs a function again if a property changes: the hash of its code is one. */
    private static String withVersions(String template) {
        Map<String, Object> resources =
                map(
                        map(new Yaml(new SafeConstructor(new LoaderOptions())).load(template))
                                .get("Resources"));
        return VERSION.matcher(template)
                .replaceAll(
                        version -> {
                            Object function = resources.get(version.group(2));
                            String code =
                                    map(map(map(function).get("Properties")).get("Code"))
                                            .get("ZipFile")
                                            .toString();
                            return Matcher.quoteReplacement(version.group(1) + hash(code) + '"');
                        });
    }

    private static String hash(String code) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(code.getBytes(UTF_8));
            return HexFormat.of().formatHex(hash).substring(0, 12);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Result> aggregates() {
        return results.stream().filter(each -> !each.stem().equals("dead-letters")).toList();
    }

    private static List<Switch> switches() {
        return results.stream().filter(Result::isOptional).map(Result::turnedOnBy).toList();
    }

    private static <T> String each(List<T> all, Function<T, String> block) {
        return all.stream().map(block).collect(Collectors.joining());
    }

    private static String console() {
        return each(switches(), each -> "- " + each.parameter() + "\n")
                + each(results, each -> "- " + each.parameter() + "\n");
    }

    private static String parameters(boolean application) {
        StringBuilder parameters = new StringBuilder();
        for (Result each : results) {
            if (each.isOptional()) {
                Switch by = each.turnedOnBy();
                parameters.append(
                        """
                        %s:
                          Type: String
                          Default: %s
                          AllowedValues: [%s]
                          Description: %s%s
                        """
                                .formatted(
                                        by.parameter(),
                                        quoted(by.off()),
                                        by.values().stream()
                                                .map(ResultsInTemplatesTest::quoted)
                                                .collect(Collectors.joining(", ")),
                                        by.description(),
                                        application
                                                ? " The results go to %s; a stream must exist."
                                                        .formatted(each.parameter())
                                                : ""));
            }
        }
        for (Result each : results) {
            String standard =
                    application
                            ? "Defaults to the name of the stack and -%1$s."
                            : "If empty, the name is that of the stack and -%1$s for a stream, and"
                                    + " %1$s for a topic of the stack's own cluster.";
            parameters.append(
                    """
                    %s:
                      Type: String
                      Default: ""
                      MaxLength: 128
                      AllowedPattern: "[a-zA-Z0-9_.-]*"
                      Description: The stream or topic for %s. %s
                    """
                            .formatted(
                                    each.parameter(),
                                    contents(each),
                                    standard.formatted(each.topic())));
        }
        return parameters.toString();
    }

    private static String contents(Result result) {
        String contents =
                StackResult.all().stream()
                        .filter(each -> each.stem().equals(result.stem()))
                        .map(StackResult::contents)
                        .findFirst()
                        .orElseThrow();
        return contents.substring(0, 1).toLowerCase(Locale.ROOT) + contents.substring(1);
    }

    /** YAML takes some words for other than strings. */
    private static String quoted(String value) {
        return value.matches("[a-z]+") && !value.matches("true|false|yes|no|on|off|null|y|n")
                ? value
                : '"' + value + '"';
    }

    private static String conditions(String has, String and) {
        return each(
                        results,
                        each ->
                                "Names%s: {\"Fn::Not\": [{\"Fn::Equals\": [{Ref: %s}, \"\"]}]}\n"
                                        .formatted(each.name(), each.parameter()))
                + each(
                        results.stream().filter(Result::isOptional).toList(),
                        each -> {
                            String isOn =
                                    "{\"Fn::Not\": [{\"Fn::Equals\": [{Ref: %s}, %s]}]}"
                                            .formatted(
                                                    each.turnedOnBy().parameter(),
                                                    quoted(each.turnedOnBy().off()));
                            return has.formatted(each.name())
                                    + ": "
                                    + (and.isEmpty() ? isOn : "{\"Fn::And\": [" + and + isOn + "]}")
                                    + "\n";
                        });
    }

    private static String indices() {
        return "- {\"Fn::Contains\": [[%s], {Ref: DeadLettersIndex}]}\n"
                .formatted(
                        Aggregates.ALL.stream()
                                .map(Aggregate::defaultIndex)
                                .collect(Collectors.joining(", ")));
    }

    private static String rights(Function<Result, String> arn) {
        return each(
                results,
                each ->
                        each.isOptional()
                                ? ifOn(each, "- " + arn.apply(each) + "\n")
                                : "- " + arn.apply(each) + "\n");
    }

    /** A part of a list that is there if a result is turned on. */
    private static String ifOn(Result result, String part) {
        return "- Fn::If:\n    - Has%s\n%s    - {Ref: \"AWS::NoValue\"}\n"
                .formatted(result.name(), part.indent(4));
    }

    private static String arnOfStream(Result result) {
        return "{\"Fn::Sub\": [\"arn:${AWS::Partition}:kinesis:${AWS::Region}:${AWS::AccountId}"
                + ":stream/${Name}\", {Name: "
                + result.nameWithStack()
                + "}]}";
    }

    private static String arnOfTopic(Result result) {
        return "{\"Fn::Join\": [\"\", [{\"Fn::Join\": [\":topic/\", {\"Fn::Split\":"
                + " [\":cluster/\", {Ref: MskClusterArn}]}]}, /, "
                + result.nameWithStack()
                + "]]}";
    }

    private static String groups() {
        return each(
                results.stream().filter(Result::isOptional).toList(),
                each -> {
                    Switch by = each.turnedOnBy();
                    StringBuilder group = new StringBuilder();
                    group.append("- PropertyGroupId: ").append(by.group());
                    group.append("\n  PropertyMap:\n");
                    by.properties()
                            .forEach(
                                    (key, value) ->
                                            group.append("    ")
                                                    .append(key)
                                                    .append(": ")
                                                    .append(
                                                            value.equals("${}")
                                                                    ? "{Ref: "
                                                                            + by.parameter()
                                                                            + "}"
                                                                    : '"' + value + '"')
                                                    .append('\n'));
                    return ifOn(each, group.toString());
                });
    }

    private static String keys(String kind, List<Result> of) {
        return each(of, each -> each.stem() + "-" + kind + ": " + each.nameWithStack() + "\n");
    }

    private static String streams() {
        return results.stream()
                .map(
                        each ->
                                """
                                %s:
                                  Type: AWS::Kinesis::Stream
                                  Condition: %s
                                  Properties:
                                    Name: %s
                                    StreamModeDetails: {StreamMode: ON_DEMAND}
                                    StreamEncryption: {EncryptionType: KMS, KeyId: {"Fn::If": [HasKey, {Ref: KmsKeyArn}, alias/aws/kinesis]}}
                                """
                                        .formatted(
                                                each.resource(),
                                                conditionOfStream(each),
                                                each.nameWithStack()))
                .collect(Collectors.joining("\n"));
    }

    private static String conditionOfStream(Result result) {
        return result.isOptional() ? "Has" + result.name() + "Stream" : "FromKinesis";
    }

    private static String indexPatterns() {
        return each(Aggregates.ALL, each -> '"' + each.defaultIndex() + "*\",\n");
    }

    private static String values() {
        return each(switches(), each -> "%1$s: {Ref: %1$s}\n".formatted(each.parameter()))
                + each(
                        results,
                        each ->
                                "%s: {\"Fn::If\": [%s, {Ref: %s}, %s]}\n"
                                        .formatted(
                                                each.parameter(),
                                                conditionOfStream(each),
                                                each.resource(),
                                                each.name(each.topic())));
    }
}
