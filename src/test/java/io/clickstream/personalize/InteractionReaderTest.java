package io.clickstream.personalize;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.config.JobConfig;
import io.clickstream.event.Click;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.event.Incoming;
import io.clickstream.event.Interaction;
import io.clickstream.event.RawRecord;
import io.clickstream.event.RecordWithInteraction;
import io.clickstream.format.ClickDecoders;
import io.clickstream.source.BotSigns;
import io.clickstream.source.RecordDecoder;
import io.clickstream.testing.PropertyGroups;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From a record's bytes to its interaction, or why it is none. */
class InteractionReaderTest {

    private static final Instant NOW = Instant.parse("2020-03-26T05:22:10Z");

    private final PropertyGroups groups =
            PropertyGroups.smallest()
                    .with("format", "type", "json")
                    .with("format", "preset", "interactions")
                    .with("sink.personalize", "tracking-id", "tracker")
                    .with("sink.personalize", "spill-path", "file:///spill")
                    .with("sink.personalize", "event-types", "CLICK=Click,PAGE_VIEW=View")
                    .with("sink.personalize", "event-id", "/id")
                    .with("sink.personalize", "event-value", "/price")
                    .with("sink.personalize", "properties", "/more")
                    .with("sink.personalize", "impression", "/shown")
                    .with("sink.personalize", "recommendation-id", "/rid")
                    .with("sink.personalize", "attribution-source", "/page");

    @Test
    void theRecordOfTheSeedIsAnInteraction() throws Exception {
        RecordWithInteraction both =
                read(
                        "{\"sessionId\": 17, \"userId\": 204, \"itemId\": 731, \"eventType\":"
                                + " \"CLICK\", \"sentAt\": 1585200123}");

        Interaction interaction = both.interaction();
        assertThat(interaction.user()).isEqualTo("204");
        assertThat(interaction.session()).isEqualTo("17");
        assertThat(interaction.item()).isEqualTo("731");
        assertThat(interaction.eventType()).isEqualTo("Click");
        assertThat(interaction.time()).isEqualTo(1_585_200_123_000L);
        // The same in all versions of the job, since it must be the same in a replay: SHA-256 of
        // 3:2042:1713:15852001230005:Click3:731-1:-1:-1:-1:-1:
        assertThat(interaction.eventId()).isEqualTo("wMKWhSc8KszfDK8bfOzHJiX3-7IS2hQqMfQ0PTTKLDQ");
        assertThat(((Click) both.record()).user().asText()).isEqualTo("204");
        assertThat(((Click) both.record()).item()).isNull();
    }

    @Test
    void allThatIsMappedIsRead() throws Exception {
        Interaction interaction =
                read(record(
                                "\"id\":\"e-1\",\"price\":9.5,\"more\":{\"a\":[1,{\"b\":null}]},"
                                    + "\"shown\":[1,\"zwei\"],\"rid\":\"RID\",\"page\":\"home\""))
                        .interaction();

        assertThat(interaction)
                .isEqualTo(
                        Interaction.of("e-1", 1_585_200_123_000L, "Click", "731")
                                .user("204")
                                .session("17")
                                .eventValue(9.5f)
                                .properties("{\"a\":[1,{\"b\":null}]}")
                                .impression(new String[] {"1", "zwei"})
                                .recommendationId("RID")
                                .attributionSource("home")
                                .build());
    }

    @Test
    void propertiesAndImpressionMayBeStrings() throws Exception {
        Interaction interaction =
                read(record("\"more\":\"{\\\"a\\\":1}\",\"shown\":\"[\\\"1\\\"]\"")).interaction();

        assertThat(interaction.properties()).isEqualTo("{\"a\":1}");
        assertThat(interaction.impression()).containsExactly("1");
    }

    @Test
    void ofANameThatIsThereTwiceTheLastCounts() throws Exception {
        assertThat(read(record("\"price\":1,\"price\":null")).interaction().eventValue()).isNull();
        assertThat(read(record("\"more\":{\"a\":1},\"more\":{}")).interaction().properties())
                .isEqualTo("{}");
    }

