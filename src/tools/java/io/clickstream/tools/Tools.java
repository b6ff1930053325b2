package io.clickstream.tools;

import io.clickstream.tools.command.ToolCommand;
import io.clickstream.tools.explain.Explain;
import io.clickstream.tools.produce.Produce;
import io.clickstream.tools.replay.Replay;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands of the tools' jar. */
@Command(
        name = "java -jar clickstream-tools.jar",
        description = "Tools for the job's data. COMMAND --help shows the options of a command.",
        subcommands = {Replay.class, Produce.class, Explain.class})
public final class Tools implements Callable<Integer> {

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
            case "replay" -> Replay.main(options);
            case "produce" -> Produce.main(options);
            case "explain" -> Explain.main(options);
            default -> ToolCommand.main("clickstream-tools", new Tools(), args);
        }
    }

    @Override
    public Integer call() {
        throw new ParameterException(
                spec.commandLine(), "a command is missing: replay, produce or explain");
    }
}
