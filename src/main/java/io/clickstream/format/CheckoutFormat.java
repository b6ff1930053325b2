package io.clickstream.format;

import com.fasterxml.jackson.core.JsonGenerator;
import io.clickstream.event.Session;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** One session with a checkout. */
public final class CheckoutFormat implements AggregateFormat<Session> {

    private static final long serialVersionUID = 1L;

    /** The lab writes it into every record; a dashboard of the lab may group by it. */
    private static final int EVENT_KEY = 1;

    @Override
    public byte[] key(Session session) {
        return session.user().asText().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public long timestamp(Session session) {
        return session.lastMillisecond();
    }

    @Override
    public long windowBegin(Session session) {
        return session.begin();
    }

    @Override
    public String documentId(Session session) {
        return session.begin() + "-" + session.user().asJson();
    }

    @Override
    public void write(Session session, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeFieldName("userId");
        session.user().writeTo(json);
        json.writeNumberField("eventCount", session.visits());
        json.writeNumberField("orderCheckoutEventCount", session.checkoutVisits());
        json.writeArrayFieldStart("deptList");
        for (int i = 0; i < session.departmentCount(); i++) {
            json.writeString(session.department(i));
        }
        json.writeEndArray();
        json.writeNumberField("eventKey", EVENT_KEY);
        json.writeNumberField("windowBeginTime", session.begin());
        json.writeNumberField("windowEndTime", session.end());
        json.writeEndObject();
    }
}
