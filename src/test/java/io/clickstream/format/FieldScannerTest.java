package io.clickstream.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.config.ClickField;
import io.clickstream.config.JobConfig;
import io.clickstream.config.JsonMapping;
import io.clickstream.config.OptionalFields;
import io.clickstream.event.StringPool;
import io.clickstream.event.UserId;
import io.clickstream.testing.PropertyGroups;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.SimpleCounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the scanner reads itself, and what it leaves to the parser. {@link JsonDecoderFuzzTest}
 * compares what they read.
 */
class FieldScannerTest {

    private static final String LAB =
            "{\"ip\":\"66.249.1.133\",\"eventtimestamp\":1655183298630,\"devicetype\":"
                    + "\"tablet\",\"event_type\":\"home_page\",\"product_type\":\"Books\","
                    + "\"userid\":7496,\"globalseq\":2,\"prevglobalseq\":0}";

    private final Counter skippedTimes = new SimpleCounter();
    private final ClickFields fields = new ClickFields();
    private FieldScanner scanner = scanner(lab());

    @ParameterizedTest
    @ValueSource(
            strings = {
                LAB,
                "{\"userid\": 7, \"eventtimestamp\": 1655183298630}",
                "{ \"userid\" : \"ann\" ,\r\n\t\"eventtimestamp\" : null }\n",
                "{\"userid\":\"Zo\u00eb\u5b66\ud83c\udfa7\",\"product_type\":\"\u00fc\"}",
                "{\"userid\":\"a\\\"\\\\\\/\\u00e9\\n\",\"product_type\":\"\\ud83c\\udfa7\"}",
                "{\"user\\u0069d\":7,\"other\":\"\\ud83d\"}",
                "{\"userid\":-0,\"product_type\":1.50,\"event_type\":true}",
                "{\"userid\":123456789012345678901234567890,\"x\":1E-400}",
                "{\"a\":{\"userid\":[{},[],[1,\"]}\",{\"b\":null}]]},\"userid\":1,\"userid\":2}",
                "{\"\":false,\"x\":\"\",\"y\":{},\"z\":[]}"
            })
    void readsWhatProducersSend(String record) {
        assertThat(reads(record)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[1,2,3,4,5,6]",
                "{\"userid\":1,}",
                "{,\"userid\":1}",
                "{\"userid\":1 \"a\":2}",
                "{\"userid\":1}{\"a\":2}",
                "{\"userid\":1}}",
                "{\"userid\":\"\\x\"}",
                "{\"userid\":\"\\u12g4\"}",
                "{\"userid\":\"ann}",
                "{\"userid\":\"ann\\\"}",
                "{\"userid\":01,\"a\":1}",
                "{\"a\":1.,\"userid\":1}",
                "{\"a\":1e,\"userid\":1}",
                "{\"a\":-,\"userid\":1}",
                "{\"a\":tru,\"userid\":1}",
                "{\"a\":nulll,\"userid\":1}",
                "{\"a\":[1,],\"userid\":1}",
                "{\"a\":[1},\"userid\":1}",
                "{\"a\":{\"b\"},\"userid\":1}",
                "{\"a\":\"\t\",\"userid\":1}",
                "{\"userid\":true}",
                "{\"userid\":\"\\ud83d\"}",
                "{\"eventtimestamp\":\"soon\"}",
                "\ufeff{\"userid\":1}"
            })
    void leavesTheRestToTheParser(String record) {
        assertThat(reads(record)).isFalse();
    }

    @Test
    void findsTheEndOfStringsOfAnyLength() {
        for (int length = 0; length < 40; length++) {
            String text = "x".repeat(length);
            assertThat(reads("{\"other\":\"" + text + "\",\"userid\":\"" + text + "y\"}")).isTrue();
            assertThat(fields.user()).isEqualTo(UserId.ofString(text + "y"));
            for (int at = 0; at < length; at++) {
                String before = "x".repeat(at);
                String behind = "x".repeat(length - at);
                assertThat(reads("{\"userid\":\"" + before + "\\n" + behind + "\"}")).isTrue();
                assertThat(fields.user()).isEqualTo(UserId.ofString(before + '\n' + behind));
                assertThat(reads("{\"userid\":\"" + before + "\u00e4" + behind + "\"}")).isTrue();
                assertThat(fields.user()).isEqualTo(UserId.ofString(before + '\u00e4' + behind));
                assertThat(reads("{\"other\":\"" + before + '\u0001' + behind + "\"}")).isFalse();
            }
        }
    }

    @Test
    void readsNumbersOfAnyLength() {
        String digits = "1234567890123456789";
        for (int length = 1; length <= digits.length(); length++) {
            long number = Long.parseLong(digits.substring(0, length));
            assertThat(reads("{\"userid\":" + number + ",\"globalseq\":1}")).isTrue();
            assertThat(fields.user()).isEqualTo(UserId.ofNumber(number));
            assertThat(reads("{\"a\":1,\"userid\":" + -number + "}")).isTrue();
            assertThat(fields.user()).isEqualTo(UserId.ofNumber(-number));
        }
        assertThat(reads("{\"userid\":" + Long.MIN_VALUE + "}")).isTrue();
        assertThat(fields.user()).isEqualTo(UserId.ofNumber(Long.MIN_VALUE));
        assertThat(reads("{\"userid\":9223372036854775808}")).isTrue();
        assertThat(fields.user()).isEqualTo(UserId.ofNumberLiteral("9223372036854775808"));
    }

