package io.clickstream.format.registry;

import static io.clickstream.testing.PropertyGroups.smallest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.config.JobConfig;
import io.clickstream.config.OptionalFields;
import io.clickstream.config.RegistryConfig;
import io.clickstream.event.UserId;
import io.clickstream.format.ClickFields;
import io.clickstream.format.DecodingHaltedException;
import io.clickstream.format.MalformedRecordException;
import io.clickstream.local.server.ConfluentRegistry;
import io.clickstream.local.server.GlueRegistry;
import io.clickstream.local.server.RegistryEncoders;
import io.clickstream.local.server.RegistryServer;
import io.clickstream.local.server.WriterVersion;
import io.clickstream.testing.Await;
import io.clickstream.testing.AwsCredentials;
import io.clickstream.testing.CapturedLog;
import io.clickstream.testing.PropertyGroups;
import io.clickstream.tools.traffic.GeneratedClick;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A registry that is away, busy, silent or closed to the job: what decoder and start check do. */
class RegistryOutageTest {

    private static final GeneratedClick CLICK =
            new GeneratedClick("66.249.1.133", 5, "tablet", "order", "Books", 7496, 12, 11);
    private static final long SOON = 20;

    private final AwsCredentials credentials = AwsCredentials.some();
    private final ConfluentRegistry confluent = ConfluentRegistry.start();
    private final GlueRegistry glue = GlueRegistry.start();
    private final ClickFields fields = new ClickFields();

    @AfterEach
    void close() {
        credentials.close();
        confluent.close();
        glue.close();
    }

    /** What a registry may do instead of answering. */
    enum Trouble {
        NOT_THERE("no connection"),
        SILENT("does not answer within 300 ms"),
        HALTING("does not answer within 300 ms"),
        INTERNAL_ERROR("answers 500: oh"),
        UNAVAILABLE("answers 503"),
        TOO_MANY_REQUESTS("answers 429"),
        NOT_OF_THE_REGISTRY("answers 404: no backend");

        private final String words;

        Trouble(String words) {
            this.words = words;
        }

