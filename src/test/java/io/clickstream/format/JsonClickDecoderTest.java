package io.clickstream.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.event.UserId;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonClickDecoderTest {

    private static final String LAB =
            "{\"ip\": \"66.249.1.133\", \"eventtimestamp\": 1655183298630, \"devicetype\":"
                    + " \"tablet\", \"event_type\": \"home_page\", \"product_type\": \"N/A\","
                    + " \"userid\": 7496, \"globalseq\": 2, \"prevglobalseq\": 0}";

    private final JsonClickDecoder decoder = new JsonClickDecoder();
    private final ClickFields fields = new ClickFields();

    @Test
    void readsALineOfTheLab() throws Exception {
        decode(LAB);

        assertFields(UserId.ofNumber(7496), 1_655_183_298_630L, "home_page", "N/A");
    }

    @Test
    void readsFieldsInAnyOrder() throws Exception {
        decode(
                "{\"product_type\":\"Books\",\"userid\":\"ann\",\"event_type\":\"order\","
                        + "\"eventtimestamp\":5}");

        assertFields(UserId.ofString("ann"), 5, "order", "Books");
    }

    @Test
    void takesTheLastOfFieldsThatAreThereTwice() throws Exception {
        decode(
                "{\"userid\":1,\"eventtimestamp\":1,\"event_type\":\"a\",\"product_type\":\"b\","
                        + "\"userid\":2,\"eventtimestamp\":2,\"event_type\":\"c\","
                        + "\"product_type\":\"d\"}");

        assertFields(UserId.ofNumber(2), 2, "c", "d");
    }

    @Test
    void letsALaterNullTakeValuesAway() throws Exception {
        decode(
                "{\"userid\":1,\"eventtimestamp\":1,\"event_type\":\"a\",\"product_type\":\"b\","
                        + "\"userid\":null,\"eventtimestamp\":null,\"event_type\":null,"
                        + "\"product_type\":null}");

        assertNothingFound();
    }

    @Test
    void skipsOtherFieldsHoweverDeepTheyAre() throws Exception {
        decode(
                "{\"a\":{\"userid\":9,\"b\":[{\"eventtimestamp\":9}]},\"userid\":1,\"c\":[[],{},"
                        + "\"]}\"],\"eventtimestamp\":2,\"d\":1e999,\"e\":true}");

        assertFields(UserId.ofNumber(1), 2, null, null);
    }

    @Test
    void resolvesEscapes() throws Exception {
        decode(
                "{\"user\\u0069d\":\"a\\\"\\\\\\/\\u00e9\\n\",\"eventtimestamp\":1,"
                        + "\"product_type\":\"\\ud83c\\udfa7\\u5b66\"}");

        assertFields(UserId.ofString("a\"\\/é\n"), 1, null, "🎧学");
    }

    @Test
    void readsCharactersOfAnyLength() throws Exception {
        decode("{\"userid\":\"Zoë学🎧\",\"eventtimestamp\":1,\"product_type\":\"Möbel\"}");

        assertFields(UserId.ofString("Zoë学🎧"), 1, null, "Möbel");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "7|7",
                "-3|-3",
                "0|0",
                "9223372036854775807|9223372036854775807",
                "-9223372036854775808|-9223372036854775808",
                "9223372036854775808|9223372036854775808",
                "123456789012345678901234567890|123456789012345678901234567890",
                "-0|-0",
                "-0.0|-0.0",
                "1.50|1.50",
                "1e5|1e5",
                "1E400|1E400",
                "\"7\"|\"7\"",
                "\" \"|\" \"",
                "\"null\"|\"null\""
            })
    void keepsAUserAsItCame(String json, String expected) throws Exception {
        decode("{\"userid\":" + json + "}");

        assertThat(fields.user().asJson()).isEqualTo(expected);
    }

    @Test
    void tellsUsersApartByHowTheyAreWritten() throws Exception {
        assertThat(user("7")).isEqualTo(UserId.ofNumber(7)).isNotEqualTo(user("\"7\""));
        assertThat(user("1")).isNotEqualTo(user("1.0"));
        assertThat(user("0")).isNotEqualTo(user("-0"));
        assertThat(user("\"\\u0041\"")).isEqualTo(user("\"A\""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {"{}", "{\"userid\":null}", "{\"userid\":\"\"}", " {\"eventtimestamp\":null} "})
    void findsNothingWhereThereIsNothing(String json) throws Exception {
        decode(json);

        assertNothingFound();
    }

    @Test
    void forgetsTheRecordBefore() throws Exception {
        decode(LAB);
        decode("{}");

        assertNothingFound();
    }

    @Test
    void keepsAnEmptyEventTypeAndDepartment() throws Exception {
        decode("{\"event_type\":\"\",\"product_type\":\"\"}");

        assertThat(fields.eventType()).isEmpty();
        assertThat(fields.department()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "~~|empty",
                "~  ~|empty",
                "null|expected a JSON object, found null",
                "[1]|expected a JSON object, found an array",
                "\"click\"|expected a JSON object, found a string",
                "12|expected a JSON object, found an integer",
                "1.5|expected a JSON object, found a fraction",
                "true|expected a JSON object, found a boolean",
                "click|not JSON: Unrecognized token 'click'",
                "66.249.1.133,home_page|not JSON: Unexpected character ('.' (code 46))",
                "<click/>|not JSON: Unexpected character ('<' (code 60))",
                "{|not JSON: Unexpected end-of-input",
                "{\"userid\"|not JSON: Unexpected end-of-input",
                "{\"userid\":|not JSON: Unexpected end-of-input",
                "{\"userid\":1|not JSON: Unexpected end-of-input",
                "{\"userid\":1,|not JSON: Unexpected end-of-input",
                "{\"userid\":1,}|not JSON: Unexpected character ('}' (code 125))",
                "{\"userid\":\"ann|not JSON: Unexpected end-of-input in VALUE_STRING",
                "{\"userid\" 1}|not JSON: Unexpected character ('1' (code 49)): was expecting a"
                        + " colon",
                "{\"userid\":1 \"a\":2}|not JSON: Unexpected character ('\"' (code 34)): was"
                        + " expecting comma",
                "{userid:1}|not JSON: Unexpected character ('u' (code 117))",
                "{'userid':1}|not JSON: Unexpected character (''' (code 39))",
                "{\"userid\":tru}|not JSON: Unrecognized token 'tru'",
                "{\"userid\":NaN}|not JSON: Non-standard token 'NaN'",
                "{\"userid\":01}|not JSON: Invalid numeric value: Leading zeroes not allowed",
                "{\"userid\":+1}|not JSON: Unexpected character ('+' (code 43))",
                "{\"userid\":.5}|not JSON: Unexpected character ('.' (code 46))",
                "{\"userid\":\"\\x\"}|not JSON: Unrecognized character escape 'x'",
                "{\"userid\":\"\\u12\"}|not JSON: Unexpected character ('\"' (code 34)): expected a"
                        + " hex-digit",
                "{\"a\":/**/1}|not JSON: Unexpected character ('/' (code 47))",
                "{\"a\":[1,2}|not JSON: Unexpected close marker '}': expected ']' (for Array"
                        + " starting at column 6), at byte 9",
                "{\"userid\":1}{|there is more data after the JSON object",
                "{\"userid\":1} {\"userid\":2}|there is more data after the JSON object",
                "{\"userid\":1} x|not JSON: Unrecognized token 'x'",
                "{\"userid\":true}|/userid must be a number or a string, found a boolean",
                "{\"userid\":{}}|/userid must be a number or a string, found an object",
                "{\"userid\":[7]}|/userid must be a number or a string, found an array",
                "{\"eventtimestamp\":\"soon\"}|/eventtimestamp must be an integer (ms since 1970),"
                        + " found 'soon'",
                "{\"eventtimestamp\":5.0}|/eventtimestamp must be an integer (ms since 1970), found"
                        + " a fraction",
                "{\"event_type\":{}}|/event_type must be a string, a number, a boolean, or null,"
                        + " found an object",
                "{\"product_type\":[\"a\"]}|/product_type must be a string, a number, a boolean,"
                        + " or null, found an array",
                "{\"userid\":\"\\ud83d\"}|/userid contains half of a surrogate pair, which is"
                        + " not a character",
                "{\"userid\":\"a\\udc00\\ud83d\"}|/userid contains half of a surrogate pair",
                "{\"event_type\":\"\\ud83dx\"}|/event_type contains half of a surrogate pair",
                "{\"product_type\":\"\\udf00\"}|/product_type contains half of a surrogate pair"
            })
    void saysWhatIsWrong(String record, String problem) {
        assertMalformed(record.getBytes(StandardCharsets.UTF_8), problem);
    }

    @Test
    void takesNumbersAndBooleansForTheirText() throws Exception {
        decode("{\"userid\":1,\"event_type\":1.50,\"product_type\":2053013558920217191}");
        assertThat(fields.eventType()).isEqualTo("1.50");
        assertThat(fields.department()).isEqualTo("2053013558920217191");

        decode("{\"event_type\":true,\"product_type\":false}");
        assertThat(fields.eventType()).isEqualTo("true");
        assertThat(fields.department()).isEqualTo("false");

        decode("{\"event_type\":-0,\"product_type\":1e5}");
        assertThat(fields.eventType()).isEqualTo("-0");
        assertThat(fields.department()).isEqualTo("1e5");
    }

    @Test
    void keepsWholeSurrogatePairs() throws Exception {
        decode("{\"userid\":\"\\ud83c\\udfa7\",\"product_type\":\"x\\ud83c\\udfa7\"}");

        assertThat(fields.user()).isEqualTo(UserId.ofString("🎧"));
        assertThat(fields.department()).isEqualTo("x🎧");
    }

    /** In the department's place, and in that of a field that nobody reads. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "C080", // overlong
                "C1A1",
                "E08080",
                "E09FBF",
                "F0808080",
                "F08FBFBF",
                "EDA080", // surrogates, encoded
                "EDBFBF",
                "EDA0BDEDB8A1",
                "F4908080", // above U+10FFFF
                "F7BFBFBF",
                "C3", // cut off
                "E282",
                "F09F8E",
                "80", // continued, but not begun
                "FF"
            })
    void refusesWhatIsNoUtf8(String hex) {
        byte[] bad = HexFormat.of().parseHex(hex);
        for (String name : List.of("product_type", "userid", "other")) {
            ByteArrayOutputStream record = new ByteArrayOutputStream();
            record.writeBytes(
                    ("{\"userid\":1,\"" + name + "\":\"").getBytes(StandardCharsets.UTF_8));
            record.writeBytes(bad);
            record.writeBytes("\"}".getBytes(StandardCharsets.UTF_8));

            // The parser makes halves of surrogate pairs of some, which a user must not have
            // either.
            assertThatThrownBy(() -> decoder.decode(record.toByteArray(), fields))
                    .isInstanceOf(MalformedRecordException.class)
                    .hasMessageMatching(
                            "not JSON: [iI]nvalid UTF-8.*|/.* contains half of a surrogate pair.*");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16BE", "UTF-16LE", "UTF-32BE", "UTF-32LE"})
    void readsOtherEncodingsAndRefusesWhatIsNoTextInThem(String charset) throws Exception {
        String record = "{\"userid\":\"Zoë学🎧\",\"eventtimestamp\":1}";

        decoder.decode(record.getBytes(charset), fields);

        assertThat(fields.user()).isEqualTo(UserId.ofString("Zoë学🎧"));
        if (charset.startsWith("UTF-16")) {
            ByteBuffer half = ByteBuffer.allocate(2 * record.length());
            half.order(charset.endsWith("LE") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
            half.asCharBuffer().put(record.replace("🎧", "\ud83c "));
            byte[] bytes = half.array();
            assertMalformed(bytes, "not JSON: invalid " + charset);
        } else {
            ByteBuffer halves = ByteBuffer.allocate(4 * record.length());
            halves.order(charset.endsWith("LE") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
            halves.asIntBuffer().put(record.chars().toArray());
            assertMalformed(halves.array(), "not JSON: invalid " + charset);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"a\":NaN}|not JSON: Non-standard token 'NaN', at byte 8",
                "{\"a\":-Infinity}|not JSON: Non-standard token '-Infinity', at byte",
                "{\"a\":+1}|not JSON: Unexpected character ('+' (code 43)) in numeric value: JSON"
                        + " spec does not allow numbers to have plus signs, at byte 6",
                "{\"a\":/**/1}|not JSON: Unexpected character ('/' (code 47)): maybe a"
                        + " (non-standard) comment?, at byte 5"
            })
    void namesNoSwitchesOfTheParser(String record, String detail) {
        assertMalformed(record.getBytes(StandardCharsets.UTF_8), detail);
    }

    @Test
    void namesNoSwitchesOfTheParserWhereALimitIsReached() {
        for (String record :
                List.of(
                        "{\"a\":" + "[".repeat(2000) + "]".repeat(2000) + "}",
                        "{\"userid\":" + "1".repeat(2000) + "}",
                        "{\"" + "a".repeat(2000) + "\":1}",
                        "{\"a\":1."
                                + "1".repeat(2000)
                                + ",\"userid\":1."
                                + "1".repeat(2000)
                                + "}")) {
            assertThatThrownBy(() -> decode(record))
                    .isInstanceOf(MalformedRecordException.class)
                    .message()
                    .doesNotContain("`", "Stream", "Feature");
        }
    }

    @Property(tries = 5000)
    void namesNoSwitchesOfTheParserWhateverTheRecord(@ForAll long seed) {
        Random random = new Random(seed);
        String odd = "+-.,:/*'\"\\\u0001[]{}NI0e#";
        byte[] record = LAB.getBytes(StandardCharsets.UTF_8);
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            record[random.nextInt(record.length)] = (byte) odd.charAt(random.nextInt(odd.length()));
        }
        try {
            new JsonClickDecoder().decode(record, new ClickFields());
        } catch (MalformedRecordException e) {
            assertThat(e.getMessage())
                    .doesNotContain("Feature", "ALLOW_", "REDACTED", "Source:", "StreamRead");
        }
    }

    @Test
    void leavesAloneWhatNobodyReads() throws Exception {
        decode("{\"userid\":1,\"eventtimestamp\":2,\"other\":\"\\ud83d\"}");

        assertThat(fields.user()).isEqualTo(UserId.ofNumber(1));
    }

    @ParameterizedTest
    @CsvSource({
        "7B2261223A22FF227D,not JSON: Invalid UTF-8 start byte 0xff",
        "7B2261223A22C3227D,not JSON: Invalid UTF-8 middle byte 0x22",
        "7B2261223A2201227D,'not JSON: Illegal unquoted character ((CTRL-CHAR, code 1))'",
        "010203,'not JSON: Illegal character ((CTRL-CHAR, code 1))'",
        "1F8B0800,the record is gzip; set `format / compression` to `gzip`",
        "0000000007027B,'the record begins with a schema registry header (Confluent''s, schema"
                + " 7); for Avro, set `format / type` to `avro` and add the group `registry`'",
        "0000000007,'not JSON: '",
        "0300000102030405060708090A0B0C0D0E0F7B,'the record begins with a schema registry header"
                + " (Glue''s, schema version 00010203-0405-0607-0809-0a0b0c0d0e0f)'",
        "0305000102030405060708090A0B0C0D0E0F78,'the record begins with a schema registry header"
                + " (Glue''s, schema version 00010203-'",
        "007B0022,'not JSON: Unexpected end-of-input'",
        "0000007B00000022,'not JSON: Unexpected end-of-input'",
        "007B,not JSON: Unexpected end-of-input"
    })
    void saysWhatIsWrongWithBytes(String hex, String problem) {
        assertMalformed(HexFormat.of().parseHex(hex), problem);
    }

    @Example
    void givesUpOnWhatIsTooDeepOrTooLong() {
        assertMalformed(
                ("{\"a\":" + "[".repeat(100_000)).getBytes(StandardCharsets.UTF_8),
                "not JSON: Document nesting depth (1001) exceeds");
        assertMalformed(
                ("{\"userid\":" + "9".repeat(100_000) + "}").getBytes(StandardCharsets.UTF_8),
                "not JSON: Number value length (100000) exceeds");
    }

    @Property(tries = 2000)
    void throwsNothingElseOnAnyBytes(@ForAll byte[] record) {
        assertMalformedOrFine(record);
    }

    /** Changed bytes get deeper into the decoder than random ones. */
    @Property(tries = 2000)
    void throwsNothingElseOnDamagedRecords(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] record = LAB.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i <= random.nextInt(4); i++) {
            record[random.nextInt(record.length)] = (byte) random.nextInt(256);
        }

        assertMalformedOrFine(record);
    }

    private void assertMalformedOrFine(byte[] record) {
        try {
            decoder.decode(record, fields);
        } catch (MalformedRecordException e) {
            assertThat(e.getMessage()).isNotBlank().doesNotContain("\n");
        }
    }

    private void assertMalformed(byte[] record, String problem) {
        assertThatThrownBy(() -> decoder.decode(record, fields))
                .isInstanceOf(MalformedRecordException.class)
                .message()
                .startsWith(problem)
                .doesNotContain("Source", "\n");
    }

    private void assertFields(UserId user, long time, String eventType, String department) {
        assertThat(fields.user()).isEqualTo(user);
        assertThat(fields.hasTime()).isTrue();
        assertThat(fields.time()).isEqualTo(time);
        assertThat(fields.eventType()).isEqualTo(eventType);
        assertThat(fields.department()).isEqualTo(department);
    }

    private void assertNothingFound() {
        assertThat(fields.user()).isNull();
        assertThat(fields.hasTime()).isFalse();
        assertThat(fields.eventType()).isNull();
        assertThat(fields.department()).isNull();
    }

    private UserId user(String json) throws MalformedRecordException {
        decode("{\"userid\":" + json + "}");
        return fields.user();
    }

    private void decode(String json) throws MalformedRecordException {
        decoder.decode(json.getBytes(StandardCharsets.UTF_8), fields);
    }
}
