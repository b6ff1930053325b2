package io.clickstream.tools.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.Aggregates;
import io.clickstream.event.DeadLetter;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.sink.file.FileDestination;
import io.clickstream.tools.flink.MetricsInMemory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What came of a replay: how many results, and why records or files are missing. */
final class ReplayReport {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Of a record that is shown. */
    private static final int SHOWN_CHARACTERS = 200;

    /** Of a file that is read at once. */
    private static final int PIECE_BYTES = 128 * 1024;

    private final String totals;
    private final long records;
    private final long clicks;

    /** By the reason: how many, and the first one. */
    private final Map<String, Letters> letters = new TreeMap<>();

    private final boolean isOfAll;
    private final long sessions;
    private final long checkouts;
    private final long departments;
    private final long departmentsLeftOut;
    private final long liveLeftOut;
    private final List<JsonNode> unreadable = new ArrayList<>();

    /** How many results the optional aggregates have that the replay computed, by topic. */
    private final Map<String, Long> optional = new LinkedHashMap<>();

    private static final class Letters {
        private final JsonNode first;
        private long count;

        private Letters(JsonNode first) {
            this.first = first;
        }
    }

    private ReplayReport(Path output, TimeRange range, MetricsInMemory metrics, long nanos)
            throws IOException {
        isOfAll = range.equals(TimeRange.ALL);
        records = metrics.countWithFinished(ClickstreamMetrics.RECORDS_IN);
        clicks = metrics.countWithFinished(ClickstreamMetrics.CLICKS);
        readLetters(output.resolve(FileDestination.DEAD_LETTERS));
        sessions = lines(output.resolve(Aggregates.SESSION_COUNTS.defaultTopic()));
        departmentsLeftOut = metrics.countWithFinished(ClickstreamMetrics.DEPARTMENTS_LEFT_OUT);
        liveLeftOut = metrics.countWithFinished(ClickstreamMetrics.LIVE_LEFT_OUT);
        checkouts = lines(output.resolve(Aggregates.CHECKOUT_SESSIONS.defaultTopic()));
        departments = lines(output.resolve(Aggregates.DEPARTMENT_COUNTS.defaultTopic()));
        for (Aggregate<?> aggregate : Aggregates.ALL) {
            Path folder = output.resolve(aggregate.defaultTopic());
            if (aggregate.group().isPresent() && Files.isDirectory(folder)) {
                optional.put(aggregate.defaultTopic(), lines(folder));
            }
        }
        StringBuilder more = new StringBuilder();
        optional.forEach(
                (topic, count) ->
                        more.append(String.format(Locale.ROOT, ", %s %,d", topic, count)));
        totals =
                String.format(
                        Locale.ROOT,
                        "records %,d = clicks %,d + dead letters %,d; sessions %,d, with checkout"
                                + " %,d; session windows %,d, department records %,d%s; %.1f s",
                        records,
                        clicks,
                        letters.values().stream().mapToLong(each -> each.count).sum(),
                        metrics.countWithFinished(ClickstreamMetrics.SESSIONS),
                        checkouts,
                        sessions,
                        departments,
                        more,
                        nanos / 1e9);
    }

    /**
     * Reads what a replay has written.
     *
     * @param range of the results that were to be written
     * @param nanos that it took
     */
    static ReplayReport read(Path output, TimeRange range, MetricsInMemory metrics, long nanos)
            throws IOException {
        return new ReplayReport(output, range, metrics, nanos);
    }

    /** Whether all files were read to their end, and not everything was refused. */
    boolean isComplete() {
        return unreadable.isEmpty() && clicks > 0;
    }

    private boolean isNothingUsable() {
        return clicks == 0 && records > 0;
    }

    /** For people; the last one says what to do if the results are not complete. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(totals);
        letters.forEach(
                (reason, each) ->
                        lines.add(
                                String.format(
                                        Locale.ROOT,
                                        "dead letters %s: %,d, such as %s: %s",
                                        reason,
                                        each.count,
                                        position(each.first),
                                        shown(each.first))));
        for (JsonNode file : unreadable) {
            lines.add(
                    "NOT READ TO ITS END: "
                            + file.path("source").asText()
                            + ": "
                            + file.path("detail").asText());
        }
        if (!unreadable.isEmpty()) {
            lines.add(
                    "The results are INCOMPLETE: repair or exclude these files, and replay again");
        } else if (isNothingUsable()) {
            lines.add("No record was a click. " + whatToMap());
        } else if (records > 0) {
            addAdvice(lines);
        } else {
            lines.add("The input has no record: check --input");
        }
        return lines;
    }

    /** By the reason that most records were refused for. */
    private String whatToMap() {
        String most =
                letters.entrySet().stream()
                        .max(Comparator.comparingLong(each -> each.getValue().count))
                        .map(Map.Entry::getKey)
                        .orElse("");
        boolean areTimes =
                most.equals(DeadLetter.Reason.IMPLAUSIBLE_TIME.label())
                        || most.equals(DeadLetter.Reason.FUTURE.label())
                        || most.equals(DeadLetter.Reason.BEFORE_1970.label());
        return areTimes
                ? "The times don't match the time format: see the example above, and specify"
                        + " another one with --map time-format=..."
                : "If the records have other fields than the preset, map the fields with --map,"
                        + " such as --map user=/user_id --map time=/event_time --map"
                        + " department=/category --map event-type=/event_type; CSV without a header"
                        + " needs --columns";
    }

