package io.clickstream.local.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.tools.command.DurationOption;
import io.clickstream.tools.command.ToolCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class LocalRunTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--rate 0 | --rate must be at least 1, not 0",
                "--rate x | Invalid value for option '--rate': 'x' is not an int",
                "--parallelism 0 | --parallelism must be at least 1, not 0",
                "--rate 2000 --users 10 | --users must be at least 618 for --rate 2000, not 10",
                "--registry glue --format json | --registry is only for Avro: leave --format json"
                        + " out",
                "--registry apicurio | Invalid value for option '--registry'",
                "--personalize-faults 429 | --personalize-faults is of no use without"
                        + " --personalize",
                "--personalize --personalize-faults 500 | '500' is none of 429, 503 and slow",
                "--archive csv | Invalid value for option '--archive'",
                "--late 101 | '101' is no share in percent, from 0 to 100",
                "--late 30 --malformed 30 | --late and --malformed must leave half of the records"
                        + " good, not 40.0 %",
                "--late 1 --archive | does not know: leave one of them out",
                "--malformed 1 --personalize | does not know: leave one of them out",
                "--format xml | Invalid value for option '--format'",
                "--duration 5 | '5' is no duration such as 500ms, 90s, 2m or 1h",
                "--config none.json --live | --live is for runs without --config: the file says"
                        + " what the job does",
                "--kafka-port 70000 | --kafka-port must be a port up to 65535, or 0 for any that is"
                        + " free, not 70000",
                "--kafka-port 39092 --page-port 39092 | --kafka-port and --page-port are both"
                        + " 39092: choose different ports",
                "--duratoin 5s | Unknown options: '--duratoin', '5s'",
            })
    void wrongOptionGetsOneLineThatSaysWhatToDo(String arguments, String message) {
        StringWriter err = new StringWriter();
        int code = command().setErr(new PrintWriter(err)).execute(arguments.split(" "));

        assertThat(code).isEqualTo(2);
        assertThat(err.toString()).contains(message).hasLineCount(1);
        assertThat(err.toString().strip()).endsWith("(--help shows all options)");
    }

    @Test
    void portInUseGetsOneLineThatSaysWhatToDo() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            StringWriter err = new StringWriter();
            int code =
                    command()
                            .setErr(new PrintWriter(err))
                            .execute("--page-port", Integer.toString(other.getLocalPort()));

            assertThat(code).isEqualTo(2);
            assertThat(err.toString())
                    .startsWith(
                            "run-local: port %d is in use: end the program that uses it, or choose"
                                            .formatted(other.getLocalPort())
                                    + " another port with --page-port")
                    .hasLineCount(1);
        }
    }

    private static CommandLine command() {
        return ToolCommand.commandLine("run-local", new LocalRun());
    }

    @ParameterizedTest
    @CsvSource({"500ms,500", "90s,90000", "2m,120000", "1h,3600000"})
    void durationsAreRead(String text, long millis) {
        assertThat(new DurationOption().convert(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @Test
    void otherDurationsAreRefused() {
        assertThatThrownBy(() -> new DurationOption().convert("soon"))
                .hasMessage("'soon' is no duration such as 500ms, 90s, 2m or 1h");
    }
}
