package io.clickstream.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the build without a profile is for. */
final class DefaultFlink {

    /** The version of Flink, as its images are named. */
    static final String VERSION = property("flink.version").replaceFirst("\\.\\d+$", "");

    /** The version of Java that the job is compiled for. */
    static final String JAVA = property("java.job.release");

    /** The first value of a property in the pom; those of profiles come behind. */
    private static String property(String name) {
        try {
            Matcher value =
                    Pattern.compile("<" + Pattern.quote(name) + ">([^<]+)<")
                            .matcher(Files.readString(Path.of("pom.xml")));
            if (!value.find()) {
                throw new IllegalStateException("the pom has no property " + name);
            }
            return value.group(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private DefaultFlink() {}
}
