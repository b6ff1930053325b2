package io.clickstream.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.clickstream.event.StringPool;
import io.clickstream.event.UserId;
import java.io.IOException;
import java.util.regex.Pattern;

/**
 * One JSON object per record with the lab's fields: {@code userid} (number or string), {@code
 * eventtimestamp} (integer, ms since the epoch), {@code event_type} and {@code product_type}
 * (string or null). Other fields are skipped. The record must be a whole JSON object and nothing
 * else; of a field that is there twice, the last counts.
 */
public final class JsonClickDecoder implements ClickDecoder {

    private static final long serialVersionUID = 1L;

    private static final String USER = "userid";
    private static final String TIME = "eventtimestamp";
    private static final String EVENT_TYPE = "event_type";
    private static final String DEPARTMENT = "product_type";

    private static final JsonFactory JSON =
            JsonFactory.builder().disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION).build();

    private static final Pattern SOURCE =
            Pattern.compile("\\[Source: [^;]*; line: \\d+, column: (\\d+)\\]");

    private transient StringPool pool;

    @Override
    public void decode(byte[] record, ClickFields fields) throws MalformedRecordException {
        fields.clear();
        if (pool == null) {
            pool = new StringPool();
        }
        try (JsonParser parser = JSON.createParser(record)) {
            JsonToken first = parser.nextToken();
            if (first != JsonToken.START_OBJECT) {
                throw new MalformedRecordException(
                        first == null
                                ? "empty"
                                : "a JSON object is expected, found " + found(first));
            }
            for (String name = parser.nextFieldName();
                    name != null;
                    name = parser.nextFieldName()) {
                JsonToken value = parser.nextToken();
                switch (name) {
                    case USER:
                        fields.setUser(user(parser, value));
                        break;
                    case TIME:
                        time(parser, value, fields);
                        break;
                    case EVENT_TYPE:
                        fields.setEventType(text(parser, value, EVENT_TYPE));
                        break;
                    case DEPARTMENT:
                        fields.setDepartment(text(parser, value, DEPARTMENT));
                        break;
                    default:
                        parser.skipChildren();
                }
            }
            if (parser.nextToken() != null) {
                throw new MalformedRecordException("there is more behind the JSON object");
            }
        } catch (JsonProcessingException e) {
            throw new MalformedRecordException("not JSON: " + problem(e));
        } catch (IOException e) {
            throw new MalformedRecordException("not JSON: " + e.getMessage());
        }
    }

    private static UserId user(JsonParser parser, JsonToken value)
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
                String text = parser.getText();
                return text.isEmpty() ? null : UserId.ofString(text);
            case VALUE_NULL:
                return null;
            default:
                throw new MalformedRecordException(
                        USER + " must be a number or a string, found " + found(value));
        }
    }

    private static void time(JsonParser parser, JsonToken value, ClickFields fields)
            throws IOException, MalformedRecordException {
        if (value == JsonToken.VALUE_NUMBER_INT) {
            fields.setTime(parser.getLongValue());
        } else if (value == JsonToken.VALUE_NULL) {
            fields.clearTime();
        } else {
            throw new MalformedRecordException(
                    TIME + " must be an integer (ms since 1970), found " + found(value));
        }
    }

    private String text(JsonParser parser, JsonToken value, String field)
            throws IOException, MalformedRecordException {
        if (value == JsonToken.VALUE_STRING) {
            return pool.of(
                    parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
        }
        if (value == JsonToken.VALUE_NULL) {
            return null;
        }
        throw new MalformedRecordException(
                field + " must be a string or null, found " + found(value));
    }

    private static String found(JsonToken token) {
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

    private static String problem(JsonProcessingException e) {
        // Of the place where something began, Jackson says that it doesn't say in what source.
        String message = SOURCE.matcher(e.getOriginalMessage()).replaceAll("column $1");
        return e.getLocation() == null || e.getLocation().getByteOffset() < 0
                ? message
                : message + ", at byte " + e.getLocation().getByteOffset();
    }
}
