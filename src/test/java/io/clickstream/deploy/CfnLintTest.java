package io.clickstream.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** All templates at once, where cfn-lint is installed: {@code pip install cfn-lint}. */
class CfnLintTest {

    @Test
    void hasNothingToSay() throws Exception {
        List<String> command = new ArrayList<>(List.of("cfn-lint"));
        try (Stream<Path> files = Files.list(Path.of("cloudformation"))) {
            files.map(Path::toString)
                    .filter(file -> file.endsWith(".yaml"))
                    .sorted()
                    .forEach(command::add);
        }
        assertThat(command).hasSizeGreaterThan(2);
        Process lint;
        try {
            lint = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            assumeTrue(false, "there is no cfn-lint on this machine");
            return;
        }
        String findings = new String(lint.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(lint.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(findings).isEmpty();
        assertThat(lint.exitValue()).isZero();
    }
}
