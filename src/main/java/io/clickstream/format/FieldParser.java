package io.clickstream.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.clickstream.config.ClickField;
import io.clickstream.config.ClickField.Kind;
import io.clickstream.config.JsonMapping;
import io.clickstream.config.OptionalFields;
import io.clickstream.event.StringPool;
import io.clickstream.event.Texts;
import io.clickstream.event.UserId;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.annotation.Nullable;

/**
 * Reads the fields of a JSON record with Jackson's streaming parser. Decides about all records that
 * {@link FieldScanner} does not know how to read, and says what is wrong with those that are not
 * valid.
 */
final class FieldParser {

    /** A number with more characters is none that a price could be. */
    static final int MAX_NUMBER_LENGTH = 100;

    private static final JsonFactory JSON = RecordJson.FACTORY;

    private static final Pattern SOURCE =
            Pattern.compile("\\[Source: [^;]*; line: \\d+, column: (\\d+)\\]");

    /** Jackson's own feature switches, which users of the job cannot set. */
    private static final Pattern SWITCHES =
            Pattern.compile(
                    ": enable `[^`]*`[^,;]*"
                            + "| \\(not recognized as one since Feature '\\w+' not enabled[^)]*\\)"
                            + "|, from `[^`]*`"
                            + "| ?\\[Source: [^]]*\\]");

    private final OptionalFields optional;
    private final FieldTree tree;
    private final JsonTimeReader times;
    private final StringPool pool;
    private final int users;
    private final int departments;
    private final String user;
    private final String eventType;
    private final String department;
    @Nullable private final Map<String, String> eventTypes;
    @Nullable private final String departmentCut;

    /**
     * Creates a parser.
     *
     * @param tree the fields of both the mapping and {@code optional}
     */
    FieldParser(
            JsonMapping mapping,
            OptionalFields optional,
            FieldTree tree,
            JsonTimeReader times,
            StringPool pool) {
        this.optional = optional;
        this.tree = tree;
        this.times = times;
        this.pool = pool;
        users = mapping.users().size();
        departments = mapping.departments().size();
        user = names(mapping.users());
        eventType = mapping.eventType().map(Object::toString).orElse("");
        department = names(mapping.departments());
        eventTypes = mapping.eventTypes().isEmpty() ? null : mapping.eventTypes();
        departmentCut = mapping.departmentCut().orElse(null);
    }

    private static String names(List<JsonPointer> pointers) {
        return pointers.stream().map(Object::toString).collect(Collectors.joining(" or "));
    }

    /** Reads the fields of a record into empty ones. */
    void read(byte[] record, ClickFields fields) throws MalformedRecordException {
        times.begin();
        try {
            parse(record, fields);
        } finally {
            times.count();
        }
    }

    private void parse(byte[] record, ClickFields fields) throws MalformedRecordException {
        try (JsonParser parser = JSON.createParser(record)) {
            JsonToken first = parser.nextToken();
            if (first != JsonToken.START_OBJECT) {
                throw new MalformedRecordException(
                        first == null ? "empty" : "expected a JSON object, found " + found(first));
            }
            wholeObject(parser, fields);
            if (parser.nextToken() != null) {
                throw new MalformedRecordException("there is more data after the JSON object");
            }
            if (!Texts.isAscii(record)) {
                checkText(record);
            }
        } catch (JsonProcessingException e) {
            throw new MalformedRecordException("not JSON: " + problem(e));
        } catch (IOException e) {
            throw new MalformedRecordException("not JSON: " + e.getMessage());
        }
    }

    /**
     * Refuses bytes that are not valid in the encoding of a record. The parser accepts some of them
     * as characters.
     */
    static void checkText(byte[] record) throws MalformedRecordException {
        Charset charset = JsonLine.charset(record);
        int invalid =
                charset.equals(StandardCharsets.UTF_8)
                        ? Texts.firstInvalid(record, 0, record.length)
                        : -1;
        if (invalid >= 0) {
            throw new MalformedRecordException("not JSON: invalid UTF-8 at byte " + invalid);
        }
        if (!charset.equals(StandardCharsets.UTF_8) && !Texts.isEncoded(record, charset)) {
            throw new MalformedRecordException("not JSON: invalid " + charset);
        }
    }

    /**
     * Fields with several pointers are selected when all values are known, so the order does not
     * matter.
     */
    private void wholeObject(JsonParser parser, ClickFields fields)
            throws IOException, MalformedRecordException {
        if (users > 1) {
            fields.clearUsers((1 << users) - 1);
        }
        if (departments > 1) {
            fields.clearDepartments((1 << departments) - 1);
        }
        object(parser, tree, fields);
        if (users > 1) {
            fields.chooseUser(users);
        }
        if (departments > 1) {
            fields.chooseDepartment(departments);
        }
    }

