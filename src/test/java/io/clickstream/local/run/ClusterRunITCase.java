package io.clickstream.local.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.testing.LocalRunProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The jar in a cluster of processes, uploaded like a user would, while everything around it goes
 * away for a while. {@code -Dfaults.seed=7} chooses other faults, and {@code -Dfaults.rounds=9}
 * makes more of them.
 */
@Execution(ExecutionMode.CONCURRENT)
class ClusterRunITCase {

    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void roundsOfFaultsEndEqual(@TempDir Path folder) throws Exception {
        int rounds = Integer.getInteger("faults.rounds", 2);
        Process run =
                LocalRunProcess.start(
                        ClusterRun.class,
                        folder,
                        folder.resolve("run.log"),
                        "--rounds",
                        Integer.toString(rounds),
                        "--duration",
                        "20s",
                        "--faults",
                        "all",
                        "--faults-seed",
                        System.getProperty("faults.seed", "1"));
        String output = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(run.waitFor()).as(output).isZero();
        assertThat(output.lines().filter(line -> line.startsWith("fault: ")))
                .as(output)
                .hasSize(rounds * Victim.values().length);
        assertThat(output.lines())
                .as(output)
                .anyMatch(line -> line.matches("clicks [1-9]\\d*, sessions [1-9]\\d*, equal"));
    }
}
