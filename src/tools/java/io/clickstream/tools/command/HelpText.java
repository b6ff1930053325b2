package io.clickstream.tools.command;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The text that a command prints for {@code --help}: usage, description, options in the order of
 * their fields, groups of options below their headings, and the footer.
 *
 * <p>In descriptions, headings, and footers, an empty line ends a paragraph, and a line that begins
 * with a space stays a line. Such a line continues on the next one if it is too long, as a command
 * of a shell does.
 */
public final class HelpText {

    private static final int WIDTH = 100;

    private static final String INDENT = "  ";

    private static final String CONTINUED = " \\";

    /** The description of an option with a longer name begins below the name. */
    private static final int LONGEST_NAME = 24;

    /** The scripts whose commands are in the tools' jar. */
    private static final Pattern SCRIPT = Pattern.compile("scripts/(replay|produce|explain)\\.sh");

    private static final String COMMAND_OF_JAR = "java -jar clickstream-tools.jar $1";

    private static final Pattern SPACES = Pattern.compile("\\s+");

    private final List<Class<?>> commands;

    private HelpText(List<Class<?>> commands) {
        this.commands = commands;
    }

    /**
     * The help of a command.
     *
     * @param command a class with picocli's annotations
     * @param others commands that the same script runs, whose usage and options follow
     */
    public static HelpText of(Class<?> command, Class<?>... others) {
        return new HelpText(Stream.concat(Stream.of(command), Stream.of(others)).toList());
    }

    /** The text with the names of the scripts. */
    public String ofScript() {
        return new Page(UnaryOperator.identity()).of(commands);
    }

    /** The text with the names of the commands in the tools' jar. */
    public String ofJar() {
        return new Page(HelpText::withCommandsOfJar).of(commands);
    }

    private static String withCommandsOfJar(String text) {
        return SCRIPT.matcher(text).replaceAll(COMMAND_OF_JAR);
    }

    /** The option that prints the text. */
    static OptionSpec option() {
        return OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("show this help and exit")
                .build();
    }

    /** A text in the making. */
    private static final class Page {

        private final UnaryOperator<String> names;
        private final List<String> lines = new ArrayList<>();
        private int column;

        Page(UnaryOperator<String> names) {
            this.names = names;
        }

        String of(List<Class<?>> commands) {
            List<CommandSpec> specs =
                    commands.stream().<CommandSpec>map(CommandSpec::forAnnotatedObject).toList();
            specs.get(0).addOption(option());
            column =
                    2 * INDENT.length()
                            + specs.stream()
                                    .flatMap(HelpText::leftColumn)
                                    .mapToInt(String::length)
                                    .filter(length -> length <= LONGEST_NAME)
                                    .max()
                                    .orElse(0);
            for (CommandSpec spec : specs) {
                paragraphs("Usage: " + usage(spec));
                paragraphs(String.join("\n", spec.usageMessage().description()));
                commands(spec);
                options(spec.options().stream().filter(option -> option.group() == null).toList());
                for (ArgGroupSpec group : spec.argGroups()) {
                    heading(group.heading());
                    options(group.options());
                }
            }
            paragraphs(String.join("\n", specs.get(0).usageMessage().footer()));
            return String.join("\n", lines).stripTrailing() + "\n";
        }

        private void commands(CommandSpec spec) {
            if (spec.subcommands().isEmpty()) {
                return;
            }
            heading("Commands:");
            spec.subcommands()
                    .forEach((name, command) -> row(name, firstSentence(command.getCommandSpec())));
            lines.add("");
        }

        private void options(List<OptionSpec> options) {
            for (OptionSpec option : options) {
                row(label(option), String.join(" ", option.description()));
            }
        }

        private void row(String label, String description) {
            List<String> wrapped = wrap(names.apply(description), WIDTH - column);
            boolean beside = INDENT.length() + label.length() + INDENT.length() <= column;
            if (!beside) {
                lines.add(INDENT + label);
            }
            for (int i = 0; i < wrapped.size(); i++) {
                String left = beside && i == 0 ? INDENT + label : "";
                lines.add(left + " ".repeat(column - left.length()) + wrapped.get(i));
            }
        }

        private void heading(String text) {
            paragraphs(text);
            // Its options follow at once.
            lines.remove(lines.size() - 1);
        }

        private void paragraphs(String text) {
            if (!lines.isEmpty() && !lines.get(lines.size() - 1).isEmpty()) {
                lines.add("");
            }
            List<String> paragraph = new ArrayList<>();
            for (String line : names.apply(text).strip().lines().toList()) {
                if (!line.isEmpty() && !line.startsWith(" ")) {
                    paragraph.add(line);
                    continue;
                }
                lines.addAll(wrap(String.join(" ", paragraph), WIDTH));
                paragraph.clear();
                lines.addAll(continued(line));
            }
            lines.addAll(wrap(String.join(" ", paragraph), WIDTH));
            lines.add("");
        }
    }

    private static Stream<String> leftColumn(CommandSpec spec) {
        return Stream.concat(
                spec.subcommands().keySet().stream(), spec.options().stream().map(HelpText::label));
    }

    /** The command with the options that it needs. */
    private static String usage(CommandSpec spec) {
        StringBuilder usage = new StringBuilder(spec.name());
        spec.options().stream()
                .filter(OptionSpec::required)
                .forEach(option -> usage.append(' ').append(label(option)));
        if (!spec.subcommands().isEmpty()) {
            usage.append(" COMMAND");
        }
        if (!spec.options().stream().allMatch(OptionSpec::required)) {
            usage.append(" [OPTION...]");
        }
        return usage.toString();
    }

    /** The names of an option and of its value. */
    private static String label(OptionSpec option) {
        String label = String.join(", ", option.names());
        if (option.arity().max() == 0) {
            return label;
        }
        String value = option.paramLabel() + (option.arity().max() > 1 ? "..." : "");
        return label + (option.arity().min() == 0 ? " [" + value + "]" : " " + value);
    }

    private static String firstSentence(CommandSpec spec) {
        String text =
                SPACES.matcher(String.join(" ", spec.usageMessage().description())).replaceAll(" ");
        int end = text.indexOf(". ");
        return end < 0 ? text.strip() : text.substring(0, end + 1);
    }

    /** Lines of whole words. */
    private static List<String> wrap(String text, int width) {
        List<String> wrapped = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : SPACES.splitAsStream(text.strip()).toList()) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                wrapped.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        if (!line.isEmpty()) {
            wrapped.add(line.toString());
        }
        return wrapped;
    }

    /** A command of a shell, with a new line before an option where the width ends. */
    private static List<String> continued(String command) {
        List<String> parts = new ArrayList<>();
        String rest = command;
        while (rest.length() > WIDTH) {
            int option = rest.lastIndexOf(" --", WIDTH - CONTINUED.length());
            if (rest.substring(0, Math.max(option, 0)).isBlank()) {
                break;
            }
            parts.add(rest.substring(0, option) + CONTINUED);
            rest = INDENT + INDENT + rest.substring(option + 1);
        }
        parts.add(rest);
        return parts;
    }
}
