package io.clickstream.tools.command;

import javax.annotation.Nullable;
import org.apache.flink.runtime.util.EnvironmentInformation;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The option by which a script chooses the build for a version of Flink. */
public final class FlinkOption {

    @Option(
            names = "--flink",
            paramLabel = "VERSION",
            description = "1.20 or 2.2: the version of Flink that runs the job (default: 1.20)")
    @Nullable
    private String version;

    /** Refuses a version that is not the one of this build. */
    public void check(CommandSpec command) {
        String own = EnvironmentInformation.getVersion();
        if (version != null && !own.startsWith(version + ".")) {
            throw new ParameterException(
                    command.commandLine(),
                    "--flink must be the version of this build, which is for Flink %s, not %s"
                            .formatted(own, version));
        }
    }
}
