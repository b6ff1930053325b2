package io.clickstream.source.kinesis;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.source.kinesis.ReferenceDecoder.Refused;
import io.clickstream.testing.JsonShape;
import io.clickstream.testing.ReferenceTimes;
import io.clickstream.testing.ReferenceTimes.Literal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.annotation.Nullable;

/**
 * Reads a JSON record as a tree, of a text that was decoded strictly before. Of a name that is
 * there twice, the last counts; but all of them must be what their field may be.
 */
final class ReferenceJson {

    /** Longer names of fields are refused; in UTF-8 it is their bytes that count. */
    private static final int MAX_NAME = 1024;

    private static final int MAX_USER_AGENT = 1024;

    private static final JsonFactory JSON = new JsonFactory();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final JsonShape shape;
    private final ReferenceTimes times;

    ReferenceJson(JsonShape shape) {
        this.shape = shape;
        this.times = new ReferenceTimes(shape.format(), shape.zone());
    }

    ReferenceDecoder.Fields read(byte[] record) throws Refused {
        JsonNode root = parse(record);
        if (!root.isObject()) {
            throw new Refused(Reason.MALFORMED);
        }
        ReferenceDecoder.Fields fields = new ReferenceDecoder.Fields();
        fields.user = user(root);
        fields.time = time(root);
        String type = text(root, shape.eventType());
        fields.eventType = type == null ? null : shape.eventTypes().getOrDefault(type, type);
        fields.department = department(root);
        fields.id = id(root);
        fields.item = item(root);
        fields.isBot = isBot(root);
        return fields;
    }

