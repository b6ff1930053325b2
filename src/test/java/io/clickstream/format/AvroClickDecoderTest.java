package io.clickstream.format;

import static io.clickstream.format.AvroRecords.bytes;
import static io.clickstream.format.AvroRecords.field;
import static io.clickstream.format.AvroRecords.record;
import static io.clickstream.format.AvroRecords.schema;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonPointer;
import io.clickstream.config.ClickField;
import io.clickstream.config.OptionalFields;
import io.clickstream.event.UserId;
import io.clickstream.testing.GzipRecords;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import samples.clickstream.avro.ClickEvent;

class AvroClickDecoderTest {

    private static final String TIME = field("eventtimestamp", "\"long\"");

    private static final String A_TIME =
            "it must be long (ms since 1970), or long with the logical type timestamp-millis,"
                    + " timestamp-micros, or timestamp-nanos, with or without the prefix local-";

    private final ClickFields fields = new ClickFields();

    @Test
    void readsTheWireSchema() throws Exception {
        decode(wireRecord("order", "Möbel"));

        assertFields(UserId.ofNumber(7496), 1_655_183_298_630L, "order", "Möbel");
    }

    @Test
    void readsNullsOfTheWireSchema() throws Exception {
        decode(wireRecord(null, null));

        assertFields(UserId.ofNumber(7496), 1_655_183_298_630L, null, null);
    }

    @Test
    void readsFieldsInAnyOrderAndSkipsAllOthers() throws Exception {
        Schema extended =
                schema(
                        String.join(
                                ",",
                                field("tags", "{\"type\":\"array\",\"items\":\"string\"}"),
                                field("product_type", "\"string\""),
                                field("counts", "{\"type\":\"map\",\"values\":\"long\"}"),
                                field(
                                        "device",
                                        "{\"type\":\"record\",\"name\":\"Device\",\"fields\":["
                                                + field("userid", "\"double\"")
                                                + ","
                                                + field("beta", "\"boolean\"")
                                                + "]}"),
                                field("userid", "\"long\""),
                                field("hash", "{\"type\":\"fixed\",\"name\":\"Hash\",\"size\":4}"),
                                field(
                                        "colour",
                                        "{\"type\":\"enum\",\"name\":\"Colour\","
                                                + "\"symbols\":[\"RED\",\"BLUE\"]}"),
                                TIME,
                                field("price", "[\"null\",\"float\",\"bytes\"]"),
                                field("nothing", "\"null\""),
                                field("event_type", "[\"null\",\"string\"]")));
        GenericData.Record device =
                (GenericData.Record)
                        record(extended.getField("device").schema(), "userid", 0.5, "beta", true);

        decode(
                record(
                        extended,
                        "tags",
                        List.of("a", "b"),
                        "product_type",
                        "Books",
                        "counts",
                        Map.of("x", 1L, "y", 2L),
                        "device",
                        device,
                        "userid",
                        9_000_000_000L,
                        "hash",
                        new GenericData.Fixed(
                                extended.getField("hash").schema(), new byte[] {1, 2, 3, 4}),
                        "colour",
                        new GenericData.EnumSymbol(extended.getField("colour").schema(), "BLUE"),
                        "eventtimestamp",
                        5L,
                        "price",
                        ByteBuffer.wrap(new byte[] {1, 2}),
                        "event_type",
                        "order_checkout"));

        assertFields(UserId.ofNumber(9_000_000_000L), 5, "order_checkout", "Books");
    }

    @Test
    void readsAPartOfSomeBytesAndNothingBehindIt() throws Exception {
        Schema schema =
                schema(
                        String.join(
                                ",",
                                field("userid", "\"int\""),
                                TIME,
                                field("product_type", "\"string\""),
                                field("tags", "{\"type\":\"array\",\"items\":\"null\"}")));
        byte[] datum =
                bytes(
                        record(
                                schema,
                                "userid",
                                7496,
                                "eventtimestamp",
                                5L,
                                "product_type",
                                "Books",
                                "tags",
                                List.of()));
        byte[] padded = new byte[datum.length + 20];
        java.util.Arrays.fill(padded, (byte) 2);
        System.arraycopy(datum, 0, padded, 7, datum.length);
        AvroClickDecoder decoder = new AvroClickDecoder(schema);

        decoder.decode(padded, 7, 7 + datum.length, fields);

        assertFields(UserId.ofNumber(7496), 5, null, "Books");
        for (int length = 0; length < datum.length; length++) {
            int end = 7 + length;
            assertThatThrownBy(() -> decoder.decode(padded, 7, end, fields))
                    .as(length + " bytes")
                    .isInstanceOf(MalformedRecordException.class);
        }
        assertThatThrownBy(() -> decoder.decode(padded, 7, 7 + datum.length + 1, fields))
                .hasMessage("there is more data after the Avro datum of the writer's schema");
        // Twelve items without bytes: more than the datum's own length, less than the array's.
        padded[7 + datum.length - 1] = 24;
        padded[7 + datum.length] = 0;
        assertThatThrownBy(() -> decoder.decode(padded, 7, 7 + datum.length + 1, fields))
                .hasMessage("a block of 12 items in a record of 11 bytes");
    }

