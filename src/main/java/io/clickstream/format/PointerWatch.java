package io.clickstream.format;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs a warning about pointers that found nothing in all of the first records. Most likely they
 * are misspelled, and nothing else would show it. It parses these records a second time, until each
 * pointer has found something, usually after a few records.
 */
final class PointerWatch {

    /** The number of records in which a pointer must find something. */
    static final int RECORDS = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(PointerWatch.class);

    /**
     * The messages that were logged, so that several subtasks log them once. There are at most as
     * many as pointers.
     */
    private static final Set<String> WARNED = ConcurrentHashMap.newKeySet();

    private final List<Watched> waiting = new ArrayList<>();
    private int records;

    /** A pointer and the key that configures it. */
    private static final class Watched {
        private final String key;
        private final JsonPointer pointer;

        Watched(String key, JsonPointer pointer) {
            this.key = key;
            this.pointer = pointer;
        }
    }

    /**
     * Watches pointers.
     *
     * @param pointers by the keys that configure them
     */
    PointerWatch(Map<String, List<JsonPointer>> pointers) {
        pointers.forEach(
                (key, ofKey) -> ofKey.forEach(pointer -> waiting.add(new Watched(key, pointer))));
    }

    /**
     * Searches a record for the pointers.
     *
     * @param record one JSON object
     * @return whether there is anything left to watch
     */
    boolean observe(byte[] record) {
        try (JsonParser parser = RecordJson.FACTORY.createParser(record)) {
            parser.nextToken();
            List<JsonPointer> pointers = new ArrayList<>();
            waiting.forEach(watched -> pointers.add(watched.pointer));
            Set<JsonPointer> found = new HashSet<>();
            inside(parser, pointers, pointers, found);
            waiting.removeIf(watched -> found.contains(watched.pointer));
        } catch (IOException e) {
            throw new IllegalArgumentException("not one valid JSON object", e);
        }
        records++;
        if (records == RECORDS) {
            waiting.forEach(PointerWatch::warn);
            waiting.clear();
        }
        return !waiting.isEmpty();
    }

    /**
     * Searches an object or array.
     *
     * @param rests the remaining parts of the pointers
     * @param wholes the pointers, in the same order
     */
    private static void inside(
            JsonParser parser,
            List<JsonPointer> rests,
            List<JsonPointer> wholes,
            Set<JsonPointer> found)
            throws IOException {
        boolean isArray = parser.currentToken() == JsonToken.START_ARRAY;
        int index = 0;
        for (JsonToken token = parser.nextToken();
                !token.isStructEnd();
                token = parser.nextToken()) {
            String name = isArray ? null : parser.currentName();
            List<JsonPointer> tails = new ArrayList<>();
            List<JsonPointer> ofTails = new ArrayList<>();
            for (int i = 0; i < rests.size(); i++) {
                JsonPointer rest = rests.get(i);
                boolean here =
                        isArray
                                ? rest.matchesElement(index)
                                : rest.getMatchingProperty().equals(name);
                if (here && rest.tail().matches()) {
                    found.add(wholes.get(i));
                } else if (here) {
                    tails.add(rest.tail());
                    ofTails.add(wholes.get(i));
                }
            }
            JsonToken value = isArray ? token : parser.nextToken();
            if (!value.isStructStart()) {
                index++;
                continue;
            }
            if (tails.isEmpty()) {
                parser.skipChildren();
            } else {
                inside(parser, tails, ofTails, found);
            }
            index++;
        }
    }

    private static void warn(Watched watched) {
        String warning =
                "`"
                        + watched.key
                        + "` is '"
                        + watched.pointer
                        + "', which found nothing in the first "
                        + RECORDS
                        + " records of a subtask. If no record has this field, correct the"
                        + " pointer or remove it";
        if (WARNED.add(warning)) {
            LOG.warn(warning);
        }
    }
}
