package io.clickstream.bench;

import io.clickstream.tools.command.FlinkOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** The measurements of a workload as a table in Markdown, which is also good to read as text. */
final class BenchmarkTable {

    private static final List<String> HEADER =
            List.of(
                    "peer",
                    "input",
                    "clicks/s",
                    "of limit",
                    "ours is",
                    "peak heap",
                    "state/session",
                    "longest checkpoint",
                    "$/billion clicks");

    /** The lines of the table. */
    static List<String> lines(List<Measurement> measurements) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEADER);
        for (Measurement measurement : measurements) {
            rows.add(row(measurement, measurements));
        }
        int[] widths = new int[HEADER.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            lines.add(line(row, widths));
            if (lines.size() == 1) {
                lines.add(rule(widths));
            }
        }
        return lines;
    }

    /** How fast each program is on this build's version of Flink, compared with the other one. */
    static List<String> versions(List<Measurement> measurements) {
        List<String> lines = new ArrayList<>();
        for (Measurement own : measurements) {
            for (Measurement other : measurements) {
                if (own.measured().flink().equals(FlinkOption.own())
                        && !other.measured().flink().equals(FlinkOption.own())
                        && other.measured().on(FlinkOption.own()).equals(own.measured())) {
                    lines.add(
                            String.format(
                                    Locale.ROOT,
                                    "%s: %.2f x",
                                    own.measured(),
                                    own.clicksPerSecond() / other.clicksPerSecond()));
                }
            }
        }
        return lines;
    }

    private static List<String> row(Measurement measurement, List<Measurement> all) {
        double rate = measurement.clicksPerSecond();
        return List.of(
                measurement.measured().label(),
                measurement.measured().input().toString(),
                String.format(Locale.ROOT, "%,d", Math.round(rate)),
                limit(measurement, all)
                        .map(limit -> String.format(Locale.ROOT, "%.2f", rate / limit))
                        .orElse("-"),
                rate(Peer.OURS, measurement, all)
                        .map(ours -> String.format(Locale.ROOT, "%.1f x", ours / rate))
                        .orElse("-"),
                String.format(Locale.ROOT, "%,d MB", measurement.peakHeapBytes() >> 20),
                text(measurement.stateBytesPerSession(), "%,d B"),
                measurement.checkpointMillis().isEmpty()
                        ? "-"
                        : text(measurement.checkpointMillis(), "%,d ms")
                                + text(measurement.checkpointSyncMillis(), " (sync %,d)"),
                String.format(Locale.ROOT, "%.2f", measurement.dollarsPerBillionClicks()));
    }

    /** What nobody can be faster than: from memory {@code limit}, from Kafka {@code consume}. */
    private static Optional<Double> limit(Measurement measurement, List<Measurement> all) {
        return rate(
                measurement.measured().input() == RunSpec.Input.MEMORY ? Peer.LIMIT : Peer.CONSUME,
                measurement,
                all);
    }

    private static Optional<Double> rate(
            Peer peer, Measurement measurement, List<Measurement> all) {
        return all.stream()
                .filter(other -> other.measured().peer() == peer)
                .filter(other -> other.measured().input() == measurement.measured().input())
                .filter(other -> other.measured().flink().equals(measurement.measured().flink()))
                .map(Measurement::clicksPerSecond)
                .findFirst();
    }

    private static String text(OptionalLong value, String format) {
        return value.isPresent() ? String.format(Locale.ROOT, format, value.getAsLong()) : "-";
    }

    private static String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder("|");
        for (int i = 0; i < widths.length; i++) {
            String padding = " ".repeat(widths[i] - row.get(i).length());
            line.append(' ')
                    .append(isText(i) ? row.get(i) + padding : padding + row.get(i))
                    .append(" |");
        }
        return line.toString();
    }

    private static String rule(int[] widths) {
        StringBuilder line = new StringBuilder("|");
        for (int i = 0; i < widths.length; i++) {
            line.append(isText(i) ? ":" : "-")
                    .append("-".repeat(widths[i]))
                    .append(isText(i) ? "-|" : ":|");
        }
        return line.toString();
    }

    /** The first two columns are words, the others numbers. */
    private static boolean isText(int column) {
        return column < 2;
    }

    private BenchmarkTable() {}
}
