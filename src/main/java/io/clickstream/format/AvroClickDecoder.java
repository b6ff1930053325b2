package io.clickstream.format;

import io.clickstream.config.ClickField;
import io.clickstream.config.ClickField.Kind;
import io.clickstream.config.OptionalFields;
import io.clickstream.event.StringPool;
import io.clickstream.event.Texts;
import io.clickstream.event.UserId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import javax.annotation.Nullable;
import org.apache.avro.Schema;

/**
 * Decodes plain Avro binary, one datum per record, without a header.
 *
 * <p>It follows the writer's schema, not the default schema: fields in any order, additional
 * fields, {@code userid} as int, long, or string, and each of these in a union with null. It reads
 * only the fields that are needed, skips the others byte by byte, and creates no Avro objects.
 * Avro's own schema resolution cannot be used, because it refuses a long if the reader has an int.
 */
public final class AvroClickDecoder implements ClickDecoder {

    private static final long serialVersionUID = 1L;

    private static final String USER = "userid";
    private static final String TIME = "eventtimestamp";
    private static final String EVENT_TYPE = "event_type";
    private static final String DEPARTMENT = "product_type";

    /** The depth up to which Jackson reads JSON. A recursive schema has no limit of its own. */
    private static final int MAX_DEPTH = 1000;

    private static final Set<Schema.Type> ID_TYPES =
            EnumSet.of(Schema.Type.INT, Schema.Type.LONG, Schema.Type.STRING, Schema.Type.NULL);

    private static final Set<Schema.Type> NUMBERS =
            EnumSet.of(
                    Schema.Type.INT,
                    Schema.Type.LONG,
                    Schema.Type.FLOAT,
                    Schema.Type.DOUBLE,
                    Schema.Type.NULL);

    private static final Set<Schema.Type> SCALARS =
            EnumSet.of(
                    Schema.Type.INT,
                    Schema.Type.LONG,
                    Schema.Type.FLOAT,
                    Schema.Type.DOUBLE,
                    Schema.Type.STRING,
                    Schema.Type.ENUM,
                    Schema.Type.NULL);

    private final String writerSchema;
    private final OptionalFields optional;

    private transient FieldReader[] readers;
    private transient AvroBytes in;
    private transient StringPool pool;
    private transient long items;
    @Nullable private transient AvroJson json;

    /** Creates a decoder of the fields that aggregates need. */
    public AvroClickDecoder(Schema writerSchema) {
        this(writerSchema, OptionalFields.NONE);
    }

    /**
     * Creates a decoder.
     *
     * @param writerSchema the schema with which the records were written
     * @param optional the fields that filters need; a field that is not in the schema is always
     *     absent
     * @throws IllegalArgumentException if the schema is not a record, lacks a required field, or
     *     has a field of an unsupported type; the message says which
     */
    public AvroClickDecoder(Schema writerSchema, OptionalFields optional) {
        this(writerSchema, optional, new StringPool());
    }

    /**
     * Creates a decoder with a pool that other decoders on the same thread also use.
     *
     * @throws IllegalArgumentException as the other constructor does
     */
    public AvroClickDecoder(Schema writerSchema, OptionalFields optional, StringPool pool) {
        this.writerSchema = writerSchema.toString();
        this.optional = optional;
        begin(writerSchema, pool);
    }

    private void begin(Schema schema, StringPool ofTexts) {
        readers = compile(schema);
        pool = ofTexts;
        in = new AvroBytes();
    }

    @Override
    public void decode(byte[] record, ClickFields fields) throws MalformedRecordException {
        try {
            decode(record, 0, record.length, fields);
        } catch (MalformedRecordException e) {
            throw Framing.explain(record, e, true);
        }
    }

