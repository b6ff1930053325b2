package io.clickstream.sink.opensearch;

import com.fasterxml.jackson.core.JsonGenerator;
import io.clickstream.aggregate.AggregateFormat;
import io.clickstream.aggregate.IndexField;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** Numbers as documents {@code {"number":7}} with id {@code n7}; number n's window is on day n. */
final class NumberFormat implements AggregateFormat<Long> {

    static final Instant DAY_0 = Instant.parse("2022-06-14T00:00:00Z");

    private static final long serialVersionUID = 1L;
    private static final long DAY_MS = 86_400_000L;

    private final String idPrefix;
    private final String filler;
    private final int perDay;

    NumberFormat() {
        this("n", "");
    }

    /** With other ids, and documents that are longer. */
    NumberFormat(String idPrefix, String filler) {
        this(idPrefix, filler, 1);
    }

    /** With several documents per day. */
    NumberFormat(String idPrefix, String filler, int perDay) {
        this.idPrefix = idPrefix;
        this.filler = filler;
        this.perDay = perDay;
    }

    @Override
    public byte[] key(Long number) {
        return documentId(number).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public long timestamp(Long number) {
        return windowBegin(number);
    }

    @Override
    public long windowBegin(Long number) {
        return DAY_0.toEpochMilli() + number / perDay * DAY_MS;
    }

    @Override
    public String documentId(Long number) {
        return idPrefix + number;
    }

    @Override
    public void write(Long number, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeNumberField("number", number);
        if (!filler.isEmpty()) {
            json.writeStringField("filler", filler);
        }
        json.writeEndObject();
    }

    @Override
    public List<IndexField> fields() {
        return List.of();
    }
}
