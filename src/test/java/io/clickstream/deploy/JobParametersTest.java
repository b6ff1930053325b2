package io.clickstream.deploy;

import static io.clickstream.deploy.Template.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.config.ConfigException;
import io.clickstream.config.JobConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a template takes, the job takes. Each parameter that becomes a property of the job gets all
 * kinds of values in all kinds of stacks. The checks of scripts/deploy.sh decide whether a template
 * allows them.
 */
class JobParametersTest {

    private static final Path APPLICATION = Path.of("cloudformation", "application.yaml");
    private static final Path FULL = Path.of("cloudformation", "full.yaml");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Reads a template and stacks with values, and prints what is wrong with each stack. */
    private static final String CHECK =
            """
            import json, sys
            sys.path.insert(0, "scripts/deploy")
            from checks import problem_for_job, problem_in_template, values_of
            with open(sys.argv[1]) as file:
                asked = json.load(file)
            template = asked["template"]
            answers = []
            for stack in asked["stacks"]:
                values = values_of(template, stack, {})
                in_template = problem_in_template(template, values)
                answers.append([in_template, "" if in_template else problem_for_job("shop", values)])
            with open(sys.argv[2], "w") as file:
                json.dump(answers, file)
            """;

    private static final List<String> VALUES =
            List.of(
                    "",
                    " ",
                    "banana",
                    "none",
                    "0",
                    "00",
                    "1",
                    "-1",
                    "1.5",
                    "4",
                    "0256",
                    "32769",
                    "10 s",
                    "10",
                    "0 s",
                    "1h",
                    "2 hours",
                    "1 min 30 s",
                    "1.5 h",
                    "999 d",
                    "99999999999 ms",
                    "9999 d",
                    "99999999999999999999 d",
                    "/",
                    "/a",
                    "/a/b",
                    "/a//b",
                    "/a/",
                    "/a~2",
                    "/a~1b",
                    "/*",
                    "/a[0]",
                    "/a,/b",
                    "/userid",
                    "/event_type",
                    "/userid/x",
                    "/sessionId/x",
                    "/TICKER/x",
                    "a=b",
                    "a=b,a=c",
                    "a=,b=c",
                    "a=b, c=d",
                    "a=/b",
                    "a=/b,a=/c",
                    "a=/b/,c=/d",
                    "a b=/c d",
                    "https://search.example",
                    "https://search.example:443/path/",
                    "https://a_b.example",
                    "https://user:secret@search.example",
                    "https://-a.example",
                    "https://a.example,https://b.example/x",
                    "ftp://search.example",
                    "host:9098",
                    "host",
                    "arn:aws:kinesis:eu-central-1:111122223333:stream/clicks",
                    "arn:aws:kinesis:eu-central-1:111122223333:stream/click s",
                    "arn:aws:kinesis:EU:111122223333:stream/clicks",
                    ".",
                    "..",
                    "-a",
                    "_a",
                    "Upper",
                    "m\u00fcll",
                    "two words",
                    "a,b",
                    "a/b",
                    "bucket",
                    "my_bucket",
                    "departments_count",
                    "user_session_details",
                    "dead_letters",
                    "shop-DeadLetters",
                    "DeadLetters",
                    "shop-Trending",
                    "Trending",
                    "a".repeat(129),
                    "a".repeat(245),
                    "a".repeat(300));

    @TempDir private Path folder;

    @Test
    void theJobTakesWhatTheTemplateOfTheApplicationTakes() throws Exception {
        Template template = Template.read(APPLICATION);
        Set<String> names = template.parametersOfGroups();
        Set<String> ofResults = new TreeSet<>();
        StackResult.all().forEach(result -> ofResults.add(result.nameParameter()));
        Set<String> switches = StackResult.allOn().keySet();
        assertThat(names)
                .contains("SessionGap", "MaxParallelism", "Reader", "Source")
                .containsAll(ofResults)
                .containsAll(switches)
                .hasSize(27 + ofResults.size() + switches.size());

        Set<String> onlyByScript =
                check(
                        template,
                        new TreeSet<>(names),
                        ApplicationTemplateTest.stacks().toList(),
                        values -> values);

        Set<String> expected =
                new TreeSet<>(
                        List.of(
                                "ArchiveColumns",
                                "DuplicateId",
                                "InteractionTypes",
                                "Item",
                                "MaxParallelism"));
        expected.addAll(ofResults);
        assertThat(onlyByScript).isEqualTo(expected);
    }