    /**
     * Decodes a datum in place.
     *
     * @param from the first byte of the datum
     * @param to the first byte after the datum
     * @param fields receives the fields, and is cleared before
     * @throws MalformedRecordException if the datum does not follow the writer's schema
     */
    public void decode(byte[] bytes, int from, int to, ClickFields fields)
            throws MalformedRecordException {
        fields.clear();
        if (readers == null) {
            begin(new Schema.Parser().parse(writerSchema), new StringPool());
        }
        items = 0;
        in.begin(bytes, from, to);
        for (FieldReader reader : readers) {
            reader.read(fields);
        }
        if (!in.isEnd()) {
            throw new MalformedRecordException(
                    "there is more data after the Avro datum of the writer's schema");
        }
    }

    @Override
    public byte[] toJson(byte[] record, boolean decoded) throws MalformedRecordException {
        return toJson(record, 0, record.length);
    }

    /**
     * Renders a datum as a JSON object in one line.
     *
     * @param from the first byte of the datum
     * @param to the first byte after the datum
     * @throws MalformedRecordException if the datum does not follow the writer's schema
     */
    public byte[] toJson(byte[] bytes, int from, int to) throws MalformedRecordException {
        if (json == null) {
            json = new AvroJson(new Schema.Parser().setValidateDefaults(false).parse(writerSchema));
        }
        return json.write(bytes, from, to);
    }

    /** Reads or skips one field of the writer's schema. */
    private interface FieldReader {
        void read(ClickFields fields) throws MalformedRecordException;
    }

    private FieldReader[] compile(Schema schema) {
        if (schema.getType() != Schema.Type.RECORD) {
            throw new IllegalArgumentException(
                    "the writer's schema must be a record, found " + schema.getType().getName());
        }
        require(schema, USER);
        require(schema, TIME);
        List<FieldReader> compiled = new ArrayList<>();
        for (Schema.Field field : schema.getFields()) {
            compiled.add(compile(field.name(), field.schema()));
        }
        return compiled.toArray(new FieldReader[0]);
    }

    private static void require(Schema schema, String field) {
        if (schema.getField(field) == null) {
            throw new IllegalArgumentException(
                    "the writer's schema " + schema.getFullName() + " has no field " + field);
        }
    }

    private FieldReader compile(String name, Schema schema) {
        if (schema.getType() == Schema.Type.UNION) {
            List<FieldReader> branches = new ArrayList<>();
            for (Schema branch : schema.getTypes()) {
                branches.add(compile(name, branch));
            }
            return fields -> {
                branches.get(branch(name, branches.size())).read(fields);
            };
        }
        switch (name) {
            case USER:
                return userReader(schema);
            case TIME:
                return timeReader(schema);
            case EVENT_TYPE:
                return textReader(name, schema, andOptional(name, ClickFields::setEventType));
            case DEPARTMENT:
                return textReader(name, schema, andOptional(name, ClickFields::setDepartment));
            default:
                return optionalReader(name, schema);
        }
    }

    /** The optional fields whose value is in a field of the record. */
    private List<ClickField> optionalFields(String name) {
        List<ClickField> fields = new ArrayList<>();
        optional.pointers()
                .forEach(
                        (field, pointer) -> {
                            if (name.equals(pointer.getMatchingProperty())) {
                                fields.add(field);
                            }
                        });
        return fields;
    }

    private FieldReader optionalReader(String name, Schema schema) {
        List<ClickField> fields = optionalFields(name);
        if (fields.isEmpty()) {
            return found -> skip(schema, 0);
        }
        fields.forEach(field -> checkType(name, schema, field));
        ClickField single = fields.size() == 1 ? fields.get(0) : null;
        if (single != null && schema.getType() == Schema.Type.STRING && !isCommon(single)) {
            BiConsumer<ClickFields, String> setter = setter(single, schema);
            return found -> setter.accept(found, text(name));
        }
        BiConsumer<ClickFields, String> all = setter(fields.get(0), schema);
        for (ClickField field : fields.subList(1, fields.size())) {
            all = all.andThen(setter(field, schema));
        }
        return textReader(name, schema, all);
    }

