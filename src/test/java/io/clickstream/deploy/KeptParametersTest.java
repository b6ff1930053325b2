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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The parameters by whose change CloudFormation would replace or delete what holds data: those that
 * scripts/deploy.sh refuses are the ones that follow from the templates and from CloudFormation's
 * schemas of resources, which cfn-lint ships.
 */
class KeptParametersTest {

    private static final Path FULL = Path.of("cloudformation", "full.yaml");
    private static final Path APPLICATION = Path.of("cloudformation", "application.yaml");
    private static final Path OLDER =
            Path.of("src", "test", "resources", "deploy", "0.1.0", "full.yaml");
    private static final Path COMPARISON =
            Path.of("src", "test", "resources", "deploy", "create_only.py");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEY = "arn:aws:kms:eu-central-1:111122223333:key/1a2b";

    /** Other values of parameters that have neither a list of values nor a number. */
    private static final Map<String, String> OTHERS =
            Map.ofEntries(
                    Map.entry("KmsKeyArn", KEY),
                    Map.entry("KmsKeyArns", KEY),
                    Map.entry("ApplicationKmsKeyArn", KEY),
                    Map.entry("JarKmsKeyArn", KEY),
                    Map.entry("AdminArn", "arn:aws:iam::111122223333:role/Analyst"),
                    Map.entry("VpcCidr", "10.0.0.0/16"),
                    Map.entry("Zones", "zone-d,zone-e,zone-f"),
                    Map.entry("DomainName", "other"),
                    Map.entry("DeadLettersIndex", "dead_letters_2"),
                    Map.entry("SessionGap", "5 min"),
                    Map.entry("Window", "5 min"),
                    Map.entry("Item", "/other"),
                    Map.entry("DuplicateId", "/other"),
                    Map.entry("ArchiveText", "/other"),
                    Map.entry("ArchiveColumns", "other=/other"),
                    Map.entry("OpenSearchEndpoint", "https://other.example"));

    @TempDir private Path folder;

    @Test
    void theScriptRefusesWhatWouldLoseData() throws Exception {
        List<Map<String, Object>> cases = new ArrayList<>();
        for (Map<String, String> parameters : stacks()) {
            addChanges(cases, "full", FULL, parameters);
        }
        for (String source : List.of("kinesis", "msk")) {
            Map<String, String> parameters = new LinkedHashMap<>(StackResult.allOn());
            parameters.putAll(
                    Map.of(
                            "JarBucket", "jars",
                            "JarKey", "clickstream/old.jar",
                            "Source", source,
                            "ArchiveBucket", "archive"));
            addChanges(cases, "application", APPLICATION, parameters);
        }

        JsonNode result = compared(cases);

        System.out.println(cases.size() + " changes, " + result.get("losses") + " lose data");
        assertThat(cases).hasSizeGreaterThan(500);
        assertThat(result.get("losses").asInt()).isGreaterThan(50);
        assertThat(result.get("wrong")).isEmpty();
    }

    /** With the names that the script gives to an update, as the other tests of it show. */
    @Test
    void anUpdateOfAnOlderStackKeepsItsData() throws Exception {
        Map<String, String> given =
                Map.of("JarBucket", "jars", "JarKey", "clickstream/a.jar", "Source", "kinesis");
        Map<String, String> before = new HashMap<>(given);
        before.putAll(Map.of("ApplicationTemplateUrl", "https://a", "Trending", "item"));
        Map<String, String> after = new HashMap<>(before);
        after.putAll(
                Map.of(
                        "DepartmentsName", "Departments_Agg",
                        "SessionsName", "ClickEvents_UserId_Agg_Result",
                        "CheckoutsName", "User_Sessions_Aggregates_With_Order_Checkout",
                        "DeadLettersName", "DeadLetters",
                        "TrendingName", "Trending",
                        "DomainName", "clickstream"));

        JsonNode kept = compared(List.of(older(before, after)));
        assertThat(kept.get("wrong")).isEmpty();
        assertThat(kept.get("losses").asInt()).isZero();

        // And without them:
        JsonNode lost = compared(List.of(older(before, before)));
        assertThat(lost.get("wrong").toString())
                .contains("DepartmentsStream", "TrendingStream", "'Domain'");
        // Of two brokers, three can't be made: the script refuses such an update.
        before.put("Source", "msk");
        after.put("Source", "msk");
        assertThat(compared(List.of(older(before, after))).get("wrong").toString())
                .contains("'Cluster'");
    }