    @Test
    void theJobTakesWhatTheTemplateOfTheWholeTakes() throws Exception {
        Template application = Template.read(APPLICATION);
        Template full = Template.read(FULL);
        Set<String> names = new TreeSet<>(application.parametersOfGroups());
        names.retainAll(full.parameters());
        assertThat(names).contains("SessionGap", "MaxParallelism", "Preset", "Source");

        check(
                full,
                names,
                FullTemplateTest.stacks().toList(),
                values -> {
                    Map<String, String> inner = new HashMap<>();
                    Map<String, Object> stack =
                            full.with(values, FullTemplateTest.ATTRIBUTES)
                                    .resources()
                                    .get("Application");
                    map(map(stack.get("Properties")).get("Parameters"))
                            .forEach((name, value) -> inner.put(name, value.toString()));
                    return inner;
                });
    }

    @Test
    void refusesMoreSubtasksThanTheMaximum() throws Exception {
        Map<String, String> stack = new HashMap<>(ApplicationTemplateTest.stacks().toList().get(0));
        stack.putAll(Map.of("Parallelism", "8", "MaxParallelism", "4"));
        Map<String, String> fits = new HashMap<>(stack);
        fits.put("Parallelism", "4");

        JsonNode answers = problems(Template.read(APPLICATION), List.of(stack, fits));

        assertThat(answers.get(0).get(1).asText())
                .contains("Parallelism is 8, which is greater than MaxParallelism, 4");
        assertThat(answers.get(1).get(1).asText()).isEmpty();
    }

    private interface Inner {
        Map<String, String> of(Map<String, String> values);
    }

    /** Gives the parameters of which only the script refuses some value. */
    private Set<String> check(
            Template template, Set<String> names, List<Map<String, String>> bases, Inner inner)
            throws Exception {
        Template application = Template.read(APPLICATION);
        List<String> changed = new ArrayList<>();
        List<Map<String, String>> stacks = new ArrayList<>();
        for (Map<String, String> base : bases) {
            for (String name : names) {
                Set<String> values = new LinkedHashSet<>(VALUES);
                values.addAll(template.allowedValues(name));
                for (String value : values) {
                    Map<String, String> stack = new LinkedHashMap<>(base);
                    stack.put(name, value);
                    stacks.add(stack);
                    changed.add(name);
                }
            }
        }
        JsonNode problems = problems(template, stacks);
        Set<String> taken = new TreeSet<>();
        Set<String> onlyByScript = new TreeSet<>();
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < stacks.size(); i++) {
            String name = changed.get(i);
            if (!problems.get(i).get(0).asText().isEmpty()) {
                continue;
            }
            if (!problems.get(i).get(1).asText().isEmpty()) {
                onlyByScript.add(name);
                continue;
            }
            taken.add(name);
            Optional<String> error = errorOfJob(application, inner.of(stacks.get(i)));
            error.ifPresent(told -> wrong.add(name + ": " + told));
        }
        assertThat(new LinkedHashSet<>(wrong)).isEmpty();
        assertThat(taken).as("parameters with a value that is taken").isEqualTo(names);
        return onlyByScript;
    }

    private static Optional<String> errorOfJob(Template application, Map<String, String> values) {
        try {
            JobConfig.parse(
                    ApplicationTemplateTest.propertyGroups(application.with(values, Map.of())));
            return Optional.empty();
        } catch (ConfigException e) {
            return Optional.of(e.getMessage());
        }
    }

    private JsonNode problems(Template template, List<Map<String, String>> stacks)
            throws IOException, InterruptedException {
        Path asked = folder.resolve("asked.json");
        Path answered = folder.resolve("answered.json");
        JSON.writeValue(asked.toFile(), Map.of("template", template.content(), "stacks", stacks));
        Process python;
        try {
            python =
                    new ProcessBuilder("python3", "-B", "-c", CHECK, asked + "", answered + "")
                            .redirectErrorStream(true)
                            .redirectOutput(folder.resolve("output").toFile())
                            .start();
        } catch (IOException e) {
            assumeTrue(false, "there is no python3 on this machine");
            throw e;
        }
        assertThat(python.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(python.exitValue()).as(Files.readString(folder.resolve("output"))).isZero();
        return JSON.readTree(answered.toFile());
    }
}
