package io.clickstream.source.kinesis;

import com.fasterxml.jackson.databind.JsonNode;
import io.clickstream.event.DeadLetter.Reason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import javax.annotation.Nullable;

/**
 * What records must become, decided slowly and without the job's code: one line for each click or
 * dead letter. A line of a click has all that a record says about it, that of a letter its reason.
 */
final class ReferenceDecoder {

    /** In front of a user that is a number. */
    static final String NUMBER = "number ";

    /** In front of a user that is a string. */
    static final String TEXT = "text ";

    private static final int MAX_NAME = 1024;

    /** What a record is no click for. */
    static final class Refused extends Exception {

        private static final long serialVersionUID = 1L;

        private final Reason reason;

        Refused(Reason reason) {
            super(reason.label(), null, false, false);
            this.reason = reason;
        }

        Reason reason() {
            return reason;
        }
    }

    /** What a record says. */
    static final class Fields {
        @Nullable String user;
        @Nullable Long time;
        @Nullable String eventType;
        @Nullable String department;
        @Nullable String id;
        @Nullable String item;
        boolean isBot;
    }

    /** Reads the bytes of one record. */
    @FunctionalInterface
    interface Reader {
        Fields read(byte[] record) throws Refused;
    }

    private final Reader reader;
    private final Set<String> checkouts;
    private final boolean unpacksGzip;
    private final int maxBytes;
    private final long earliest;
    private final long latest;

    /**
     * @param maxBytes the longest record
     * @param earliest the first time that a click may have, ms
     * @param latest the last one, ms
     */
    ReferenceDecoder(
            Reader reader,
            Set<String> checkouts,
            boolean unpacksGzip,
            int maxBytes,
            long earliest,
            long latest) {
        this.reader = reader;
        this.checkouts = checkouts;
        this.unpacksGzip = unpacksGzip;
        this.maxBytes = maxBytes;
        this.earliest = earliest;
        this.latest = latest;
    }

    /** What a record of a stream becomes. */
    List<String> decode(byte[] record) {
        List<byte[]> packed = ReferencePackage.unpack(record);
        if (packed == null) {
            return unpackGzip(record);
        }
        List<String> outcomes = new ArrayList<>();
        for (byte[] each : packed) {
            outcomes.addAll(unpackGzip(each));
        }
        return packed.isEmpty() ? List.of(Reason.MALFORMED.label()) : outcomes;
    }

    private List<String> unpackGzip(byte[] record) {
        boolean isGzip =
                record.length > 2 && record[0] == 0x1f && record[1] == (byte) 0x8b && unpacksGzip;
        if (!isGzip || record.length > maxBytes) {
            return List.of(one(record));
        }
        byte[] unpacked;
        try {
            unpacked = unpacked(record);
        } catch (IOException | DataFormatException e) {
            return List.of(Reason.MALFORMED.label());
        }
        JsonNode envelope = envelope(unpacked);
        if (envelope == null) {
            return List.of(one(unpacked));
        }
        JsonNode events = last(envelope, "logEvents");
        if (!last(envelope, "messageType").textValue().equals("DATA_MESSAGE") || events.isEmpty()) {
            return List.of(Reason.MALFORMED.label());
        }
        List<String> outcomes = new ArrayList<>();
        for (JsonNode event : events) {
            JsonNode message = event.isObject() ? last(event, "message") : null;
            if (message == null || !message.isTextual()) {
                return List.of(Reason.MALFORMED.label());
            }
            String text = message.textValue();
            outcomes.add(
                    ReferenceJson.isPaired(text)
                            ? one(text.getBytes(StandardCharsets.UTF_8))
                            : Reason.MALFORMED.label());
        }
        return outcomes;
    }

