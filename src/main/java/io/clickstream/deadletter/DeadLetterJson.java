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
 * partition}, {@code offset}, {@code time} (ms since 1970 at which the reason was found), {@code
 * size} (bytes of the record), and the record itself as {@code text} if it is UTF-8, otherwise as
 * {@code base64}.
 *
 * <p>If a record would make the letter longer than {@link #MAX_RENDERED}, only its beginning is
 * kept, so that the letter fits into a topic with Kafka's default limit of 1 MiB. {@code size} and
 * the position still identify the record.
 */
public final class DeadLetterJson {

    /**
     * The maximum number of bytes of the record in the letter. The rest of Kafka's 1 MiB is for the
     * other fields.
     */
    public static final int MAX_RENDERED = 960 * 1024;

    /** The maximum number of characters of the detail, which may quote the record. */
    private static final int MAX_DETAIL = 1000;

    private static final JsonFactory JSON = new JsonFactory();

    /** The letter for a topic. */
    public static byte[] toBytes(DeadLetter letter) {
        return render(letter, MAX_RENDERED);
    }

    /**
     * The letter for a topic that accepts less than Kafka's default. It has only as much of the
     * record as fits. Without the record, the letter may still be longer than that.
     */
    public static byte[] toBytes(DeadLetter letter, int maxBytes) {
        byte[] bytes = toBytes(letter);
        if (bytes.length <= maxBytes) {
            return bytes;
        }
        int withoutRecord = render(letter, 0).length;
        return render(letter, Math.max(0, maxBytes - withoutRecord));
    }

    /** The letter with the complete record, whatever its length. */
    public static byte[] toWholeBytes(DeadLetter letter) {
        return render(letter, Integer.MAX_VALUE);
    }

    private static byte[] render(DeadLetter letter, int maxRendered) {
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
     * The length of the bytes as a JSON string, in bytes: quotes and backslashes take two, control
     * characters six, and a character of four bytes twelve.
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
