package io.clickstream.format;

import static io.clickstream.format.AvroRecords.bytes;
import static io.clickstream.format.AvroRecords.field;
import static io.clickstream.format.AvroRecords.record;
import static io.clickstream.format.AvroRecords.schema;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import samples.clickstream.avro.ClickEvent;

/** Records as the archive's lines. */
class RecordAsJsonTest {

    private static final JsonClickDecoder JSON = new JsonClickDecoder();
    private static final String TEXT = "{\"userid\": 1.50, \"a\":[ 1E3,\"é \\n\"]}";

    @Test
    void jsonIsItself() throws Exception {
        byte[] record = TEXT.getBytes(UTF_8);

        assertThat(JSON.toJson(record, true)).isSameAs(record);
        assertThat(JSON.toJson(record, false)).isSameAs(record);
        assertThat(record).asString(UTF_8).isEqualTo(TEXT);
    }

    @Test
    void jsonOfManyLinesIsOneLine() throws Exception {
        byte[] record = "{\r\n  \"a\": \"b\\n\",\n\"c\":1}\n".getBytes(UTF_8);
        byte[] before = record.clone();

        assertThat(JSON.toJson(record, true))
                .asString(UTF_8)
                .isEqualTo("{    \"a\": \"b\\n\", \"c\":1} ");
        assertThat(record).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", " ", "é", "\u007f"})
    void anEndOfALineIsFoundWhereverItIs(String other) throws Exception {
        for (int length = 1; length < 100; length++) {
            for (int at = 0; at < length; at++) {
                char[] text = other.repeat(length).toCharArray();
                text[at] = at % 2 == 0 ? '\n' : '\r';
                String record = new String(text);
                assertThat(JSON.toJson(record.getBytes(UTF_8), true))
                        .asString(UTF_8)
                        .isEqualTo(record.replace(text[at], ' '));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UTF-16BE",
                "UTF-16LE",
                "UTF-16",
                "x-UTF-16LE-BOM",
                "UTF-32BE",
                "UTF-32LE",
                "X-UTF-32BE-BOM",
                "X-UTF-32LE-BOM"
            })
    void jsonOfOtherEncodingsIsUtf8(String charset) throws Exception {
        for (String text : List.of(TEXT, "{}", "\n{\"学\":1}", "{ \"a\":1}")) {
            byte[] record = text.getBytes(Charset.forName(charset));

            assertThat(JSON.toJson(record, false))
                    .asString(UTF_8)
                    .isEqualTo(text.replace('\n', ' '));
        }
    }

    /** Files of lines have no byte order marks within; JSON has none at all (RFC 8259, 8.1). */
    @Test
    void jsonLosesItsByteOrderMark() throws Exception {
        byte[] record = "\uFEFF{\"学\":\n1}".getBytes(UTF_8);
        byte[] before = record.clone();

        assertThat(JSON.toJson(record, true)).asString(UTF_8).isEqualTo("{\"学\": 1}");
        assertThat(JSON.toJson("\uFEFF{}".getBytes(UTF_8), false)).asString(UTF_8).isEqualTo("{}");
        assertThat(record).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "[1]|not a JSON object",
                "6|not a JSON object",
                "~~|not a JSON object",
                "{\"a\":1}{}|there is more data after the JSON object",
                "{\"a\":|not JSON: Unexpected end-of-input",
                "{\"a\":\"b|not JSON: Unexpected end-of-input",
                "{\"a\":tru}|not JSON: Unrecognized token 'tru'"
            })
    void whatIsNoJsonObjectIsRefused(String record, String problem) {
        assertThatThrownBy(() -> JSON.toJson(record.getBytes(UTF_8), false))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessageStartingWith(problem);
    }

    @Test
    void avroOfTheLabIsWhatItsJsonWouldBe() throws Exception {
        ClickEvent event =
                new ClickEvent(
                        "66.249.1.133", 1655183298630L, "tablet", "order", null, 7496, 2L, 0L);

        assertThat(new AvroClickDecoder(ClickEvent.getClassSchema()).toJson(bytes(event), true))
                .asString(UTF_8)
                .isEqualTo(
                        "{\"ip\":\"66.249.1.133\",\"eventtimestamp\":1655183298630,"
                                + "\"devicetype\":\"tablet\",\"event_type\":\"order\","
                                + "\"product_type\":null,\"userid\":7496,\"globalseq\":2,"
                                + "\"prevglobalseq\":0}");
    }

    @Test
    void avroOfEveryTypeIsPlainJson() throws Exception {
        Schema schema = everyType();

        assertThat(new AvroClickDecoder(schema).toJson(bytes(everyValue(schema)), false))
                .asString(UTF_8)
                .isEqualTo(
                        "{\"userid\":\"Zoë \\\"Z\\\"\\n"
                            + "\",\"eventtimestamp\":-5,\"tags\":[\"a\",null],"
                            + "\"counts\":{\"é\":9223372036854775807},"
                            + "\"inner\":{\"d\":0.1,\"b\":true},\"hash\":\"\\u0000ÿ\","
                            + "\"colour\":\"BLUE\",\"f\":1.5,\"nan\":\"NaN\",\"raw\":\"\\u0001é\","
                            + "\"none\":null,\"small\":-2147483648}");
    }

    @Test
    void damagedAvroIsRefusedAndNeverWrongJson() throws Exception {
        Schema schema = everyType();
        AvroClickDecoder decoder = new AvroClickDecoder(schema);
        byte[] good = bytes(everyValue(schema));
        Random random = new Random(3);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = good.clone();
            for (int changes = random.nextInt(4); changes >= 0; changes--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            try {
                assertThat(new ObjectMapper().readTree(decoder.toJson(bad, false)).isObject())
                        .isTrue();
            } catch (MalformedRecordException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(5_000, 19_999);
    }

    @Test
    void avroWithMoreBehindItIsRefused() {
        byte[] twice = new byte[60];

        assertThatThrownBy(
                        () ->
                                new AvroClickDecoder(ClickEvent.getClassSchema())
                                        .toJson(twice, false))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessage("there is more data after the Avro datum of the writer's schema");
    }

    @Test
    void aMapsKeyIsNoLongerThanANameMayBe() throws Exception {
        Schema schema =
                schema(
                        String.join(
                                ",",
                                field("userid", "\"int\""),
                                field("eventtimestamp", "\"long\""),
                                field("counts", "{\"type\":\"map\",\"values\":\"int\"}")));
        AvroClickDecoder decoder = new AvroClickDecoder(schema);
        byte[] longest = bytes(keyed(schema, "k".repeat(1024)));
        byte[] longer = bytes(keyed(schema, "k".repeat(1025)));

        JSON.decode(decoder.toJson(longest, true), new ClickFields());
        assertThatThrownBy(() -> decoder.toJson(longer, true))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessage("a map's key has 1025 bytes; at most 1024 are allowed");
    }

    private static GenericRecord keyed(Schema schema, String key) {
        return record(schema, "userid", 1, "eventtimestamp", 1L, "counts", Map.of(key, 1));
    }

    @Test
    void aSchemaWithinItselfEndsSomewhere() throws Exception {
        Schema schema =
                schema(
                        String.join(
                                ",",
                                field("userid", "\"int\""),
                                field("eventtimestamp", "\"long\""),
                                field("next", "[\"null\",\"Click\"]")));
        byte[] deep = new byte[3 * 2000];
        for (int i = 0; i < deep.length; i += 3) {
            deep[i + 2] = 2;
        }

        assertThatThrownBy(() -> new AvroClickDecoder(schema).toJson(deep, false))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessage("nested more than 900 levels deep");
    }

    private static Schema everyType() {
        return schema(
                String.join(
                        ",",
                        field("userid", "\"string\""),
                        field("eventtimestamp", "\"long\""),
                        field("tags", "{\"type\":\"array\",\"items\":[\"null\",\"string\"]}"),
                        field("counts", "{\"type\":\"map\",\"values\":\"long\"}"),
                        field(
                                "inner",
                                "{\"type\":\"record\",\"name\":\"Inner\",\"fields\":["
                                        + field("d", "\"double\"")
                                        + ","
                                        + field("b", "\"boolean\"")
                                        + "]}"),
                        field("hash", "{\"type\":\"fixed\",\"name\":\"Hash\",\"size\":2}"),
                        field(
                                "colour",
                                "{\"type\":\"enum\",\"name\":\"Colour\","
                                        + "\"symbols\":[\"RED\",\"BLUE\"]}"),
                        field("f", "\"float\""),
                        field("nan", "\"double\""),
                        field("raw", "\"bytes\""),
                        field("none", "\"null\""),
                        field("small", "\"int\"")));
    }

    private static GenericRecord everyValue(Schema schema) {
        return record(
                schema,
                "userid",
                "Zoë \"Z\"\n",
                "eventtimestamp",
                -5L,
                "tags",
                Arrays.asList("a", null),
                "counts",
                Map.of("é", Long.MAX_VALUE),
                "inner",
                record(schema.getField("inner").schema(), "d", 0.1, "b", true),
                "hash",
                new GenericData.Fixed(
                        schema.getField("hash").schema(), new byte[] {0, (byte) 0xFF}),
                "colour",
                new GenericData.EnumSymbol(schema.getField("colour").schema(), "BLUE"),
                "f",
                1.5f,
                "nan",
                Double.NaN,
                "raw",
                ByteBuffer.wrap(new byte[] {1, (byte) 0xE9}),
                "small",
                Integer.MIN_VALUE);
    }
}
