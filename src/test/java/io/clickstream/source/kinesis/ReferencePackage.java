package io.clickstream.source.kinesis;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.annotation.Nullable;

/**
 * Takes packages of the Kinesis Producer Library apart, protocol buffers included, byte by byte
 * ("KPL Aggregated Record Format" of the library's own documentation).
 */
final class ReferencePackage {

    private static final byte[] MAGIC = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2};

    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int BYTES = 2;
    private static final int BEGIN_GROUP = 3;
    private static final int END_GROUP = 4;
    private static final int FIXED_32 = 5;

    /** Is no protocol buffer. */
    private static final class NoMessageException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** A field of a message: its number, the kind of its value, and the value if it is bytes. */
    private static final class Field {

        private final int number;
        private final int kind;
        private final byte[] value;

        Field(int number, int kind, byte[] value) {
            this.number = number;
            this.kind = kind;
            this.value = value;
        }

        boolean is(int otherNumber, int otherKind) {
            return number == otherNumber && kind == otherKind;
        }
    }

    private final byte[] bytes;
    private int at;

    private ReferencePackage(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The records in a package; null if it is none. */
    @Nullable
    static List<byte[]> unpack(byte[] record) {
        if (record.length < 20 || !Arrays.equals(Arrays.copyOf(record, 4), MAGIC)) {
            return null;
        }
        byte[] body = Arrays.copyOfRange(record, 4, record.length - 16);
        byte[] sum = Arrays.copyOfRange(record, record.length - 16, record.length);
        try {
            if (!Arrays.equals(MessageDigest.getInstance("MD5").digest(body), sum)) {
                return null;
            }
            List<byte[]> records = new ArrayList<>();
            for (Field field : fields(body)) {
                if (field.is(3, BYTES)) {
                    records.add(data(field.value));
                }
            }
            return records;
        } catch (NoMessageException e) {
            return null;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has MD5", e);
        }
    }

    /** A record must have the index of its key, and data; its tags must have names. */
    private static byte[] data(byte[] record) throws NoMessageException {
        boolean hasKey = false;
        byte[] data = null;
        for (Field field : fields(record)) {
            hasKey |= field.is(1, VARINT);
            if (field.is(3, BYTES)) {
                data = field.value;
            } else if (field.is(4, BYTES)
                    && fields(field.value).stream().noneMatch(each -> each.is(1, BYTES))) {
                throw new NoMessageException();
            }
        }
        if (!hasKey || data == null) {
            throw new NoMessageException();
        }
        return data;
    }

    private static List<Field> fields(byte[] message) throws NoMessageException {
        ReferencePackage in = new ReferencePackage(message);
        List<Field> fields = new ArrayList<>();
        while (in.at < message.length) {
            int tag = (int) in.varint();
            if (tag >>> 3 == 0 || (tag & 7) == END_GROUP) {
                throw new NoMessageException();
            }
            fields.add(new Field(tag >>> 3, tag & 7, in.value(tag)));
        }
        return fields;
    }

    private byte[] value(int tag) throws NoMessageException {
        return switch (tag & 7) {
            case VARINT -> {
                varint();
                yield new byte[0];
            }
            case FIXED_64 -> take(8);
            case FIXED_32 -> take(4);
            case BYTES -> take((int) varint());
            case BEGIN_GROUP -> {
                skipGroup(tag >>> 3);
                yield new byte[0];
            }
            default -> throw new NoMessageException();
        };
    }

    private void skipGroup(int number) throws NoMessageException {
        int inner = (int) varint();
        while ((inner & 7) != END_GROUP) {
            if (inner >>> 3 == 0) {
                throw new NoMessageException();
            }
            value(inner);
            inner = (int) varint();
        }
        if (inner >>> 3 != number) {
            throw new NoMessageException();
        }
    }

    private byte[] take(int length) throws NoMessageException {
        if (length < 0 || length > bytes.length - at) {
            throw new NoMessageException();
        }
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    private long varint() throws NoMessageException {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            byte next = take(1)[0];
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new NoMessageException();
    }
}
