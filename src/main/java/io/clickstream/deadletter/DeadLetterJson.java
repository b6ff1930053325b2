package io.clickstream.deadletter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.RawRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * A dead letter as one line of JSON: {@code reason}, {@code detail}, {@code source}, {@code
 * partition}, {@code offset}, {@code time} (ms since the epoch, when the reason was found), {@code
 * size} (bytes of the record), and the record itself as {@code text} where it is UTF-8, else as
 * {@code base64}.
 *
 * <p>Of a record that would make the letter longer than {@link #MAX_RENDERED} only the beginning is
 * kept, so that it fits into a topic with Kafka's default limit of 1 MiB; {@code size} and the
 * position still say what it was.
 */
public final class DeadLetterJson {

    /** Bytes that the record may take in the letter; the rest of Kafka's 1 MiB is for the rest. */
    public static final int MAX_RENDERED = 960 * 1024;

    /** Characters of the detail, which may quote the record. */
    private static final int MAX_DETAIL = 1000;

    private static final JsonFactory JSON = new JsonFactory();

    /** The letter for a topic. */
    public static byte[] toBytes(DeadLetter letter) {
        return toBytes(letter, MAX_RENDERED);
    }

    /** The letter with all of the record, however long that makes it. */
    public static byte[] toWholeBytes(DeadLetter letter) {
        return toBytes(letter, Integer.MAX_VALUE);
    }

    private static byte[] toBytes(DeadLetter letter, int maxRendered) {
        RawRecord raw = letter.raw();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256 + raw.bytes().length);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("reason", letter.reason().label());
            json.writeStringField("detail", shortened(letter.detail()));
            json.writeStringField("source", raw.source());
            json.writeStringField("partition", raw.partition());
            json.writeStringField("offset", raw.offset());
            json.writeNumberField("time", letter.time());
            json.writeNumberField("size", raw.bytes().length);
            writeRecord(raw.bytes(), maxRendered, json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("Can't happen: nothing is written but memory", e);
        }
        return bytes.toByteArray();
    }

    private static void writeRecord(byte[] record, int maxRendered, JsonGenerator json)
            throws IOException {
        if (escapedLength(record) <= maxRendered) {
            try {
                String text =
                        StandardCharsets.UTF_8
                                .newDecoder()
                                .decode(ByteBuffer.wrap(record))
                                .toString();
                json.writeStringField("text", text);
                return;
            } catch (CharacterCodingException e) {
                // Not text: as Base64.
            }
        }
        json.writeFieldName("base64");
        // Base64 makes 4 bytes of 3.
        json.writeBinary(record, 0, Math.min(record.length, maxRendered / 4 * 3));
    }

    /**
     * How long the bytes get as a JSON string: quotes and backslashes double, controls take six,
     * and a character of four bytes is written as two escapes of six.
     */
    private static long escapedLength(byte[] record) {
        long length = record.length;
        for (byte b : record) {
            if (b >= 0 && b < ' ') {
                length += 5;
            } else if (b == '"' || b == '\\') {
                length++;
            } else if ((b & 0xF8) == 0xF0) {
                length += 8;
            }
        }
        return length;
    }

    static String shortened(String detail) {
        return detail.length() <= MAX_DETAIL ? detail : detail.substring(0, MAX_DETAIL - 1) + '…';
    }

    private DeadLetterJson() {}
}
