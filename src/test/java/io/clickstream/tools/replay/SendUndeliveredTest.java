package io.clickstream.tools.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.testing.PropertyGroups;
import io.clickstream.tools.command.ToolCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SendUndeliveredTest {

    @TempDir private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--file-system s3.endpoint=x | Missing required option: '--config=FILE'",
                "--config | Missing required parameter for option '--config' (FILE)",
                "--config FILE --file-system s3 | Value for option option '--file-system'"
                        + " (KEY=VALUE) should be in KEY=VALUE format but was s3",
                "--config FILE --output x | Unknown options: '--output', 'x'",
            })
    void wrongOptionGetsOneLineThatSaysWhatToDo(String arguments, String message) {
        assertThat(execute(arguments.split(" "))).isEqualTo(2);

        assertThat(err.toString()).contains(message).hasLineCount(1);
        assertThat(err.toString().strip()).endsWith("(--help shows all options)");
    }

    @Test
    void aConfigWithoutPersonalizeHasNothingToSendTo() throws Exception {
        Path config = PropertyGroups.smallest().write(folder.resolve("config"));

        assertThat(execute("--config", config.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("--config " + config + " has no sink.personalize");
    }

    @Test
    void aConfigThatIsNoneIsNamed() throws Exception {
        Path missing = folder.resolve("missing");
        assertThat(execute("--config", missing.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("there is no file " + missing);

        Path wrong = Files.writeString(folder.resolve("wrong"), "{");
        assertThat(execute("--config", wrong.toString())).isEqualTo(2);
        assertThat(err.toString()).contains(wrong + " is not valid JSON");

        Path incomplete =
                PropertyGroups.smallest()
                        .group("sink.personalize")
                        .write(folder.resolve("incomplete"));
        assertThat(execute("--config", incomplete.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("`sink.personalize / tracking-id`");
    }

    @Test
    void nothingLeftIsNoError() throws Exception {
        Path config =
                PropertyGroups.smallest()
                        .with("format", "type", "json")
                        .with("format", "preset", "interactions")
                        .with("sink.personalize", "tracking-id", "some-tracker")
                        .with("sink.personalize", "region", "eu-central-1")
                        .with("sink.personalize", "spill-path", folder.toUri().toString())
                        .write(folder.resolve("config"));

        assertThat(execute("--config", config.toString())).isZero();
        assertThat(out.toString().strip()).isEqualTo("files 0, delivered 0, refused 0");
    }

    private int execute(String... arguments) {
        return ToolCommand.commandLine("replay", new SendUndelivered())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(
                        Stream.concat(Stream.of("--undelivered"), Stream.of(arguments))
                                .toArray(String[]::new));
    }
}
