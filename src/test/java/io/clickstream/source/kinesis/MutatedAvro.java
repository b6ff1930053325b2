package io.clickstream.source.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.util.Utf8;

/** Makes data of a schema, as Avro writes them, and damages many of them. */
final class MutatedAvro {

    private static final byte[][] TEXTS = {
        {},
        "Books".getBytes(UTF_8),
        "N/A".getBytes(UTF_8),
        "order_checkout".getBytes(UTF_8),
        "7".getBytes(UTF_8),
        "-1".getBytes(UTF_8),
        "\"q".getBytes(UTF_8),
        "Garten & Möbel".getBytes(UTF_8),
        "😀".getBytes(UTF_8),
        "a crawler".getBytes(UTF_8),
        {'a', (byte) 0xc0, (byte) 0x80},
        {(byte) 0xed, (byte) 0xa0, (byte) 0xbd},
        {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
        {'b', (byte) 0xc3},
        {(byte) 0xff}
    };

    /** So many at the beginning are taken more often. */
    private static final int GOOD_TEXTS = 10;

    private static final byte[][] ODD_NUMBERS = {
        {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 1},
        {
            (byte) 0xff,
            (byte) 0xff,
            (byte) 0xff,
            (byte) 0xff,
            (byte) 0xff,
            (byte) 0xff,
            (byte) 0xff,
            (byte) 0xff,
            (byte) 0xff,
            1
        },
        {(byte) 0x80, 0},
        {1},
        {3},
        {(byte) 0xfe, (byte) 0xff, (byte) 0xff, (byte) 0xff, 15},
        {2}
    };

    private final Random random;
    private final long[] times;

    /**
     * @param edges times around which clicks become letters, ms
     */
    MutatedAvro(Random random, long... edges) {
        this.random = random;
        this.times = edges;
    }

    /**
     * A datum.
     *
     * @param unitsPerMilli of its event time
     */
    byte[] datum(Schema schema, long unitsPerMilli) {
        byte[] datum = bytes((GenericRecord) value(schema, "", unitsPerMilli, 0));
        for (int i = random.nextInt(3) == 0 ? 1 + random.nextInt(3) : 0; i > 0; i--) {
            datum = mutated(datum);
        }
        return datum;
    }

    private Object value(Schema schema, String field, long unitsPerMilli, int depth) {
        return switch (schema.getType()) {
            case RECORD -> record(schema, unitsPerMilli, depth);
            case UNION -> ofUnion(schema, field, unitsPerMilli, depth);
            case ARRAY -> {
                List<Object> items = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    items.add(value(schema.getElementType(), "", unitsPerMilli, depth));
                }
                yield items;
            }
            case MAP -> {
                Map<Utf8, Object> map = new HashMap<>();
                for (int i = random.nextInt(3); i > 0; i--) {
                    map.put(text(), value(schema.getValueType(), "", unitsPerMilli, depth));
                }
                yield map;
            }
            case ENUM -> new GenericData.EnumSymbol(schema, pick(schema.getEnumSymbols()));
            case FIXED -> new GenericData.Fixed(schema, new byte[schema.getFixedSize()]);
            case STRING -> text();
            case BYTES -> ByteBuffer.wrap(text().getBytes());
            case INT -> random.nextInt(3) == 0 ? random.nextInt() : random.nextInt(100);
            case LONG -> field.equals("eventtimestamp") ? time(unitsPerMilli) : random.nextLong();
            case FLOAT -> random.nextInt(4) == 0 ? Float.NaN : random.nextFloat();
            case DOUBLE -> random.nextInt(4) == 0 ? -0.0 : random.nextDouble();
            case BOOLEAN -> random.nextBoolean();
            case NULL -> null;
        };
    }

    private GenericRecord record(Schema schema, long unitsPerMilli, int depth) {
        GenericRecord record = new GenericData.Record(schema);
        for (Schema.Field each : schema.getFields()) {
            record.put(each.pos(), value(each.schema(), each.name(), unitsPerMilli, depth + 1));
        }
        return record;
    }

    private <T> T pick(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    /** Data end somewhere, though a schema may refer to itself. */
    private Object ofUnion(Schema union, String field, long unitsPerMilli, int depth) {
        List<Schema> branches = union.getTypes();
        Schema branch = branches.get(random.nextInt(branches.size()));
        boolean ends = depth > 3 || random.nextInt(4) > 0;
        if (branch.getType() == Schema.Type.RECORD && ends) {
            return null;
        }
        return value(branch, field, unitsPerMilli, depth);
    }

    private long time(long unitsPerMilli) {
        long edge = times[random.nextInt(times.length)];
        long near = edge + random.nextInt(5) - 2;
        long far = edge + random.nextInt(2_000_000_000) - 1_000_000_000L;
        return switch (random.nextInt(12)) {
            case 0 -> random.nextLong();
            case 1 -> random.nextInt(3) - 1L;
            case 2, 3, 4 -> near * unitsPerMilli + random.nextInt(3) - 1;
            default -> far * unitsPerMilli;
        };
    }

    private Utf8 text() {
        if (random.nextInt(60) == 0) {
            return new Utf8("a".repeat(1023 + random.nextInt(3)));
        }
        int of = random.nextInt(4) == 0 ? TEXTS.length : GOOD_TEXTS;
        return new Utf8(TEXTS[random.nextInt(of)]);
    }

    private static byte[] bytes(GenericRecord record) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
            new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
            encoder.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Bytes changed, left out or put in; also those of lengths, counts and branches. */
    byte[] mutated(byte[] bytes) {
        int at = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
        int next = Math.min(bytes.length, at + 1);
        return switch (random.nextInt(7)) {
            case 0 -> Arrays.copyOf(bytes, at);
            case 1 -> Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(3));
            case 2 -> spliced(bytes, at, next, new byte[0]);
            case 3 -> spliced(bytes, at, at, ODD_NUMBERS[random.nextInt(ODD_NUMBERS.length)]);
            case 4 -> spliced(bytes, at, at, nesting());
            case 5 -> spliced(bytes, at, next, one(flipped(bytes, at)));
            default -> spliced(bytes, at, next, one(random.nextInt(256)));
        };
    }

    private int flipped(byte[] bytes, int at) {
        return bytes.length == 0 ? 0 : bytes[at] ^ (1 << random.nextInt(8));
    }

    private static byte[] one(int value) {
        return new byte[] {(byte) value};
    }

    /** As many first branches of unions, mostly one. */
    private byte[] nesting() {
        int depth = random.nextInt(10) > 0 ? 1 : random.nextBoolean() ? 40 : 700;
        byte[] branches = new byte[depth];
        Arrays.fill(branches, (byte) 2);
        return branches;
    }

    private static byte[] spliced(byte[] bytes, int from, int to, byte[] between) {
        return ByteBuffer.allocate(bytes.length - (to - from) + between.length)
                .put(bytes, 0, from)
                .put(between)
                .put(bytes, to, bytes.length - to)
                .array();
    }
}