    private void object(JsonParser parser, FieldTree place, ClickFields fields)
            throws IOException, MalformedRecordException {
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            FieldTree member = place.member(name);
            JsonToken value = parser.nextToken();
            if (member == null) {
                parser.skipChildren();
            } else {
                value(parser, value, member, fields);
            }
        }
    }

    private void array(JsonParser parser, FieldTree place, ClickFields fields)
            throws IOException, MalformedRecordException {
        int index = 0;
        for (JsonToken value = parser.nextToken();
                value != JsonToken.END_ARRAY;
                value = parser.nextToken()) {
            FieldTree element = place.element(index);
            if (element == null) {
                parser.skipChildren();
            } else {
                value(parser, value, element, fields);
            }
            index++;
        }
    }

    private void value(JsonParser parser, JsonToken value, FieldTree place, ClickFields fields)
            throws IOException, MalformedRecordException {
        switch (place.kind()) {
            case FieldTree.USER:
                if (users > 1) {
                    fields.setUser(user(parser, value), place.rank());
                } else {
                    fields.setUser(user(parser, value));
                }
                break;
            case FieldTree.TIME:
                times.read(parser, value, fields);
                break;
            case FieldTree.EVENT_TYPE:
                fields.setEventType(eventType(parser, value));
                break;
            case FieldTree.DEPARTMENT:
                if (departments > 1) {
                    fields.setDepartment(department(parser, value), place.rank());
                } else {
                    fields.setDepartment(department(parser, value));
                }
                break;
            case FieldTree.INNER:
                // Of a name that is there twice, the last counts, with all that it lacks.
                place.clear(fields);
                if (value == JsonToken.START_OBJECT) {
                    object(parser, place, fields);
                } else if (value == JsonToken.START_ARRAY) {
                    array(parser, place, fields);
                }
                break;
            default:
                several(parser, value, place, fields);
        }
    }

    /** Reads the value of an optional field, or of several fields. */
    private void several(JsonParser parser, JsonToken value, FieldTree place, ClickFields fields)
            throws IOException, MalformedRecordException {
        ClickField single = place.optional();
        if (single != null) {
            fields.set(single, optional(parser, value, single));
            return;
        }
        // Of an object or array nothing is left after it was read once: it can be one field only.
        boolean whole = value.isStructStart();
        String json = whole ? ofInteraction(parser, value) : null;
        for (FieldTree part : place.parts()) {
            ClickField field = part.optional();
            if (whole && field != null && field.kind() == Kind.OF_INTERACTION) {
                fields.set(field, json);
            } else {
                value(parser, value, part, fields);
            }
        }
    }

    @Nullable
    private String optional(JsonParser parser, JsonToken value, ClickField field)
            throws IOException, MalformedRecordException {
        switch (field.kind()) {
            case ID:
                return id(parser, value, field);
            case NAME:
                return name(parser, value, field);
            case COMMON_TEXT:
                return isNull(value, pointer(field)) ? null : ofPool(parser);
            case TEXT:
                return isNull(value, pointer(field)) ? null : parser.getText();
            case NUMBER:
                return number(parser, value);
            case OF_INTERACTION:
                return ofInteraction(parser, value);
        }
        throw new IllegalStateException("Not a kind: " + field.kind());
    }

    private String pointer(ClickField field) {
        return optional.pointer(field).orElseThrow().toString();
    }

    private String ofPool(JsonParser parser) throws IOException {
        return pool.of(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
    }

    /** A text, the literal of a number, or an object or array as JSON. */
    @Nullable
    private static String ofInteraction(JsonParser parser, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_NULL) {
            return null;
        }
        if (!value.isStructStart()) {
            return parser.getText();
        }
        StringWriter json = new StringWriter();
        try (JsonGenerator generator = JSON.createGenerator(json)) {
            generator.copyCurrentStructure(parser);
        }
        return json.toString();
    }

    /** The literal of a number; null for all other values. */
    @Nullable
    private static String number(JsonParser parser, JsonToken value) throws IOException {
        if (!value.isNumeric() || parser.getTextLength() > MAX_NUMBER_LENGTH) {
            parser.skipChildren();
            return null;
        }
        return parser.getText();
    }

    private UserId user(JsonParser parser, JsonToken value)
            throws IOException, MalformedRecordException {
        switch (value) {
            case VALUE_NUMBER_INT:
                if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
                    return UserId.ofNumberLiteral(parser.getText());
                }
                long number = parser.getLongValue();
                return number == 0 && parser.getTextLength() > 1
                        ? UserId.ofNumberLiteral(parser.getText()) // -0
                        : UserId.ofNumber(number);
            case VALUE_NUMBER_FLOAT:
                return UserId.ofNumberLiteral(parser.getText());
            case VALUE_STRING:
                String text = whole(parser.getText(), user);
                return text.isEmpty() ? null : UserId.ofString(text);
            case VALUE_NULL:
                return null;
            default:
                throw new MalformedRecordException(
                        user + " must be a number or a string, found " + found(value));
        }
    }

    @Nullable
    private String id(JsonParser parser, JsonToken value, ClickField field)
            throws IOException, MalformedRecordException {
        switch (value) {
            case VALUE_NUMBER_INT:
            case VALUE_NUMBER_FLOAT:
                return parser.getText();
            case VALUE_STRING:
                return ClickFields.idOfText(whole(parser.getText(), pointer(field)));
            case VALUE_NULL:
                return null;
            default:
                throw noName(value, field);
        }
    }

    @Nullable
    private String name(JsonParser parser, JsonToken value, ClickField field)
            throws IOException, MalformedRecordException {
        switch (value) {
            case VALUE_NUMBER_INT:
            case VALUE_NUMBER_FLOAT:
            case VALUE_STRING:
                // The few that are clicked often are many of the clicks.
                String name =
                        pool.ofText(
                                parser.getTextCharacters(),
                                parser.getTextOffset(),
                                parser.getTextLength());
                if (name == null) {
                    throw half(pointer(field));
                }
                return name;
            case VALUE_NULL:
                return null;
            default:
                throw noName(value, field);
        }
    }

    private MalformedRecordException noName(JsonToken value, ClickField field) {
        return new MalformedRecordException(
                pointer(field) + " must be a number or a string, found " + found(value));
    }

    private String eventType(JsonParser parser, JsonToken value)
            throws IOException, MalformedRecordException {
        if (!isText(value, eventType)) {
            return null;
        }
        String type =
                pool.ofText(
                        parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
        if (type == null) {
            throw half(eventType);
        }
        if (eventTypes == null) {
            return type;
        }
        String mapped = eventTypes.get(type);
        return mapped == null ? type : mapped;
    }

    private String department(JsonParser parser, JsonToken value)
            throws IOException, MalformedRecordException {
        if (!isText(value, department)) {
            return null;
        }
        char[] characters = parser.getTextCharacters();
        int begin = parser.getTextOffset();
        int length = parser.getTextLength();
        String text =
                pool.ofText(
                        characters,
                        begin,
                        departmentCut == null ? length : lengthToCut(characters, begin, length));
        if (text == null) {
            throw half(department);
        }
        return text;
    }

    private static String whole(String text, String field) throws MalformedRecordException {
        if (!Texts.isPaired(text)) {
            throw half(field);
        }
        return text;
    }

    private static MalformedRecordException half(String field) {
        return new MalformedRecordException(
                field + " contains half of a surrogate pair, which is not a character");
    }

    private int lengthToCut(char[] characters, int begin, int length) {
        for (int i = 0; i <= length - departmentCut.length(); i++) {
            if (isCut(characters, begin + i)) {
                return i;
            }
        }
        return length;
    }

    private boolean isCut(char[] characters, int at) {
        for (int i = 0; i < departmentCut.length(); i++) {
            if (characters[at + i] != departmentCut.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the value has a text: a string, or the JSON text of a number or boolean. */
    private static boolean isText(JsonToken value, String field) throws MalformedRecordException {
        if (value == JsonToken.VALUE_STRING) {
            return true;
        }
        if (value == JsonToken.VALUE_NULL) {
            return false;
        }
        if (value.isScalarValue()) {
            return true;
        }
        throw new MalformedRecordException(
                field + " must be a string, a number, a boolean, or null, found " + found(value));
    }

    private static boolean isNull(JsonToken value, String field) throws MalformedRecordException {
        if (value == JsonToken.VALUE_STRING || value == JsonToken.VALUE_NULL) {
            return value == JsonToken.VALUE_NULL;
        }
        throw new MalformedRecordException(
                field + " must be a string or null, found " + found(value));
    }

    static String found(JsonToken token) {
        switch (token) {
            case START_OBJECT:
                return "an object";
            case START_ARRAY:
                return "an array";
            case VALUE_STRING:
                return "a string";
            case VALUE_NUMBER_INT:
                return "an integer";
            case VALUE_NUMBER_FLOAT:
                return "a fraction";
            case VALUE_TRUE:
            case VALUE_FALSE:
                return "a boolean";
            case VALUE_NULL:
                return "null";
            default:
                return token.asString();
        }
    }

    static String problem(JsonProcessingException e) {
        // Of the place where something began, Jackson says that it doesn't say in what source.
        String message = SOURCE.matcher(e.getOriginalMessage()).replaceAll("column $1");
        message = SWITCHES.matcher(message).replaceAll("");
        return e.getLocation() == null || e.getLocation().getByteOffset() < 0
                ? message
                : message + ", at byte " + e.getLocation().getByteOffset();
    }
}
