package io.clickstream.personalize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.config.JobConfig;
import io.clickstream.config.PersonalizeConfig;
import io.clickstream.event.Interaction;
import io.clickstream.local.server.PersonalizeServer;
import io.clickstream.local.server.PersonalizeServer.Fault;
import io.clickstream.local.server.PersonalizeServer.Taken;
import io.clickstream.local.server.S3Server;
import io.clickstream.testing.AwsCredentials;
import io.clickstream.testing.PropertyGroups;
import io.clickstream.tools.command.ToolCommand;
import io.clickstream.tools.flink.LocalFileSystems;
import io.clickstream.tools.replay.SendUndelivered;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Sends files of an outage to Personalize's stand-in. */
class UndeliveredSenderITCase {

    private static final long SECOND = 1_655_183_298L;

    @TempDir private Path folder;

    private AwsCredentials credentials;
    private PersonalizeServer personalize;
    private PersonalizeConfig config;
    private UndeliveredFiles files;

    @BeforeEach
    void start() {
        credentials = AwsCredentials.some();
        personalize = PersonalizeServer.start();
        config =
                JobConfig.parse(groups(folder.toUri().toString()).build())
                        .personalize()
                        .orElseThrow();
        files = new UndeliveredFiles(config.spillPath(), Clock.systemUTC());
    }

    private PropertyGroups groups(String spillPath) {
        PropertyGroups groups =
                PropertyGroups.smallest()
                        .with("format", "type", "json")
                        .with("format", "preset", "interactions")
                        .with("sink.personalize", "spill-path", spillPath)
                        .with("sink.personalize", "calls-per-second", "200")
                        .with("sink.personalize", "spill-after", "6 s");
        personalize
                .properties()
                .forEach((key, value) -> groups.with("sink.personalize", key, value));
        return groups;
    }

    @AfterEach
    void stop() {
        personalize.close();
        credentials.close();
    }

    @Test
    void allIsSentInItsOrderByFewCallsWithinTheRate() throws Exception {
        personalize.injectFault(Fault.THROTTLING);
        files.write(interactions(600));

        long begin = System.nanoTime();
        UndeliveredSender.Result result = new UndeliveredSender(config).send(files.list().get(0));
        double seconds = (System.nanoTime() - begin) / 1e9;

        assertThat(result.delivered()).isEqualTo(600);
        assertThat(result.refused()).isEmpty();
        assertThat(files.list()).isEmpty();
        assertThat(personalize.accepted()).hasSize(600);
        assertThat(personalize.goodCalls()).isEqualTo(60);
        assertThat(personalize.calls()).isLessThanOrEqualTo((long) (200 * seconds) + 21);
        for (int user = 0; user < 3; user++) {
            String name = "user" + user;
            assertThat(personalize.accepted().stream().filter(taken -> taken.userId().equals(name)))
                    .hasSize(200)
                    .extracting(taken -> taken.event().path("sentAt").asLong())
                    .isSorted();
        }
    }

    @Test
    void aFileWithSomethingThatIsRefusedStays() throws Exception {
        personalize.refuse(item -> item.equals("item7") || item.equals("item8"));
        files.write(interactions(30));

        UndeliveredSender.Result result = new UndeliveredSender(config).send(files.list().get(0));

        assertThat(result.delivered()).isEqualTo(28);
        assertThat(result.refused())
                .hasSize(2)
                .allSatisfy(refused -> assertThat(refused).contains("InvalidInputException"));
        assertThat(personalize.accepted())
                .extracting(Taken::eventId)
                .hasSize(28)
                .doesNotContain("e7", "e8");
        assertThat(files.list()).hasSize(1);
    }

