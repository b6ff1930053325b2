package io.clickstream.aggregate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.testing.SampleResults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What destinations get of some results of each aggregate. It stays the same: a replay overwrites
 * documents by their ids, and readers know the fields. {@code mvn test -Dtest=AggregateBytesTest
 * -Dbytes.update=true} writes the file of a new aggregate.
 */
class AggregateBytesTest {

    private static final Path GOLDEN = Path.of("src", "test", "resources", "aggregates");
    private static final String UPDATE = "bytes.update";
    private static final long BEGIN = 1_655_183_300_000L;
    private static final long END = BEGIN + 10_000;

    static List<Aggregate<?>> aggregates() {
        return Aggregates.ALL;
    }

    @ParameterizedTest
    @MethodSource("aggregates")
    void stayTheSame(Aggregate<?> aggregate) throws IOException {
        List<String> lines = lines(aggregate);
        Path golden = GOLDEN.resolve(aggregate.name() + ".txt");
        if (Boolean.getBoolean(UPDATE)) {
            Files.createDirectories(GOLDEN);
            Files.write(golden, lines);
        }

        assertThat(golden).as("write it with -D%s=true, and read it", UPDATE).exists();
        assertThat(lines).isEqualTo(Files.readAllLines(golden));
    }

    private static <T> List<String> lines(Aggregate<T> aggregate) {
        AggregateFormat<T> format = aggregate.format();
        AggregateJson<T> json = new AggregateJson<>(format);
        List<String> lines = new ArrayList<>();
        for (T value : SampleResults.of(aggregate, BEGIN, END).values()) {
            lines.add("key " + new String(format.key(value), UTF_8));
            lines.add("id " + format.documentId(value));
            lines.add("timestamp " + format.timestamp(value));
            lines.add("window " + format.windowBegin(value));
            lines.add(new String(json.toBytes(value), UTF_8));
        }
        return lines;
    }
}
