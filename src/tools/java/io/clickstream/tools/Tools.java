package io.clickstream.tools;

import io.clickstream.tools.command.ToolCommand;
import io.clickstream.tools.produce.Produce;
import io.clickstream.tools.replay.Replay;
import io.clickstream.tools.replay.SendUndelivered;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands of the tools' jar. */
@Command(
        name = "java -jar clickstream-tools.jar",
        description = "Tools for the job's data. COMMAND --help shows the options of a command.")
public final class Tools implements Callable<Integer> {

    private static final String UNDELIVERED = "--undelivered";

    @Spec private CommandSpec spec;

    private Tools() {}

    /**
     * Runs a command, and exits with its code.
     *
     * @param args the command and its options
     */
    public static void main(String[] args) throws IOException {
        String[] options = args.length == 0 ? args : Arrays.copyOfRange(args, 1, args.length);
        switch (args.length == 0 ? "" : args[0]) {
            case "replay" -> {
                if (Arrays.asList(options).contains(UNDELIVERED)) {
                    SendUndelivered.main(without(UNDELIVERED, options));
                } else {
                    Replay.main(options);
                }
            }
            case "produce" -> Produce.main(options);
            default -> {
                CommandLine tools = ToolCommand.commandLine("clickstream-tools", new Tools());
                tools.addSubcommand("replay", new Replay());
                tools.addSubcommand("produce", new Produce(System.out));
                System.exit(tools.execute(args));
            }
        }
    }

    private static String[] without(String option, String[] options) {
        return Arrays.stream(options).filter(each -> !each.equals(option)).toArray(String[]::new);
    }

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "a command is missing: replay or produce");
    }
}
