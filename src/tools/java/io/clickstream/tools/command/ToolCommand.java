package io.clickstream.tools.command;

import io.clickstream.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Runs the commands of the scripts and of the tools' jar. A command logs to a file and not to the
 * console. It answers a wrong option with one line that says what to do.
 */
public final class ToolCommand {

    /** System property: width of the terminal; not set if the output is not a terminal. */
    private static final String COLUMNS_PROPERTY = "clickstream.columns";

    private static final String HELP_SECTION = "help";

    /** System property: the file that Flink, Kafka and the job log to. */
    private static final String LOG_PROPERTY = "clickstream.log";

    /**
     * Runs a command, and exits with its code.
     *
     * @param name the script's name without its ending, for messages and the log's name
     */
    public static void main(String name, Object command, String[] args) throws IOException {
        main(name, command, HelpText.of(command.getClass()), args);
    }

    /**
     * Runs a command, and exits with its code.
     *
     * @param name the script's name without its ending, for messages and the log's name
     * @param help what the command prints for {@code --help}
     */
    public static void main(String name, Object command, HelpText help, String[] args)
            throws IOException {
        // Before anything logs.
        System.setProperty("log4j2.configurationFile", "tools-log4j2.xml");
        System.setProperty("log4j2.disable.jmx", "true");
        if (System.getProperty(LOG_PROPERTY) == null) {
            System.setProperty(LOG_PROPERTY, newLog(name).toString());
        }
        System.exit(commandLine(name, command, help).execute(args));
    }

    /** The command, which answers a wrong option with one line and exit code 2. */
    public static CommandLine commandLine(String name, Object command) {
        return commandLine(name, command, HelpText.of(command.getClass()));
    }

    private static CommandLine commandLine(String name, Object command, HelpText help) {
        CommandLine commandLine = new CommandLine(command);
        commandLine.getCommandSpec().addOption(HelpText.option());
        commandLine.setHelpSectionKeys(List.of(HELP_SECTION));
        commandLine
                .getHelpSectionMap()
                .put(
                        HELP_SECTION,
                        unused -> Project.folder().isPresent() ? help.ofScript() : help.ofJar());
        return commandLine
                .setExecutionStrategy(
                        result -> {
                            refuseRepeatedOptions(result);
                            return new CommandLine.RunLast().execute(result);
                        })
                .setParameterExceptionHandler(
                        (e, rest) -> {
                            e.getCommandLine()
                                    .getErr()
                                    .println(
                                            name
                                                    + ": "
                                                    + oneLine(e)
                                                    + " (--help shows all options)");
                            return CommandLine.ExitCode.USAGE;
                        })
                .setExecutionExceptionHandler(
                        (e, failed, result) -> {
                            // These know best what to do, and need more than a line.
                            boolean config = e instanceof ConfigException;
                            failed.getErr()
                                    .println(
                                            name
                                                    + ": "
                                                    + (config
                                                            ? plainLines(e.getMessage())
                                                            : oneLine(e)));
                            if (config) {
                                return CommandLine.ExitCode.USAGE;
                            }
                            failed.getErr().println("log: " + System.getProperty(LOG_PROPERTY));
                            return CommandLine.ExitCode.SOFTWARE;
                        });
    }

    /** Picocli itself accepts an option twice if it belongs to a group. */
    private static void refuseRepeatedOptions(ParseResult result) {
        result.matchedOptions().stream()
                .filter(option -> option.group() != null && !option.isMultiValue())
                .filter(option -> option.originalStringValues().size() > 1)
                .findFirst()
                .ifPresent(
                        option -> {
                            throw new ParameterException(
                                    result.commandSpec().commandLine(),
                                    "option '%s' should be specified only once"
                                            .formatted(option.longestName()));
                        });
    }

    /** The log file of this run. */
    public static Path log() {
        return Path.of(System.getProperty(LOG_PROPERTY)).toAbsolutePath();
    }

    /** Where the log file of this run is, as a line; empty if the command runs in a test. */
    public static Optional<String> whereTheLogIs() {
        return Optional.ofNullable(System.getProperty(LOG_PROPERTY)).map(log -> "log: " + log);
    }

    /** Width of the terminal; empty if the output is not a terminal. */
    public static OptionalInt columns() {
        Integer columns = Integer.getInteger(COLUMNS_PROPERTY);
        return columns == null ? OptionalInt.empty() : OptionalInt.of(columns);
    }

    private static Path newLog(String name) throws IOException {
        Path folder =
                Files.createDirectories(
                        Project.folder()
                                .map(project -> project.resolve("target").resolve("logs"))
                                .orElse(
                                        Path.of(
                                                System.getProperty("java.io.tmpdir"),
                                                "clickstream-logs")));
        String now =
                LocalDateTime.now(ZoneId.systemDefault())
                        .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
        return folder.resolve(name + "-" + now + ".log").toAbsolutePath().normalize();
    }

    /** The messages of an exception and its causes, without repetitions. */
    private static String oneLine(Throwable e) {
        StringBuilder line = new StringBuilder();
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
            String first = message.strip().lines().findFirst().orElse("");
            if (line.indexOf(first) < 0) {
                line.append(line.isEmpty() ? "" : ": ").append(first);
            }
        }
        return PlainText.of(line.toString());
    }

    /** Each line of a message as plain text. */
    private static String plainLines(String message) {
        return message.lines()
                .map(PlainText::of)
                .collect(Collectors.joining(System.lineSeparator()));
    }

    private ToolCommand() {}
}