    /** Clicks without any department, checkout, cart, or step are nearly always mapped wrongly. */
    private void addAdvice(List<String> lines) {
        if (departmentsLeftOut > 0) {
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "%,d departments were omitted from lists that were too long, and are"
                                    + " not counted in %s for these sessions. Raise"
                                    + " aggregates/max-dept-list-size, or shorten the names with"
                                    + " department-cut",
                            departmentsLeftOut,
                            Aggregates.DEPARTMENT_COUNTS.defaultTopic()));
        }
        if (liveLeftOut > 0) {
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "%,d clicks are not in the live counts of their departments, since"
                                    + " there are more departments than a subtask counts. Shorten"
                                    + " the names with department-cut, or raise the parallelism",
                            liveLeftOut));
        }
        if (!isOfAll) {
            if (sessions == 0 && optional.values().stream().allMatch(count -> count == 0)) {
                lines.add("No result is between --from and --to: the clicks have other times");
            }
            return;
        }
        if (checkouts == 0) {
            lines.add(
                    "No session has a checkout. If there should be some, specify the event types of"
                            + " checkouts, such as --map event-type=/event_type --map"
                            + " checkout-event-types=purchase");
        }
        addIfEmpty(
                Aggregates.CARTS,
                "No cart was abandoned. If there should be some, specify the event types of carts,"
                        + " such as --map cart-event-types=cart",
                lines);
        addIfEmpty(
                Aggregates.FUNNEL,
                "No session reached a step of the funnel. If there should be some, specify the"
                        + " event types of the steps, such as --set"
                        + " funnel/steps=view=view,cart=cart,paid=purchase",
                lines);
        if (departments == 0) {
            lines.add(
                    "No click has a department. If there should be some, specify its field, such as"
                            + " --map department=/category");
        }
    }

    private void addIfEmpty(Aggregate<?> aggregate, String advice, List<String> lines) {
        if (optional.getOrDefault(aggregate.defaultTopic(), 1L) == 0) {
            lines.add(advice);
        }
    }

    /** The file and, of its lines, rows or records, which one. */
    private static String position(JsonNode letter) {
        return letter.path("source").asText()
                + ", "
                + letter.path("partition").asText().replaceFirst("s$", "")
                + " "
                + letter.path("offset").asText();
    }

    private static String shown(JsonNode letter) {
        String text = letter.path("text").asText();
        return letter.path("detail").asText()
                + (text.isEmpty()
                        ? ""
                        : ": " + text.substring(0, Math.min(text.length(), SHOWN_CHARACTERS)));
    }

    private void readLetters(Path folder) throws IOException {
        String ofFiles = DeadLetter.Reason.UNREADABLE_FILE.label();
        for (Path part : parts(folder)) {
            try (BufferedReader lines = Files.newBufferedReader(part)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    JsonNode letter = JSON.readTree(line);
                    String reason = letter.path("reason").asText();
                    letters.computeIfAbsent(reason, each -> new Letters(letter)).count++;
                    if (reason.equals(ofFiles)) {
                        unreadable.add(letter);
                    }
                }
            }
        }
    }

    private static long lines(Path folder) throws IOException {
        long count = 0;
        for (Path part : parts(folder)) {
            try (InputStream in = Files.newInputStream(part)) {
                byte[] bytes = new byte[PIECE_BYTES];
                for (int size = in.read(bytes); size > 0; size = in.read(bytes)) {
                    for (int i = 0; i < size; i++) {
                        count += bytes[i] == '\n' ? 1 : 0;
                    }
                }
            }
        }
        return count;
    }

    private static List<Path> parts(Path folder) throws IOException {
        try (Stream<Path> parts = Files.list(folder)) {
            return parts.sorted().toList();
        }
    }
}
