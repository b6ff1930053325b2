package io.clickstream.format.registry;

import io.clickstream.format.Framing;
import io.clickstream.format.MalformedRecordException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads the header before a record's Avro bytes, in place. One object is reused for all records; it
 * describes the last one that it has read: the id of its schema, and the position of its body.
 */
abstract class RecordHeader {

    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final String owner;
    private final int length;
    private final byte first;

    /** The schema's id as two words, so that it can be compared without creating an object. */
    long high;

    long low;

    /** Whether the body is compressed with zlib. */
    boolean packed;

    private RecordHeader(String owner, int length, byte first) {
        this.owner = owner;
        this.length = length;
        this.first = first;
    }

    /** Confluent's header: byte 0, and the id as 4 bytes. */
    static RecordHeader ofConfluent() {
        return new RecordHeader("Confluent", 5, (byte) 0) {
            @Override
            void readRest(byte[] record) {
                low = (int) INT.get(record, 1);
            }

            @Override
            SchemaId id() {
                return SchemaId.ofNumber((int) low);
            }
        };
    }

    /**
     * Glue's header: byte 3, then byte 0 or, if the body is compressed with zlib, 5, and the id as
     * 16 bytes.
     */
    static RecordHeader ofGlue() {
        return new RecordHeader("Glue", 18, (byte) 3) {
            @Override
            void readRest(byte[] record) throws MalformedRecordException {
                if (record[1] != 0 && record[1] != 5) {
                    throw new MalformedRecordException(
                            "byte 1 of Glue's header is "
                                    + (record[1] & 0xff)
                                    + "; it must be 0 (uncompressed) or 5 (zlib)");
                }
                packed = record[1] == 5;
                high = (long) LONG.get(record, 2);
                low = (long) LONG.get(record, 10);
            }

            @Override
            SchemaId id() {
                return SchemaId.ofUuid(high, low);
            }
        };
    }

    /**
     * Reads the header of a record.
     *
     * @throws MalformedRecordException if the record does not begin with a header
     */
    final void read(byte[] record) throws MalformedRecordException {
        if (record.length < length) {
            throw new MalformedRecordException(
                    record.length + " bytes; " + owner + "'s header alone has " + length);
        }
        if (record[0] != first) {
            if (Framing.isGzip(record)) {
                throw new MalformedRecordException(Framing.IS_GZIP);
            }
            throw new MalformedRecordException(
                    "the first byte is "
                            + (record[0] & 0xff)
                            + "; "
                            + owner
                            + "'s header begins with "
                            + first);
        }
        readRest(record);
    }

    /** Reads the bytes after the first one. The record is long enough. */
    abstract void readRest(byte[] record) throws MalformedRecordException;

    /** The id in the last record that was read. */
    abstract SchemaId id();

    /** The position of the body. */
    final int length() {
        return length;
    }
}
