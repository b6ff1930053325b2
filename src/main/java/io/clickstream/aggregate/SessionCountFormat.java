package io.clickstream.aggregate;

import com.fasterxml.jackson.core.JsonGenerator;
import io.clickstream.event.WindowCount;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Sessions per window, and how many of them had a checkout. */
public final class SessionCountFormat implements AggregateFormat<WindowCount> {

    private static final long serialVersionUID = 1L;

    @Override
    public byte[] key(WindowCount count) {
        return Long.toString(count.windowBegin()).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public long timestamp(WindowCount count) {
        return count.lastMillisecond();
    }

    @Override
    public long windowBegin(WindowCount count) {
        return count.windowBegin();
    }

    @Override
    public String documentId(WindowCount count) {
        return Long.toString(count.windowBegin());
    }

    @Override
    public void write(WindowCount count, JsonGenerator json) throws IOException {
        long percent = 100 * count.sessionsWithCheckout() / count.sessions();
        json.writeStartObject();
        json.writeNumberField("userSessionCount", count.sessions());
        json.writeNumberField("userSessionCountWithOrderCheckout", count.sessionsWithCheckout());
        json.writeNumberField("percentSessionswithBuy", (double) percent);
        json.writeNumberField("windowBeginTime", count.windowBegin());
        json.writeNumberField("windowEndTime", count.windowEnd());
        json.writeEndObject();
    }

    @Override
    public List<IndexField> fields() {
        return List.of(
                IndexField.ofLong("userSessionCount"),
                IndexField.ofLong("userSessionCountWithOrderCheckout"),
                IndexField.ofDouble("percentSessionswithBuy"),
                IndexField.date("windowBeginTime"),
                IndexField.date("windowEndTime"));
    }
}
