package io.clickstream.local.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.tools.command.ToolCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterRunTest {

    @ParameterizedTest
    @CsvSource({
        "--rate,0,'--rate must be at least 1, not 0'",
        "--rounds,0,'--rounds must be at least 1, not 0'",
        "--task-managers,1,'--task-managers must be at least 2, not 1'",
        "--faults,'broker,fire','''fire'' is none of task-manager, broker, opensearch, s3, kinesis,"
                + " personalize and all'",
        "--faults,'all,fire','''all'' must stand alone'",
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