    @Test
    void idsDependOnAllThatIsSent() throws Exception {
        String plain = read(record("\"x\":1")).interaction().eventId();

        assertThat(read(record("\"x\":2")).interaction().eventId()).isEqualTo(plain);
        assertThat(read(record("\"price\":1")).interaction().eventId()).isNotEqualTo(plain);
        assertThat(read(record("\"rid\":\"1\"")).interaction().eventId())
                .isNotEqualTo(read(record("\"page\":\"1\"")).interaction().eventId());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "itemId:null|INTERACTION_WITHOUT_ITEM|a Click needs an item",
                "itemId:''|INTERACTION_WITHOUT_ITEM|a Click needs an item",
                "sessionId:'null'|INTERACTION_WITHOUT_SESSION|the session id is the text null",
                "sentAt:1585200|INTERACTION_WRONG_UNIT|if the times are seconds",
                "rid:'\\ud83d'|INTERACTION_MALFORMED|contains half of a surrogate pair",
                "sessionId:'\\ude00'|INTERACTION_MALFORMED|contains half of a surrogate pair",
                "itemId:'<257>'|INTERACTION_TOO_LONG|the item has 257 characters; Personalize"
                        + " accepts at most 256",
                "userId:'<257>'|INTERACTION_TOO_LONG|the user has 257 characters",
                "sessionId:'<257>'|INTERACTION_TOO_LONG|the session id has 257 characters",
                "id:'<257>'|INTERACTION_TOO_LONG|the event id has 257 characters",
                "rid:'<41>'|INTERACTION_TOO_LONG|the recommendation id has 41 characters;"
                        + " Personalize accepts at most 40",
                "page:'<1025>'|INTERACTION_TOO_LONG|the attribution source has 1025 characters",
                "more:{'a':'<1018>'}|INTERACTION_TOO_LONG|the text of the properties has 1026"
                        + " characters",
                "more:{'userId':1}|INTERACTION_RESERVED_PROPERTY|the property userId is"
                        + " reserved by Personalize",
                "more:{'a':{},'impression':[]}|INTERACTION_RESERVED_PROPERTY|the property"
                        + " impression",
                "more:[1]|INTERACTION_MALFORMED|the properties are not a JSON object",
                "more:'{'|INTERACTION_MALFORMED|the properties are not valid JSON",
                "more:'{} {}'|INTERACTION_MALFORMED|there is more data after",
                "shown:'a'|INTERACTION_MALFORMED|the impression is not valid JSON",
                "shown:{}|INTERACTION_MALFORMED|the impression is not a JSON array",
                "shown:[{}]|INTERACTION_MALFORMED|the impression contains something other than",
                "shown:[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6]|INTERACTION_TOO_LONG|the"
                    + " impression has 26 items; Personalize accepts at most 25",
                "price:'a lot'|INTERACTION_MALFORMED|the event value is 'a lot', which is not a"
                        + " number",
                "price:1e99|INTERACTION_MALFORMED|the event value is '1e99'",
            })
    void whatPersonalizeWouldRefuseOrDropIsADeadLetterBesidesTheClick(
            String change, Reason reason, String detail) throws Exception {
        String json = change.replace('\'', '"');
        int colon = json.indexOf(':');
        for (int length : new int[] {41, 257, 1018, 1025}) {
            json = json.replace("<" + length + ">", "x".repeat(length));
        }
        String record = record('"' + json.substring(0, colon) + "\":" + json.substring(colon + 1));

        RecordWithInteraction both = read(record);

        assertThat(both.interaction()).isNull();
        assertThat(both.refusal().reason()).isEqualTo(reason);
        assertThat(both.refusal().detail()).contains(detail);
        assertThat(new String(both.refusal().raw().bytes(), StandardCharsets.UTF_8))
                .isEqualTo(record);
        assertThat(both.record()).isInstanceOf(Click.class);
    }

    @Test
    void theLongestThatPersonalizeTakesIsSent() throws Exception {
        String id = "x".repeat(256);
        String shown =
                IntStream.range(0, 25)
                        .mapToObj(i -> '"' + id + '"')
                        .collect(Collectors.joining(",", "[", "]"));
        assertThat(
                        read(record(
                                        "\"userId\":\"%1$s\",\"itemId\":\"%1$s\",\"id\":\"%1$s\",\"more\":{\"a\":\"%2$s\"},\"shown\":%3$s"
                                                .formatted(id, "y".repeat(1016), shown)))
                                .interaction())
                .isNotNull();
    }

    @Test
    void aRecordWithoutUserIsADeadLetterAndAnInteractionOfItsSession() throws Exception {
        RecordWithInteraction both = read(record("\"userId\":null"));

        assertThat(((DeadLetter) both.record()).reason()).isEqualTo(Reason.MISSING_USER);
        assertThat(both.interaction().user()).isNull();
        assertThat(both.interaction().session()).isEqualTo("17");
        assertThat(decode(groups, record("\"userId\":null,\"sessionId\":null")))
                .isInstanceOf(DeadLetter.class);
        assertThat(decode(groups, record("\"userId\":null,\"sentAt\":9585200123")))
                .isInstanceOf(DeadLetter.class);
        assertThat(decode(groups, record("\"userId\":null,\"sentAt\":null")))
                .isInstanceOf(DeadLetter.class);
    }

    @Test
    void otherTypesAreNoInteractionsUnlessConfigured() throws Exception {
        String other = record("\"eventType\":\"SCROLL\"");
        assertThat(decode(groups, other)).isInstanceOf(Click.class);
        assertThat(decode(groups, record("\"eventType\":null"))).isInstanceOf(Click.class);

        groups.with("sink.personalize", "other-event-types", "send");

        assertThat(read(other).interaction().eventType()).isEqualTo("SCROLL");
        assertThat(decode(groups, record("\"eventType\":null"))).isInstanceOf(Click.class);
    }

    @Test
    void botsInteractWithNothing() throws Exception {
        groups.with("bots", "user-agents", "bot").with("bots", "user-agent", "/agent");

        assertThat(decode(groups, record("\"agent\":\"a bot\""))).isInstanceOf(Click.class);
        assertThat(decode(groups, record("\"userId\":null,\"agent\":\"a bot\"")))
                .isInstanceOf(DeadLetter.class);
    }

    @Test
    void oneFieldMayBeSeveralThings() throws Exception {
        groups.with("sink.personalize", "item", "/eventType")
                .with("sink.personalize", "session-id", "/userId")
                .with("sink.personalize", "attribution-source", "/more");

        Interaction interaction = read(record("\"more\":{\"a\":1}")).interaction();

        assertThat(interaction.item()).isEqualTo("CLICK");
        assertThat(interaction.session()).isEqualTo("204");
        assertThat(interaction.properties()).isEqualTo("{\"a\":1}");
        assertThat(interaction.attributionSource()).isEqualTo("{\"a\":1}");
    }

    @Test
    void avroRecordsHaveFieldsByTheirNames() throws Exception {
        Schema schema =
                SchemaBuilder.record("Click")
                        .fields()
                        .requiredString("userid")
                        .requiredDouble("price")
                        .requiredLong("eventtimestamp")
                        .optionalString("product_type")
                        .optionalString("event_type")
                        .optionalLong("visit")
                        .requiredFloat("weight")
                        .requiredString("detail")
                        .requiredInt("id")
                        .endRecord();
        PropertyGroups avro =
                PropertyGroups.smallest()
                        .with("format", "writer-schema", schema.toString())
                        .with("sink.personalize", "tracking-id", "tracker")
                        .with("sink.personalize", "spill-path", "file:///spill")
                        .with("sink.personalize", "item", "/product_type")
                        .with("sink.personalize", "session-id", "/visit")
                        .with("sink.personalize", "event-value", "/price")
                        .with("sink.personalize", "attribution-source", "/weight")
                        .with("sink.personalize", "properties", "/detail")
                        .with("sink.personalize", "event-id", "/id");
        GenericRecord click =
                new GenericRecordBuilder(schema)
                        .set("userid", "ann")
                        .set("price", 19.75)
                        .set("eventtimestamp", 1_585_200_123_456L)
                        .set("product_type", "Books")
                        .set("event_type", "product_detail")
                        .set("visit", 17L)
                        .set("weight", 0.5f)
                        .set("detail", "{\"a\":1}")
                        .set("id", 5)
                        .build();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
        new GenericDatumWriter<GenericRecord>(schema).write(click, encoder);

        RecordWithInteraction both = (RecordWithInteraction) decode(avro, bytes.toByteArray());

        assertThat(both.interaction())
                .isEqualTo(
                        Interaction.of("5", 1_585_200_123_456L, "View", "Books")
                                .user("ann")
                                .session("17")
                                .eventValue(19.75f)
                                .properties("{\"a\":1}")
                                .attributionSource("0.5")
                                .build());
        assertThat(both.click().department()).isEqualTo("Books");
    }

    /** The seed's record with some fields in place of its own, which are left out. */
    private static String record(String changed) {
        String record = changed;
        String[][] fields = {
            {"sessionId", "17"},
            {"userId", "204"},
            {"itemId", "731"},
            {"eventType", "\"CLICK\""},
            {"sentAt", "1585200123"}
        };
        for (String[] field : fields) {
            if (!changed.contains('"' + field[0] + "\":") || changed.startsWith("\"more\"")) {
                record = '"' + field[0] + "\":" + field[1] + "," + record;
            }
        }
        return "{" + record + "}";
    }

    private RecordWithInteraction read(String record) throws Exception {
        return (RecordWithInteraction) decode(groups, record);
    }

    private static Incoming decode(PropertyGroups groups, String record) throws Exception {
        return decode(groups, record.getBytes(StandardCharsets.UTF_8));
    }

    private static Incoming decode(PropertyGroups groups, byte[] record) throws Exception {
        JobConfig config = JobConfig.parse(groups.build());
        Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
        RecordDecoder decoder =
                new RecordDecoder(
                        ClickDecoders.of(config.format(), config.optionalFields()),
                        config.format().checkoutEventTypes(),
                        BotSigns.of(config.filters()),
                        config.format().maxRecordBytes(),
                        config.eventTime().maxFutureSkew(),
                        clock,
                        config.personalize().map(each -> new InteractionReader(each, clock)));
        return InstantiationUtil.clone(decoder).decode(new RawRecord("clicks", 0, 1, record));
    }

    @Test
    void withoutTheGroupThereAreNone() throws Exception {
        assertThat(
                        decode(
                                PropertyGroups.smallest()
                                        .with("format", "type", "json")
                                        .with("format", "preset", "interactions"),
                                record("\"x\":1")))
                .isInstanceOf(Click.class);
        assertThat(Optional.ofNullable(read(record("\"x\":1")).refusal())).isEmpty();
    }
}