    /** Each of them is cut off in the middle of a word that is looked at. */
    @Test
    void readsNothingBehindTheEndOfARecord() {
        byte[] whole = LAB.getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < whole.length; length++) {
            fields.clear();
            assertThat(scanner.read(Arrays.copyOf(whole, length), fields)).isFalse();
        }
    }

    @Test
    void leavesDeepRecordsToTheParser() {
        assertThat(reads("{\"a\":" + "[".repeat(60) + "]".repeat(60) + ",\"userid\":1}")).isTrue();
        assertThat(reads("{\"a\":" + "[".repeat(61) + "]".repeat(61) + ",\"userid\":1}")).isFalse();
        assertThat(reads("{\"a\":" + "[".repeat(500_000) + "}")).isFalse();
    }

    @Test
    void readsAnyNumberOfEscapes() {
        assertThat(reads("{\"a\":\"" + "\\n".repeat(500_000) + "\",\"userid\":1}")).isTrue();
    }

    @Test
    void findsFieldsAmongAnyNumberOfNames() {
        for (int i = 0; i < 5_000; i++) {
            assertThat(reads("{\"name" + i + "\":0,\"userid\":" + i + ",\"b\":{\"c\":1}}"))
                    .isTrue();
            assertThat(fields.user()).isEqualTo(UserId.ofNumber(i));
        }
        assertThat(reads("{\"" + "n".repeat(900) + "\":0,\"userid\":5}")).isTrue();
        assertThat(fields.user()).isEqualTo(UserId.ofNumber(5));
    }

    @Test
    void takesNoNameForAnotherOneThatIsExpected() {
        assertThat(reads("{\"a\":1,\"userid\":2,\"c\":3}")).isTrue();
        assertThat(reads("{\"a\":1,\"userie\":2,\"c\":3}")).isTrue();
        assertThat(fields.user()).isNull();
        assertThat(reads("{\"userid\":4,\"a\":1}")).isTrue();
        assertThat(fields.user()).isEqualTo(UserId.ofNumber(4));
        // The comma belongs to what was behind the first value, not to what begins an object.
        assertThat(reads("{,\"userid\":2,\"c\":3}")).isFalse();
        assertThat(reads("{\"a\":1\"userid\":2,\"c\":3}")).isFalse();
    }

    @Test
    void findsFieldsWhoseNamesAreNotAscii() {
        scanner = scanner(lab().with("format", "user", "/\u987e\u5ba2/\u00e9"));

        for (int i = 0; i < 3; i++) {
            assertThat(reads("{\"\u987e\u5ba2\": {\"\u00e9\": 7}, \"x\": 1}")).isTrue();
            assertThat(fields.user()).isEqualTo(UserId.ofNumber(7));
        }
    }

    @Test
    void readsElementsByTheirPlaces() {
        scanner =
                scanner(
                        lab().with("format", "user", "/a/3,/a/1/id")
                                .with("format", "department", "/a/0"));

        assertThat(reads("{\"a\":[\"Books\", {\"id\":7}, [[]], null, 5]}")).isTrue();
        assertThat(fields.user()).isEqualTo(UserId.ofNumber(7));
        assertThat(fields.department()).isEqualTo("Books");
        assertThat(reads("{\"a\":[\"Toys\", {\"id\":7}, 0, \"ann\"]}")).isTrue();
        assertThat(fields.user()).isEqualTo(UserId.ofString("ann"));
        assertThat(reads("{\"a\":[\"Toys\",]}")).isFalse();
    }

    @Test
    void copiesObjectsForInteractions() {
        scanner =
                scanner(
                        lab().with("sink.personalize", "tracking-id", "t")
                                .with("sink.personalize", "region", "eu-west-1")
                                .with("sink.personalize", "spill-path", "file:///tmp/spill")
                                .with("sink.personalize", "item", "/item")
                                .with("sink.personalize", "properties", "/properties"));

        assertThat(reads("{\"item\":7,\"properties\": {\"a\": [1, \"\\u0041\"]},\"userid\":1}"))
                .isTrue();
        assertThat(fields.get(ClickField.PROPERTIES)).isEqualTo("{\"a\":[1,\"A\"]}");
        assertThat(fields.get(ClickField.INTERACTION_ITEM)).isEqualTo("7");
    }

    @Test
    void countsNoTimesOfRecordsThatItLeavesToTheParser() {
        scanner =
                scanner(
                        lab().with("format", "time-format", "iso-8601")
                                .with("format", "time-zone", "Europe/Berlin"));

        assertThat(reads("{\"eventtimestamp\":\"2022-03-27T02:30:00\",\"a\":01}")).isFalse();
        assertThat(skippedTimes.getCount()).isZero();
        assertThat(reads("{\"eventtimestamp\":\"2022-03-27T02:30:00\",\"a\":1}")).isTrue();
        assertThat(skippedTimes.getCount()).isEqualTo(1);
    }

    private boolean reads(String record) {
        fields.clear();
        return scanner.read(record.getBytes(StandardCharsets.UTF_8), fields);
    }

    private static PropertyGroups lab() {
        return PropertyGroups.smallest().with("format", "type", "json");
    }

    private FieldScanner scanner(PropertyGroups groups) {
        JobConfig config = JobConfig.parse(groups.build());
        JsonMapping mapping = config.format().mapping();
        OptionalFields optional = config.optionalFields();
        return new FieldScanner(
                mapping,
                FieldTree.of(mapping, optional),
                new JsonTimeReader(mapping, skippedTimes, new SimpleCounter()),
                new StringPool());
    }
}
