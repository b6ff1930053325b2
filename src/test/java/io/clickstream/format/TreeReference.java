package io.clickstream.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.POJONode;
import io.clickstream.config.ClickField;
import io.clickstream.config.JsonMapping;
import io.clickstream.config.OptionalFields;
import io.clickstream.testing.JsonShape;
import io.clickstream.testing.JsonShape.Format;
import io.clickstream.testing.ReferenceTimes;
import io.clickstream.testing.ReferenceTimes.Literal;
import io.clickstream.testing.ReferenceTimes.NoTimeException;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.annotation.Nullable;

/**
 * What a JSON record has, or what is wrong with it, decided slowly: Jackson makes a tree of the
 * record, or of as much as it can read of it. Fields are then looked up in the tree, and the first
 * value that its field cannot have is the error that wins; it is the end of the tree if there is
 * none before.
 */
final class TreeReference {

    /** What is wrong with a record: how the message of the decoder begins. */
    static final class Wrong extends Exception {

        private static final long serialVersionUID = 1L;

        Wrong(String message) {
            super(message, null, false, false);
        }
    }

    private static final String NO_JSON = "not JSON: ";
    private static final int MAX_NUMBER = 100;
    private static final int MAX_USER_AGENT = 1024;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNameLength(1024).build())
                    .build();

    /** A member of an object, of which several can have the same name. */
    private record Member(String name, JsonNode value) {}

    /** The members of an object, in their order. */
    private record Members(List<Member> list) {}

    /** A field, and the names that are left on the way to it. */
    private record Field(@Nullable ClickField optional, int order, List<String> names) {}

    private static final int USER = 0;
    private static final int TIME = 1;
    private static final int EVENT_TYPE = 2;
    private static final int DEPARTMENT = 3;
    private static final int OPTIONAL = 4;

    private final JsonMapping mapping;
    private final OptionalFields optional;
    private final Format format;
    private final ReferenceTimes times;
    private final List<Field> fields = new ArrayList<>();

    /** The objects and arrays of the current record whose ends were read. */
    private final Set<JsonNode> complete = Collections.newSetFromMap(new IdentityHashMap<>());

    /** What ended the tree of the current record; null if its end is that of the record. */
    @Nullable private Wrong end;

    TreeReference(JsonShape shape, JsonMapping mapping, OptionalFields optional) {
        this.mapping = mapping;
        this.optional = optional;
        format = shape.format();
        times = new ReferenceTimes(format, shape.zone());
        mapping.users().forEach(pointer -> fields.add(field(USER, null, pointer)));
        fields.add(field(TIME, null, mapping.time()));
        mapping.eventType().ifPresent(pointer -> fields.add(field(EVENT_TYPE, null, pointer)));
        mapping.departments().forEach(pointer -> fields.add(field(DEPARTMENT, null, pointer)));
        optional.pointers()
                .forEach((which, pointer) -> fields.add(field(OPTIONAL, which, pointer)));
    }

    private static Field field(int order, @Nullable ClickField which, JsonPointer pointer) {
        return new Field(which, order, names(pointer));
    }

    private static List<String> names(JsonPointer pointer) {
        List<String> names = new ArrayList<>();
        for (JsonPointer rest = pointer; !rest.matches(); rest = rest.tail()) {
            names.add(rest.getMatchingProperty());
        }
        return names;
    }

    /** All fields of a record in one line. */
    String read(byte[] record) throws Wrong {
        JsonNode root = parse(record);
        StringBuilder line = new StringBuilder();
        line.append("user ").append(user(root));
        JsonNode time = last(root, names(mapping.time()));
        line.append(", time ").append(time == null ? null : millis(time));
        String type = mapping.eventType().map(pointer -> text(last(root, pointer))).orElse(null);
        line.append(", type ")
                .append(type == null ? null : mapping.eventTypes().getOrDefault(type, type));
        line.append(", department ").append(department(root));
        Map<ClickField, String> others = new EnumMap<>(ClickField.class);
        for (Map.Entry<ClickField, JsonPointer> each : optional.pointers().entrySet()) {
            others.put(each.getKey(), optional(each.getKey(), last(root, each.getValue())));
        }
        return line.append(", ").append(others).toString();
    }

    private JsonNode parse(byte[] record) throws Wrong {
        List<JsonNode> roots = new ArrayList<>();
        complete.clear();
        end = null;
        try (JsonParser parser = JSON.createParser(record)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new Wrong("empty");
            }
            if (first != JsonToken.START_OBJECT) {
                throw new Wrong("expected a JSON object, found " + found(first));
            }
            build(parser, roots::add);
            if (parser.nextToken() != null) {
                end = new Wrong("there is more data after the JSON object");
            }
        } catch (IOException e) {
            end = new Wrong(NO_JSON);
        }
        if (!roots.isEmpty()) {
            check(roots.get(0), fields);
        }
        if (end != null) {
            throw end;
        }
        checkText(record);
        return roots.get(0);
    }

    /** Adds the value to the tree first, and then what is in it, since that may end. */
    private void build(JsonParser parser, Consumer<JsonNode> add) throws IOException {
        switch (parser.currentToken()) {
            case START_OBJECT -> {
                List<Member> members = new ArrayList<>();
                JsonNode object = NODES.pojoNode(new Members(members));
                add.accept(object);
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    parser.nextToken();
                    build(parser, value -> members.add(new Member(name, value)));
                }
                complete.add(object);
            }
            case START_ARRAY -> {
                ArrayNode elements = NODES.arrayNode();
                add.accept(elements);
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    build(parser, elements::add);
                }
                complete.add(elements);
            }
            case VALUE_STRING -> add.accept(NODES.textNode(parser.getText()));
            case VALUE_NUMBER_INT ->
                    add.accept(NODES.pojoNode(new Literal(parser.getText(), true)));
            case VALUE_NUMBER_FLOAT ->
                    add.accept(NODES.pojoNode(new Literal(parser.getText(), false)));
            case VALUE_TRUE, VALUE_FALSE -> add.accept(NODES.booleanNode(parser.getBooleanValue()));
            default -> add.accept(NODES.nullNode());
        }
    }

    @Nullable
    private static <T> T content(JsonNode node, Class<T> type) {
        return node instanceof POJONode pojo && type.isInstance(pojo.getPojo())
                ? type.cast(pojo.getPojo())
                : null;
    }

    /** Looks at all values in their order, also at those that a later one replaces. */
    private void check(JsonNode node, List<Field> inside) throws Wrong {
        Members members = content(node, Members.class);
        if (members != null) {
            for (Member member : members.list()) {
                checkInside(member.value(), member.name(), inside);
            }
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                checkInside(node.get(i), Integer.toString(i), inside);
            }
        }
    }

    private void checkInside(JsonNode value, String name, List<Field> fieldsOfAll) throws Wrong {
        List<Field> here = new ArrayList<>();
        List<Field> deeper = new ArrayList<>();
        for (Field each : fieldsOfAll) {
            if (each.names().get(0).equals(name)) {
                List<String> rest = each.names().subList(1, each.names().size());
                (rest.isEmpty() ? here : deeper)
                        .add(new Field(each.optional(), each.order(), rest));
            }
        }
        if (here.isEmpty()) {
            if (!deeper.isEmpty()) {
                check(value, deeper);
            }
            return;
        }
        if (here.size() > 1 && isStructure(value)) {
            // It is read to its end before any of the fields is.
            if (!complete.contains(value)) {
                throw end;
            }
            String unused = json(value);
        }
        for (Field each : here) {
            checkValue(value, each);
        }
    }

    private void checkValue(JsonNode value, Field field) throws Wrong {
        switch (field.order()) {
            case USER -> checkId(value, mapping.users().stream());
            case TIME -> millis(value);
            case EVENT_TYPE -> {
                String name = mapping.eventType().orElseThrow().toString();
                checkText(value, name);
                checkWhole(value.textValue(), name);
            }
            case DEPARTMENT -> {
                String name = named(mapping.departments().stream());
                checkText(value, name);
                checkWhole(cut(value.textValue()), name);
            }
            default -> checkOptional(value, field.optional());
        }
    }

    private void checkOptional(JsonNode value, ClickField field) throws Wrong {
        JsonPointer pointer = optional.pointer(field).orElseThrow();
        switch (field.kind()) {
            case ID, NAME -> checkId(value, Stream.of(pointer));
            case TEXT, COMMON_TEXT -> {
                if (!value.isTextual() && !value.isNull()) {
                    throw new Wrong(pointer + " must be a string or null, found " + found(value));
                }
            }
            case NUMBER -> {
                // Whatever is no number counts as no value.
            }
            case OF_INTERACTION -> {
                if (isStructure(value)) {
                    json(value);
                }
            }
        }
    }

    private static String named(Stream<JsonPointer> pointers) {
        return pointers.map(JsonPointer::toString).collect(Collectors.joining(" or "));
    }

    private static void checkId(JsonNode value, Stream<JsonPointer> pointers) throws Wrong {
        String name = named(pointers);
        if (!value.isTextual() && !value.isNull() && content(value, Literal.class) == null) {
            throw new Wrong(name + " must be a number or a string, found " + found(value));
        }
        checkWhole(value.textValue(), name);
    }

    private static void checkText(JsonNode value, String name) throws Wrong {
        if (isStructure(value)) {
            throw new Wrong(
                    name
                            + " must be a string, a number, a boolean, or null, found "
                            + found(value));
        }
    }

    private static void checkWhole(@Nullable String text, String name) throws Wrong {
        if (text != null
                && text.codePoints().anyMatch(point -> point >= 0xd800 && point <= 0xdfff)) {
            throw new Wrong(name + " contains half of a surrogate pair");
        }
    }

    private static boolean isStructure(JsonNode value) {
        return value.isArray() || content(value, Members.class) != null;
    }

    private static String found(JsonToken token) {
        return switch (token) {
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT -> "an integer";
            case VALUE_NUMBER_FLOAT -> "a fraction";
            case VALUE_TRUE, VALUE_FALSE -> "a boolean";
            default -> "null";
        };
    }

    private static String found(JsonNode node) {
        Literal number = content(node, Literal.class);
        if (number != null) {
            return number.isInteger() ? "an integer" : "a fraction";
        }
        return switch (node.getNodeType()) {
            case ARRAY -> "an array";
            case STRING -> "a string";
            case BOOLEAN -> "a boolean";
            case NULL -> "null";
            default -> "an object";
        };
    }

    /** The value to which the last of equal names leads; null if there is none. */
    @Nullable
    private static JsonNode last(JsonNode root, JsonPointer pointer) {
        return last(root, names(pointer));
    }

    @Nullable
    private static JsonNode last(JsonNode root, List<String> names) {
        JsonNode at = root;
        for (String name : names) {
            Members members = content(at, Members.class);
            JsonNode next = null;
            if (members != null) {
                for (Member member : members.list()) {
                    next = member.name().equals(name) ? member.value() : next;
                }
            } else if (at.isArray() && name.matches("0|[1-9][0-9]{0,8}")) {
                next = at.get(Integer.parseInt(name));
            }
            if (next == null) {
                return null;
            }
            at = next;
        }
        return at;
    }

    @Nullable
    private String user(JsonNode root) {
        for (JsonPointer pointer : mapping.users()) {
            JsonNode found = last(root, pointer);
            if (found != null && !found.isNull() && !"".equals(found.textValue())) {
                return found.isTextual() ? "text " + found.textValue() : "number " + text(found);
            }
        }
        return null;
    }

    @Nullable
    private String department(JsonNode root) {
        for (JsonPointer pointer : mapping.departments()) {
            String found = cut(text(last(root, pointer)));
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    @Nullable
    private String cut(@Nullable String department) {
        int end =
                department == null || mapping.departmentCut().isEmpty()
                        ? -1
                        : department.indexOf(mapping.departmentCut().get());
        return end < 0 ? department : department.substring(0, end);
    }

    /** A string, or the JSON of a number or boolean. */
    @Nullable
    private static String text(@Nullable JsonNode value) {
        if (value == null || value.isNull()) {
            return null;
        }
        Literal number = content(value, Literal.class);
        return number == null ? value.asText() : number.text();
    }

    @Nullable
    private static String optional(ClickField field, @Nullable JsonNode value) throws Wrong {
        if (value == null || value.isNull()) {
            return null;
        }
        if (field.kind() == ClickField.Kind.NUMBER) {
            Literal number = content(value, Literal.class);
            return number == null || number.text().length() > MAX_NUMBER ? null : number.text();
        }
        if (isStructure(value)) {
            return json(value);
        }
        String text = text(value);
        if (field == ClickField.USER_AGENT) {
            return text.substring(0, Math.min(MAX_USER_AGENT, text.length()));
        }
        if (field.kind() == ClickField.Kind.ID && value.isTextual()) {
            return text.isEmpty() ? null : text.matches("(?s)[-0-9\"].*") ? '"' + text : text;
        }
        return text;
    }

    /** What Jackson writes of what it reads: it makes other literals of some numbers. */
    private static String json(JsonNode structure) throws Wrong {
        try {
            StringWriter literal = new StringWriter();
            try (JsonGenerator generator = JSON.createGenerator(literal)) {
                write(structure, generator);
            }
            StringWriter copied = new StringWriter();
            try (JsonParser parser = JSON.createParser(literal.toString());
                    JsonGenerator generator = JSON.createGenerator(copied)) {
                parser.nextToken();
                generator.copyCurrentStructure(parser);
            }
            return copied.toString();
        } catch (IOException e) {
            throw new Wrong(NO_JSON);
        }
    }

    private static void write(JsonNode node, JsonGenerator generator) throws IOException {
        Members members = content(node, Members.class);
        Literal number = content(node, Literal.class);
        if (members != null) {
            generator.writeStartObject();
            for (Member member : members.list()) {
                generator.writeFieldName(member.name());
                write(member.value(), generator);
            }
            generator.writeEndObject();
        } else if (node.isArray()) {
            generator.writeStartArray();
            for (JsonNode element : node) {
                write(element, generator);
            }
            generator.writeEndArray();
        } else if (number != null) {
            generator.writeNumber(number.text());
        } else if (node.isTextual()) {
            generator.writeString(node.textValue());
        } else if (node.isBoolean()) {
            generator.writeBoolean(node.booleanValue());
        } else {
            generator.writeNull();
        }
    }

    @Nullable
    private Long millis(JsonNode value) throws Wrong {
        if (value.isNull()) {
            return null;
        }
        Literal number = content(value, Literal.class);
        try {
            if (number != null) {
                long millis = times.ofNumber(number);
                return number.isInteger() ? withinLong(number.text(), millis) : millis;
            }
            if (value.isTextual()) {
                String text = value.textValue();
                long millis = times.ofText(text);
                return text.matches("-?[0-9]+") ? withinLong(text, millis) : millis;
            }
        } catch (NoTimeException e) {
            // The same as what cannot be a time at all.
        }
        throw new Wrong(mapping.time() + " must be " + allowed() + ", found ");
    }

    /** A number that is no long is the farthest time, in whatever unit it is. */
    private static long withinLong(String number, long millis) {
        BigInteger value = new BigInteger(number);
        if (value.compareTo(BigInteger.valueOf(Long.MAX_VALUE)) >= 0) {
            return Long.MAX_VALUE;
        }
        return value.compareTo(BigInteger.valueOf(Long.MIN_VALUE)) <= 0 ? Long.MIN_VALUE : millis;
    }

    private String allowed() {
        return switch (format) {
            case MILLIS -> "an integer (ms since 1970)";
            case SECONDS -> "a number (s since 1970)";
            case MICROS -> "an integer (microseconds since 1970)";
            case NANOS -> "an integer (nanoseconds since 1970)";
            case ISO -> "a time in ISO 8601";
            case PATTERN -> "a time with the pattern yyyy-MM-dd HH:mm:ss 'UTC'";
        };
    }

    /** Jackson takes some bytes for characters that are none. */
    private static void checkText(byte[] record) throws Wrong {
        Charset charset = charset(record);
        if (charset.name().startsWith("UTF-32")) {
            checkCodePoints(record, charset.name().endsWith("BE"));
            return;
        }
        try {
            charset.newDecoder().decode(ByteBuffer.wrap(record));
        } catch (CharacterCodingException e) {
            throw new Wrong(NO_JSON + "invalid " + charset);
        }
    }

    /** Java's own decoder takes surrogates for characters. */
    private static void checkCodePoints(byte[] record, boolean bigEndian) throws Wrong {
        boolean isValid = record.length % 4 == 0;
        for (int i = 0; isValid && i < record.length; i += 4) {
            int point = 0;
            for (int j = 0; j < 4; j++) {
                point = point << 8 | (record[bigEndian ? i + j : i + 3 - j] & 0xff);
            }
            isValid = Character.isValidCodePoint(point) && (point < 0xd800 || point > 0xdfff);
        }
        if (!isValid) {
            throw new Wrong(NO_JSON + "invalid UTF-32" + (bigEndian ? "BE" : "LE"));
        }
    }

    /** By the byte order mark, or by the places of zeros in the first characters (RFC 4627). */
    private static Charset charset(byte[] record) {
        int head = 0;
        for (int i = 0; i < 4; i++) {
            head = head << 8 | (i < record.length ? record[i] & 0xff : 0xff);
        }
        if (head == 0x0000feff || (record.length > 3 && head >>> 8 == 0)) {
            return Charset.forName("UTF-32BE");
        }
        if (head == 0xfffe0000 || (record.length > 3 && (head & 0xffffff) == 0)) {
            return Charset.forName("UTF-32LE");
        }
        if (head >>> 16 == 0xfeff || (record.length > 1 && head >>> 24 == 0)) {
            return StandardCharsets.UTF_16BE;
        }
        if (head >>> 16 == 0xfffe || (record.length > 1 && (head >>> 16 & 0xff) == 0)) {
            return StandardCharsets.UTF_16LE;
        }
        return StandardCharsets.UTF_8;
    }
}
