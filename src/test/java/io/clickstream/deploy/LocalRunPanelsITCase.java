package io.clickstream.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.testing.LocalRunProcess;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.annotation.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What the dashboards show of a local run. */
@Execution(ExecutionMode.CONCURRENT)
class LocalRunPanelsITCase {

    private static final Pattern NODE =
            Pattern.compile("OpenSearch +(http://127\\.0\\.0\\.1:\\d+)");
    private static final String LATE = ".* checkouts [1-9].* late [1-9].*";

    @TempDir Path temporary;

    @Test
    @Timeout(value = 6, unit = TimeUnit.MINUTES)
    void eachPanelHasData() throws Exception {
        Instant start = Instant.now();
        SetupScript script = new SetupScript(Files.createDirectory(temporary.resolve("script")));
        List<String> options = new ArrayList<>();
        Collections.addAll(options, "--rate", "500", "--duration", "50s");
        Collections.addAll(options, "--late", "2", "--malformed", "1");
        // An optional aggregate has an option that is named like its property group.
        StackResult.optional().forEach(each -> options.add("--" + each.group().orElseThrow()));
        Process run =
                LocalRunProcess.start(
                        Files.createDirectory(temporary.resolve("folders")),
                        temporary.resolve("run.log"),
                        options.toArray(new String[0]));
        URI node = null;
        int panels = 0;
        AssertionError missing = null;
        String last = null;
        String letters = null;
        try (BufferedReader output =
                new BufferedReader(
                        new InputStreamReader(run.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                Matcher address = NODE.matcher(line);
                if (address.matches()) {
                    node = URI.create(address.group(1));
                    // The node has neither index state management nor Dashboards.
                    assertThat(List.of(script.run(node).exitCode(), script.run(node).exitCode()))
                            .containsOnly(3);
                }
                if (panels == 0 && line.matches(LATE)) {
                    try {
                        panels = panelsWithData(node, start);
                    } catch (AssertionError e) {
                        missing = e;
                    }
                }
                letters = line.startsWith("dead letters {") ? line : letters;
                last = line;
            }
            assertThat(panels).as("%s", missing).isEqualTo(Panels.inDashboards().size());
            assertThat(letters).contains("late=", "malformed=", "before-1970=", "future=");
            assertThat(last).matches("clicks [1-9]\\d+, sessions [1-9]\\d*, equal");
            assertThat(run.waitFor()).isZero();
        } finally {
            run.descendants().forEach(ProcessHandle::destroyForcibly);
            run.destroyForcibly();
        }
    }

    private static int panelsWithData(@Nullable URI node, Instant start) throws Exception {
        List<Panels.Answer> answers =
                Panels.ask(
                        node, start.minus(Duration.ofMinutes(5)), start.plus(Duration.ofHours(1)));
        answers.forEach(Panels::assertHasData);
        return answers.size();
    }
}
