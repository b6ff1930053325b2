package io.clickstream.tools.oracle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;

/**
 * Lines of JSON as the job writes them, byte by byte. Of a character that takes four bytes, such as
 * an emoji, the library writes two escapes into bytes, and the character itself into a string.
 */
final class JsonLine {

    private static final ObjectMapper JSON = new ObjectMapper();

    static String of(ObjectNode line) {
        try {
            return new String(JSON.writeValueAsBytes(line), StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A tree of strings and numbers can be written", e);
        }
    }

    private JsonLine() {}
}
