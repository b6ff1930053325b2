package io.clickstream.format.registry;

import static io.clickstream.testing.PropertyGroups.smallest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonPointer;
import io.clickstream.config.ClickField;
import io.clickstream.config.JobConfig;
import io.clickstream.config.OptionalFields;
import io.clickstream.config.RegistryConfig;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.event.UserId;
import io.clickstream.format.ClickFields;
import io.clickstream.format.JsonClickDecoder;
import io.clickstream.format.MalformedRecordException;
import io.clickstream.local.server.ConfluentRegistry;
import io.clickstream.local.server.GlueRegistry;
import io.clickstream.local.server.RegistryEncoders;
import io.clickstream.local.server.RegistryEncoders.VersionedEncoder;
import io.clickstream.local.server.WriterVersion;
import io.clickstream.testing.AwsCredentials;
import io.clickstream.testing.GzipRecords;
import io.clickstream.testing.PropertyGroups;
import io.clickstream.tools.traffic.GeneratedClick;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Records of both registries' writers, and what no writer would write. */
class RegistryClickDecoderTest {

    private static final int LIMIT = 10_000;
    private static final long TIME = 1_655_183_298_630L;
    private static final GeneratedClick CLICK =
            new GeneratedClick("66.249.1.133", TIME, "tablet", "order", "Möbel", 7496, 12, 11);
    private static final String WITHOUT_USER =
            "{\"type\":\"record\",\"name\":\"Visit\",\"fields\":["
                    + "{\"name\":\"eventtimestamp\",\"type\":\"long\"}]}";

    private final ConfluentRegistry confluent = ConfluentRegistry.start();
    private final GlueRegistry glue = GlueRegistry.start();
    private final AwsCredentials credentials = AwsCredentials.some();
    private final ClickFields fields = new ClickFields();

    @AfterEach
    void close() {
        credentials.close();
        confluent.close();
        glue.close();
    }

    @Test
    void readsConfluentsRecordsEachByItsOwnSchema() throws Exception {
        VersionedEncoder writer = RegistryEncoders.confluent(confluent, "clicks-value");
        RegistryClickDecoder decoder = confluentDecoder();

        for (int i = 0; i < 5; i++) {
            for (WriterVersion version : WriterVersion.values()) {
                decoder.decode(writer.encode(version, CLICK), fields);
                assertClick();
            }
        }

        assertThat(confluent.requests())
                .containsExactly("GET /schemas/ids/1", "GET /schemas/ids/2");
    }

    @Test
    void readsRecordsOfGluesOwnSerializer() throws Exception {
        VersionedEncoder plain = RegistryEncoders.glue(glue, "clicks", false);
        VersionedEncoder packed = RegistryEncoders.glue(glue, "clicks", true);
        RegistryClickDecoder decoder = glueDecoder();
        List<byte[]> records =
                List.of(
                        plain.encode(WriterVersion.OLDER, CLICK),
                        packed.encode(WriterVersion.NEWER, CLICK),
                        packed.encode(WriterVersion.OLDER, CLICK),
                        plain.encode(WriterVersion.NEWER, CLICK));
        int asked = lookUpsAtGlue();

        for (byte[] record : records) {
            decoder.decode(record, fields);
            assertClick();
        }

        assertThat(records).extracting(record -> record[1]).containsExactly(plainly(0, 5, 5, 0));
        assertThat(lookUpsAtGlue() - asked).isEqualTo(2);
    }

    @Test
    void writesRecordsAsTheJsonThatSaysTheSame() throws Exception {
        VersionedEncoder plain = RegistryEncoders.glue(glue, "clicks", false);
        VersionedEncoder packed = RegistryEncoders.glue(glue, "clicks", true);
        VersionedEncoder confluents = RegistryEncoders.confluent(confluent, "clicks-value");
        RegistryClickDecoder ofGlue = glueDecoder();
        RegistryClickDecoder ofConfluent = confluentDecoder();

        for (WriterVersion version : WriterVersion.values()) {
            for (byte[] json :
                    List.of(
                            ofGlue.toJson(plain.encode(version, CLICK), false),
                            ofGlue.toJson(packed.encode(version, CLICK), true),
                            ofConfluent.toJson(confluents.encode(version, CLICK), false))) {
                new JsonClickDecoder().decode(json, fields);
                assertClick();
                assertThat(new String(json, StandardCharsets.UTF_8))
                        .contains("\"ip\":\"" + CLICK.ip() + "\"");
            }
        }
    }

