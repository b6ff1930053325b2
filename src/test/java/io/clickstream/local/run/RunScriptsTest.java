package io.clickstream.local.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the scripts check before they build or start anything. */
class RunScriptsTest {

    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource({"run-local.sh, 2500", "run-cluster.sh, 3000"})
    void machineWithoutFreeMemoryGetsOneLine(String script, int needed) throws Exception {
        // Stands in for the command that reads how much memory is free.
        Path awk = Files.writeString(folder.resolve("awk"), "#!/bin/sh\necho 100\n");
        assertThat(awk.toFile().setExecutable(true)).isTrue();
        ProcessBuilder builder =
                new ProcessBuilder("bash", Path.of("scripts", script).toAbsolutePath().toString())
                        .redirectErrorStream(true);
        builder.environment()
                .merge("PATH", folder + File.pathSeparator, (path, fake) -> fake + path);
        Process run = builder.start();
        String output = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(run.waitFor()).isEqualTo(2);
        assertThat(output)
                .isEqualTo(
                        ("%s: the run needs %d MiB of free memory, and there are only 100: end"
                                        + " other programs\n")
                                .formatted(script, needed));
    }
}
