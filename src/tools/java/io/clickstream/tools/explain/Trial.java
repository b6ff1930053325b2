package io.clickstream.tools.explain;

import com.fasterxml.jackson.core.JsonPointer;
import io.clickstream.FileReplay;
import io.clickstream.config.ClickField;
import io.clickstream.config.JsonMapping;
import io.clickstream.config.OptionalFields;
import io.clickstream.config.ReplayConfig;
import io.clickstream.event.Click;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.Incoming;
import io.clickstream.event.RawRecord;
import io.clickstream.format.ClickFields;
import io.clickstream.format.JsonClickDecoder;
import io.clickstream.format.MalformedRecordException;
import io.clickstream.source.RecordDecoder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What the job's decoder makes of the records of a sample. */
final class Trial {

    /** The number of records that are shown one by one. */
    static final int SHOWN = 10;

    private static final int MAX_NAMES = 10;

    private final RecordDecoder decoder;
    private final JsonClickDecoder reader;
    private final JsonMapping mapping;
    private final ClickFields fields = new ClickFields();
    private final List<String> first = new ArrayList<>();
    private final Map<DeadLetter.Reason, Integer> counts = new EnumMap<>(DeadLetter.Reason.class);
    private final Map<DeadLetter.Reason, DeadLetter> examples =
            new EnumMap<>(DeadLetter.Reason.class);
    private final Set<Object> users = new HashSet<>();
    private final Set<String> departments = new TreeSet<>();
    private int records;
    private int clicks;
    private int checkouts;
    private int visits;
    private int clicksOfRest;

    private Trial(ReplayConfig config) {
        decoder = FileReplay.decoder(config);
        mapping = config.format().mapping();
        reader = new JsonClickDecoder(mapping, optional(mapping));
    }

    /** The fields that are only read if an aggregate or a sink needs them. */
    private static OptionalFields optional(JsonMapping mapping) {
        OptionalFields optional = OptionalFields.NONE;
        Map<ClickField, Optional<JsonPointer>> all =
                Map.of(
                        ClickField.ITEM, mapping.item(),
                        ClickField.VALUE, mapping.value(),
                        ClickField.SESSION_ID, mapping.sessionId());
        for (Map.Entry<ClickField, Optional<JsonPointer>> each : all.entrySet()) {
            if (each.getValue().isPresent()) {
                optional = optional.with(each.getKey(), each.getValue().get());
            }
        }
        return optional;
    }

    /** Decodes all records as the job with this configuration does. */
    static Trial of(ReplayConfig config, List<RawRecord> records) {
        Trial trial = new Trial(config);
        records.forEach(trial::decode);
        return trial;
    }

    private void decode(RawRecord record) {
        Incoming incoming = decoder.decode(record);
        records++;
        Click click = incoming.click();
        if (click != null) {
            clicks++;
            checkouts += click.isCheckout() ? 1 : 0;
            users.add(click.user());
            if (click.department() != null) {
                visits++;
                departments.add(click.department());
            }
        }
        if (first.size() < SHOWN) {
            first.add(
                    String.format(Locale.ROOT, "%2d  ", records)
                            + (click == null
                                    ? described((DeadLetter) incoming)
                                    : described(click, record)));
        } else if (click != null) {
            clicksOfRest++;
        } else {
            DeadLetter letter = (DeadLetter) incoming;
            counts.merge(letter.reason(), 1, Integer::sum);
            examples.putIfAbsent(letter.reason(), letter);
        }
    }

    private static String described(DeadLetter letter) {
        return letter.reason().label() + ": " + letter.detail();
    }

    private String described(Click click, RawRecord record) {
        StringBuilder line =
                new StringBuilder("click  user ")
                        .append(click.shownUser().asJson())
                        .append(", ")
                        .append(Instant.ofEpochMilli(click.timestamp()));
        try {
            reader.decode(record.bytes(), fields);
        } catch (MalformedRecordException e) {
            return line.append(", but item, value, or session cannot be read: ")
                    .append(e.getMessage())
                    .toString();
        }
        append(line, "", fields.eventType());
        line.append(click.isCheckout() ? " (a checkout)" : "");
        line.append(click.department() == null ? ", no department" : "");
        append(line, "department ", click.department());
        append(line, "item ", fields.get(ClickField.ITEM));
        append(line, "value ", fields.get(ClickField.VALUE));
        append(line, "session ", fields.get(ClickField.SESSION_ID));
        return line.toString();
    }

    private static void append(StringBuilder line, String name, String value) {
        if (value != null && !value.isEmpty()) {
            line.append(", ").append(name).append(value);
        }
    }

    /** The number of records that are clicks. */
    int clicks() {
        return clicks;
    }

    /** The number of records. */
    int records() {
        return records;
    }

    /** The number of clicks that are checkouts. */
    int checkouts() {
        return checkouts;
    }

    /** The result, as lines for people. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("What the job makes of the first " + counted(first.size(), "record") + ":");
        first.forEach(each -> lines.add("  " + each));
        if (records > first.size()) {
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "Of the other %s, %,d are clicks%s",
                            counted(records - first.size(), "record"),
                            clicksOfRest,
                            counts.isEmpty() ? "." : ", and:"));
            counts.forEach(
                    (reason, count) ->
                            lines.add(
                                    String.format(
                                            Locale.ROOT,
                                            "  %,d %s, such as %s: %s",
                                            count,
                                            reason.label(),
                                            place(examples.get(reason).raw()),
                                            examples.get(reason).detail())));
        }
        lines.add(
                String.format(
                        Locale.ROOT,
                        "%,d of %s are clicks, by %s. %,d are checkouts, and %,d visit a"
                                + " department%s",
                        clicks,
                        counted(records, "record"),
                        counted(users.size(), "user"),
                        checkouts,
                        visits,
                        departments.isEmpty() ? "." : ": " + names() + "."));
        return lines;
    }

    private static String place(RawRecord record) {
        return record.partition() + " " + record.offset();
    }

    private String names() {
        String some = String.join(", ", departments.stream().limit(MAX_NAMES).toList());
        int more = departments.size() - MAX_NAMES;
        return more > 0 ? String.format(Locale.ROOT, "%s, and %,d more", some, more) : some;
    }

    private static String counted(int count, String what) {
        return String.format(Locale.ROOT, "%,d %s%s", count, what, count == 1 ? "" : "s");
    }
}