    @Test
    void writesNoJsonOfWhatIsNoRecord() {
        assertThat(
                        catchThrowableOfType(
                                MalformedRecordException.class,
                                () -> glueDecoder().toJson(new byte[] {3, 7, 1}, false)))
                .hasMessage("3 bytes; Glue's header alone has 18");
    }

    @Test
    void travelsToItsSubtask() throws Exception {
        VersionedEncoder writer = RegistryEncoders.confluent(confluent, "clicks-value");

        InstantiationUtil.clone(confluentDecoder())
                .decode(writer.encode(WriterVersion.NEWER, CLICK), fields);

        assertClick();
    }

    @Test
    void takesFieldsThatTheWriterDoesNotHaveForNull() throws Exception {
        int id =
                confluent.register(
                        "clicks-value",
                        "{\"type\":\"record\",\"name\":\"Click\",\"fields\":["
                                + "{\"name\":\"userid\",\"type\":\"string\"},"
                                + "{\"name\":\"eventtimestamp\",\"type\":\"long\"}]}");
        RegistryClickDecoder decoder = confluentDecoder();
        decoder.decode(
                RegistryEncoders.confluent(confluent, "clicks-value")
                        .encode(WriterVersion.NEWER, CLICK),
                fields);

        decoder.decode(confluentRecord(id, 4, 'z', 'o', 20), fields);

        assertThat(fields.user()).isEqualTo(UserId.ofString("zo"));
        assertThat(fields.time()).isEqualTo(10);
        assertThat(fields.eventType()).isNull();
        assertThat(fields.department()).isNull();
    }

    @Test
    void readsTheFieldsThatFiltersNeedWhereASchemaHasThem() throws Exception {
        VersionedEncoder writer = RegistryEncoders.confluent(confluent, "clicks-value");
        RegistryClickDecoder decoder =
                new RegistryClickDecoder(
                        config(ofConfluent()),
                        OptionalFields.NONE
                                .with(ClickField.IP, JsonPointer.compile("/ip"))
                                .with(ClickField.USER_AGENT, JsonPointer.compile("/devicetype")),
                        LIMIT);

        decoder.decode(writer.encode(WriterVersion.NEWER, CLICK), fields);
        assertThat(fields.get(ClickField.IP)).isEqualTo("66.249.1.133");
        assertThat(fields.get(ClickField.USER_AGENT)).isEqualTo("tablet");

        decoder.decode(writer.encode(WriterVersion.OLDER, CLICK), fields);
        assertThat(fields.get(ClickField.IP)).isEqualTo("66.249.1.133");
        assertThat(fields.get(ClickField.USER_AGENT)).isNull();
    }

    @Test
    void readsSchemasThatReferToOthers() throws Exception {
        confluent.register(
                "user", "{\"type\":\"enum\",\"name\":\"Kind\",\"symbols\":[\"view\",\"order\"]}");
        int id =
                confluent.register(
                        "clicks-value",
                        new com.fasterxml.jackson.databind.ObjectMapper()
                                .createObjectNode()
                                .put(
                                        "schema",
                                        "{\"type\":\"record\",\"name\":\"Click\",\"fields\":["
                                                + "{\"name\":\"event_type\",\"type\":\"Kind\"},"
                                                + "{\"name\":\"userid\",\"type\":\"int\"},"
                                                + "{\"name\":\"eventtimestamp\","
                                                + "\"type\":\"long\"}]}")
                                .set(
                                        "references",
                                        new com.fasterxml.jackson.databind.ObjectMapper()
                                                .readTree(
                                                        "[{\"name\":\"Kind\",\"subject\":\"user\","
                                                                + "\"version\":1}]")));

        confluentDecoder().decode(confluentRecord(id, 2, 14, 20), fields);

        assertThat(fields.eventType()).isEqualTo("order");
        assertThat(fields.user()).isEqualTo(UserId.ofNumber(7));
    }

