package io.clickstream.deploy;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.Aggregates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A result of a stack: an aggregate, or the dead letters.
 *
 * @param stem what its keys and parameters begin with, such as {@code departments}
 * @param topic the default name of its topic and stream, without the stack's name
 * @param contents what it contains, as the beginning of a sentence
 * @param group the property group that turns it on; empty for a result of every job
 */
public record StackResult(String stem, String topic, String contents, Optional<String> group) {

    static final StackResult DEAD_LETTERS =
            new StackResult(
                    "dead-letters",
                    "DeadLetters",
                    "Records that could not be used",
                    Optional.empty());

    /** All results, first those of every job. */
    public static List<StackResult> all() {
        List<StackResult> all = new ArrayList<>();
        Aggregates.ALL.stream()
                .filter(aggregate -> aggregate.group().isEmpty())
                .forEach(aggregate -> all.add(of(aggregate)));
        all.add(DEAD_LETTERS);
        all.addAll(optional());
        return all;
    }

    /** The results that a parameter turns on. */
    public static List<StackResult> optional() {
        return Aggregates.ALL.stream()
                .filter(aggregate -> aggregate.group().isPresent())
                .map(StackResult::of)
                .toList();
    }

    static StackResult of(Aggregate<?> aggregate) {
        return new StackResult(
                aggregate.keyStem(),
                aggregate.defaultTopic(),
                aggregate.contents(),
                aggregate.group());
    }

    /** The parameters that turn all optional results on, with the first value that does. */
    public static Map<String, String> allOn() {
        Map<String, String> on = new TreeMap<>();
        optional().forEach(result -> on.putAll(result.on()));
        return on;
    }

    /** The parameter that turns an optional result on, with the first value that does. */
    Map<String, String> on() {
        Template template;
        try {
            template = Template.read(Path.of("cloudformation", "application.yaml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String off = template.defaults().get(switchName());
        return template.allowedValues(switchName()).stream()
                .filter(value -> !value.equals(off))
                .findFirst()
                .map(value -> Map.of(switchName(), value))
                .orElseThrow(() -> new IllegalStateException(switchName() + " turns nothing on"));
    }

    /** The parameter that turns an optional result on, such as {@code Trending}. */
    String switchName() {
        return parameter(group.orElseThrow());
    }

    /** Whether the parameters of a stack turn it on, or nothing needs to. */
    boolean isOn(Map<String, String> parameters) {
        return group.isEmpty() || parameters.containsKey(switchName());
    }

    /** The parameter of its name, such as {@code DepartmentsName}. */
    String nameParameter() {
        return name() + "Name";
    }

    /** What its parameters, conditions and resources begin with, such as {@code Departments}. */
    String name() {
        return parameter(stem);
    }

    private static String parameter(String hyphenated) {
        return Arrays.stream(hyphenated.split("-"))
                .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                .collect(Collectors.joining());
    }
}
