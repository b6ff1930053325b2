package io.clickstream.local.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.aggregate.Aggregates;
import io.clickstream.local.page.RunStatus;
import io.clickstream.local.results.Comparison;
import io.clickstream.local.results.OutputReader;
import io.clickstream.local.results.Results;
import io.clickstream.local.results.SideResults;
import io.clickstream.tools.oracle.OracleTally;
import io.clickstream.tools.oracle.TrafficLedger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.annotation.Nullable;

/**
 * Reads what the job has put out while it runs, and compares each counting window with the sent
 * records as soon as both are final. {@link #readOn} is for one thread, all else for any.
 */
final class RunningComparison {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int KEPT_LETTERS = 20;

    /** Those of the last seconds: a long run has too many. */
    private static final int KEPT_CHECKOUTS = 20_000;

    /**
     * How long a window may be incomplete after results of a later one. The topics are committed
     * one after another.
     */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    /**
     * The topics or streams that are read.
     *
     * @param live null if the job does not count active users
     */
    record Names(
            String departments,
            String sessions,
            String checkouts,
            String deadLetters,
            @Nullable String live) {

        /** Those of a job whose settings name none. */
        static Names ofDefaults(boolean hasLive) {
            return new Names(
                    Results.DEPARTMENTS_TOPIC,
                    Results.SESSIONS_TOPIC,
                    Results.CHECKOUTS_TOPIC,
                    SideResults.DEAD_LETTERS_TOPIC,
                    hasLive ? Aggregates.LIVE.defaultTopic() : null);
        }

        List<String> all() {
            return Stream.of(departments, sessions, checkouts, deadLetters, live)
                    .filter(Objects::nonNull)
                    .toList();
        }
    }

    private final OutputReader outputs;
    private final Names names;
    @Nullable private final TrafficLedger ledger;
    private final Map<Long, List<String>> departments = new HashMap<>();
    private final TreeMap<Long, List<String>> sessions = new TreeMap<>();
    private final Map<String, Long> letterCounts = new TreeMap<>();
    private final Deque<JsonNode> letters = new ArrayDeque<>();
    private final Deque<JsonNode> checkoutLines = new ArrayDeque<>();
    private long sessionTotal;
    private long checkoutTotal;
    @Nullable private Long activeUsers;
    private long next = Long.MIN_VALUE;
    private int compared;
    private long waitingSince;
    @Nullable private String difference;
    @Nullable private String end;
    @Nullable private String account;

    /**
     * A comparison of nothing.
     *
     * @param outputs reads all that is named
     * @param ledger knows what was sent; null if nobody does
     */
    RunningComparison(OutputReader outputs, Names names, @Nullable TrafficLedger ledger) {
        this.outputs = outputs;
        this.names = names;
        this.ledger = ledger;
    }

    /** Reads what is new, and compares windows that are final. */
    void readOn() {
        outputs.readCommitted();
        synchronized (this) {
            each(names.departments(), (line, json) -> linesOf(departments, json).add(line));
            each(
                    names.sessions(),
                    (line, json) -> {
                        linesOf(sessions, json).add(line);
                        sessionTotal += json.path("userSessionCount").asLong();
                        checkoutTotal += json.path("userSessionCountWithOrderCheckout").asLong();
                    });
            each(
                    names.checkouts(),
                    (line, json) -> {
                        checkoutLines.addLast(json);
                        if (checkoutLines.size() > KEPT_CHECKOUTS) {
                            checkoutLines.removeFirst();
                        }
                    });
            each(
                    names.deadLetters(),
                    (line, json) -> {
                        letterCounts.merge(json.path("reason").asText(), 1L, Long::sum);
                        letters.addFirst(json);
                        if (letters.size() > KEPT_LETTERS) {
                            letters.removeLast();
                        }
                    });
            if (names.live() != null) {
                each(
                        names.live(),
                        (line, json) -> {
                            if (!json.has("departmentName")) {
                                activeUsers = json.path("activeUsers").asLong();
                            }
                        });
            }
            if (ledger != null) {
                compare(ledger);
            }
        }
    }

    @FunctionalInterface
    private interface LineReader {
        void read(String line, JsonNode json);
    }

    private void each(String name, LineReader reader) {
        for (String line : outputs.take(name)) {
            reader.read(line, parsed(line));
        }
    }

    private static JsonNode parsed(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the job has put out what is not JSON: " + line, e);
        }
    }

    private static List<String> linesOf(Map<Long, List<String>> windows, JsonNode json) {
        return windows.computeIfAbsent(
                json.path("windowBeginTime").asLong(), begin -> new ArrayList<>());
    }

    private void compare(TrafficLedger sent) {
        for (var each : sent.finalWindows(next).entrySet()) {
            long begin = each.getKey();
            Comparison comparison = compare(begin, each.getValue());
            if (!comparison.isEqual()) {
                if (!isOverdue(begin)) {
                    return;
                }
                difference = String.join("; ", comparison.report());
                return;
            }
            // What was overdue has come: a server was away for longer than the patience.
            difference = null;
            compared++;
            next = begin + 1;
            waitingSince = 0;
        }
    }

    private Comparison compare(long begin, OracleTally.WindowLines expected) {
        List<String> all = new ArrayList<>(expected.departments());
        all.addAll(expected.sessions());
        List<String> found = new ArrayList<>(departments.getOrDefault(begin, List.of()));
        found.addAll(sessions.getOrDefault(begin, List.of()));
        return Comparison.ofLines("window that begins at " + begin, all, found);
    }

    /** Whether later results have been there for so long that nothing more will come. */
    private boolean isOverdue(long begin) {
        if (sessions.isEmpty() || sessions.lastKey() <= begin) {
            return false;
        }
        long now = System.nanoTime();
        if (waitingSince == 0) {
            waitingSince = now;
        }
        return now - waitingSince > PATIENCE_NANOS;
    }

    /** Notes the verdict of the comparison at the end of the run. */
    synchronized void end(boolean isEqual) {
        end = isEqual ? "equal" : "different";
    }

    /** Notes the account of the records at the end of the run. */
    synchronized void accounted(String records, boolean isRight) {
        account = records;
        end(isRight);
    }

    synchronized RunStatus.Verdict verdict() {
        return new RunStatus.Verdict(compared, difference, end, account);
    }

    /** Sessions in the windows that are over. */
    synchronized long sessions() {
        return sessionTotal;
    }

    /** Sessions with a checkout in the windows that are over. */
    synchronized long checkouts() {
        return checkoutTotal;
    }

    /** The latest number of active users; null if there is none. */
    @Nullable
    synchronized Long activeUsers() {
        return activeUsers;
    }

    /** Dead letters by reason. */
    synchronized Map<String, Long> deadLetters() {
        return new TreeMap<>(letterCounts);
    }

    /** The newest dead letters, the newest first. */
    synchronized List<JsonNode> latestLetters() {
        return new ArrayList<>(letters);
    }

    /** Hands out the newest lines of sessions with a checkout, the newest last. */
    synchronized void forEachCheckout(Consumer<JsonNode> reader) {
        checkoutLines.forEach(reader);
    }
}
