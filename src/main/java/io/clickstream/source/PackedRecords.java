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
 * Decompresses records that are gzip. Records of a CloudWatch Logs subscription contain an envelope
 * with any number of log events, and the message of each event is a record ("Log group-level
 * subscription filters" in the Amazon CloudWatch Logs User Guide).
 */
final class PackedRecords {

    /**
     * The maximum size of a decompressed envelope. CloudWatch Logs itself puts at most 1 MiB into
     * one.
     */
    private static final int MAX_ENVELOPE_BYTES = 16 * 1024 * 1024;

    /**
     * The maximum number of events in an envelope. CloudWatch Logs accepts at most 10,000 events in
     * one batch ("PutLogEvents" in the Amazon CloudWatch Logs API Reference). An envelope of 1 MiB
     * has no more events either, because an event with its id and its time has at least 110 bytes.
     */
    private static final int MAX_EVENTS = 10_000;

    private static final int CHUNK_BYTES = 8192;

    private static final String DATA = "DATA_MESSAGE";

    private final int maxRecordBytes;

    /**
     * Creates an object without state.
     *
     * @param maxRecordBytes the maximum length of a record, decompressed
     */
    PackedRecords(int maxRecordBytes) {
        this.maxRecordBytes = maxRecordBytes;
    }

    /** The content of a record. */
    static final class Unpacked {

        /** The records. */
        final List<byte[]> records;

        /** Whether the records were in an envelope, which can contain any number of them. */
        final boolean fromEnvelope;

        private Unpacked(List<byte[]> records, boolean fromEnvelope) {
            this.records = records;
            this.fromEnvelope = fromEnvelope;
        }
    }

    /**
     * Decompresses a record that begins like gzip.
     *
     * @throws MalformedRecordException if it cannot be decompressed, or is too long
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
            throw new MalformedRecordException("the record is truncated gzip");
        } catch (IOException e) {
            throw new MalformedRecordException(
                    "the record is gzip that cannot be decompressed: " + e.getMessage());
        }
        return unpacked.toByteArray();
    }

    private static MalformedRecordException tooLong(byte[] record, int limit) {
        return new MalformedRecordException(
                Reason.TOO_LARGE,
                record.length
                        + " bytes of gzip that decompress to more than "
                        + limit
                        + " bytes, the maximum");
    }

    /** The messages of an envelope; null if the content is not an envelope but a record. */
    @Nullable
    private static List<byte[]> messages(byte[] unpacked) throws MalformedRecordException {
        String type = null;
        Events events = null;
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
                    events = new Events();
                    events.read(parser);
                } else {
                    events = name.equals("logEvents") ? null : events;
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
        if (type == null || events == null) {
            return null;
        }
        if (!type.equals(DATA)) {
            throw new MalformedRecordException(
                    "the record is a CloudWatch Logs message of type "
                            + (type.length() > 40 ? "unknown" : type)
                            + ", which contains no clicks; only the type "
                            + DATA
                            + " does");
        }
        events.check();
        return events.messages;
    }

    /** Whether the content is valid text. The parser accepts some invalid bytes as characters. */
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

    /** The log events of an envelope. An error in one event makes the whole envelope invalid. */
    private static final class Events {

        private final List<byte[]> messages = new ArrayList<>();
        private int count;

        /** The index of the first event without a message, starting at 0; -1 if all have one. */
        private int withoutMessage = -1;

        private void read(JsonParser parser) throws IOException {
            for (JsonToken event = parser.nextToken();
                    event != JsonToken.END_ARRAY;
                    event = parser.nextToken()) {
                String message = event == JsonToken.START_OBJECT ? message(parser) : null;
                parser.skipChildren();
                if (message == null && withoutMessage < 0) {
                    withoutMessage = count;
                }
                if (withoutMessage < 0 && count < MAX_EVENTS) {
                    messages.add(utf8(message));
                }
                count++;
            }
        }

        @Nullable
        private static String message(JsonParser parser) throws IOException {
            String message = null;
            for (String name = parser.nextFieldName();
                    name != null;
                    name = parser.nextFieldName()) {
                JsonToken value = parser.nextToken();
                if (name.equals("message")) {
                    message = string(parser, value);
                } else {
                    parser.skipChildren();
                }
            }
            return message;
        }

        private void check() throws MalformedRecordException {
            if (count == 0) {
                throw new MalformedRecordException(
                        "the record is a CloudWatch Logs envelope without events");
            }
            if (count > MAX_EVENTS) {
                throw new MalformedRecordException(
                        Reason.TOO_LARGE,
                        "the record is a CloudWatch Logs envelope with "
                                + count
                                + " events; at most "
                                + MAX_EVENTS
                                + " are allowed");
            }
            if (withoutMessage >= 0) {
                throw new MalformedRecordException(
                        "the record is a CloudWatch Logs envelope whose event "
                                + withoutMessage
                                + " has no string `message`; each event must have one");
            }
        }
    }

    /** Encodes half of a surrogate pair as it is, so that the record's decoder refuses it. */
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
