package io.clickstream.sink.personalize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.config.JobConfig;
import io.clickstream.event.EventTypes;
import io.clickstream.event.Interaction;
import io.clickstream.testing.AwsCredentials;
import io.clickstream.testing.InMemoryDeadLetters;
import io.clickstream.testing.PropertyGroups;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.runtime.operators.sink.SinkWriterOperatorFactory;
import org.apache.flink.streaming.runtime.tasks.mailbox.Mail;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much the sink takes in while Personalize takes nothing. */
class PersonalizeBufferTest {

    private static final int FLUSH_COUNT = 500;

    @TempDir private Path folder;

    /** The outbox is full, and so is what is gathered for it; then the input has to wait. */
    @Test
    @SuppressWarnings("try") // The harness may be interrupted when it closes.
    void holdsTheInputUpWhenItIsFullThoughTheFlushAgeIsLong() throws Exception {
        // It takes connections, and never answers.
        try (AwsCredentials credentials = AwsCredentials.some();
                ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                OneInputStreamOperatorTestHarness<Interaction, CommittableMessage<Object>> harness =
                        harness(silent)) {
            harness.open();
            // Runs when the sink waits, and only then.
            harness.getTaskMailbox()
                    .put(
                            new Mail(
                                    () -> {
                                        throw new IllegalStateException("the sink waits");
                                    },
                                    TaskMailbox.MAX_PRIORITY,
                                    "end of the test"));
            int[] written = new int[1];

            assertThatThrownBy(
                            () -> {
                                while (written[0] < 5 * Outbox.MAX_HELD) {
                                    harness.processElement(interaction(written[0]), written[0]);
                                    written[0]++;
                                }
                            })
                    .hasMessageContaining("the sink waits");

            assertThat(written[0]).isBetween(Outbox.MAX_HELD, Outbox.MAX_HELD + 2 * FLUSH_COUNT);
        }
    }

    private OneInputStreamOperatorTestHarness<Interaction, CommittableMessage<Object>> harness(
            ServerSocket server) throws Exception {
        JobConfig config =
                JobConfig.parse(
                        PropertyGroups.smallest()
                                .with("format", "type", "json")
                                .with("format", "preset", "interactions")
                                .with("sink.personalize", "tracking-id", "tracker")
                                .with("sink.personalize", "region", "eu-central-1")
                                .with(
                                        "sink.personalize",
                                        "endpoint",
                                        "http://127.0.0.1:" + server.getLocalPort())
                                .with("sink.personalize", "spill-path", folder.toUri().toString())
                                .with("sink.personalize", "spill-after", "1 d")
                                .with("sink.personalize", "request-timeout", "1 h")
                                .with("sink.personalize", "flush-age", "1 d")
                                .with("sink.personalize", "flush-count", "" + FLUSH_COUNT)
                                .build());
        return new OneInputStreamOperatorTestHarness<>(
                new SinkWriterOperatorFactory<Interaction, Object>(
                        new PersonalizeSink(
                                config.personalize().orElseThrow(), new InMemoryDeadLetters())),
                EventTypes.INTERACTION.createSerializer(
                        new ExecutionConfig().getSerializerConfig()));
    }

    private static Interaction interaction(int number) {
        return Interaction.of("event-" + number, 1_655_183_298_630L, "View", "item")
                .user("user-" + number)
                .session("session-" + number)
                .build();
    }
}
