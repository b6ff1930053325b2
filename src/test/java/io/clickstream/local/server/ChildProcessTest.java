package io.clickstream.local.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChildProcessTest {

    @TempDir private Path folder;

    /** A terminal sends these signals to all processes of a run. */
    @ParameterizedTest
    @ValueSource(strings = {"INT", "HUP"})
    void signalsOfTheTerminalDoNotEndAServerThatStarts(String signal) {
        assertThat(start("kill -" + signal + " $$; echo 7").awaitAddress())
                .isEqualTo(URI.create("http://127.0.0.1:7"));
    }

    @Test
    void serverThatEndsAtOnceIsNamed() {
        ChildProcess server = start("exit 1");

        assertThatThrownBy(server::awaitAddress)
                .hasMessageStartingWith("the server ended before it was ready, see ")
                .hasNoCause();
    }

    private ChildProcess start(String script) {
        return ChildProcess.startWithPort(
                "the server", new ProcessBuilder("sh", "-c", script), folder.resolve("server.log"));
    }
}
