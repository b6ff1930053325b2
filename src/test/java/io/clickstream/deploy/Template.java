package io.clickstream.deploy;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * A CloudFormation template with its parameters and conditions resolved, as the service does it.
 */
final class Template {

    private static final String NO_VALUE = "AWS::NoValue";
    private static final Map<String, String> PSEUDO_PARAMETERS =
            Map.of(
                    "AWS::Partition", "aws",
                    "AWS::Region", "eu-central-1",
                    "AWS::AccountId", "111122223333",
                    "AWS::StackName", "shop");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]+)}");

    private final Map<String, Object> template;
    private final Map<String, Object> values = new HashMap<>();

    private final Map<String, String> attributes;

    private Template(
            Map<String, Object> template,
            Map<String, String> parameters,
            Map<String, String> attributes) {
        this.template = template;
        this.attributes = attributes;
        PSEUDO_PARAMETERS.forEach(
                (name, value) -> values.put(name, attributes.getOrDefault(name, value)));
        values.put(
                "AWS::StackId",
                "arn:%s:cloudformation:%s:111122223333:stack/%s/51af3dc0-da77-11e4-872e-1234567db123"
                        .formatted(
                                values.get("AWS::Partition"),
                                values.get("AWS::Region"),
                                values.get("AWS::StackName")));
        map(template.get("Parameters"))
                .forEach(
                        (name, parameter) -> {
                            Object value = map(parameter).get("Default");
                            if (parameters.containsKey(name)) {
                                value = parameters.get(name);
                            }
                            if (map(parameter).get("Type").equals("Number")
                                    && value instanceof String text) {
                                value = Integer.valueOf(text);
                            }
                            Object pattern = map(parameter).get("AllowedPattern");
                            if (pattern != null
                                    && parameters.containsKey(name)
                                    && !String.valueOf(value).matches(pattern.toString())) {
                                throw new IllegalArgumentException(
                                        name + " is " + value + ", which is not " + pattern);
                            }
                            boolean list = map(parameter).get("Type").toString().contains("List");
                            values.put(
                                    name,
                                    list && value != null
                                            ? Arrays.asList(value.toString().split(",", -1))
                                            : value);
                        });
        parameters.keySet().stream()
                .filter(name -> !values.containsKey(name))
                .forEach(
                        name -> {
                            throw new IllegalArgumentException("there is no parameter " + name);
                        });
    }

    static Template read(Path file, Map<String, String> parameters) throws IOException {
        return read(file, parameters, Map.of());
    }

    /**
     * A template with values of parameters.
     *
     * @param attributes what {@code Ref} and {@code Fn::GetAtt} give: {@code Bucket} or {@code
     *     Bucket.Arn}; another resource is its name, and another attribute says so. {@code
     *     AWS::StackName}, {@code AWS::Region} and {@code AWS::Partition} may be among them
     */
    static Template read(Path file, Map<String, String> parameters, Map<String, String> attributes)
            throws IOException {
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            return new Template(
                    new Yaml(new SafeConstructor(new LoaderOptions())).load(reader),
                    parameters,
                    attributes);
        }
    }

    /** The same template with other values. */
    Template with(Map<String, String> parameters, Map<String, String> others) {
        return new Template(template, parameters, others);
    }

    /** A template without values of parameters: nothing of it can be resolved. */
    static Template read(Path file) throws IOException {
        return read(file, Map.of());
    }

    /** The names of its parameters, in their order. */
    Set<String> parameters() {
        return map(template.get("Parameters")).keySet();
    }

    /** The template as it is. */
    Map<String, Object> content() {
        return template;
    }

    /** The parameters that become properties of the job, or decide whether there is one. */
    Set<String> parametersOfGroups() {
        Object application = map(template.get("Resources")).get("Application");
        Object configuration =
                map(map(application).get("Properties")).get("ApplicationConfiguration");
        Set<String> names = new TreeSet<>();
        addNamesWithConditions(map(configuration).get("EnvironmentProperties"), names);
        names.retainAll(parameters());
        return names;
    }

    private void addNamesWithConditions(Object value, Set<String> names) {
        addNames(value, names);
        Deque<Object> open = new ArrayDeque<>(List.of(value));
        while (!open.isEmpty()) {
            Object next = open.remove();
            if (next instanceof List<?>) {
                open.addAll(list(next));
            }
            if (next instanceof Map<?, ?>) {
                open.addAll(map(next).values());
                if (map(next).containsKey("Fn::If")) {
                    String condition = list(map(next).get("Fn::If")).get(0).toString();
                    Object definition = map(template.get("Conditions")).get(condition);
                    addNames(definition, names);
                    open.add(definition);
                }
                if (map(next).get("Condition") instanceof String condition) {
                    Object definition = map(template.get("Conditions")).get(condition);
                    addNames(definition, names);
                    open.add(definition);
                }
            }
        }
    }

    /** What a parameter says of itself. */
    String description(String parameter) {
        return map(map(template.get("Parameters")).get(parameter)).get("Description").toString();
    }

    /** The parameters that have a default, and what it is. */
    Map<String, String> defaults() {
        Map<String, String> defaults = new LinkedHashMap<>();
        map(template.get("Parameters"))
                .forEach(
                        (name, parameter) -> {
                            Object value = map(parameter).get("Default");
                            if (value != null) {
                                defaults.put(name, value.toString());
                            }
                        });
        return defaults;
    }

    /** Resources that there are with these parameters, by their names, resolved. */
    Map<String, Map<String, Object>> resources() {
        Map<String, Map<String, Object>> resources = new LinkedHashMap<>();
        map(template.get("Resources"))
                .forEach(
                        (name, resource) -> {
                            Object condition = map(resource).get("Condition");
                            if (condition == null || holds(condition.toString())) {
                                resources.put(name, map(resolved(resource)));
                            }
                        });
        return resources;
    }

    /** The values of its outputs with these parameters. */
    Map<String, String> outputs() {
        Map<String, String> outputs = new LinkedHashMap<>();
        map(template.get("Outputs"))
                .forEach(
                        (name, output) -> {
                            Object condition = map(output).get("Condition");
                            if (condition == null || holds(condition.toString())) {
                                outputs.put(name, resolved(map(output).get("Value")).toString());
                            }
                        });
        return outputs;
    }

    /** The resources that must be there, or be updated, before one is, also by way of others. */
    Set<String> before(String resource) {
        Set<String> found = new TreeSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(resource));
        while (!open.isEmpty()) {
            Set<String> names = new TreeSet<>();
            addNames(map(template.get("Resources")).get(open.remove()), names);
            names.retainAll(map(template.get("Resources")).keySet());
            names.removeAll(found);
            found.addAll(names);
            open.addAll(names);
        }
        return found;
    }

    /** All that a value names: by reference, attribute, text, or as what it depends on. */
    private static void addNames(Object value, Set<String> names) {
        if (value instanceof List<?>) {
            list(value).forEach(each -> addNames(each, names));
        }
        if (!(value instanceof Map<?, ?>)) {
            return;
        }
        map(value)
                .forEach(
                        (key, each) -> {
                            switch (key) {
                                case "Ref", "DependsOn" ->
                                        names.addAll(ApplicationTemplateTest.texts(each));
                                case "Fn::GetAtt" -> names.add(list(each).get(0).toString());
                                case "Fn::Sub" -> {
                                    String text =
                                            each instanceof List<?>
                                                    ? list(each).get(0).toString()
                                                    : each.toString();
                                    VARIABLE.matcher(text)
                                            .results()
                                            .forEach(
                                                    found ->
                                                            names.add(
                                                                    found.group(1)
                                                                            .split("\\.", -1)[0]));
                                    addNames(each, names);
                                }
                                default -> addNames(each, names);
                            }
                        });
    }

    /** What the template's rules have against the values of its parameters. */
    List<String> refusals() {
        List<String> refusals = new ArrayList<>();
        for (Object rule : map(template.getOrDefault("Rules", Map.of())).values()) {
            if (!truth(map(rule).get("RuleCondition"))) {
                continue;
            }
            for (Object assertion : list(map(rule).get("Assertions"))) {
                if (!truth(map(assertion).get("Assert"))) {
                    refusals.add(map(assertion).get("AssertDescription").toString());
                }
            }
        }
        return refusals;
    }

    /** The values that a parameter may have; none where the template does not list them. */
    List<String> allowedValues(String parameter) {
        Map<String, Object> described = map(map(template.get("Parameters")).get(parameter));
        return list(described.getOrDefault("AllowedValues", List.of())).stream()
                .map(String::valueOf)
                .toList();
    }

    private boolean holds(String condition) {
        return truth(map(template.get("Conditions")).get(condition));
    }

    private boolean truth(Object expression) {
        Map.Entry<String, Object> only = map(expression).entrySet().iterator().next();
        return switch (only.getKey()) {
            case "Condition" -> holds(only.getValue().toString());
            case "Fn::Equals" ->
                    String.valueOf(resolved(list(only.getValue()).get(0)))
                            .equals(String.valueOf(resolved(list(only.getValue()).get(1))));
            case "Fn::Not" -> !truth(list(only.getValue()).get(0));
            case "Fn::Contains" ->
                    list(resolved(list(only.getValue()).get(0)))
                            .contains(String.valueOf(resolved(list(only.getValue()).get(1))));
            case "Fn::Or" -> list(only.getValue()).stream().anyMatch(this::truth);
            case "Fn::And" -> list(only.getValue()).stream().allMatch(this::truth);
            default -> throw new IllegalArgumentException("not a condition: " + expression);
        };
    }

    private Object resolved(Object value) {
        if (value instanceof List<?>) {
            List<Object> all = new ArrayList<>();
            for (Object each : list(value)) {
                Object element = resolved(each);
                if (!NO_VALUE.equals(element)) {
                    all.add(element);
                }
            }
            return all;
        }
        if (!(value instanceof Map<?, ?>)) {
            return value;
        }
        Map<String, Object> object = map(value);
        if (object.size() == 1) {
            Map.Entry<String, Object> only = object.entrySet().iterator().next();
            if (only.getKey().equals("Ref") || only.getKey().startsWith("Fn::")) {
                return called(only.getKey(), only.getValue());
            }
        }
        Map<String, Object> all = new LinkedHashMap<>();
        object.forEach(
                (name, each) -> {
                    Object member = resolved(each);
                    if (!NO_VALUE.equals(member)) {
                        all.put(name, member);
                    }
                });
        return all;
    }

    private Object called(String function, Object argument) {
        return switch (function) {
            case "Ref" -> reference(argument.toString());
            case "Fn::GetAtt" -> reference(list(argument).get(0) + "." + list(argument).get(1));
            case "Fn::GetAZs" -> List.of("zone-a", "zone-b", "zone-c");
            case "Fn::Cidr" ->
                    IntStream.range(0, Integer.parseInt(list(argument).get(1).toString()))
                            .mapToObj(i -> "10.71." + i + ".0/24")
                            .toList();
            case "Fn::Sub" ->
                    argument instanceof List<?>
                            ? substituted(
                                    list(argument).get(0).toString(),
                                    map(resolved(list(argument).get(1))))
                            : substituted(argument.toString(), Map.of());
            case "Fn::If" ->
                    resolved(list(argument).get(holds(list(argument).get(0).toString()) ? 1 : 2));
            case "Fn::Join" ->
                    list(resolved(list(argument).get(1))).stream()
                            .map(String::valueOf)
                            .collect(Collectors.joining(list(argument).get(0).toString()));
            case "Fn::FindInMap" ->
                    map(map(map(template.get("Mappings")).get(list(argument).get(0).toString()))
                                    .get(String.valueOf(resolved(list(argument).get(1)))))
                            .get(list(argument).get(2).toString());
            case "Fn::Split" ->
                    Arrays.asList(
                            resolved(list(argument).get(1))
                                    .toString()
                                    .split(Pattern.quote(list(argument).get(0).toString()), -1));
            case "Fn::Select" ->
                    list(resolved(list(argument).get(1)))
                            .get(Integer.parseInt(list(argument).get(0).toString()));
            default -> throw new IllegalArgumentException("not a function: " + function);
        };
    }

    private Object reference(String name) {
        if (name.equals(NO_VALUE)) {
            return NO_VALUE;
        }
        if (attributes.containsKey(name)) {
            return attributes.get(name);
        }
        int dot = name.indexOf('.');
        if (map(template.get("Resources")).containsKey(name)) {
            Map<String, Object> resource = map(map(template.get("Resources")).get(name));
            Object streamName =
                    "AWS::Kinesis::Stream".equals(resource.get("Type"))
                            ? map(resource.get("Properties")).get("Name")
                            : null;
            return streamName == null ? name : resolved(streamName);
        }
        if (dot > 0 && map(template.get("Resources")).containsKey(name.substring(0, dot))) {
            return "arn:of:" + name.substring(0, dot);
        }
        Object value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("parameter " + name + " has no value");
        }
        return value;
    }

    private String substituted(String text, Map<String, Object> variables) {
        return VARIABLE.matcher(text)
                .replaceAll(
                        found -> {
                            String name = found.group(1);
                            // An exclamation mark keeps the rest as it is.
                            return Matcher.quoteReplacement(
                                    name.startsWith("!")
                                            ? "${" + name.substring(1) + "}"
                                            : String.valueOf(
                                                    variables.containsKey(name)
                                                            ? variables.get(name)
                                                            : reference(name)));
                        });
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }

    @SuppressWarnings("unchecked")
    static List<Object> list(Object value) {
        return (List<Object>) value;
    }
}
