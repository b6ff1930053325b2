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

    /**
     * What an envelope may hold. CloudWatch Logs takes at most 10,000 events in one batch
     * ("PutLogEvents" in the Amazon CloudWatch Logs API Reference). An envelope of 1 MiB has no
     * more either, since an event with its id and its time has at least 110 bytes.
     */
    private static final int MAX_EVENTS = 10_000;

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

    /** The messages of an envelope; null if it is none, but a record itself. */
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

    /** The log events of an envelope. What is wrong with one makes the whole envelope refused. */
    private static final class Events {

        private final List<byte[]> messages = new ArrayList<>();
        private int count;

        /** The number, from 0, of the first event that has no message; -1 if all have one. */
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