    /** RFC 1952. Java's own reader takes reserved flags, and garbage behind the data. */
    private static byte[] unpacked(byte[] record) throws IOException, DataFormatException {
        int flags = record.length > 3 ? record[3] : 0;
        if ((flags & 0xe0) != 0) {
            throw new IOException("reserved flags");
        }
        if (flags != 0) {
            try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(record))) {
                return in.readAllBytes();
            }
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        int at = 0;
        while (at < record.length && record[at] == 0x1f) {
            if (record.length - at < 18 || record[at + 1] != (byte) 0x8b || record[at + 2] != 8) {
                throw new IOException("no header");
            }
            if (record[at + 3] != 0) {
                throw new IOException("flags of a further member");
            }
            at += 10;
            Inflater inflater = new Inflater(true);
            inflater.setInput(record, at, record.length - at);
            byte[] data = new byte[4 << 20];
            int size = inflater.inflate(data);
            int left = inflater.getRemaining();
            boolean finished = inflater.finished();
            inflater.end();
            at = record.length - left;
            CRC32 crc = new CRC32();
            crc.update(data, 0, size);
            if (!finished
                    || left < 8
                    || littleEndian(record, at) != (int) crc.getValue()
                    || littleEndian(record, at + 4) != size) {
                throw new IOException("damaged");
            }
            all.write(data, 0, size);
            at += 8;
        }
        for (; at < record.length; at++) {
            if (record[at] != 0) {
                throw new IOException("garbage behind the data");
            }
        }
        return all.toByteArray();
    }

    private static int littleEndian(byte[] bytes, int at) {
        return ByteBuffer.wrap(bytes, at, 4).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }

    /** What CloudWatch Logs sends; null if it is not that. */
    @Nullable
    private static JsonNode envelope(byte[] unpacked) {
        try {
            JsonNode root = ReferenceJson.parse(unpacked);
            JsonNode type = root.isObject() ? last(root, "messageType") : null;
            JsonNode events = root.isObject() ? last(root, "logEvents") : null;
            return type != null && type.isTextual() && events != null && events.isArray()
                    ? root
                    : null;
        } catch (Refused e) {
            return null;
        }
    }

    @Nullable
    private static JsonNode last(JsonNode object, String name) {
        JsonNode values = object.get(name);
        return values == null ? null : values.get(values.size() - 1);
    }

    private String one(byte[] record) {
        try {
            if (record.length > maxBytes) {
                throw new Refused(Reason.TOO_LARGE);
            }
            return click(reader.read(record));
        } catch (Refused e) {
            return e.reason().label();
        }
    }

    private String click(Fields fields) throws Refused {
        if (fields.user == null) {
            throw new Refused(Reason.MISSING_USER);
        }
        String user = fields.user.substring(fields.user.indexOf(' ') + 1);
        for (String name :
                Arrays.asList(user, fields.eventType, fields.department, fields.id, fields.item)) {
            if (name != null && name.length() > MAX_NAME) {
                throw new Refused(Reason.TOO_LARGE);
            }
        }
        if (fields.time == null) {
            throw new Refused(Reason.MISSING_TIME);
        }
        if (fields.time < earliest) {
            throw new Refused(fields.time < 0 ? Reason.BEFORE_1970 : Reason.IMPLAUSIBLE_TIME);
        }
        if (fields.time > latest) {
            throw new Refused(Reason.FUTURE);
        }
        boolean isVisit =
                fields.department != null
                        && !fields.department.isEmpty()
                        && !fields.department.equals("N/A");
        return line(
                fields.user,
                fields.time,
                isVisit ? fields.department : null,
                fields.eventType != null && checkouts.contains(fields.eventType),
                fields.id,
                fields.item == null || fields.item.isEmpty() ? null : fields.item,
                fields.isBot);
    }

    /** An id that is a string: none that is a number's, and none if it is empty. */
    @Nullable
    static String textId(String text) {
        if (text.isEmpty()) {
            return null;
        }
        return text.matches("(?s)[-0-9\"].*") ? '"' + text : text;
    }

    /** A click in one line. */
    static String line(
            String user,
            long time,
            @Nullable String department,
            boolean isCheckout,
            @Nullable String id,
            @Nullable String item,
            boolean isBot) {
        return "click of "
                + user
                + " at "
                + time
                + (department == null ? "" : " in [" + department + ']')
                + (isCheckout ? " checks out" : "")
                + (id == null ? "" : " id [" + id + ']')
                + (item == null ? "" : " item [" + item + ']')
                + (isBot ? " bot" : "");
    }

    /** What zlib has packed; there must be nothing behind it. */
    static byte[] inflate(byte[] packed, int maxBytes) throws Refused {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(packed);
            ByteArrayOutputStream unpacked = new ByteArrayOutputStream();
            // One by one: there must be no other order of what is found.
            byte[] chunk = new byte[1];
            while (!inflater.finished()) {
                int length = inflater.inflate(chunk);
                unpacked.write(chunk, 0, length);
                if (unpacked.size() > maxBytes) {
                    throw new Refused(Reason.TOO_LARGE);
                }
                if (length == 0 && !inflater.finished()) {
                    throw new Refused(Reason.MALFORMED);
                }
            }
            if (inflater.getRemaining() > 0) {
                throw new Refused(Reason.MALFORMED);
            }
            return unpacked.toByteArray();
        } catch (DataFormatException e) {
            throw new Refused(Reason.MALFORMED);
        } finally {
            inflater.end();
        }
    }
}
