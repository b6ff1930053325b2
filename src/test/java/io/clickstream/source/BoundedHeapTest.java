package io.clickstream.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No record that a producer can send stays on the heap. */
class BoundedHeapTest {

    /**
     * Of which classes and the record in hand take 15 MB, the strings that are kept at most 8 MB
     * for each decoder, names of fields 30 MB in all.
     */
    private static final String HEAP = "-Xmx80m";

    @TempDir private Path folder;

    @Test
    void hostileRecordsDoNotFillASmallHeap() throws Exception {
        Path output = folder.resolve("output");
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                HEAP,
                                "-XX:+UseSerialGC",
                                "-XX:+ExitOnOutOfMemoryError",
                                "-cp",
                                System.getProperty("java.class.path"),
                                HostileRecords.class.getName())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("ends in time").isTrue();
        } finally {
            process.destroyForcibly();
        }

        List<String> lines =
                Files.readString(output, UTF_8).lines().filter(line -> line.contains("{")).toList();
        assertThat(process.exitValue()).as(Files.readString(output, UTF_8)).isZero();
        assertThat(lines)
                .containsExactly(
                        "long userid: {too-large=100}",
                        "long event_type: {too-large=100}",
                        "long product_type: {too-large=100}",
                        "long event_id: {too-large=100}",
                        "long user_agent: {click=100}",
                        "long ip: {click=100}",
                        "long item: {too-large=100}",
                        "long other: {click=100}",
                        "long names in UTF-8: {malformed=100}",
                        "long names in UTF-16: {malformed=100}",
                        "long names in gzip: {malformed=100}",
                        "many names in UTF-8: {click=10}",
                        "many names in UTF-16: {click=30}",
                        "longest userid: {click=5000}",
                        "longest event_type: {click=5000}",
                        "longest product_type: {click=5000}",
                        "longest event_id: {click=5000}",
                        "longest user_agent: {click=5000}",
                        "longest ip: {click=5000}",
                        "longest item: {click=5000}",
                        "longest other: {click=5000}",
                        "long Avro event_type: {too-large=100}",
                        "longest Avro event_type: {click=5000}",
                        "long Avro product_type: {too-large=100}",
                        "longest Avro product_type: {click=5000}",
                        "long Avro user_agent: {click=100}",
                        "longest Avro user_agent: {click=5000}");
    }
}
