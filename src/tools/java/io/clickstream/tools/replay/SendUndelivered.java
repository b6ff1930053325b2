package io.clickstream.tools.replay;

import io.clickstream.config.JobConfig;
import io.clickstream.config.PersonalizeConfig;
import io.clickstream.config.PropertyGroupsFile;
import io.clickstream.personalize.UndeliveredFiles;
import io.clickstream.personalize.UndeliveredSender;
import io.clickstream.tools.command.PlainText;
import io.clickstream.tools.flink.LocalFileSystems;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Sends to Personalize what the job could not deliver during an outage. Exits with 0 only if
 * Personalize has taken all of it.
 */
@Command(
        name = "scripts/replay.sh",
        description =
                """
                Sends to Amazon Personalize the interactions that an outage has left undelivered.
                """,
        sortOptions = false)
public final class SendUndelivered implements Callable<Integer> {

    /** How many refusals of a file are shown. */
    private static final int SHOWN = 3;

    /** The option that selects this command. */
    static final String OPTION = "--undelivered";

    @Spec private CommandSpec spec;

    @Option(
            names = OPTION,
            required = true,
            description =
                    "send the files in undelivered/ below the job's spill-path, in order and within"
                            + " the job's rate; each file is renamed when all of it is accepted")
    private boolean unused;

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "the job's property groups")
    private Path config;

    @Option(
            names = "--file-system",
            paramLabel = "KEY=VALUE",
            description =
                    "a setting of Flink's file systems, as above, for a spill-path such as"
                            + " s3://bucket/folder; can be repeated")
    private Map<String, String> fileSystem = new LinkedHashMap<>();

    @Override
    public Integer call() throws Exception {
        PersonalizeConfig personalize =
                JobConfig.parse(PropertyGroupsFile.read(config))
                        .personalize()
                        .orElseThrow(
                                () ->
                                        new ParameterException(
                                                spec.commandLine(),
                                                "--config " + config + " has no sink.personalize"));
        LocalFileSystems.initialize(fileSystem);
        PrintWriter out = spec.commandLine().getOut();
        List<org.apache.flink.core.fs.Path> files =
                new UndeliveredFiles(personalize.spillPath(), Clock.systemUTC()).list();
        UndeliveredSender sender = new UndeliveredSender(personalize);
        long delivered = 0;
        long refused = 0;
        for (org.apache.flink.core.fs.Path file : files) {
            UndeliveredSender.Result result = sender.send(file);
            delivered += result.delivered();
            refused += result.refused().size();
            if (!result.refused().isEmpty()) {
                out.printf(Locale.ROOT, "%s: %,d refused%n", file, result.refused().size());
                result.refused().stream()
                        .limit(SHOWN)
                        .forEach(line -> out.println("  " + PlainText.of(line)));
            }
        }
        out.printf(
                Locale.ROOT,
                "files %,d, delivered %,d, refused %,d%n",
                files.size(),
                delivered,
                refused);
        out.flush();
        return refused == 0 ? 0 : 1;
    }
}
