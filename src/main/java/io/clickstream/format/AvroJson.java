package io.clickstream.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.avro.Schema;

/**
 * Converts Avro binary to plain JSON: a union becomes its value, an enum its symbol, bytes and
 * fixed a string with one character per byte (as in Avro's own JSON), and a non-finite number a
 * string such as {@code "NaN"}. Logical types keep their underlying type: a timestamp is a number.
 * So the JSON of the lab's records is what its JSON producers would have sent.
 */
final class AvroJson {

    private static final JsonFactory JSON = new JsonFactory();

    /** A little less than Jackson's limit for writing and reading. */
    private static final int MAX_DEPTH = 900;

    private final Schema schema;
    private final AvroBytes in = new AvroBytes();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
    private long items;

    /** Creates a converter of records with a schema. */
    AvroJson(Schema schema) {
        this.schema = schema;
    }

    /**
     * Converts a datum that is a part of some bytes.
     *
     * @throws MalformedRecordException if the datum does not follow the schema
     */
    byte[] write(byte[] bytes, int from, int to) throws MalformedRecordException {
        in.begin(bytes, from, to);
        out.reset();
        items = 0;
        try (JsonGenerator json = JSON.createGenerator(out)) {
            value(schema, json, 0);
        } catch (IOException e) {
            throw new MalformedRecordException("cannot be written as JSON: " + e.getMessage());
        }
        if (!in.isEnd()) {
            throw new MalformedRecordException(
                    "there is more data after the Avro datum of the writer's schema");
        }
        return out.toByteArray();
    }

    private void value(Schema of, JsonGenerator json, int depth)
            throws IOException, MalformedRecordException {
        if (depth > MAX_DEPTH) {
            throw new MalformedRecordException("nested more than " + MAX_DEPTH + " levels deep");
        }
        switch (of.getType()) {
            case RECORD:
                json.writeStartObject();
                for (Schema.Field field : of.getFields()) {
                    json.writeFieldName(field.name());
                    value(field.schema(), json, depth + 1);
                }
                json.writeEndObject();
                break;
            case ARRAY:
                json.writeStartArray();
                items(of.getElementType(), false, json, depth);
                json.writeEndArray();
                break;
            case MAP:
                json.writeStartObject();
                items(of.getValueType(), true, json, depth);
                json.writeEndObject();
                break;
            case UNION:
                value(of.getTypes().get(index(of.getTypes(), "branch")), json, depth + 1);
                break;
            case ENUM:
                List<String> symbols = of.getEnumSymbols();
                json.writeString(symbols.get(index(symbols, "symbol")));
                break;
            case STRING:
                json.writeString(text(length(), true));
                break;
            case BYTES:
                json.writeString(text(length(), false));
                break;
            case FIXED:
                json.writeString(text(of.getFixedSize(), false));
                break;
            case INT:
                json.writeNumber(in.readInt());
                break;
            case LONG:
                json.writeNumber(in.readLong());
                break;
            case FLOAT:
                json.writeNumber(Float.intBitsToFloat((int) in.readFixed(Float.BYTES)));
                break;
            case DOUBLE:
                json.writeNumber(Double.longBitsToDouble(in.readFixed(Double.BYTES)));
                break;
            case BOOLEAN:
                json.writeBoolean(in.readFixed(1) == 1);
                break;
            case NULL:
                json.writeNull();
                break;
        }
    }

    /** Converts items. Items can have zero bytes, so their number must be limited, too. */
    private void items(Schema item, boolean keyed, JsonGenerator json, int depth)
            throws IOException, MalformedRecordException {
        for (long count = in.readLong(); count != 0; count = in.readLong()) {
            if (count < 0) {
                count = -count;
                in.readLong(); // the length of the block, which is read anyway
            }
            if (count < 0 || count > in.length() - items) {
                throw new MalformedRecordException(
                        "a block of " + count + " items in a record of " + in.length() + " bytes");
            }
            items += count;
            for (long i = 0; i < count; i++) {
                if (keyed) {
                    json.writeFieldName(key());
                }
                value(item, json, depth + 1);
            }
        }
    }

    private int index(List<?> choices, String what) throws MalformedRecordException {
        int index = in.readInt();
        if (index < 0 || index >= choices.size()) {
            throw new MalformedRecordException(what + " " + index + " of " + choices.size());
        }
        return index;
    }

    private int length() throws MalformedRecordException {
        long length = in.readLong();
        if (length < 0 || length > in.length()) {
            throw new MalformedRecordException(
                    "a string of " + length + " bytes in a record of " + in.length());
        }
        return (int) length;
    }

    /** Reads the key of a map. Parsers would refuse JSON with longer keys. */
    private String key() throws MalformedRecordException {
        int length = length();
        if (length > RecordJson.MAX_NAME_LENGTH) {
            throw new MalformedRecordException(
                    "a map's key has "
                            + length
                            + " bytes; at most "
                            + RecordJson.MAX_NAME_LENGTH
                            + " are allowed");
        }
        return text(length, true);
    }

    private String text(int length, boolean isText) throws MalformedRecordException {
        int begin = in.position();
        in.skip(length);
        return new String(
                in.bytes(),
                begin,
                length,
                isText ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
    }
}
