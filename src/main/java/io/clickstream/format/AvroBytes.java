package io.clickstream.format;

/**
 * Reads primitive values of Avro's binary encoding from a record's bytes (Apache Avro 1.11.5
 * specification, "Binary Encoding"). It reads in place without a buffer, and allocates nothing for
 * lengths in malformed records.
 */
final class AvroBytes {

    private byte[] bytes;
    private int begin;
    private int position;
    private int end;

    /** Starts at the byte {@code from}, and ends before the byte {@code to}. */
    void begin(byte[] record, int from, int to) {
        bytes = record;
        begin = from;
        position = from;
        end = to;
    }

    /** The array to which positions refer. The datum can be a part of it. */
    byte[] bytes() {
        return bytes;
    }

    /** The length of the whole datum. */
    int length() {
        return end - begin;
    }

    /** The position of the next value. */
    int position() {
        return position;
    }

    boolean isEnd() {
        return position == end;
    }

    /** A zigzag varint of 32 bits. */
    int readInt() throws MalformedRecordException {
        int value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            int next = next();
            value |= (next & 0x7f) << shift;
            if (next >= 0) {
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw invalid("int");
    }

    /** A zigzag varint of 64 bits. */
    long readLong() throws MalformedRecordException {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            int next = next();
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw invalid("long");
    }

    /** Four bytes, little-endian. */
    float readFloat() throws MalformedRecordException {
        return Float.intBitsToFloat((int) littleEndian(Float.BYTES));
    }

    /** Eight bytes, little-endian. */
    double readDouble() throws MalformedRecordException {
        return Double.longBitsToDouble(littleEndian(Double.BYTES));
    }

    private long littleEndian(int length) throws MalformedRecordException {
        long value = 0;
        for (int i = 0; i < length; i++) {
            value |= (next() & 0xffL) << (8 * i);
        }
        return value;
    }

    /** Skips bytes; the length must not be negative. */
    void skip(int length) throws MalformedRecordException {
        if (length > end - position) {
            throw ended();
        }
        position += length;
    }

    /** Reads up to 8 bytes as a little-endian number. */
    long readFixed(int length) throws MalformedRecordException {
        int from = position;
        skip(length);
        long value = 0;
        for (int i = length - 1; i >= 0; i--) {
            value = value << Byte.SIZE | (bytes[from + i] & 0xffL);
        }
        return value;
    }

    private byte next() throws MalformedRecordException {
        if (position == end) {
            throw ended();
        }
        return bytes[position++];
    }

    private MalformedRecordException ended() {
        return new MalformedRecordException(
                "the record ends inside the Avro datum (" + length() + " bytes)");
    }

    private static MalformedRecordException invalid(String type) {
        return new MalformedRecordException(
                "not Avro in the writer's schema: Invalid " + type + " encoding");
    }
}
