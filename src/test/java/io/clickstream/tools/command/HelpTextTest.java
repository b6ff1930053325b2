package io.clickstream.tools.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

class HelpTextTest {

    @Command(
            name = "scripts/replay.sh",
            description =
                    """
                    Reads files. This paragraph is longer than the hundred columns of a line, so
                    that it takes two of them.

                      a table   stays
                      as it is
                    """,
            footer =
                    """
                    Examples:
                      scripts/replay.sh --input s3://bucket/a-folder-with-a-long-name --output results --force
                      scripts/replay.sh --input clicks.jsonl.gz --output results
                      scripts/run-local.sh
                    """)
    static final class Reader {

        @Option(
                names = "--input",
                required = true,
                arity = "1..*",
                paramLabel = "FILE",
                description =
                        "files or URIs such as s3://bucket/a-folder-with-a-long-name, without"
                                + " s3.endpoint")
        List<String> input;

        @Option(
                names = "--share",
                paramLabel = "%",
                defaultValue = "5",
                description = "1 to 100 %% (default: ${DEFAULT-VALUE})")
        int share;

        @Option(
                names = "--archive",
                arity = "0..1",
                paramLabel = "FORMAT",
                description = "keep them")
        String archive;

        @ArgGroup(validate = false, heading = "Others (rarely needed):")
        Others others = new Others();
    }

    static final class Others {

        @Option(names = "--force", description = "in any case")
        boolean force;

        @Option(
                names = "--option-with-a-long-name",
                paramLabel = "KEY=VALUE",
                defaultValue = "a=b",
                description = "a setting")
        String setting;
    }

    @Command(name = "scripts/replay.sh", description = "Sends files.")
    static final class Sender {

        @Option(names = "--send", required = true, description = "send them")
        boolean send;
    }

    @Command(
            name = "tools",
            description = "Two tools.",
            subcommands = {Reader.class})
    static final class Both {}

    @Test
    void textOfAScript() {
        assertThat(HelpText.of(Reader.class, Sender.class).ofScript())
                .isEqualTo(
                        """
                        Usage: scripts/replay.sh --input FILE... [OPTION...]

                        Reads files. This paragraph is longer than the hundred columns of a line, so that it takes two of
                        them.

                          a table   stays
                          as it is

                          --input FILE...     files or URIs such as s3://bucket/a-folder-with-a-long-name, without
                                              s3.endpoint
                          --share %           1 to 100 % (default: 5)
                          --archive [FORMAT]  keep them
                          -h, --help          show this help and exit

                        Others (rarely needed):
                          --force             in any case
                          --option-with-a-long-name KEY=VALUE
                                              a setting

                        Usage: scripts/replay.sh --send

                        Sends files.

                          --send              send them

                        Examples:
                          scripts/replay.sh --input s3://bucket/a-folder-with-a-long-name --output results --force
                          scripts/replay.sh --input clicks.jsonl.gz --output results
                          scripts/run-local.sh
                        """);
    }

    @Test
    void textOfTheJarNamesTheJar() {
        assertThat(HelpText.of(Reader.class, Sender.class).ofJar())
                .startsWith(
                        "Usage: java -jar clickstream-tools.jar replay --input FILE..."
                                + " [OPTION...]\n")
                .endsWith(
                        """

                        Examples:
                          java -jar clickstream-tools.jar replay --input s3://bucket/a-folder-with-a-long-name \\
                            --output results --force
                          java -jar clickstream-tools.jar replay --input clicks.jsonl.gz --output results
                          scripts/run-local.sh
                        """);
    }

    @Test
    void textOfCommandsHasTheirFirstSentences() {
        assertThat(HelpText.of(Both.class).ofJar())
                .isEqualTo(
                        """
                        Usage: tools COMMAND [OPTION...]

                        Two tools.

                        Commands:
                          scripts/replay.sh  Reads files.

                          -h, --help         show this help and exit
                        """);
    }
}