    /** Whether many clicks have the same value, so that a pool saves making it again. */
    private static boolean isCommon(ClickField field) {
        return field.kind() != Kind.ID && field.kind() != Kind.TEXT;
    }

    private static void checkType(String name, Schema schema, ClickField field) {
        String allowed = allowed(field.kind(), schema.getType());
        if (allowed != null) {
            throw unreadable(name, schema, allowed);
        }
    }

    /** The allowed types; null if the type is one of them. */
    @Nullable
    private static String allowed(Kind kind, Schema.Type type) {
        switch (kind) {
            case ID:
            case NAME:
                return ID_TYPES.contains(type) ? null : "int, long, string, or null";
            case TEXT:
                return type == Schema.Type.STRING || type == Schema.Type.NULL
                        ? null
                        : "string or null";
            case COMMON_TEXT:
                return SCALARS.contains(type) || type == Schema.Type.BOOLEAN
                        ? null
                        : "string, enum, a number, boolean, or null";
            case NUMBER:
                return NUMBERS.contains(type) ? null : "int, long, float, double, or null";
            case OF_INTERACTION:
                return SCALARS.contains(type)
                        ? null
                        : "int, long, float, double, string, enum, or null";
        }
        throw new IllegalStateException("Not a kind: " + kind);
    }

    private static BiConsumer<ClickFields, String> setter(ClickField field, Schema schema) {
        boolean marked = field.kind() == Kind.ID && schema.getType() == Schema.Type.STRING;
        return marked
                ? (fields, text) -> fields.set(field, ClickFields.idOfText(text))
                : (fields, text) -> fields.set(field, text);
    }

    /** Also sets the optional fields that have the same value. */
    private BiConsumer<ClickFields, String> andOptional(
            String name, BiConsumer<ClickFields, String> setter) {
        BiConsumer<ClickFields, String> all = setter;
        for (ClickField field : optionalFields(name)) {
            if (field.kind() == Kind.OF_INTERACTION) {
                all = all.andThen((fields, text) -> fields.set(field, text));
            }
        }
        return all;
    }

    private FieldReader userReader(Schema schema) {
        switch (schema.getType()) {
            case INT:
                return fields -> fields.setUser(UserId.ofNumber(in.readInt()));
            case LONG:
                return fields -> fields.setUser(UserId.ofNumber(in.readLong()));
            case STRING:
                return fields -> {
                    String user = text(USER);
                    fields.setUser(user.isEmpty() ? null : UserId.ofString(user));
                };
            case NULL:
                return fields -> {};
            default:
                throw unreadable(USER, schema, "int, long, or string");
        }
    }

    private FieldReader timeReader(Schema schema) {
        switch (schema.getType()) {
            case LONG:
                return timeReader(AvroTimes.perMilli(TIME, schema));
            case NULL:
                return fields -> {};
            default:
                throw AvroTimes.unreadable(TIME, schema);
        }
    }

    private FieldReader timeReader(long perMilli) {
        return perMilli == 1
                ? fields -> fields.setTime(in.readLong())
                : fields -> fields.setTime(Math.floorDiv(in.readLong(), perMilli));
    }

    private FieldReader textReader(
            String name, Schema schema, BiConsumer<ClickFields, String> setter) {
        switch (schema.getType()) {
            case STRING:
                return fields -> {
                    int length = length();
                    int begin = in.position();
                    in.skip(length);
                    String text = pool.ofValidUtf8(in.bytes(), begin, length);
                    if (text == null) {
                        throw noUtf8(name);
                    }
                    setter.accept(fields, text);
                };
            case ENUM:
                List<String> symbols = schema.getEnumSymbols();
                return fields -> setter.accept(fields, symbol(name, symbols));
            case NULL:
                return fields -> {};
            case INT:
            case LONG:
            case FLOAT:
            case DOUBLE:
            case BOOLEAN:
                return scalarReader(schema, setter);
            default:
                throw unreadable(name, schema, "string, enum, a number, boolean, or null");
        }
    }

