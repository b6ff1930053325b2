package io.clickstream.tools.command;

import java.util.List;
import javax.annotation.Nullable;
import org.apache.flink.runtime.util.EnvironmentInformation;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** The option by which a script chooses the build for a version of Flink. */
public final class FlinkOption {

    /** Of the option. */
    public static final String NAME = "--flink";

    private static final List<String> VERSIONS = List.of("2.2", "1.20");

    @Option(
            names = NAME,
            paramLabel = "VERSION",
            description = "2.2 or 1.20: the version of Flink that runs the job (default: 2.2)")
    @Nullable
    private String version;

    /** The version of this build, as the option names it. */
    public static String own() {
        String[] parts = EnvironmentInformation.getVersion().split("\\.", -1);
        return parts[0] + '.' + parts[1];
    }

    /** Reads a version that there is a build for. */
    public static final class ToVersion implements ITypeConverter<String> {
        @Override
        public String convert(String value) {
            if (!VERSIONS.contains(value)) {
                throw new TypeConversionException(
                        "must be %s, not %s".formatted(String.join(" or ", VERSIONS), value));
            }
            return value;
        }
    }

    /** Refuses a version that is not the one of this build. */
    public void check(CommandSpec command) {
        if (version != null && !version.equals(own())) {
            throw new ParameterException(
                    command.commandLine(),
                    "--flink must be the version of this build, which is for Flink %s, not %s"
                            .formatted(own(), version));
        }
    }
}
