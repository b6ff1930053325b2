package io.clickstream.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.event.RawRecord;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadLetterJsonTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int KAFKA_LIMIT = 1024 * 1024;

    /** Room for the record's key, headers and framing. */
    private static final int OVERHEAD = 512;

    @Test
    void writesTextAsText() {
        assertThat(
                        text(
                                letter(
                                        Reason.MISSING_USER,
                                        "no \"user\"",
                                        "{\"a\":\"é\"}\t".getBytes(UTF_8))))
                .isEqualTo(
                        "{\"reason\":\"missing-user\",\"detail\":\"no \\\"user\\\"\","
                                + "\"source\":\"clicks\",\"partition\":\"3\",\"offset\":\"42\","
                                + "\"time\":1655183298630,\"size\":11,"
                                + "\"text\":\"{\\\"a\\\":\\\"é\\\"}\\t\"}");
    }

    @Test
    void writesOtherBytesAsBase64() {
        assertThat(text(letter(Reason.MALFORMED, "not JSON", new byte[] {(byte) 0xFF, 0, 1})))
                .endsWith("\"size\":3,\"base64\":\"/wAB\"}");
    }

    @Test
    void writesNothingAsText() {
        assertThat(text(letter(Reason.MALFORMED, "empty", new byte[0])))
                .endsWith("\"size\":0,\"text\":\"\"}");
    }

    @Test
    void escapesControlCharacters() {
        assertThat(text(letter(Reason.MALFORMED, "not JSON", new byte[] {0, 31, 127, '\n'})))
                .endsWith("\"text\":\"\\u0000\\u001F\u007f\\n\"}");
    }

    @Test
    void isOneLine() {
        assertThat(text(letter(Reason.MALFORMED, "two\nlines", "a\nb\r\nc".getBytes(UTF_8))))
                .doesNotContain("\n", "\r");
    }

    @Property(tries = 500)
    void keepsEveryByte(@ForAll @Size(max = 200) byte[] record) throws Exception {
        JsonNode letter = JSON.readTree(bytes(letter(Reason.MALFORMED, "not JSON", record)));

        byte[] kept =
                letter.has("text")
                        ? letter.get("text").asText().getBytes(UTF_8)
                        : letter.get("base64").binaryValue();
        assertThat(kept).isEqualTo(record);
        assertThat(letter.get("size").asInt()).isEqualTo(record.length);
    }

    @Property(tries = 500)
    void keepsEveryText(@ForAll String record) throws Exception {
        byte[] utf8 = record.getBytes(UTF_8);

        assertThat(JSON.readTree(bytes(letter(Reason.LATE, "", utf8))).get("text").asText())
                .isEqualTo(new String(utf8, UTF_8));
    }

    @Test
    void keepsTheWholeRecordUpToTheLimit() throws Exception {
        byte[] fits = filled("a", DeadLetterJson.MAX_RENDERED);
        byte[] tooLong = filled("a", DeadLetterJson.MAX_RENDERED + 1);

        JsonNode whole = JSON.readTree(bytes(letter(Reason.TOO_LARGE, "", fits)));
        JsonNode part = JSON.readTree(bytes(letter(Reason.TOO_LARGE, "", tooLong)));

        assertThat(whole.get("text").asText()).hasSize(DeadLetterJson.MAX_RENDERED);
        assertThat(part.has("text")).isFalse();
        assertThat(part.get("size").asInt()).isEqualTo(DeadLetterJson.MAX_RENDERED + 1);
        assertThat(part.get("base64").binaryValue())
                .isEqualTo(Arrays.copyOf(tooLong, DeadLetterJson.MAX_RENDERED / 4 * 3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "\u0000", "\"", "\\", "\n", "é", "学", "🎧", "\u0000🎧", "\u007f"})
    void fitsIntoATopicWhateverTheRecordIs(String pattern) {
        int bytesOfPattern = pattern.getBytes(UTF_8).length;
        for (int rendered : new int[] {1, 2, 3, 6, 12}) {
            // Around the length at which the rendered text would reach the limit.
            int length = DeadLetterJson.MAX_RENDERED / rendered / bytesOfPattern * bytesOfPattern;
            assertFits(filled(pattern, length));
            assertFits(filled(pattern, length + bytesOfPattern));
        }
        assertFits(filled(pattern, 3 * KAFKA_LIMIT));
    }

    @Test
    void fitsIntoATopicWhateverTheBytesAre() {
        byte[] bytes = new byte[3 * KAFKA_LIMIT];
        new Random(1).nextBytes(bytes);

        assertFits(bytes);
        assertFits(Arrays.copyOf(bytes, DeadLetterJson.MAX_RENDERED));
        assertFits(Arrays.copyOf(bytes, DeadLetterJson.MAX_RENDERED / 4 * 3));
    }

    @Test
    void fitsIntoATopicHoweverLongTheDetailIs() throws Exception {
        byte[] letter =
                bytes(
                        letter(
                                Reason.LATE,
                                "\u0000".repeat(KAFKA_LIMIT),
                                filled("a", DeadLetterJson.MAX_RENDERED)));

        assertThat(letter).hasSizeLessThan(KAFKA_LIMIT - OVERHEAD);
        assertThat(JSON.readTree(letter).get("detail").asText()).hasSize(1000).endsWith("\u0000…");
    }

    private static void assertFits(byte[] record) {
        assertThat(bytes(letter(Reason.MALFORMED, "x".repeat(1000), record)).length)
                .as("%s bytes", record.length)
                .isLessThan(KAFKA_LIMIT - OVERHEAD);
    }

    private static byte[] filled(String pattern, int length) {
        byte[] bytes = pattern.getBytes(UTF_8);
        byte[] filled = new byte[length];
        for (int i = 0; i < length; i++) {
            filled[i] = bytes[i % bytes.length];
        }
        return filled;
    }

    private static DeadLetter letter(Reason reason, String detail, byte[] record) {
        return new DeadLetter(
                reason, detail, new RawRecord("clicks", 3, 42, record), 1_655_183_298_630L);
    }

    private static byte[] bytes(DeadLetter letter) {
        return DeadLetterJson.toBytes(letter);
    }

    private static String text(DeadLetter letter) {
        return new String(bytes(letter), UTF_8);
    }
}
