package io.clickstream.sink.archive;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.clickstream.event.ArchivedRecord;
import java.io.IOException;

/** The fields of one record as texts. */
final class RecordFields {

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    // 54.960 stays what it is.
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                    .build();

    private final JsonNode record;

    private RecordFields(JsonNode record) {
        this.record = record;
    }

    static RecordFields of(ArchivedRecord record) throws IOException {
        return new RecordFields(JSON.readTree(record.json()));
    }

    /** A string or number as it is, an object or array as JSON; empty for null and for nothing. */
    String text(JsonPointer pointer) {
        JsonNode value = record.at(pointer);
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        return value.isContainerNode() ? value.toString() : value.asText();
    }
}