    @Test
    void saysWhatIsWrongWithAHeader() {
        RegistryClickDecoder ofConfluent = confluentDecoder();
        RegistryClickDecoder ofGlue = glueDecoder();

        assertMalformed(ofConfluent, bytes(), "0 bytes; Confluent's header alone has 5");
        assertMalformed(ofConfluent, bytes(0, 0, 0, 1), "4 bytes; Confluent's header alone has 5");
        assertMalformed(
                ofConfluent,
                "{\"userid\": 7}".getBytes(StandardCharsets.UTF_8),
                "the first byte is 123; Confluent's header begins with 0");
        assertMalformed(
                ofConfluent,
                GzipRecords.gzip("click"),
                "the record is gzip; set `format / compression` to `gzip`");
        assertMalformed(
                ofGlue, Arrays.copyOf(bytes(3, 0), 17), "17 bytes; Glue's header alone has 18");
        assertMalformed(
                ofGlue,
                Arrays.copyOf(bytes(0, 0), 18),
                "the first byte is 0; Glue's header begins with 3");
        assertMalformed(
                ofGlue,
                Arrays.copyOf(bytes(3, 255), 18),
                "byte 1 of Glue's header is 255; it must be 0 (uncompressed) or 5 (zlib)");
        assertThat(confluent.requests()).isEmpty();
        assertThat(glue.requests()).isEmpty();
    }

    @Test
    void namesTheIdThatTheRegistryDoesNotKnow() {
        RegistryClickDecoder decoder = confluentDecoder();

        MalformedRecordException e = refused(decoder, confluentRecord(4711, 2, 2));

        assertThat(e.reason()).isEqualTo(Reason.UNKNOWN_SCHEMA);
        assertThat(e)
                .hasMessage(
                        "the registry has no schema 4711: "
                                + confluent.uri()
                                + " answers 404: Schema 4711 not found");
        UUID id = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
        e = refused(glueDecoder(), glueRecord(id, false, bytes(2, 2)));
        assertThat(e.reason()).isEqualTo(Reason.UNKNOWN_SCHEMA);
        assertThat(e)
                .hasMessage(
                        "the registry has no schema 00112233-4455-6677-8899-aabbccddeeff: AWS Glue"
                                + " Schema Registry at "
                                + glue.uri()
                                + " answers: 400 EntityNotFoundException, Schema version is not"
                                + " found.");
    }

    @Test
    void asksForAnUnknownIdOnce() {
        RegistryClickDecoder decoder = confluentDecoder();

        for (int i = 0; i < 100; i++) {
            assertThat(refused(decoder, confluentRecord(4711, 2, 2)).reason())
                    .isEqualTo(Reason.UNKNOWN_SCHEMA);
        }

        assertThat(confluent.requests()).containsExactly("GET /schemas/ids/4711");
    }

    @Test
    void asksNobodyForANegativeId() {
        assertThat(refused(confluentDecoder(), confluentRecord(-5, 2, 2)).reason())
                .isEqualTo(Reason.UNKNOWN_SCHEMA);
        assertThat(confluent.requests()).isEmpty();
    }

    @Test
    void refusesSchemasWithoutUserAndAsksForThemOnce() {
        int id = confluent.register("visits-value", WITHOUT_USER);
        int text = confluent.register("texts-value", "\"string\"");
        UUID json = glue.register("visits", "JSON", "{}");
        RegistryClickDecoder decoder = confluentDecoder();

        for (int i = 0; i < 3; i++) {
            assertMalformed(
                    decoder,
                    confluentRecord(id, 2),
                    "schema 1 of the registry cannot be used: the writer's schema Visit has no"
                            + " field userid");
            assertMalformed(
                    decoder,
                    confluentRecord(text, 2, 'a'),
                    "schema 2 of the registry cannot be used: the writer's schema must be a"
                            + " record, found string");
        }

        assertThat(confluent.requests()).hasSize(2);
        assertMalformed(
                glueDecoder(),
                glueRecord(json, false, bytes(2)),
                "schema " + json + " of the registry cannot be used: it is JSON; it must be AVRO");
    }

    @Test
    void goesOnBehindABadRecord() throws Exception {
        VersionedEncoder writer = RegistryEncoders.glue(glue, "clicks", true);
        byte[] good = writer.encode(WriterVersion.NEWER, CLICK);
        RegistryClickDecoder decoder = glueDecoder();
        UUID id = new UUID(ByteBuffer.wrap(good).getLong(2), ByteBuffer.wrap(good).getLong(10));

        decoder.decode(good, fields);
        assertMalformed(
                decoder,
                Arrays.copyOf(good, good.length - 1),
                "the record ends inside the zlib data");
        decoder.decode(good, fields);
        assertClick();
        assertMalformed(
                decoder,
                Arrays.copyOf(good, good.length + 2),
                "there are 2 bytes after the zlib data");
        assertMalformed(
                decoder,
                glueRecord(id, true, bytes(1, 2, 3)),
                "not compressed with zlib: incorrect header check");
        assertMalformed(
                decoder, glueRecord(id, true, bytes()), "the record ends inside the zlib data");
        assertThat(refused(decoder, glueRecord(id, true, packed(bytes(200)))).reason())
                .isEqualTo(Reason.MALFORMED);
        decoder.decode(good, fields);
        assertClick();
    }

