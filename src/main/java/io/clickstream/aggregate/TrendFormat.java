package io.clickstream.aggregate;

import com.fasterxml.jackson.core.JsonGenerator;
import io.clickstream.event.Trend;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A name in the ranking of a time span. */
public final class TrendFormat implements AggregateFormat<Trend> {

    private static final long serialVersionUID = 1L;

    @Override
    public byte[] key(Trend trend) {
        return Long.toString(trend.windowBegin()).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public long timestamp(Trend trend) {
        return trend.lastMillisecond();
    }

    @Override
    public long windowBegin(Trend trend) {
        return trend.windowBegin();
    }

    @Override
    public String documentId(Trend trend) {
        return trend.windowBegin() + "-" + trend.rank();
    }

    @Override
    public void write(Trend trend, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeNumberField("rank", trend.rank());
        json.writeStringField("name", trend.name());
        json.writeNumberField("count", trend.count());
        json.writeNumberField("windowBeginTime", trend.windowBegin());
        json.writeNumberField("windowEndTime", trend.windowEnd());
        json.writeEndObject();
    }

    @Override
    public List<IndexField> fields() {
        return List.of(
                IndexField.ofInteger("rank"),
                IndexField.keyword("name"),
                IndexField.ofLong("count"),
                IndexField.date("windowBeginTime"),
                IndexField.date("windowEndTime"));
    }
}