    /** Reads a number or a boolean as the text that JSON has for it. */
    private FieldReader scalarReader(Schema schema, BiConsumer<ClickFields, String> setter) {
        switch (schema.getType()) {
            case INT:
                return fields -> setter.accept(fields, Integer.toString(in.readInt()));
            case LONG:
                return fields -> setter.accept(fields, Long.toString(in.readLong()));
            case FLOAT:
                return fields -> setter.accept(fields, Float.toString(in.readFloat()));
            case DOUBLE:
                return fields -> setter.accept(fields, Double.toString(in.readDouble()));
            default:
                return fields -> setter.accept(fields, Boolean.toString(in.readFixed(1) == 1));
        }
    }

    private static MalformedRecordException noUtf8(String name) {
        return new MalformedRecordException(name + " is a string that is not valid UTF-8");
    }

    private String text(String name) throws MalformedRecordException {
        int length = length();
        int begin = in.position();
        in.skip(length);
        if (Texts.firstInvalid(in.bytes(), begin, begin + length) >= 0) {
            throw noUtf8(name);
        }
        return new String(in.bytes(), begin, length, StandardCharsets.UTF_8);
    }

    private int length() throws MalformedRecordException {
        long length = in.readLong();
        if (length < 0 || length > in.length()) {
            throw new MalformedRecordException(
                    "a string of " + length + " bytes in a record of " + in.length());
        }
        return (int) length;
    }

    private int branch(String name, int branches) throws MalformedRecordException {
        int index = in.readInt();
        if (index < 0 || index >= branches) {
            throw new MalformedRecordException(
                    name + " has branch " + index + " of a union of " + branches);
        }
        return index;
    }

    private String symbol(String name, List<String> symbols) throws MalformedRecordException {
        int index = in.readInt();
        if (index < 0 || index >= symbols.size()) {
            throw new MalformedRecordException(
                    name + " has symbol " + index + " of an enum of " + symbols.size());
        }
        return symbols.get(index);
    }

    /**
     * Skips a value. Avro's own skipping goes backward if a length is negative: it would accept a
     * malformed record, or read the same item of an array for years.
     */
    private void skip(Schema schema, int depth) throws MalformedRecordException {
        if (depth > MAX_DEPTH) {
            throw new MalformedRecordException("nested more than " + MAX_DEPTH + " levels deep");
        }
        switch (schema.getType()) {
            case RECORD:
                for (Schema.Field field : schema.getFields()) {
                    skip(field.schema(), depth + 1);
                }
                break;
            case ARRAY:
                skipItems(schema.getElementType(), false, depth);
                break;
            case MAP:
                skipItems(schema.getValueType(), true, depth);
                break;
            case UNION:
                List<Schema> branches = schema.getTypes();
                skip(branches.get(branch("a union", branches.size())), depth + 1);
                break;
            case STRING:
            case BYTES:
                in.skip(length());
                break;
            case FIXED:
                in.skip(schema.getFixedSize());
                break;
            case ENUM:
                symbol("a field", schema.getEnumSymbols());
                break;
            case INT:
                in.readInt();
                break;
            case LONG:
                in.readLong();
                break;
            case FLOAT:
                in.skip(Float.BYTES);
                break;
            case DOUBLE:
                in.skip(Double.BYTES);
                break;
            case BOOLEAN:
                in.skip(1);
                break;
            case NULL:
                break;
        }
    }

    /**
     * Skips the blocks of an array or a map. Items can have zero bytes, so their number must be
     * limited, too.
     */
    private void skipItems(Schema item, boolean keyed, int depth) throws MalformedRecordException {
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
                    in.skip(length());
                }
                skip(item, depth + 1);
            }
        }
    }

    private static IllegalArgumentException unreadable(String name, Schema schema, String allowed) {
        return new IllegalArgumentException(
                "the writer's schema has "
                        + name
                        + " as "
                        + schema.getType().getName()
                        + "; it must be "
                        + allowed);
    }
}
