package io.clickstream.aggregate;

import com.fasterxml.jackson.core.JsonGenerator;
import io.clickstream.event.WindowCount;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Sessions per department and window. */
public final class DepartmentCountFormat implements AggregateFormat<WindowCount> {

    private static final long serialVersionUID = 1L;

    @Override
    public byte[] key(WindowCount count) {
        return count.department().getBytes(StandardCharsets.UTF_8);
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
        return count.windowBegin() + "-" + count.department();
    }

    @Override
    public void write(WindowCount count, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("departmentName", count.department());
        json.writeNumberField("departmentCount", count.sessions());
        json.writeNumberField("windowBeginTime", count.windowBegin());
        json.writeNumberField("windowEndTime", count.windowEnd());
        json.writeEndObject();
    }

    @Override
    public List<IndexField> fields() {
        return List.of(
                IndexField.keyword("departmentName"),
                IndexField.ofLong("departmentCount"),
                IndexField.date("windowBeginTime"),
                IndexField.date("windowEndTime"));
    }
}