    @Test
    void readsBlocksThatSayTheirLength() throws Exception {
        Schema schema =
                schema(
                        field("tags", "{\"type\":\"array\",\"items\":\"int\"}")
                                + ","
                                + field("userid", "\"int\"")
                                + ","
                                + TIME);
        byte[] blocks =
                bytes(
                        out -> {
                            out.writeLong(-2);
                            out.writeLong(2);
                            out.writeInt(1);
                            out.writeInt(2);
                            out.writeLong(1);
                            out.writeInt(3);
                            out.writeLong(0);
                            out.writeInt(7);
                            out.writeLong(5);
                        });

        new AvroClickDecoder(schema).decode(blocks, fields);

        assertFields(UserId.ofNumber(7), 5, null, null);
    }

    @Test
    void readsAUserOfAnyType() throws Exception {
        assertThat(user("\"int\"", 7)).isEqualTo(UserId.ofNumber(7));
        assertThat(user("\"long\"", Long.MIN_VALUE)).isEqualTo(UserId.ofNumber(Long.MIN_VALUE));
        assertThat(user("\"string\"", "Zoë")).isEqualTo(UserId.ofString("Zoë"));
        assertThat(user("\"string\"", "")).isNull();
        assertThat(user("[\"null\",\"int\",\"string\"]", null)).isNull();
        assertThat(user("[\"null\",\"int\",\"string\"]", 7)).isEqualTo(UserId.ofNumber(7));
        assertThat(user("[\"null\",\"int\",\"string\"]", "7")).isEqualTo(UserId.ofString("7"));
    }

    @Test
    void readsNoTimeAndAnEnumOfDepartments() throws Exception {
        Schema schema =
                schema(
                        field("userid", "\"int\"")
                                + ","
                                + field("eventtimestamp", "[\"null\",\"long\"]")
                                + ","
                                + field(
                                        "product_type",
                                        "{\"type\":\"enum\",\"name\":\"D\",\"symbols\":[\"Books\"]}"));

        decode(
                record(
                        schema,
                        "userid",
                        7,
                        "product_type",
                        new GenericData.EnumSymbol(
                                schema.getField("product_type").schema(), "Books")));

        assertThat(fields.hasTime()).isFalse();
        assertThat(fields.department()).isEqualTo("Books");
    }

    @Test
    void readsTheFieldsThatFiltersNeed() throws Exception {
        OptionalFields optional =
                OptionalFields.NONE
                        .with(ClickField.ID, JsonPointer.compile("/globalseq"))
                        .with(ClickField.USER_AGENT, JsonPointer.compile("/devicetype"))
                        .with(ClickField.IP, JsonPointer.compile("/ip"));

        new AvroClickDecoder(ClickEvent.getClassSchema(), optional)
                .decode(bytes(wireRecord("order", "Books")), fields);

        assertThat(fields.get(ClickField.ID)).isEqualTo("2");
        assertThat(fields.get(ClickField.USER_AGENT)).isEqualTo("tablet");
        assertThat(fields.get(ClickField.IP)).isEqualTo("66.249.1.133");
        assertFields(UserId.ofNumber(7496), 1_655_183_298_630L, "order", "Books");
    }

    @Test
    void readsAnIdOfAnyType() throws Exception {
        assertThat(id("\"int\"", 7)).isEqualTo("7");
        assertThat(id("\"long\"", -7L)).isEqualTo("-7");
        assertThat(id("\"string\"", "Zoë")).isEqualTo("Zoë");
        assertThat(id("\"string\"", "7")).isNotEqualTo("7");
        assertThat(id("\"string\"", "")).isNull();
        assertThat(id("[\"null\",\"string\"]", null)).isNull();
    }

