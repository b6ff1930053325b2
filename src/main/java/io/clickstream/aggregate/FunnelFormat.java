package io.clickstream.aggregate;

import com.fasterxml.jackson.core.JsonGenerator;
import io.clickstream.event.FunnelStep;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** How many sessions of a window reached a step of the funnel. */
public final class FunnelFormat implements AggregateFormat<FunnelStep> {

    private static final long serialVersionUID = 1L;

    private static final long HUNDREDTHS_OF_ALL = 10_000;
    private static final double HUNDREDTHS = 100;

    @Override
    public byte[] key(FunnelStep step) {
        String key = step.department() == null ? step.name() : step.department();
        return key.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public long timestamp(FunnelStep step) {
        return step.lastMillisecond();
    }

    @Override
    public long windowBegin(FunnelStep step) {
        return step.windowBegin();
    }

    @Override
    public String documentId(FunnelStep step) {
        String id = step.windowBegin() + "-" + step.step();
        return step.department() == null ? id : step.department() + '-' + id;
    }

    @Override
    public void write(FunnelStep step, JsonGenerator json) throws IOException {
        json.writeStartObject();
        if (step.department() != null) {
            json.writeStringField("departmentName", step.department());
        }
        json.writeNumberField("step", step.step());
        json.writeStringField("name", step.name());
        json.writeNumberField("sessions", step.sessions());
        json.writeNumberField("fromPrevious", percent(step.sessions(), step.sessionsBefore()));
        json.writeNumberField("fromFirst", percent(step.sessions(), step.sessionsAtFirst()));
        if (step.medianMillis() != FunnelStep.NO_MEDIAN) {
            json.writeNumberField("medianMillis", step.medianMillis());
        }
        json.writeNumberField("windowBeginTime", step.windowBegin());
        json.writeNumberField("windowEndTime", step.windowEnd());
        json.writeEndObject();
    }

    /** With two decimals, rounded half up. */
    private static double percent(long part, long whole) {
        long hundredths = whole == 0 ? 0 : (HUNDREDTHS_OF_ALL * part + whole / 2) / whole;
        return hundredths / HUNDREDTHS;
    }

    @Override
    public List<IndexField> fields() {
        return List.of(
                IndexField.keyword("departmentName"),
                IndexField.ofInteger("step"),
                IndexField.keyword("name"),
                IndexField.ofLong("sessions"),
                IndexField.ofDouble("fromPrevious"),
                IndexField.ofDouble("fromFirst"),
                IndexField.ofLong("medianMillis"),
                IndexField.date("windowBeginTime"),
                IndexField.date("windowEndTime"));
    }
}