    /**
     * The only JSON value of a text. Members of an object are lists of all that have the name;
     * numbers are their literals.
     */
    static JsonNode parse(byte[] record) throws Refused {
        Charset charset = charset(record);
        String text = decode(record, charset);
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() == null) {
                throw new Refused(Reason.MALFORMED);
            }
            JsonNode root = node(parser, charset.equals(StandardCharsets.UTF_8));
            if (parser.nextToken() != null) {
                throw new Refused(Reason.MALFORMED);
            }
            return root;
        } catch (IOException e) {
            throw new Refused(Reason.MALFORMED);
        }
    }

    private static JsonNode node(JsonParser parser, boolean utf8) throws IOException, Refused {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser, utf8);
            case START_ARRAY -> {
                ArrayNode array = NODES.arrayNode();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(node(parser, utf8));
                }
                yield array;
            }
            case VALUE_STRING -> NODES.textNode(parser.getText());
            case VALUE_NUMBER_INT -> NODES.pojoNode(new Literal(parser.getText(), true));
            case VALUE_NUMBER_FLOAT -> NODES.pojoNode(new Literal(parser.getText(), false));
            case VALUE_TRUE, VALUE_FALSE -> NODES.booleanNode(parser.getBooleanValue());
            default -> NODES.nullNode();
        };
    }

    private static JsonNode object(JsonParser parser, boolean utf8) throws IOException, Refused {
        ObjectNode object = NODES.objectNode();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            int length = utf8 ? name.getBytes(StandardCharsets.UTF_8).length : name.length();
            if (length > MAX_NAME) {
                throw new Refused(Reason.MALFORMED);
            }
            parser.nextToken();
            object.withArrayProperty(name).add(node(parser, utf8));
        }
        return object;
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

    private static String decode(byte[] record, Charset charset) throws Refused {
        String text =
                charset.name().startsWith("UTF-32")
                        ? ofCodePoints(record, charset.name().endsWith("BE"))
                        : strict(record, charset);
        return text.startsWith("\ufeff") ? text.substring(1) : text;
    }

    static String strict(byte[] bytes, Charset charset) throws Refused {
        try {
            return charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new Refused(Reason.MALFORMED);
        }
    }

    /** Java's own decoder takes surrogates for characters. */
    private static String ofCodePoints(byte[] record, boolean bigEndian) throws Refused {
        if (record.length % 4 != 0) {
            throw new Refused(Reason.MALFORMED);
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < record.length; i += 4) {
            int point = 0;
            for (int j = 0; j < 4; j++) {
                point = point << 8 | (record[bigEndian ? i + j : i + 3 - j] & 0xff);
            }
            if (!Character.isValidCodePoint(point) || (point >= 0xd800 && point <= 0xdfff)) {
                throw new Refused(Reason.MALFORMED);
            }
            text.appendCodePoint(point);
        }
        return text.toString();
    }

    /** What a pointer leads to, by the last of names that are there twice; null if nowhere. */
    @Nullable
    private static JsonNode last(JsonNode root, String pointer) {
        List<JsonNode> found = new ArrayList<>();
        find(root, tokens(pointer), true, found);
        return found.isEmpty() ? null : found.get(0);
    }

    /** The same by any of the names that are there twice. */
    private static List<JsonNode> all(JsonNode root, String pointer) {
        List<JsonNode> found = new ArrayList<>();
        find(root, tokens(pointer), false, found);
        return found;
    }

    private static List<String> tokens(String pointer) {
        List<String> tokens = new ArrayList<>();
        for (String token : pointer.substring(1).split("/", -1)) {
            tokens.add(token.replace("~1", "/").replace("~0", "~"));
        }
        return tokens;
    }

    private static void find(
            JsonNode node, List<String> tokens, boolean lastOnly, List<JsonNode> found) {
        if (tokens.isEmpty()) {
            found.add(node);
            return;
        }
        String token = tokens.get(0);
        List<String> rest = tokens.subList(1, tokens.size());
        if (node.isObject() && node.has(token)) {
            JsonNode values = node.get(token);
            for (int i = lastOnly ? values.size() - 1 : 0; i < values.size(); i++) {
                find(values.get(i), rest, lastOnly, found);
            }
        } else if (node.isArray() && token.matches("0|[1-9][0-9]{0,8}")) {
            JsonNode element = node.get(Integer.parseInt(token));
            if (element != null) {
                find(element, rest, lastOnly, found);
            }
        }
    }

    private static boolean isNumber(JsonNode node) {
        return node.isPojo();
    }

    private static Literal number(JsonNode node) {
        return (Literal) ((POJONode) node).getPojo();
    }

    @Nullable
    private String user(JsonNode root) throws Refused {
        String user = null;
        for (String pointer : shape.users()) {
            for (JsonNode each : all(root, pointer)) {
                check(each.isNull() || isNumber(each) || isWhole(each));
            }
            JsonNode found = last(root, pointer);
            if (user == null && found != null && !found.isNull() && !isText(found, "")) {
                user =
                        isNumber(found)
                                ? ReferenceDecoder.NUMBER + number(found).text()
                                : ReferenceDecoder.TEXT + found.textValue();
            }
        }
        return user;
    }

    private static boolean isText(JsonNode node, String text) {
        return node.isTextual() && node.textValue().equals(text);
    }

    @Nullable
    private Long time(JsonNode root) throws Refused {
        for (JsonNode each : all(root, shape.time())) {
            millis(each);
        }
        JsonNode found = last(root, shape.time());
        return found == null ? null : millis(found);
    }

    @Nullable
    private Long millis(JsonNode node) throws Refused {
        if (node.isNull()) {
            return null;
        }
        check(node.isTextual() || isNumber(node));
        try {
            return isNumber(node) ? times.ofNumber(number(node)) : times.ofText(node.textValue());
        } catch (ReferenceTimes.NoTimeException e) {
            throw new Refused(Reason.MALFORMED);
        }
    }

    /** A string, or what JSON writes of a number or a boolean. */
    @Nullable
    private static String text(JsonNode root, @Nullable String pointer) throws Refused {
        if (pointer == null) {
            return null;
        }
        for (JsonNode each : all(root, pointer)) {
            check(each.isNull() || each.isBoolean() || isNumber(each) || isWhole(each));
        }
        return scalar(last(root, pointer));
    }

    @Nullable
    private static String scalar(@Nullable JsonNode node) {
        if (node == null || node.isNull()) {
            return null;
        }
        return isNumber(node) ? number(node).text() : node.asText();
    }

    @Nullable
    private String department(JsonNode root) throws Refused {
        String department = null;
        for (String pointer : shape.departments()) {
            for (JsonNode each : all(root, pointer)) {
                check(
                        each.isNull()
                                || each.isBoolean()
                                || isNumber(each)
                                || (each.isTextual() && isPaired(cut(each.textValue()))));
            }
            String found = scalar(last(root, pointer));
            if (department == null && found != null) {
                department = cut(found);
            }
        }
        return department;
    }

    private String cut(String text) {
        int end = shape.departmentCut() == null ? -1 : text.indexOf(shape.departmentCut());
        return end < 0 ? text : text.substring(0, end);
    }

    @Nullable
    private String id(JsonNode root) throws Refused {
        JsonNode found = scalarOrNull(root, shape.id());
        if (found == null) {
            return null;
        }
        return isNumber(found) ? number(found).text() : ReferenceDecoder.textId(found.textValue());
    }

    @Nullable
    private String item(JsonNode root) throws Refused {
        return scalar(scalarOrNull(root, shape.item()));
    }

    @Nullable
    private static JsonNode scalarOrNull(JsonNode root, @Nullable String pointer) throws Refused {
        if (pointer == null) {
            return null;
        }
        for (JsonNode each : all(root, pointer)) {
            check(each.isNull() || isNumber(each) || isWhole(each));
        }
        JsonNode found = last(root, pointer);
        return found == null || found.isNull() ? null : found;
    }

    private boolean isBot(JsonNode root) throws Refused {
        if (shape.userAgent() == null) {
            return false;
        }
        for (JsonNode each : all(root, shape.userAgent())) {
            check(each.isNull() || each.isTextual());
        }
        JsonNode found = last(root, shape.userAgent());
        return found != null && found.isTextual() && isBot(found.textValue());
    }

    static boolean isBot(String userAgent) {
        return userAgent
                .substring(0, Math.min(MAX_USER_AGENT, userAgent.length()))
                .toLowerCase(Locale.ROOT)
                .contains(JsonShape.BOT);
    }

    private static boolean isWhole(JsonNode node) {
        return node.isTextual() && isPaired(node.textValue());
    }

    static boolean isPaired(String text) {
        return text.codePoints().noneMatch(point -> point >= 0xd800 && point <= 0xdfff);
    }

    private static void check(boolean isAllowed) throws Refused {
        if (!isAllowed) {
            throw new Refused(Reason.MALFORMED);
        }
    }
}
