package io.clickstream.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Clicks per second as horizontal bars, in SVG. It has no background, and its colours follow the
 * reader's choice of light or dark; every bar has its number as text.
 */
final class BarChart {

    // All in pixels.
    private static final int WIDTH = 760;
    private static final int LABEL_WIDTH = 130;
    private static final int NUMBER_WIDTH = 110;
    private static final int BAR_HEIGHT = 18;
    private static final int ROW_HEIGHT = 26;
    private static final int TITLE_HEIGHT = 34;
    private static final int GROUP_HEIGHT = 34;

    private static final String STYLE =
            """
            text { font: 13px system-ui, sans-serif; fill: #1f2328; }
            .title { font-size: 15px; font-weight: 600; }
            .group { font-weight: 600; }
            .number { font-variant-numeric: tabular-nums; }
            .bar { fill: #8c959f; }
            .ours { fill: #0969da; }
            @media (prefers-color-scheme: dark) {
              text { fill: #e6edf3; }
              .bar { fill: #6e7681; }
              .ours { fill: #4493f8; }
            }
            """;

    private final StringBuilder svg = new StringBuilder();
    private int y;

    private BarChart() {}

    /**
     * Draws measurements, those of one workload and input together.
     *
     * @param title what stands above all
     */
    static String draw(String title, List<Measurement> measurements) {
        Map<String, List<Measurement>> groups = new LinkedHashMap<>();
        for (Measurement measurement : measurements) {
            groups.computeIfAbsent(group(measurement), name -> new ArrayList<>()).add(measurement);
        }
        return new BarChart().draw(title, groups);
    }

    private static String group(Measurement measurement) {
        return "%s%s, from %s, %s, parallelism %d"
                .formatted(
                        measurement.workload(),
                        measurement.measured().format() == ClickFormat.JSON ? " in JSON" : "",
                        measurement.measured().input() == RunSpec.Input.KAFKA ? "Kafka" : "memory",
                        measurement.measured().backend() == RunSpec.Backend.ROCKSDB
                                ? "RocksDB"
                                : "heap",
                        measurement.parallelism());
    }

    private String draw(String title, Map<String, List<Measurement>> groups) {
        int height =
                TITLE_HEIGHT
                        + groups.values().stream()
                                .mapToInt(group -> GROUP_HEIGHT + group.size() * ROW_HEIGHT)
                                .sum();
        svg.append(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">%n"
                        .formatted(WIDTH, height, WIDTH, height));
        svg.append("<title>%s</title>%n<style>%n%s</style>%n".formatted(escaped(title), STYLE));
        y = TITLE_HEIGHT;
        text("title", 0, y - 14, "start", title);
        groups.forEach(this::group);
        return svg.append("</svg>").append(System.lineSeparator()).toString();
    }

    private void group(String name, List<Measurement> measurements) {
        text("group", 0, y + GROUP_HEIGHT - 12, "start", name);
        y += GROUP_HEIGHT;
        double most =
                measurements.stream().mapToDouble(Measurement::clicksPerSecond).max().orElse(1);
        for (Measurement measurement : measurements) {
            row(measurement, most);
            y += ROW_HEIGHT;
        }
    }

    private void row(Measurement measurement, double most) {
        double length = (WIDTH - LABEL_WIDTH - NUMBER_WIDTH) * measurement.clicksPerSecond() / most;
        int baseline = y + BAR_HEIGHT - 4;
        text("label", LABEL_WIDTH - 10, baseline, "end", measurement.measured().label());
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\""
                                + " rx=\"2\"/>%n",
                        measurement.measured().peer() == Peer.OURS ? "ours" : "bar",
                        LABEL_WIDTH,
                        y,
                        Math.max(1, length),
                        BAR_HEIGHT));
        text(
                "number",
                LABEL_WIDTH + length + 8,
                baseline,
                "start",
                String.format(Locale.ROOT, "%,d", Math.round(measurement.clicksPerSecond())));
    }

    private void text(String style, double x, int baseline, String anchor, String text) {
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<text class=\"%s\" x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>%n",
                        style,
                        x,
                        baseline,
                        anchor,
                        escaped(text)));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
