package io.clickstream.local.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.tools.command.ToolCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ClusterRunTest {

    @Test
    void helpOfTheScriptNamesAllOptions() throws Exception {
        String script = Files.readString(Path.of("scripts/run-cluster.sh"));
        CommandLine command = ToolCommand.commandLine("run-cluster", new ClusterRun());

        assertThat(command.getCommandSpec().options())
                .hasSize(6)
                .allSatisfy(
                        option ->
                                assertThat(script)
                                        .contains("  " + String.join(", ", option.names())));
    }

    @ParameterizedTest
    @CsvSource({
        "--rate,0,'--rate must be at least 1, not 0'",
        "--rounds,0,'--rounds must be at least 1, not 0'",
        "--task-managers,1,'--task-managers must be at least 2, not 1'",
        "--duration,soon,'soon'' is no duration such as 500ms, 90s, 2m or 1h'"
    })
    void namesAWrongValue(String option, String value, String problem) {
        StringWriter err = new StringWriter();

        int code =
                ToolCommand.commandLine("run-cluster", new ClusterRun())
                        .setErr(new PrintWriter(err))
                        .execute(option, value);

        assertThat(code).isEqualTo(2);
        assertThat(err.toString()).contains(problem).contains("run-cluster: ");
    }
}
