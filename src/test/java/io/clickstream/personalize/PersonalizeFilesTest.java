package io.clickstream.personalize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.event.Interaction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.apache.flink.connector.base.sink.writer.BufferedRequestState;
import org.apache.flink.connector.base.sink.writer.RequestEntryWrapper;
import org.apache.flink.core.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of interactions: files of an outage, and the writer's state. */
class PersonalizeFilesTest {

    private static final Interaction PLAIN =
            Interaction.of("1", 1_655_183_298_630L, "View", "a").user("7").session("s").build();
    private static final Interaction FULL =
            Interaction.of("2 é", 5, "Purchase", "\"\n")
                    .session("s")
                    .eventValue(9.5f)
                    .properties("{\"a\":\"ö\"}")
                    .impression(new String[] {"a", "b"})
                    .recommendationId("r")
                    .attributionSource("home")
                    .build();

    private static final Clock CLOCK =
            Clock.fixed(Instant.parse("2026-11-20T23:59:59Z"), ZoneOffset.UTC);

    private static final java.nio.file.Path GOLDEN =
            java.nio.file.Path.of("src/test/resources/serializers/HeldInteractions-v1.bin");

    @TempDir private java.nio.file.Path folder;

    @Test
    void filesAreJsonLinesOfADayAndReadAsTheyWereWritten() throws Exception {
        UndeliveredFiles files = files();
        files.write(List.of(PLAIN, FULL));

        List<Path> found = files.list();
        assertThat(found).hasSize(1);
        java.nio.file.Path file = java.nio.file.Path.of(found.get(0).getPath());
        assertThat(file.getParent()).isEqualTo(folder.resolve("undelivered/2026-11-20"));
        assertThat(Files.readString(file))
                .isEqualTo(
                        "{\"userId\":\"7\",\"sessionId\":\"s\",\"eventId\":\"1\",\"eventType\":\"View\",\"sentAtMillis\":1655183298630,\"itemId\":\"a\"}\n"
                            + "{\"sessionId\":\"s\",\"eventId\":\"2"
                            + " é\",\"eventType\":\"Purchase\",\"sentAtMillis\":5,\"itemId\":\"\\\"\\n"
                            + "\",\"eventValue\":9.5,\"properties\":\"{\\\"a\\\":\\\"ö\\\"}\",\"impression\":[\"a\",\"b\"],\"recommendationId\":\"r\",\"eventAttributionSource\":\"home\"}\n");
        assertThat(UndeliveredFiles.read(found.get(0))).containsExactly(PLAIN, FULL);
    }

    @Test
    void unfinishedAndDeliveredFilesAreNotListed() throws Exception {
        UndeliveredFiles files = files();
        assertThat(files.list()).isEmpty();
        files.write(List.of(PLAIN));
        files.write(List.of(FULL));
        Files.writeString(folder.resolve("undelivered/2026-11-20/.interactions-x.jsonl"), "{");
        assertThat(files.list()).hasSize(2);

        UndeliveredFiles.markDelivered(files.list().get(0));

        assertThat(files.list()).hasSize(1);
    }

    @Test
    void whatIsNoInteractionIsNamedByFileAndLine() throws Exception {
        UndeliveredFiles files = files();
        files.write(List.of(PLAIN));
        Path file = files.list().get(0);
        Files.write(
                java.nio.file.Path.of(file.getPath()),
                "{\"eventId\":\"1\"}\n".getBytes(StandardCharsets.UTF_8),
                java.nio.file.StandardOpenOption.APPEND);

        assertThatThrownBy(() -> UndeliveredFiles.read(file))
                .isInstanceOf(IOException.class)
                .hasMessage(file + " line 2: not an interaction: sentAtMillis is missing");
    }

    /** Bytes of version 1, which must be read for ever; written as SerializerContract says. */
    @Test
    void theWritersStateIsReadFromItsBytes() throws Exception {
        HeldInteractionsSerializer serializer = new HeldInteractionsSerializer();
        byte[] bytes =
                serializer.serialize(
                        new BufferedRequestState<>(
                                List.of(
                                        new RequestEntryWrapper<>(PLAIN, 1),
                                        new RequestEntryWrapper<>(FULL, 1))));

        assertThat(serializer.getVersion()).isEqualTo(1);
        if (Boolean.getBoolean("serializers.write") && !Files.exists(GOLDEN)) {
            Files.write(GOLDEN, bytes);
        }
        assertThat(bytes).isEqualTo(Files.readAllBytes(GOLDEN));
        assertThat(
                        serializer
                                .deserialize(1, Files.readAllBytes(GOLDEN))
                                .getBufferedRequestEntries())
                .extracting(RequestEntryWrapper::getRequestEntry)
                .containsExactly(PLAIN, FULL);
    }

    private UndeliveredFiles files() {
        return new UndeliveredFiles(new Path(folder.toUri()), CLOCK);
    }
}
