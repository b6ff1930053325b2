package io.clickstream.sink.opensearch;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.testing.FakeOpenSearch;
import io.clickstream.testing.OpenSearchSettings;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BulkClientTest {

    private static final Document DOCUMENT =
            new Document("numbers", "n1", "{}".getBytes(StandardCharsets.UTF_8), 1, 1, 1);

    /** Such as one of memory. */
    @Test
    void goesOnAfterAnErrorInItsThread() throws Exception {
        BlockingQueue<List<Outcome>> answers = new LinkedBlockingQueue<>();
        try (FakeOpenSearch openSearch = FakeOpenSearch.start();
                BulkClient client =
                        new BulkClient(OpenSearchSettings.of(openSearch.uri()).build())) {
            client.send(
                    List.of(DOCUMENT),
                    outcomes -> {
                        answers.add(outcomes);
                        throw new AssertionError("An error, as the test wants it");
                    });
            answers.take();
            // While the client stops, it may accept requests, but answers none.
            while (client.isRunning()) {
                Thread.onSpinWait();
            }
            client.send(List.of(DOCUMENT), answers::add);

            assertThat(answers.take()).containsExactly(Outcome.DELIVERED);
        }
    }
}
