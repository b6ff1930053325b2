package io.clickstream.source;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.event.Texts;
import io.clickstream.format.MalformedRecordException;
import io.clickstream.format.RecordJson;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.annotation.Nullable;

/**
 * Unpacks records that are gzip. Those of a subscription of CloudWatch Logs hold an envelope with
 * any number of log events, each of whose messages is a record ("Log group-level subscription
 * filters" in the Amazon CloudWatch Logs User Guide).
 */
final class PackedRecords {

    /** What an envelope may unpack to; CloudWatch Logs itself packs 1 MiB at most into one. */
    private static final int MAX_ENVELOPE_BYTES = 16 * 1024 * 1024;

    private static final int CHUNK_BYTES = 8192;

    private static final String DATA = "DATA_MESSAGE";

    private final int maxRecordBytes;

    /**
     * @param maxRecordBytes the longest record, unpacked
     */
    PackedRecords(int maxRecordBytes) {
        this.maxRecordBytes = maxRecordBytes;
    }

    /** What was in a record. */
    static final class Unpacked {

        /** The records. */
        final List<byte[]> records;

        /** Whether they were in an envelope, so that there may be any number of them. */
        final boolean fromEnvelope;

        private Unpacked(List<byte[]> records, boolean fromEnvelope) {
            this.records = records;
            this.fromEnvelope = fromEnvelope;
        }
    }

    /**
     * Unpacks a record that begins as gzip does.
     *
     * @throws MalformedRecordException if it can't be unpacked, or is too long
     */
    Unpacked unpack(byte[] record) throws MalformedRecordException {
        byte[] unpacked = gunzip(record, Math.max(maxRecordBytes, MAX_ENVELOPE_BYTES));
        List<byte[]> messages = messages(unpacked);
        if (messages == null && unpacked.length > maxRecordBytes) {
            throw tooLong(record, maxRecordBytes);
        }
        return messages == null
                ? new Unpacked(List.of(unpacked), false)
                : new Unpacked(messages, true);
    }

    private static byte[] gunzip(byte[] record, int limit) throws MalformedRecordException {
        ByteArrayOutputStream unpacked = new ByteArrayOutputStream(4 * record.length);
        byte[] chunk = new byte[CHUNK_BYTES];
        try (InputStream in = new GzipMembers(new ByteArrayInputStream(record), CHUNK_BYTES)) {
            for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
                unpacked.write(chunk, 0, length);
                if (unpacked.size() > limit) {
                    throw tooLong(record, limit);
                }
            }
        } catch (EOFException e) {
            throw new MalformedRecordException("the record is gzip that ends too early");
        } catch (IOException e) {
            throw new MalformedRecordException(
                    "the record is gzip that can't be unpacked: " + e.getMessage());
        }
        return unpacked.toByteArray();
    }

    private static MalformedRecordException tooLong(byte[] record, int limit) {
        return new MalformedRecordException(
                Reason.TOO_LARGE,
                record.length
                        + " bytes that gzip unpacks to more than "
                        + limit
                        + ", which is the most that is allowed");
    }

    /** The messages of an envelope; null if it is none, but a record itself. */
    @Nullable
    private static List<byte[]> messages(byte[] unpacked) throws MalformedRecordException {
        String type = null;
        List<byte[]> messages = null;
        try (JsonParser parser = RecordJson.FACTORY.createParser(unpacked)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            for (String name = parser.nextFieldName();
                    name != null;
                    name = parser.nextFieldName()) {
                JsonToken value = parser.nextToken();
                if (name.equals("messageType")) {
                    type = string(parser, value);
                } else if (name.equals("logEvents") && value == JsonToken.START_ARRAY) {
                    messages = events(parser);
                } else {
                    messages = name.equals("logEvents") ? null : messages;
                    parser.skipChildren();
                }
            }
            if (parser.nextToken() != null || !isText(unpacked)) {
                // As below.
                return null;
            }
        } catch (IOException e) {
            // Whoever decodes it says what is wrong.
            return null;
        }
        if (type == null || messages == null) {
            return null;
        }
        if (!type.equals(DATA)) {
            throw new MalformedRecordException(
                    "the record is a message of CloudWatch Logs of type "
                            + (type.length() > 40 ? "unknown" : type)
                            + ", which has no clicks; those of type "
                            + DATA
                            + " have");
        }
        if (messages.isEmpty()) {
            throw new MalformedRecordException(
                    "the record is an envelope of CloudWatch Logs without events");
        }
        return messages;
    }

    /** The parser takes bytes for characters that are none. */
    private static boolean isText(byte[] unpacked) {
        return Texts.isAscii(unpacked) || Texts.firstInvalid(unpacked, 0, unpacked.length) < 0;
    }

    @Nullable
    private static String string(JsonParser parser, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_STRING) {
            return parser.getText();
        }
        parser.skipChildren();
        return null;
    }

    /** An event without a message gives an empty record, which is refused as one. */
    private static List<byte[]> events(JsonParser parser) throws IOException {
        List<byte[]> messages = new ArrayList<>();
        for (JsonToken event = parser.nextToken();
                event != JsonToken.END_ARRAY;
                event = parser.nextToken()) {
            String message = "";
            if (event == JsonToken.START_OBJECT) {
                for (String name = parser.nextFieldName();
                        name != null;
                        name = parser.nextFieldName()) {
                    JsonToken value = parser.nextToken();
                    if (name.equals("message")) {
                        String found = string(parser, value);
                        message = found == null ? "" : found;
                    } else {
                        parser.skipChildren();
                    }
                }
            } else {
                parser.skipChildren();
            }
            messages.add(utf8(message));
        }
        return messages;
    }

    /** Half of a surrogate pair stays what it is, so that the record's decoder refuses it. */
    private static byte[] utf8(String message) {
        if (Texts.isPaired(message)) {
            return message.getBytes(StandardCharsets.UTF_8);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < message.length(); i++) {
            char c = message.charAt(i);
            if (Character.isSurrogate(c)) {
                bytes.write(0xe0 | (c >> 12));
                bytes.write(0x80 | ((c >> 6) & 0x3f));
                bytes.write(0x80 | (c & 0x3f));
            } else {
                byte[] whole = String.valueOf(c).getBytes(StandardCharsets.UTF_8);
                bytes.write(whole, 0, whole.length);
            }
        }
        return bytes.toByteArray();
    }
}