    @Test
    void oneFieldOfARecordCanBeSeveralFieldsOfAClick() throws Exception {
        Schema schema =
                schema(field("userid", "\"int\"") + "," + TIME + "," + field("id", "\"string\""));
        OptionalFields optional =
                OptionalFields.NONE
                        .with(ClickField.ID, JsonPointer.compile("/id"))
                        .with(ClickField.EVENT_ID, JsonPointer.compile("/id"));

        new AvroClickDecoder(schema, optional)
                .decode(
                        bytes(record(schema, "userid", 7, "eventtimestamp", 5L, "id", "7")),
                        fields);

        assertThat(fields.get(ClickField.ID)).isEqualTo("\"7");
        assertThat(fields.get(ClickField.EVENT_ID)).isEqualTo("7");
    }

    @Test
    void needsNoFieldOfAFilter() throws Exception {
        OptionalFields optional =
                OptionalFields.NONE.with(ClickField.ID, JsonPointer.compile("/event_id"));

        new AvroClickDecoder(ClickEvent.getClassSchema(), optional)
                .decode(bytes(wireRecord("order", "Books")), fields);

        assertThat(fields.get(ClickField.ID)).isNull();
    }

    @Test
    void worksAfterItsWayToATaskManager() throws Exception {
        AvroClickDecoder travelled =
                InstantiationUtil.clone(new AvroClickDecoder(ClickEvent.getClassSchema()));

        travelled.decode(bytes(wireRecord("order", "Books")), fields);
        travelled.decode(bytes(wireRecord("home_page", "N/A")), fields);

        assertFields(UserId.ofNumber(7496), 1_655_183_298_630L, "home_page", "N/A");
    }

    @Test
    void takesNumbersAndBooleansForTheirText() throws Exception {
        assertThat(department("\"int\"", -7)).isEqualTo("-7");
        assertThat(department("[\"null\",\"long\"]", 2_053_013_558_920_217_191L))
                .isEqualTo("2053013558920217191");
        assertThat(department("\"double\"", 1.5)).isEqualTo("1.5");
        assertThat(department("\"float\"", 1.5F)).isEqualTo("1.5");
        assertThat(department("\"boolean\"", true)).isEqualTo("true");
    }

    private String department(String type, Object value) throws Exception {
        Schema schema =
                schema(
                        String.join(
                                ",",
                                field("userid", "\"int\""),
                                TIME,
                                field("product_type", type)));
        decode(record(schema, "userid", 7, "eventtimestamp", 5L, "product_type", value));
        return fields.department();
    }

    @Test
    void refusesAStringThatIsNoUtf8() throws Exception {
        Schema schema =
                schema(
                        String.join(
                                ",",
                                field("userid", "\"string\""),
                                TIME,
                                field("product_type", "\"string\"")));
        AvroClickDecoder decoder = new AvroClickDecoder(schema);
        byte[] good =
                bytes(record(schema, "userid", "ab", "eventtimestamp", 5L, "product_type", "cd"));

        for (int at : List.of(1, good.length - 2)) {
            byte[] bad = good.clone();
            bad[at] = (byte) 0xc1;
            bad[at + 1] = (byte) 0xa1;
            assertThatThrownBy(() -> decoder.decode(bad, fields))
                    .isInstanceOf(MalformedRecordException.class)
                    .hasMessage(
                            (at == 1 ? "userid" : "product_type")
                                    + " is a string that is not valid UTF-8");
        }
    }

    @Test
    void saysWhatARecordIsThatIsNoPlainAvro() {
        AvroClickDecoder decoder = new AvroClickDecoder(ClickEvent.getClassSchema());

        assertThatThrownBy(() -> decoder.decode(GzipRecords.gzip("click"), fields))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageStartingWith(
                        "the record is gzip; set `format / compression` to `gzip` (");
        assertThatThrownBy(() -> decoder.decode(new byte[] {0, 0, 0, 0, 7, 2, 3}, fields))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageStartingWith(
                        "the record begins with a schema registry header (Confluent's, schema"
                                + " 7); for Avro, set `format / type` to `avro` and add the"
                                + " group `registry` (");
    }