    /** As {@code scripts/replay.sh --undelivered} does. */
    @Test
    void theCommandSendsWhatIsInS3AndExitsWithZeroWhenAllIsTaken() throws Exception {
        try (S3Server s3 = S3Server.start(folder.resolve("s3.log"))) {
            s3.createBucket("spills");
            LocalFileSystems.initialize(s3.settings());
            PropertyGroups inS3 = groups("s3://spills/clicks");
            config = JobConfig.parse(inS3.build()).personalize().orElseThrow();
            files = new UndeliveredFiles(config.spillPath(), Clock.systemUTC());
            files.write(interactions(30));
            org.apache.flink.core.fs.Path file = files.list().get(0);
            assertThat(file.toString()).startsWith("s3://spills/clicks/undelivered/");
            List<String> arguments =
                    new ArrayList<>(
                            List.of(
                                    "--undelivered",
                                    "--config",
                                    inS3.write(folder.resolve("c")).toString()));
            s3.settings()
                    .forEach(
                            (key, value) -> {
                                arguments.add("--file-system");
                                arguments.add(key + "=" + value);
                            });
            personalize.refuse(item -> item.equals("item7"));
            StringWriter out = new StringWriter();
            CommandLine command =
                    ToolCommand.commandLine("replay", new SendUndelivered())
                            .setOut(new PrintWriter(out));

            assertThat(command.execute(arguments.toArray(new String[0]))).isEqualTo(1);
            assertThat(out.toString().lines())
                    .hasSize(3)
                    .startsWith(file + ": 1 refused")
                    .contains("files 1, delivered 29, refused 1")
                    .anyMatch(line -> line.startsWith("  e7: "));
            assertThat(files.list()).containsExactly(file);

            personalize.refuse(item -> false);
            out.getBuffer().setLength(0);
            assertThat(command.execute(arguments.toArray(new String[0]))).isZero();
            assertThat(out.toString().lines()).containsExactly("files 1, delivered 30, refused 0");
            assertThat(files.list()).isEmpty();
            assertThat(personalize.distinct()).isEqualTo(30);

            out.getBuffer().setLength(0);
            assertThat(command.execute(arguments.toArray(new String[0]))).isZero();
            assertThat(out.toString().lines()).containsExactly("files 0, delivered 0, refused 0");
        }
    }

    @Test
    void aServiceThatIsStillAwayEndsIt() throws Exception {
        personalize.injectFault(Fault.UNAVAILABLE);
        files.write(interactions(30));

        assertThatThrownBy(() -> new UndeliveredSender(config).send(files.list().get(0)))
                .isInstanceOf(IOException.class)
                .hasMessage("all calls of Personalize failed for 6 s; try again later");
        assertThat(files.list()).hasSize(1);
    }

    @Test
    void aWrongTrackerMakesNoDeadLetters() throws Exception {
        assertThat(put(interactions(1)).outcome()).isEqualTo(EventsClient.Outcome.DELIVERED);
        assertThat(put(interactions(11)).outcome()).isEqualTo(EventsClient.Outcome.REFUSED);
        personalize.injectFault(Fault.UNAVAILABLE);
        assertThat(put(interactions(1)).outcome()).isEqualTo(EventsClient.Outcome.FAILED);
        personalize.injectFault(Fault.THROTTLING);
        assertThat(put(interactions(1)).outcome()).isEqualTo(EventsClient.Outcome.THROTTLED);
        personalize.injectFault(Fault.NONE);
        PropertyGroups wrong =
                PropertyGroups.smallest()
                        .with("format", "type", "json")
                        .with("format", "preset", "interactions")
                        .with("sink.personalize", "spill-path", "file:///spill");
        personalize
                .properties()
                .forEach((key, value) -> wrong.with("sink.personalize", key, value));
        wrong.with("sink.personalize", "tracking-id", "another");
        config = JobConfig.parse(wrong.build()).personalize().orElseThrow();

        EventsClient.Answer answer = put(interactions(1));

        assertThat(answer.outcome()).isEqualTo(EventsClient.Outcome.FAILED);
        assertThat(answer.detail())
                .isEqualTo("status 400, InvalidInputException: The tracking id is not valid");
    }

    @Test
    void theStartCheckAsksForCredentials() {
        assertThat(PersonalizeStartCheck.problems(config)).isEmpty();
        credentials.close();
        credentials = AwsCredentials.none();

        assertThat(PersonalizeStartCheck.problems(config))
                .singleElement()
                .asString()
                .startsWith(
                        "group `sink.personalize` needs AWS credentials with the permission"
                                + " personalize:PutEvents, and the AWS SDK finds none: ");
    }

    private EventsClient.Answer put(List<Interaction> interactions) {
        try (EventsClient client = new EventsClient(config, 1)) {
            return client.put(interactions);
        }
    }

    private static List<Interaction> interactions(int count) {
        List<Interaction> interactions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            interactions.add(
                    Interaction.of("e" + i, (SECOND + i) * 1_000, "View", "item" + i)
                            .user("user" + i % 3)
                            .session("1")
                            .build());
        }
        return interactions;
    }
}
