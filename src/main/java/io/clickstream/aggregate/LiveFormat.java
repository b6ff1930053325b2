package io.clickstream.aggregate;

import com.fasterxml.jackson.core.JsonGenerator;
import io.clickstream.event.LiveCount;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Who is on the site at a boundary: on the whole site, or in one department. */
public final class LiveFormat implements AggregateFormat<LiveCount> {

    private static final long serialVersionUID = 1L;

    @Override
    public byte[] key(LiveCount count) {
        String key =
                count.department() == null ? Long.toString(count.windowEnd()) : count.department();
        return key.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public long timestamp(LiveCount count) {
        return count.lastMillisecond();
    }

    @Override
    public long windowBegin(LiveCount count) {
        return count.windowBegin();
    }

    @Override
    public String documentId(LiveCount count) {
        return count.department() == null
                ? Long.toString(count.windowEnd())
                : count.department() + '-' + count.windowEnd();
    }

    @Override
    public void write(LiveCount count, JsonGenerator json) throws IOException {
        json.writeStartObject();
        if (count.department() == null) {
            json.writeNumberField("activeUsers", count.activeUsers());
            json.writeNumberField("openSessions", count.openSessions());
            json.writeNumberField("openSessionsWithCheckout", count.openSessionsWithCheckout());
            json.writeNumberField("openCarts", count.openCarts());
            json.writeNumberField("clicks", count.clicks());
            json.writeNumberField("checkouts", count.checkouts());
        } else {
            json.writeStringField("departmentName", count.department());
            json.writeNumberField("activeUsers", count.activeUsers());
            json.writeNumberField("clicks", count.clicks());
        }
        json.writeNumberField("windowBeginTime", count.windowBegin());
        json.writeNumberField("windowEndTime", count.windowEnd());
        json.writeEndObject();
    }

    @Override
    public List<IndexField> fields() {
        return List.of(
                IndexField.keyword("departmentName"),
                IndexField.ofLong("activeUsers"),
                IndexField.ofLong("openSessions"),
                IndexField.ofLong("openSessionsWithCheckout"),
                IndexField.ofLong("openCarts"),
                IndexField.ofLong("clicks"),
                IndexField.ofLong("checkouts"),
                IndexField.date("windowBeginTime"),
                IndexField.date("windowEndTime"));
    }
}