    @ParameterizedTest
    @CsvSource({
        "timestamp-millis,1655183298630,1655183298630",
        "timestamp-micros,1655183298630999,1655183298630",
        "timestamp-micros,-1,-1",
        "timestamp-nanos,1655183298630999999,1655183298630",
        "local-timestamp-millis,1655183298630,1655183298630",
        "local-timestamp-micros,1655183298630999,1655183298630",
        "local-timestamp-nanos,1655183298630999999,1655183298630"
    })
    void convertsTimesByTheirLogicalType(String type, long written, long millis) throws Exception {
        String timestamp = "{\"type\":\"long\",\"logicalType\":\"" + type + "\"}";
        for (String time : List.of(timestamp, "[\"null\"," + timestamp + "]")) {
            Schema schema =
                    schema(field("userid", "\"int\"") + "," + field("eventtimestamp", time));

            decode(record(schema, "userid", 7, "eventtimestamp", written));

            assertFields(UserId.ofNumber(7), millis, null, null);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "\"string\"|the writer's schema must be a record, found string",
                "@eventtimestamp:\"long\"|the writer's schema shop.Click has no field userid",
                "@userid:\"int\"|the writer's schema shop.Click has no field eventtimestamp",
                "@userid:\"double\",eventtimestamp:\"long\"|the writer's schema has userid as"
                        + " double; it must be int, long, or string",
                "@userid:[\"null\",\"bytes\"],eventtimestamp:\"long\"|the writer's schema has"
                        + " userid as bytes; it must be int, long, or string",
                "@userid:\"int\",eventtimestamp:\"int\"|the writer's schema has eventtimestamp as"
                        + " int; "
                        + A_TIME,
                "@userid:\"int\",eventtimestamp:{\"type\":\"long\",\"logicalType\":\"time-micros\"}|the"
                    + " writer's schema has eventtimestamp as long with the logical type"
                    + " time-micros; "
                        + A_TIME,
                "@userid:\"int\",eventtimestamp:{\"type\":\"long\",\"logicalType\":\"ticks\"}|the"
                        + " writer's schema has eventtimestamp as long with the logical type"
                        + " ticks; "
                        + A_TIME,
                "@userid:\"int\",eventtimestamp:{\"type\":\"int\",\"logicalType\":\"time-millis\"}|the"
                    + " writer's schema has eventtimestamp as int with the logical type"
                    + " time-millis; "
                        + A_TIME,
                "@userid:\"int\",eventtimestamp:{\"type\":\"int\",\"logicalType\":\"date\"}|the"
                        + " writer's schema has eventtimestamp as int with the logical type"
                        + " date; "
                        + A_TIME,
                "@userid:\"int\",eventtimestamp:\"string\"|the writer's schema has eventtimestamp"
                        + " as string; "
                        + A_TIME,
                "@userid:\"int\",eventtimestamp:\"long\",product_type:\"bytes\"|the writer's"
                        + " schema has product_type as bytes; it must be string, enum, a"
                        + " number, boolean, or null"
            })
    void refusesASchemaThatDoesNotFit(String text, String problem) {
        Schema schema =
                text.startsWith("@")
                        ? schema(
                                text.substring(1)
                                        .replaceAll(
                                                "(\\w+):(\"\\w+\"|\\[[^]]*]|\\{[^}]*})",
                                                "{\"name\":\"$1\",\"type\":$2}"))
                        : new Schema.Parser().parse(text);

        assertThatThrownBy(() -> new AvroClickDecoder(schema))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(problem);
    }

    private UserId user(String type, Object value) throws Exception {
        Schema schema = schema(field("userid", type) + "," + TIME);
        decode(record(schema, "userid", value, "eventtimestamp", 5L));
        return fields.user();
    }

    private String id(String type, Object value) throws Exception {
        Schema schema = schema(field("userid", "\"int\"") + "," + TIME + "," + field("id", type));
        new AvroClickDecoder(
                        schema, OptionalFields.NONE.with(ClickField.ID, JsonPointer.compile("/id")))
                .decode(
                        bytes(record(schema, "userid", 7, "eventtimestamp", 5L, "id", value)),
                        fields);
        return fields.get(ClickField.ID);
    }

    private static GenericData.Record wireRecord(String eventType, String department) {
        return (GenericData.Record)
                record(
                        ClickEvent.getClassSchema(),
                        "ip",
                        "66.249.1.133",
                        "eventtimestamp",
                        1_655_183_298_630L,
                        "devicetype",
                        "tablet",
                        "event_type",
                        eventType,
                        "product_type",
                        department,
                        "userid",
                        7496,
                        "globalseq",
                        2L,
                        "prevglobalseq",
                        0L);
    }

    private void decode(org.apache.avro.generic.GenericRecord record) throws Exception {
        new AvroClickDecoder(record.getSchema()).decode(bytes(record), fields);
    }

    private void assertFields(UserId user, long time, String eventType, String department) {
        assertThat(fields.user()).isEqualTo(user);
        assertThat(fields.hasTime()).isTrue();
        assertThat(fields.time()).isEqualTo(time);
        assertThat(fields.eventType()).isEqualTo(eventType);
        assertThat(fields.department()).isEqualTo(department);
    }
}
