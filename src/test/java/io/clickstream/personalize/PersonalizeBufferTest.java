package io.clickstream.personalize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.config.JobConfig;
import io.clickstream.event.Interaction;
import io.clickstream.local.server.PersonalizeServer;
import io.clickstream.testing.Await;
import io.clickstream.testing.AwsCredentials;
import io.clickstream.testing.InMemoryDeadLetters;
import io.clickstream.testing.PropertyGroups;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.runtime.operators.sink.SinkWriterOperatorFactory;
import org.apache.flink.streaming.runtime.tasks.mailbox.Mail;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much the sink takes in while Personalize takes nothing. */
class PersonalizeBufferTest {

    private static final int FLUSH_COUNT = 500;
    private static final int MAX_PARALLELISM = 128;

    @TempDir private Path folder;

    /** The outbox is full, and so is what is gathered for it; then the input has to wait. */
    @Test
    @SuppressWarnings("try") // The harness may be interrupted when it closes.
    void holdsTheInputUpWhenItIsFullThoughTheFlushAgeIsLong() throws Exception {
        // It takes connections, and never answers.
        try (AwsCredentials credentials = AwsCredentials.some();
                ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                OneInputStreamOperatorTestHarness<Interaction, CommittableMessage<Object>> harness =
                        harness("http://127.0.0.1:" + silent.getLocalPort(), 1, 0)) {
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

    /**
     * Flink deals out what a sink's writer holds without a key. So the interactions of a session
     * that were held stay together and in order, but may be at another subtask than those that come
     * later.
     */
    @Test
    @SuppressWarnings("try") // The harness may be interrupted when it closes.
    void afterARescaleEachHeldInteractionIsSentOnceAndInTheOrderOfItsSession() throws Exception {
        try (AwsCredentials credentials = AwsCredentials.some();
                PersonalizeServer server = PersonalizeServer.start()) {
            server.injectFault(PersonalizeServer.Fault.UNAVAILABLE);
            OperatorSubtaskState[] held = new OperatorSubtaskState[2];
            for (int subtask = 0; subtask < held.length; subtask++) {
                try (OneInputStreamOperatorTestHarness<Interaction, CommittableMessage<Object>>
                        harness = harness(server.uri().toString(), held.length, subtask)) {
                    harness.open();
                    for (int i = 0; i < 60; i++) {
                        Interaction interaction = interaction(i, i % 6);
                        if (owner(interaction, held.length) == subtask) {
                            harness.processElement(interaction, i);
                        }
                    }
                    held[subtask] = harness.snapshot(1, 1);
                }
            }
            server.injectFault(PersonalizeServer.Fault.NONE);

            List<OneInputStreamOperatorTestHarness<Interaction, CommittableMessage<Object>>> all =
                    new ArrayList<>();
            OperatorSubtaskState snapshot = AbstractStreamOperatorTestHarness.repackageState(held);
            for (int subtask = 0; subtask < 3; subtask++) {
                OneInputStreamOperatorTestHarness<Interaction, CommittableMessage<Object>> harness =
                        harness(server.uri().toString(), 3, subtask);
                all.add(harness);
                harness.initializeState(
                        AbstractStreamOperatorTestHarness.repartitionOperatorState(
                                snapshot, MAX_PARALLELISM, held.length, 3, subtask));
                harness.open();
            }
            Await.until(
                    "all are sent", Duration.ofSeconds(60), () -> server.accepted().size() == 60);
            for (var harness : all) {
                harness.close();
            }

            Map<String, List<String>> bySession = new TreeMap<>();
            server.accepted()
                    .forEach(
                            each ->
                                    bySession
                                            .computeIfAbsent(
                                                    each.sessionId(), id -> new ArrayList<>())
                                            .add(each.eventId()));
            assertThat(bySession).hasSize(6);
            bySession.forEach((session, ids) -> assertThat(ids).isEqualTo(eventsOf(session)));
        }
    }

    private static List<String> eventsOf(String session) {
        int user = Integer.parseInt(session.substring("session-".length()));
        return IntStream.range(0, 10).mapToObj(i -> "event-" + (6 * i + user)).toList();
    }

    private static int owner(Interaction interaction, int parallelism) {
        return KeyGroupRangeAssignment.assignKeyToParallelOperator(
                interaction.key(), MAX_PARALLELISM, parallelism);
    }

    private OneInputStreamOperatorTestHarness<Interaction, CommittableMessage<Object>> harness(
            String endpoint, int parallelism, int subtask) throws Exception {
        JobConfig config =
                JobConfig.parse(
                        PropertyGroups.smallest()
                                .with("format", "type", "json")
                                .with("format", "preset", "interactions")
                                .with(
                                        "sink.personalize",
                                        "tracking-id",
                                        PersonalizeServer.TRACKING_ID)
                                .with("sink.personalize", "region", PersonalizeServer.REGION)
                                .with("sink.personalize", "endpoint", endpoint)
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
                MAX_PARALLELISM,
                parallelism,
                subtask);
    }

    private static Interaction interaction(int number) {
        return interaction(number, number);
    }

    private static Interaction interaction(int number, int user) {
        return Interaction.of("event-" + number, 1_655_183_298_630L, "View", "item")
                .user("user-" + user)
                .session("session-" + user)
                .build();
    }
}