        void begin(RegistryServer server) {
            switch (this) {
                case NOT_THERE -> server.goAway();
                case SILENT -> server.beSilent();
                case HALTING -> server.haltInAnswers();
                case INTERNAL_ERROR ->
                        server.answerAll(500, "{\"error_code\":50001,\"message\":\"oh\"}");
                case UNAVAILABLE -> server.answerAll(503, "{}");
                case TOO_MANY_REQUESTS ->
                        server.answerAll(
                                429, "{\"__type\":\"ThrottlingException\",\"message\":\"slow\"}");
                case NOT_OF_THE_REGISTRY -> server.answerAll(404, "{\"message\":\"no backend\"}");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Trouble.class)
    void waitsUntilConfluentsRegistryAnswers(Trouble trouble) throws Exception {
        byte[] record =
                RegistryEncoders.confluent(confluent, "clicks").encode(WriterVersion.NEWER, CLICK);

        List<String> warnings = waitThrough(trouble, confluent, confluentConfig(), record);

        assertThat(warnings).hasSize(1);
        assertThat(warnings.get(0))
                .startsWith(
                        "Records have waited 0 s for schema 1. They continue when the registry"
                                + " answers: ")
                .contains(confluent.uri().toString())
                .contains(trouble.words);
    }

    @ParameterizedTest
    @EnumSource(
            value = Trouble.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = "NOT_OF_THE_REGISTRY")
    void waitsUntilGluesRegistryAnswers(Trouble trouble) throws Exception {
        byte[] record =
                RegistryEncoders.glue(glue, "clicks", false).encode(WriterVersion.NEWER, CLICK);

        List<String> warnings = waitThrough(trouble, glue, glueConfig(), record);

        assertThat(warnings).hasSize(1);
        assertThat(warnings.get(0))
                .contains("AWS Glue Schema Registry at " + glue.uri())
                .contains("They continue when the registry answers");
    }

    @Test
    void waitsThroughThrottlingAndExpiredCredentialsOfGlue() throws Exception {
        byte[] record =
                RegistryEncoders.glue(glue, "clicks", false).encode(WriterVersion.NEWER, CLICK);
        for (String type : List.of("ThrottlingException", "ExpiredTokenException")) {
            glue.answerAll(400, "{\"__type\":\"" + type + "\",\"message\":\"wait\"}");
            CompletableFuture<Void> decoded =
                    decode(
                            new RegistryClickDecoder(glueConfig(), OptionalFields.NONE, 1000),
                            record);
            awaitRequests(glue, 3);
            assertThat(decoded).isNotDone();
            glue.behave();
            decoded.get(10, TimeUnit.SECONDS);
        }
    }

    private List<String> waitThrough(
            Trouble trouble, RegistryServer server, RegistryConfig config, byte[] record)
            throws Exception {
        RegistryClickDecoder decoder = new RegistryClickDecoder(config, OptionalFields.NONE, 1000);
        try (CapturedLog log = new CapturedLog(Level.WARN)) {
            trouble.begin(server);
            CompletableFuture<Void> decoded = decode(decoder, record);
            if (trouble == Trouble.NOT_THERE) {
                Thread.sleep(20 * SOON);
            } else {
                awaitRequests(server, 3);
            }
            assertThat(decoded).isNotDone();

            server.comeBack();
            server.behave();
            decoded.get(10, TimeUnit.SECONDS);

            assertThat(fields.user()).isEqualTo(UserId.ofNumber(7496));
            return log.lines().stream()
                    .filter(line -> line.contains("Records have waited"))
                    .toList();
        }
    }

    @Test
    void asksTheNextNodeWhereOneIsAway() throws Exception {
        byte[] record =
                RegistryEncoders.confluent(confluent, "clicks").encode(WriterVersion.NEWER, CLICK);
        ConfluentRegistry dead = ConfluentRegistry.start();
        dead.close();
        RegistryConfig config =
                config(
                        smallest()
                                .with("registry", "type", "confluent")
                                .with("registry", "url", dead.uri() + "," + confluent.uri() + "/")
                                .with("registry", "retry-initial-delay", "1 h")
                                .with("registry", "retry-max-delay", "1 h"));

        assertThat(RegistryStartCheck.problems(config)).isEmpty();
        new RegistryClickDecoder(config, OptionalFields.NONE, 1000).decode(record, fields);

        assertThat(fields.user()).isEqualTo(UserId.ofNumber(7496));
    }

    @Test
    void asksTheNextNodeWhereOneHasNotHeardOfTheSchema() throws Exception {
        byte[] record =
                RegistryEncoders.confluent(confluent, "clicks").encode(WriterVersion.NEWER, CLICK);
        try (ConfluentRegistry follower = ConfluentRegistry.start()) {
            RegistryConfig config =
                    config(
                            impatient()
                                    .with("registry", "type", "confluent")
                                    .with(
                                            "registry",
                                            "url",
                                            follower.uri() + "," + confluent.uri()));

            new RegistryClickDecoder(config, OptionalFields.NONE, 1000).decode(record, fields);
            assertThat(fields.user()).isEqualTo(UserId.ofNumber(7496));

            // Nobody has it, as far as anybody answers.
            confluent.goAway();
            assertThatThrownBy(
                            () ->
                                    new RegistryClickDecoder(config, OptionalFields.NONE, 1000)
                                            .decode(record, fields))
                    .isInstanceOf(MalformedRecordException.class)
                    .hasMessageEndingWith(follower.uri() + " answers 404: Schema 1 not found");
        }
    }

    @Test
    void logsInAtConfluentsRegistry() throws Exception {
        byte[] record =
                RegistryEncoders.confluent(confluent, "clicks").encode(WriterVersion.NEWER, CLICK);
        confluent.requireLogin("job", "pass:wörd");
        RegistryConfig right =
                config(
                        smallest()
                                .with("registry", "type", "confluent")
                                .with("registry", "url", confluent.uri().toString())
                                .with("registry", "username", "job")
                                .with("registry", "password", "pass:wörd"));

        assertThat(RegistryStartCheck.problems(right)).isEmpty();
        new RegistryClickDecoder(right, OptionalFields.NONE, 1000).decode(record, fields);
        assertThat(fields.user()).isEqualTo(UserId.ofNumber(7496));
        assertThat(right.toString()).doesNotContain("job").doesNotContain("pass");

        RegistryConfig wrong = confluentConfig();
        String problem =
                confluent.uri()
                        + " answers 401: Unauthorized; set `registry / username` and `registry /"
                        + " password` to a login with the permission to read schemas";
        assertThat(RegistryStartCheck.problems(wrong))
                .containsExactly("group `registry`: " + problem);
        assertThatThrownBy(
                        () ->
                                new RegistryClickDecoder(wrong, OptionalFields.NONE, 1000)
                                        .decode(record, fields))
                .isInstanceOf(DecodingHaltedException.class)
                .hasMessage("schema 1 can't be looked up: " + problem);
    }

    @ParameterizedTest
    @CsvSource({
        "400,AccessDeniedException",
        "400,UnrecognizedClientException",
        "403,InvalidSignatureException",
        "403,SomethingElse"
    })
    void failsWhereGlueDoesNotLetTheRoleIn(int status, String type) throws Exception {
        byte[] record =
                RegistryEncoders.glue(glue, "clicks", false).encode(WriterVersion.NEWER, CLICK);
        glue.answerAll(status, "{\"__type\":\"" + type + "\",\"Message\":\"You may not.\"}");
        String problem =
                "AWS Glue Schema Registry at "
                        + glue.uri()
                        + " answers: "
                        + status
                        + " "
                        + type
                        + ", You may not.; allow the job's role the action glue:GetSchemaVersion"
                        + " on every resource (*)";

        assertThat(RegistryStartCheck.problems(glueConfig()))
                .containsExactly("group `registry`: " + problem);
        assertThatThrownBy(
                        () ->
                                new RegistryClickDecoder(glueConfig(), OptionalFields.NONE, 1000)
                                        .decode(record, fields))
                .isInstanceOf(DecodingHaltedException.class)
                .hasMessageEndingWith("can't be looked up: " + problem);
    }

    @Test
    void endsAtOnceWhenItIsInterrupted() throws Exception {
        for (Trouble trouble : List.of(Trouble.NOT_THERE, Trouble.SILENT, Trouble.HALTING)) {
            for (RegistryServer server : List.of(confluent, glue)) {
                server.comeBack();
                server.behave();
                byte[] record =
                        server == confluent
                                ? RegistryEncoders.confluent(confluent, "clicks")
                                        .encode(WriterVersion.NEWER, CLICK)
                                : RegistryEncoders.glue(glue, "clicks", false)
                                        .encode(WriterVersion.NEWER, CLICK);
                RegistryConfig config =
                        config(
                                (server == confluent ? ofConfluent() : ofGlue())
                                        .with("registry", "request-timeout", "1 h")
                                        .with("registry", "retry-initial-delay", "1 h")
                                        .with("registry", "retry-max-delay", "1 h"));
                trouble.begin(server);
                AtomicReference<Throwable> thrown = new AtomicReference<>();
                AtomicReference<Boolean> flag = new AtomicReference<>();
                Thread thread =
                        new Thread(
                                () -> {
                                    try {
                                        new RegistryClickDecoder(config, OptionalFields.NONE, 1000)
                                                .decode(record, fields);
                                    } catch (Throwable e) {
                                        thrown.set(e);
                                    }
                                    flag.set(Thread.currentThread().isInterrupted());
                                });
                thread.start();
                Thread.sleep(1_000);
                assertThat(thread.isAlive()).isTrue();

                thread.interrupt();
                thread.join(2_000);

                assertThat(thread.isAlive()).as(trouble + " " + server.uri()).isFalse();
                assertThat(thrown.get())
                        .isInstanceOf(DecodingHaltedException.class)
                        .hasMessageStartingWith("interrupted while waiting for schema ");
                assertThat(flag.get()).isTrue();
            }
        }
    }

    @Test
    void doesNotStartWithoutARegistry() throws Exception {
        Duration pause = Duration.ofMillis(1);
        confluent.goAway();
        glue.goAway();

        assertThat(RegistryStartCheck.problems(SchemaRegistry.of(confluentConfig()), pause))
                .singleElement()
                .asString()
                .startsWith("group `registry`: " + confluent.uri() + ": no connection")
                .endsWith(
                        "; start the registry, or check the address in the group `registry` and"
                                + " the network");
        assertThat(RegistryStartCheck.problems(SchemaRegistry.of(glueConfig()), pause))
                .singleElement()
                .asString()
                .startsWith(
                        "group `registry`: AWS Glue Schema Registry at "
                                + glue.uri()
                                + " was not reached: ");

        confluent.comeBack();
        confluent.answerAll(404, "{\"error_code\":404,\"message\":\"HTTP 404 Not Found\"}");
        assertThat(RegistryStartCheck.problems(SchemaRegistry.of(confluentConfig()), pause))
                .containsExactly(
                        "group `registry`: "
                                + confluent.uri()
                                + " answers 404: HTTP 404 Not Found; start the registry, or check"
                                + " the address in the group `registry` and the network");
    }

    @Test
    void startsWhereTheRegistryIsThereThoughInTrouble() throws Exception {
        for (RegistryConfig config : List.of(confluentConfig(), glueConfig())) {
            assertThat(RegistryStartCheck.problems(config)).isEmpty();
        }
        Stream.of(confluent, glue).forEach(server -> server.answerAll(503, "{}"));
        for (RegistryConfig config : List.of(confluentConfig(), glueConfig())) {
            assertThat(RegistryStartCheck.problems(config)).isEmpty();
        }
    }

    private CompletableFuture<Void> decode(RegistryClickDecoder decoder, byte[] record) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        decoder.decode(record, fields);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
    }

    private static void awaitRequests(RegistryServer server, int more) throws Exception {
        int before = server.requests().size();
        Await.until(
                "requests",
                Duration.ofSeconds(10),
                () -> server.requests().size() >= before + more);
    }

    private RegistryConfig confluentConfig() {
        return config(ofConfluent());
    }

    private RegistryConfig glueConfig() {
        return config(ofGlue());
    }

    private PropertyGroups ofConfluent() {
        return impatient()
                .with("registry", "type", "confluent")
                .with("registry", "url", confluent.uri().toString());
    }

    private PropertyGroups ofGlue() {
        return impatient()
                .with("registry", "type", "glue")
                .with("registry", "region", GlueRegistry.REGION)
                .with("registry", "endpoint", glue.uri().toString());
    }

    private static PropertyGroups impatient() {
        return smallest()
                .with("registry", "request-timeout", "300 ms")
                .with("registry", "retry-initial-delay", SOON + " ms")
                .with("registry", "retry-max-delay", 2 * SOON + " ms");
    }

    private static RegistryConfig config(PropertyGroups groups) {
        return JobConfig.parse(groups.build()).registry().orElseThrow();
    }
}
