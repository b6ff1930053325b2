package io.clickstream.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The names of metrics are in one place, and src/main/README.md has them all. */
class ClickstreamMetricsTest {

    private static final Pattern IN_BACKTICKS = Pattern.compile("`([^`]+)`");

    @Test
    void listsEveryConstant() throws Exception {
        for (Field field : ClickstreamMetrics.class.getDeclaredFields()) {
            if (!Modifier.isPublic(field.getModifiers()) || field.getName().equals("GROUP")) {
                continue;
            }
            String name = (String) field.get(null);
            if (name.endsWith(".")) {
                assertThat(ClickstreamMetrics.names()).anyMatch(each -> each.startsWith(name));
            } else if (field.getName().equals("BOT_RATE")) {
                assertThat(ClickstreamMetrics.names()).contains(ClickstreamMetrics.BOTS + name);
            } else {
                assertThat(ClickstreamMetrics.names()).contains(name);
            }
        }
    }

    /** No class but this one says the group's name, and so none makes up names of its own. */
    @Test
    void namesTheGroupOnce() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src", "main", "java"))) {
            Set<String> naming = new TreeSet<>();
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.readString(file).contains("\"" + ClickstreamMetrics.GROUP + "\"")) {
                    naming.add(file.getFileName().toString());
                }
            }
            assertThat(naming).containsExactly("ClickstreamMetrics.java");
        }
    }

    @Test
    void areInTheReadme() throws IOException {
        Set<String> documented = new TreeSet<>();
        boolean inside = false;
        for (String line : Files.readAllLines(Path.of("src/main/README.md"))) {
            if (line.startsWith("| metric |")) {
                inside = true;
            } else if (inside && !line.startsWith("|")) {
                break;
            } else if (inside && !line.startsWith("|---")) {
                Matcher name = IN_BACKTICKS.matcher(line.split("\\|", -1)[1]);
                while (name.find()) {
                    documented.add(name.group(1));
                }
            }
        }

        Set<String> registered = new TreeSet<>();
        for (String name : ClickstreamMetrics.names()) {
            if (name.startsWith(ClickstreamMetrics.DEAD_LETTERS)) {
                registered.add(ClickstreamMetrics.DEAD_LETTERS + "<reason>");
            } else if (name.startsWith(ClickstreamMetrics.OPENSEARCH_RETRIES)) {
                registered.add(ClickstreamMetrics.OPENSEARCH_RETRIES + "<cause>");
            } else {
                registered.add(name);
            }
        }
        assertThat(documented).isEqualTo(registered);
    }
}
