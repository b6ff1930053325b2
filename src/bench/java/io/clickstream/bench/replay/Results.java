package io.clickstream.bench.replay;

import io.clickstream.aggregate.Aggregates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The rows of each aggregate, as JSON lines.
 *
 * @param rows sorted, by the name of the topic
 */
record Results(Map<String, List<String>> rows) {

    /** What a replay has written. */
    static Results ofReplay(Path output) throws IOException {
        Map<String, List<String>> rows = new LinkedHashMap<>();
        for (String topic : files().keySet()) {
            List<String> all = new ArrayList<>();
            try (Stream<Path> parts = Files.list(output.resolve(topic))) {
                for (Path part : parts.toList()) {
                    all.addAll(Files.readAllLines(part));
                }
            }
            all.sort(null);
            rows.put(topic, all);
        }
        return new Results(rows);
    }

    /** What DuckDB has written. */
    static Results ofDuckDb(Path folder) throws IOException {
        Map<String, List<String>> rows = new LinkedHashMap<>();
        for (Map.Entry<String, String> each : files().entrySet()) {
            List<String> all = Files.readAllLines(folder.resolve(each.getValue()));
            all.sort(null);
            rows.put(each.getKey(), all);
        }
        return new Results(rows);
    }

    /** The files of DuckDB by topic. */
    private static Map<String, String> files() {
        Map<String, String> files = new LinkedHashMap<>();
        files.put(Aggregates.DEPARTMENT_COUNTS.defaultTopic(), DuckDbMain.DEPARTMENTS);
        files.put(Aggregates.SESSION_COUNTS.defaultTopic(), DuckDbMain.SESSIONS);
        files.put(Aggregates.CHECKOUT_SESSIONS.defaultTopic(), DuckDbMain.CHECKOUTS);
        return files;
    }

    /** The number of rows of all aggregates. */
    int size() {
        return rows.values().stream().mapToInt(List::size).sum();
    }

    /** The first row that differs, as a line for people; empty if all are equal. */
    Optional<String> firstDifference(Results other) {
        for (Map.Entry<String, List<String>> each : rows.entrySet()) {
            List<String> ours = each.getValue();
            List<String> theirs = other.rows.get(each.getKey());
            for (int i = 0; i < Math.max(ours.size(), theirs.size()); i++) {
                String one = i < ours.size() ? ours.get(i) : "nothing";
                String two = i < theirs.size() ? theirs.get(i) : "nothing";
                if (!one.equals(two)) {
                    return Optional.of(
                            each.getKey() + ", row " + (i + 1) + ": " + one + " and " + two);
                }
            }
        }
        return Optional.empty();
    }
}
