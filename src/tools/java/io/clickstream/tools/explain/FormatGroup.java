package io.clickstream.tools.explain;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.node.TextNode;
import io.clickstream.config.FormatConfig;
import io.clickstream.config.JsonMapping;
import io.clickstream.config.ReplayConfig;
import io.clickstream.tools.command.PlainText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The property group {@code format}, as a user writes it. */
final class FormatGroup {

    private static final String GROUP = "format";

    /** Words that a shell hands on as they are. */
    private static final Pattern PLAIN = Pattern.compile("[\\w@%+=:,./-]+");

    private static final Pattern SPECIAL = Pattern.compile("[\"$`\\\\]");

    private static final Pattern OF_ANSI_QUOTES = Pattern.compile("['\\\\]");

    private final Map<String, String> properties = new LinkedHashMap<>(Map.of("type", "json"));

    /**
     * Creates a group.
     *
     * @param properties all keys but the type
     */
    FormatGroup(Map<String, String> properties) {
        this.properties.putAll(properties);
    }

    /**
     * The configuration as the job reads it.
     *
     * @throws io.clickstream.config.ConfigException if a value is wrong
     */
    ReplayConfig parse() {
        return ReplayConfig.parse(Map.of(GROUP, properties));
    }

    /** The group as lines of JSON, to be pasted into the job's property groups. */
    List<String> json() {
        List<String> lines = new ArrayList<>();
        lines.add("{\"PropertyGroupId\": \"" + GROUP + "\", \"PropertyMap\": {");
        int left = properties.size();
        for (Map.Entry<String, String> each : properties.entrySet()) {
            left--;
            lines.add(
                    "  "
                            + TextNode.valueOf(each.getKey())
                            + ": "
                            + TextNode.valueOf(each.getValue())
                            + (left == 0 ? "}}" : ","));
        }
        return lines;
    }

    /** The options of {@code replay.sh} for the same mapping, as a user types them. */
    String options() {
        return properties.entrySet().stream()
                .filter(each -> !each.getKey().equals("type"))
                .map(
                        each ->
                                each.getKey().equals("preset")
                                        ? "--preset " + each.getValue()
                                        : "--map " + quoted(each.getKey() + "=" + each.getValue()))
                .collect(Collectors.joining(" "));
    }

    /** A word as a user types it in a shell. An interactive one replaces "!" even in quotes. */
    static String quoted(String word) {
        if (PLAIN.matcher(word).matches()) {
            return word;
        }
        if (word.indexOf('!') >= 0 || !PlainText.of(word).equals(word)) {
            String safe = OF_ANSI_QUOTES.matcher(word).replaceAll("\\\\$0").replace("!", "\\x21");
            return "$'" + PlainText.of(safe) + "'";
        }
        return '"' + SPECIAL.matcher(word).replaceAll("\\\\$0") + '"';
    }

    /**
     * The preset that finds the same user, time, event type, and department, with the same names of
     * event types; empty if there is none, or if the group names one.
     */
    Optional<String> preset() {
        JsonMapping ours = parse().format().mapping();
        return properties.containsKey("preset")
                ? Optional.empty()
                : Stream.of(FormatConfig.Preset.values())
                        .filter(preset -> isSame(ours, JsonMapping.of(preset)))
                        .map(FittingPresets::name)
                        .findFirst();
    }

    /** A preset can name more places, which the records of the sample do not have. */
    private static boolean isBeginOf(List<JsonPointer> ours, List<JsonPointer> preset) {
        return ours.isEmpty() == preset.isEmpty()
                && ours.size() <= preset.size()
                && ours.equals(preset.subList(0, ours.size()));
    }

    private static boolean isSame(JsonMapping ours, JsonMapping preset) {
        return isBeginOf(ours.users(), preset.users())
                && ours.time().equals(preset.time())
                && ours.timeFormat().toString().equals(preset.timeFormat().toString())
                && ours.timeZone().equals(preset.timeZone())
                && ours.eventType().equals(preset.eventType())
                && preset.eventTypes().entrySet().containsAll(ours.eventTypes().entrySet())
                && isBeginOf(ours.departments(), preset.departments())
                && ours.departmentCut().equals(preset.departmentCut());
    }
}
