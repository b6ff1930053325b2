package io.clickstream.tools.replay;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.tools.command.ToolCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** A replay of a sample, and plain SQL over the same file. */
final class ReplayedSample {

    private static final ObjectMapper JSON = new ObjectMapper();

    private ReplayedSample() {}

    /**
     * The results of a topic.
     *
     * @param folder for all topics
     * @param options beside the input, the output, and those of the shape
     */
    static List<JsonNode> results(
            PublicShape shape,
            Path input,
            Path folder,
            String topic,
            int parallelism,
            String... options)
            throws IOException {
        List<String> arguments = new ArrayList<>(shape.words());
        Collections.addAll(arguments, "--input", input.toString(), "--output", folder.toString());
        Collections.addAll(arguments, "--parallelism", Integer.toString(parallelism));
        Collections.addAll(arguments, options);
        StringWriter err = new StringWriter();
        int code =
                ToolCommand.commandLine("replay", new Replay())
                        .setErr(new PrintWriter(err))
                        .execute(arguments.toArray(new String[0]));
        assertThat(code).as(err.toString()).isZero();
        List<JsonNode> results = new ArrayList<>();
        try (Stream<Path> parts = Files.list(folder.resolve(topic))) {
            for (Path part : parts.toList()) {
                for (String line : Files.readAllLines(part)) {
                    results.add(JSON.readTree(line));
                }
            }
        }
        return results;
    }

    /** A copy with the records in another order. */
    static Path shuffled(PublicShape shape, Path folder, long seed) throws IOException {
        List<String> records = new ArrayList<>(Files.readAllLines(shape.file()));
        Collections.shuffle(records, new Random(seed));
        return Files.write(folder.resolve("shuffled.jsonl"), records);
    }

    /** What a query finds, of one column of text, sorted. */
    static List<String> sql(String query) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(query)) {
            while (found.next()) {
                rows.add(found.getString(1));
            }
        }
        Collections.sort(rows);
        return rows;
    }
}
