package io.clickstream.bench.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The replay and DuckDB compute the same, and wrong rows are noticed. */
@Timeout(300)
class ReplayBenchmarkITCase {

    private static final int CLICKS = 20_000;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    @TempDir private Path folder;

    @Test
    void measuresBothOverAllFiles() throws Exception {
        int code = benchmark(ReplayBenchmark::fromClassPath).call();

        assertThat(code).as(text()).isZero();
        assertThat(text())
                .contains("20,000 clicks")
                .containsPattern(
                        "\\n\\| JSON lines \\| 4 \\| \\*\\*replay\\*\\* \\| \\d+\\.\\d \\|")
                .containsPattern(
                        "\\n\\| JSON lines \\| 4 \\| DuckDB \\| .* \\| \\d+\\.\\d\\d x \\|")
                .contains("\n| JSON lines, gzip | ", "\n| Parquet | ")
                .containsPattern("\\n\\| in reverse \\| \\d+\\.\\d \\| \\d+\\.\\d\\d \\|")
                .contains("\n| shuffled | ", "\n| all users in one hour | ")
                .contains("\n| one user with 10,000 clicks | ");
    }

    /** A replay that loses clicks. */
    @Test
    void aWrongRowIsShown() throws Exception {
        int code =
                benchmark(
                                arguments -> {
                                    List<String> changed = new ArrayList<>(arguments);
                                    changed.set(1, firstHalf(Path.of(arguments.get(1))));
                                    return ReplayBenchmark.fromClassPath(changed);
                                })
                        .call();

        assertThat(code).isEqualTo(1);
        assertThat(text())
                .contains("The results of the replay and DuckDB differ for JSON lines: ")
                .contains(", row ");
    }

    private String firstHalf(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            return Files.write(folder.resolve("half.jsonl"), lines.subList(0, lines.size() / 2))
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ReplayBenchmark benchmark(Function<List<String>, List<String>> replay) {
        return new ReplayBenchmark(
                new PrintStream(printed, true, StandardCharsets.UTF_8), CLICKS, 1, replay);
    }

    private String text() {
        return printed.toString(StandardCharsets.UTF_8);
    }
}