    private static Map<String, Object> older(
            Map<String, String> parameters, Map<String, String> changed) throws IOException {
        return Map.of(
                "template",
                "older",
                "parameters",
                parameters,
                "change",
                changed,
                "before",
                resources(Template.read(OLDER, parameters)),
                "after",
                resources(Template.read(FULL, changed)));
    }

    /** Each source, with all that parameters make, and with none of it. */
    private static List<Map<String, String>> stacks() {
        List<Map<String, String>> stacks = new ArrayList<>();
        for (List<String> source :
                List.of(
                        List.of("kinesis", "provisioned"),
                        List.of("msk", "provisioned"),
                        List.of("msk", "serverless"))) {
            Map<String, String> bare =
                    new LinkedHashMap<>(
                            Map.of(
                                    "JarBucket", "jars",
                                    "JarKey", "clickstream/old.jar",
                                    "ApplicationTemplateUrl", "https://jars/application.yaml",
                                    "Source", source.get(0),
                                    "MskType", source.get(1)));
            stacks.add(bare);
            Map<String, String> rich = new LinkedHashMap<>(bare);
            rich.putAll(StackResult.allOn());
            rich.putAll(
                    Map.of(
                            "Format", "glue",
                            "Personalize", "true",
                            "AdminArn", "arn:aws:iam::111122223333:role/Admin",
                            "KmsKeyArn", "arn:aws:kms:eu-central-1:111122223333:key/0a",
                            "DomainName", "mine",
                            "SessionsName", "sessions"));
            stacks.add(rich);
        }
        return stacks;
    }

    private static void addChanges(
            List<Map<String, Object>> cases, String name, Path file, Map<String, String> parameters)
            throws IOException {
        Template template = Template.read(file, parameters);
        Map<String, String> values = new LinkedHashMap<>(template.defaults());
        values.putAll(parameters);
        Map<String, Object> before = resources(template);
        for (String parameter : template.parameters()) {
            for (String other : others(template, parameter, values.get(parameter))) {
                Map<String, String> changed = new HashMap<>(parameters);
                changed.put(parameter, other);
                cases.add(
                        Map.of(
                                "template", name,
                                "parameters", values,
                                "change", Map.of(parameter, other),
                                "before", before,
                                "after", resources(Template.read(file, changed))));
            }
        }
    }

    private static List<String> others(Template template, String parameter, String value) {
        List<String> others = new ArrayList<>(template.allowedValues(parameter));
        if (others.isEmpty()) {
            if (value != null && value.matches("[0-9]+")) {
                others.add(Integer.toString(Integer.parseInt(value) + 1));
            } else if ("".equals(template.defaults().get(parameter))) {
                others.add("");
                others.add(OTHERS.getOrDefault(parameter, "other"));
            } else {
                others.add(OTHERS.getOrDefault(parameter, value + "2"));
            }
        }
        others.remove(value);
        return others;
    }

    /** Without functions and roles, which are large and hold no data. */
    private static Map<String, Object> resources(Template template) {
        Map<String, Object> resources = new LinkedHashMap<>();
        template.resources()
                .forEach(
                        (name, resource) -> {
                            String type = resource.get("Type").toString();
                            if (!type.matches(
                                    "AWS::(Lambda|IAM|CloudFormation|CloudWatch)::.*|Custom::.*")) {
                                resources.put(
                                        name,
                                        Map.of(
                                                "Type",
                                                type,
                                                "Properties",
                                                map(
                                                        resource.getOrDefault(
                                                                "Properties", Map.of()))));
                            }
                        });
        return resources;
    }

    private JsonNode compared(List<Map<String, Object>> cases) throws Exception {
        Path file = folder.resolve("cases.json");
        JSON.writeValue(file.toFile(), cases);
        Process process =
                new ProcessBuilder("python3", "-B", COMPARISON.toString(), file.toString()).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assumeTrue(
                !errors.contains("No module named 'cfnlint'"),
                "there is no cfn-lint on this machine");
        assertThat(process.exitValue()).as(errors).isZero();
        return JSON.readTree(output);
    }
}