    @Test
    void unpacksNoMoreThanIsAllowed() throws Exception {
        UUID id =
                glue.register(
                        "clicks",
                        "AVRO",
                        "{\"type\":\"record\",\"name\":\"Click\",\"fields\":["
                                + "{\"name\":\"userid\",\"type\":\"int\"},"
                                + "{\"name\":\"eventtimestamp\",\"type\":\"long\"},"
                                + "{\"name\":\"rest\",\"type\":{\"type\":\"fixed\","
                                + "\"name\":\"Rest\",\"size\":"
                                + (LIMIT - 2)
                                + "}}]}");
        byte[] body = new byte[LIMIT];
        body[0] = 14;
        RegistryClickDecoder decoder = glueDecoder();

        decoder.decode(glueRecord(id, true, packed(body)), fields);

        assertThat(fields.user()).isEqualTo(UserId.ofNumber(7));
        MalformedRecordException e =
                refused(decoder, glueRecord(id, true, packed(new byte[LIMIT + 1])));
        assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE);
        byte[] bomb = glueRecord(id, true, packed(new byte[100_000_000]));
        e = refused(decoder, bomb);
        assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE);
        assertThat(e)
                .hasMessage(
                        bomb.length
                                + " bytes of zlib that decompress to more than 10000 bytes, the"
                                + " maximum");
    }

    private void assertClick() {
        assertThat(fields.user()).isEqualTo(UserId.ofNumber(7496));
        assertThat(fields.time()).isEqualTo(TIME);
        assertThat(fields.eventType()).isEqualTo("order");
        assertThat(fields.department()).isEqualTo("Möbel");
    }

    private void assertMalformed(RegistryClickDecoder decoder, byte[] record, String message) {
        MalformedRecordException e = refused(decoder, record);
        assertThat(e).hasMessage(message);
        assertThat(e.reason()).isEqualTo(Reason.MALFORMED);
    }

    private MalformedRecordException refused(RegistryClickDecoder decoder, byte[] record) {
        MalformedRecordException e =
                catchThrowableOfType(
                        MalformedRecordException.class, () -> decoder.decode(record, fields));
        assertThat(e).isNotNull();
        return e;
    }

    private RegistryClickDecoder confluentDecoder() {
        return decoder(ofConfluent());
    }

    private RegistryClickDecoder glueDecoder() {
        return decoder(
                smallest()
                        .with("registry", "type", "glue")
                        .with("registry", "region", GlueRegistry.REGION)
                        .with("registry", "endpoint", glue.uri().toString()));
    }

    private PropertyGroups ofConfluent() {
        return smallest()
                .with("registry", "type", "confluent")
                .with("registry", "url", confluent.uri().toString());
    }

    private static RegistryClickDecoder decoder(PropertyGroups groups) {
        return new RegistryClickDecoder(config(groups), OptionalFields.NONE, LIMIT);
    }

    private static RegistryConfig config(PropertyGroups groups) {
        return JobConfig.parse(groups.build()).registry().orElseThrow();
    }

    private int lookUpsAtGlue() {
        return (int) glue.requests().stream().filter("GetSchemaVersion"::equals).count();
    }

    private static byte[] confluentRecord(int id, int... body) {
        return ByteBuffer.allocate(5 + body.length)
                .put((byte) 0)
                .putInt(id)
                .put(bytes(body))
                .array();
    }

    private static byte[] glueRecord(UUID id, boolean zlib, byte[] body) {
        return ByteBuffer.allocate(18 + body.length)
                .put((byte) 3)
                .put((byte) (zlib ? 5 : 0))
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .put(body)
                .array();
    }

    private static byte[] packed(byte[] body) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream out =
                new DeflaterOutputStream(bytes, new Deflater(Deflater.BEST_COMPRESSION))) {
            out.write(body);
        }
        return bytes.toByteArray();
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static Byte[] plainly(int... values) {
        return Arrays.stream(values).mapToObj(value -> (byte) value).toArray(Byte[]::new);
    }
}
