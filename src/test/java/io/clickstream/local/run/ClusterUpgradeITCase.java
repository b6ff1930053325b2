package io.clickstream.local.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.clickstream.local.server.FlinkCluster;
import io.clickstream.testing.LocalRunProcess;
import io.clickstream.tools.command.Project;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The job moves from Flink 1.20 to Flink 2.2 under load, each in a cluster of processes with its
 * own jar. Needs the jars of both builds, so it runs in the second one.
 */
@Execution(ExecutionMode.CONCURRENT)
class ClusterUpgradeITCase {

    /** Where a build is, whichever is the default. */
    private static final List<String> BUILDS =
            List.of("target", "target/flink-1.20", "target/flink-2.2");

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void resultsAreEqualAfterTheMove(@TempDir Path folder) throws Exception {
        String from = requireBuild("1.20");
        String to = requireBuild("2.2");
        Process run =
                LocalRunProcess.start(
                        ClusterRun.class,
                        Files.readString(Project.file(to).resolve("local.classpath")).trim(),
                        Map.of("clickstream.build", to, "clickstream.upgrade.from", from),
                        folder,
                        folder.resolve("run.log"),
                        "--upgrade-from",
                        "1.20",
                        "--duration",
                        "15s",
                        "--page-port",
                        "0");
        String output = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(run.waitFor()).as(output).isZero();
        assertThat(output.lines())
                .as(output)
                .anyMatch(
                        line ->
                                line.equals(
                                        "the job goes on with Flink 2.2 from the savepoint of Flink"
                                                + " 1.20"))
                .anyMatch(line -> line.matches("clicks [1-9]\\d*, sessions [1-9]\\d*, equal"));
    }

    private static String requireBuild(String version) throws IOException {
        for (String build : BUILDS) {
            if (flink(Project.file(build)).orElse("").startsWith(version + '.')) {
                return build;
            }
        }
        assumeTrue(false, "there is no jar for Flink " + version + ": build it with mvn package");
        throw new IllegalStateException("not reached");
    }

    /** The version of Flink that a build is for. */
    private static Optional<String> flink(Path build) throws IOException {
        if (!Files.exists(build.resolve("local.classpath"))) {
            return Optional.empty();
        }
        try (JarFile jar = new JarFile(FlinkCluster.jobJar(build).toFile())) {
            return Optional.ofNullable(
                    jar.getManifest().getMainAttributes().getValue("Flink-Version"));
        } catch (IllegalStateException e) {
            return Optional.empty();
        }
    }
}
