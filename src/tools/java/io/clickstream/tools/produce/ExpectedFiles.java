package io.clickstream.tools.produce;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.aggregate.Aggregate;
import io.clickstream.tools.oracle.Expected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a correct job must put out, as files: one JSON object per line, sorted by {@link
 * String#compareTo}, and the number of dead letters by reason.
 */
final class ExpectedFiles {

    private static final String DEAD_LETTERS = "dead-letters.json";

    /** Whether a folder can take the files: it is empty, or not there. */
    static boolean isFree(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return !Files.exists(folder);
        }
        try (Stream<Path> found = Files.list(folder)) {
            return found.findAny().isEmpty();
        }
    }

    /** Writes the files into a folder, which is created. */
    static void write(Path folder, Expected expected, Map<String, Long> deadLetters)
            throws IOException {
        Files.createDirectories(folder);
        for (Aggregate<?> aggregate : expected.aggregates()) {
            write(folder.resolve(aggregate.keyStem() + ".jsonl"), expected.of(aggregate));
        }
        String letters = new ObjectMapper().writeValueAsString(new TreeMap<>(deadLetters));
        write(folder.resolve(DEAD_LETTERS), List.of(letters));
    }

    private static void write(Path file, List<String> lines) throws IOException {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line).append('\n'));
        Files.writeString(file, text);
    }

    private ExpectedFiles() {}
}
