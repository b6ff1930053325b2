package io.clickstream.source.kinesis;

import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.source.kinesis.ReferenceDecoder.Refused;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.annotation.Nullable;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericEnumSymbol;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.Utf8;

/** Reads a whole datum by Avro's own reader, and looks at its fields then. */
final class ReferenceAvro {

    /** As far as a schema that refers to itself is followed, in records. */
    private static final int MAX_PARENTS = 500;

    private final Schema schema;
    private final long unitsPerMilli;

    ReferenceAvro(Schema schema, long unitsPerMilli) {
        this.schema = schema;
        this.unitsPerMilli = unitsPerMilli;
    }

    ReferenceDecoder.Fields read(byte[] datum) throws Refused {
        GenericRecord record;
        try {
            BoundedDecoder decoder = new BoundedDecoder(datum);
            record = new GenericDatumReader<GenericRecord>(schema).read(null, decoder);
            if (!decoder.isEnd() || parents(record) > MAX_PARENTS) {
                throw new Refused(Reason.MALFORMED);
            }
        } catch (IOException | RuntimeException e) {
            throw new Refused(Reason.MALFORMED);
        }
        ReferenceDecoder.Fields fields = new ReferenceDecoder.Fields();
        Object user = record.get("userid");
        if (user instanceof Number) {
            fields.user = ReferenceDecoder.NUMBER + user;
        } else if (user != null && !text(user).isEmpty()) {
            fields.user = ReferenceDecoder.TEXT + text(user);
        }
        Object time = record.get("eventtimestamp");
        fields.time = time == null ? null : (Long) Math.floorDiv((long) time, unitsPerMilli);
        fields.eventType = of(record, "event_type");
        fields.department = of(record, "product_type");
        String userAgent = of(record, "user_agent");
        fields.isBot = userAgent != null && ReferenceJson.isBot(userAgent);
        String id = of(record, "event_id");
        boolean isText = id != null && record.get("event_id") instanceof Utf8;
        fields.id = isText ? ReferenceDecoder.textId(id) : id;
        return fields;
    }

    private static int parents(GenericRecord record) {
        int parents = 0;
        GenericRecord each = record;
        while (each.getSchema().getField("parent") != null && each.get("parent") != null) {
            each = (GenericRecord) each.get("parent");
            parents++;
        }
        return parents;
    }

    @Nullable
    private static String of(GenericRecord record, String field) throws Refused {
        if (record.getSchema().getField(field) == null || record.get(field) == null) {
            return null;
        }
        return text(record.get(field));
    }

    private static String text(Object value) throws Refused {
        if (value instanceof Utf8 text) {
            byte[] bytes = new byte[text.getByteLength()];
            System.arraycopy(text.getBytes(), 0, bytes, 0, bytes.length);
            return ReferenceJson.strict(bytes, StandardCharsets.UTF_8);
        }
        return value instanceof GenericEnumSymbol || value instanceof Number
                ? value.toString()
                : String.valueOf((boolean) value);
    }

    /**
     * Avro's own decoder, but for lengths: it would reserve what a bad record says. There can't be
     * more bytes in a string, nor more items in all arrays and maps, than the datum has bytes.
     */
    private static final class BoundedDecoder extends Decoder {

        private final BinaryDecoder in;
        private final int length;
        private long items;

        BoundedDecoder(byte[] datum) {
            in = DecoderFactory.get().binaryDecoder(datum, null);
            length = datum.length;
        }

        boolean isEnd() throws IOException {
            return in.isEnd();
        }

        private byte[] bytes() throws IOException {
            long size = in.readLong();
            if (size < 0 || size > length) {
                throw new EOFException();
            }
            byte[] bytes = new byte[(int) size];
            in.readFixed(bytes);
            return bytes;
        }

        private long block() throws IOException {
            long count = in.readLong();
            if (count < 0) {
                count = -count;
                in.readLong();
            }
            items += count;
            if (count < 0 || items > length) {
                throw new EOFException();
            }
            return count;
        }

        @Override
        public void readNull() throws IOException {
            in.readNull();
        }

        @Override
        public boolean readBoolean() throws IOException {
            return in.readBoolean();
        }

        @Override
        public int readInt() throws IOException {
            return in.readInt();
        }

        @Override
        public long readLong() throws IOException {
            return in.readLong();
        }

        @Override
        public float readFloat() throws IOException {
            return in.readFloat();
        }

        @Override
        public double readDouble() throws IOException {
            return in.readDouble();
        }

        @Override
        public Utf8 readString(Utf8 old) throws IOException {
            return new Utf8(bytes());
        }

        @Override
        public String readString() throws IOException {
            return new String(bytes(), StandardCharsets.UTF_8);
        }

        @Override
        public void skipString() throws IOException {
            bytes();
        }

        @Override
        public ByteBuffer readBytes(ByteBuffer old) throws IOException {
            return ByteBuffer.wrap(bytes());
        }

        @Override
        public void skipBytes() throws IOException {
            bytes();
        }

        @Override
        public void readFixed(byte[] bytes, int start, int size) throws IOException {
            in.readFixed(bytes, start, size);
        }

        @Override
        public void skipFixed(int size) throws IOException {
            in.readFixed(new byte[size]);
        }

        @Override
        public int readEnum() throws IOException {
            return in.readEnum();
        }

        @Override
        public long readArrayStart() throws IOException {
            return block();
        }

        @Override
        public long arrayNext() throws IOException {
            return block();
        }

        @Override
        public long skipArray() {
            throw new UnsupportedOperationException("All is read");
        }

        @Override
        public long readMapStart() throws IOException {
            return block();
        }

        @Override
        public long mapNext() throws IOException {
            return block();
        }

        @Override
        public long skipMap() {
            throw new UnsupportedOperationException("All is read");
        }

        @Override
        public int readIndex() throws IOException {
            return in.readIndex();
        }
    }
}
