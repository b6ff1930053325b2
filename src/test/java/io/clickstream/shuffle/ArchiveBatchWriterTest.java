package io.clickstream.shuffle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.ArchivedBatch;
import io.clickstream.event.ArchivedRecord;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArchiveBatchWriterTest {

    private final List<String> batches = new ArrayList<>();
    private final ArchiveBatchWriter writer =
            new ArchiveBatchWriter(
                    record -> "folder " + record.eventTime(), batch -> batches.add(text(batch)));

    @Test
    void gathersTheRecordsOfAFolder() {
        add("a", 0);
        add("b", 1);
        add("c", 0);
        assertThat(batches).isEmpty();

        writer.send();

        assertThat(batches).containsExactly("folder 0: a, c", "folder 1: b");
        writer.send();
        assertThat(batches).hasSize(2);
    }

    @Test
    void sendsAFullBatchAloneAndAllWhenTheyTakeTooMuchRoom() {
        add("a", 0);
        add("x".repeat(128 * 1024), 1);
        assertThat(batches).singleElement().asString().startsWith("folder 1: x");

        for (int folder = 2; folder < 20; folder++) {
            add("y".repeat(60 * 1024), folder);
        }

        // The 18th is the first that makes them more than 1 MiB.
        assertThat(batches).hasSize(1 + 19);
    }

    @Test
    void aFullBatchIsFilledAnewWithoutWhatWasInIt() {
        String full = "x".repeat(128 * 1024);
        add(full, 0);
        add("a", 0);
        add("b", 0);
        writer.send();

        assertThat(batches).containsExactly("folder 0: " + full, "folder 0: a, b");
    }

    @Test
    void aBatchThatWasSentGetsNoMoreRecords() {
        add("a", 0);
        writer.send();
        add("b", 0);
        writer.send();

        assertThat(batches).containsExactly("folder 0: a", "folder 0: b");
    }

    @Test
    void sendsAllWhenTheyAreTenThousand() {
        for (int i = 0; i < 9_999; i++) {
            add("", i % 2);
        }
        assertThat(batches).isEmpty();
        add("", 1);
        assertThat(batches).hasSize(2);
        add("", 0);
        assertThat(batches).hasSize(2);
    }

    private void add(String json, long time) {
        writer.add(new ArchivedRecord(json.getBytes(UTF_8), time, time));
    }

    private static String text(ArchivedBatch batch) {
        List<String> records = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            records.add(new String(batch.record(i).json(), UTF_8));
        }
        return batch.folder() + ": " + String.join(", ", records);
    }
}
