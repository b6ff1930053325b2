package io.clickstream.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What a part of the job asks AWS for: actions with their resources, one a line, in a file of its
 * own. Runs through gates check that the files are what a run does. {@link RightsTest} puts the
 * parts together, for every combination of sources, sinks and options.
 */
public final class Calls {

    private static final Path FOLDER = Path.of("src", "test", "resources", "deploy", "calls");

    /** The property with which a run writes what it asked for into the files. */
    private static final String UPDATE = "calls.update";

    /** Names that each run makes anew, and what they are in the files. */
    private static final Map<String, String> VARYING =
            Map.of(
                    "(arn:aws:s3:::[^/]+/clicks)/.*", "$1/object",
                    "(:transactional-id/.+/shop-).+", "$1id");

    private Calls() {}

    /** The calls of a part. */
    static List<String> of(String part) throws IOException {
        return Files.readAllLines(FOLDER.resolve(part + ".txt"));
    }

    /** Fails unless a run asked for what the file of a part says, and for no more. */
    public static void assertRecorded(String part, Collection<String> accesses) throws IOException {
        assertRecorded(part, accesses, access -> true);
    }

    /**
     * The same of some accesses of a run.
     *
     * @param isOfPart which of them are those of the part
     */
    public static void assertRecorded(
            String part, Collection<String> accesses, Predicate<String> isOfPart)
            throws IOException {
        Set<String> found = new TreeSet<>();
        for (String access : accesses) {
            if (isOfPart.test(access)) {
                String name = access;
                for (Map.Entry<String, String> each : VARYING.entrySet()) {
                    name = name.replaceAll(each.getKey(), each.getValue());
                }
                found.add(name);
            }
        }
        if (Boolean.getBoolean(UPDATE)) {
            Files.write(FOLDER.resolve(part + ".txt"), found);
        }
        assertThat(found)
                .as("calls of %s, as in %s; renew the files with -D%s=true", part, FOLDER, UPDATE)
                .containsExactlyElementsOf(of(part));
    }
}
