package io.clickstream.aggregate;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import io.clickstream.event.Session;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.annotation.Nullable;

/**
 * One session with a checkout. If the list of departments is too long, it is cut, and only then an
 * additional last field contains the number of dropped departments.
 */
public final class CheckoutFormat implements AggregateFormat<Session> {

    private static final long serialVersionUID = 1L;

    /** Field names, encoded once, because every session with a checkout needs them. */
    private static final SerializableString USER_ID = new SerializedString("userId");

    private static final SerializableString EVENT_COUNT = new SerializedString("eventCount");
    private static final SerializableString CHECKOUT_EVENT_COUNT =
            new SerializedString("orderCheckoutEventCount");
    private static final SerializableString DEPARTMENTS = new SerializedString("deptList");
    private static final SerializableString KEY = new SerializedString("eventKey");
    private static final SerializableString BEGIN = new SerializedString("windowBeginTime");
    private static final SerializableString END = new SerializedString("windowEndTime");
    private static final SerializableString TRUNCATED = new SerializedString("deptListTruncated");

    /** A constant that the lab writes into every record; a dashboard of the lab may group by it. */
    private static final int EVENT_KEY = 1;

    @Nullable private transient JsonNames departments;

    @Override
    public byte[] key(Session session) {
        return session.shownUser().asText().getBytes(StandardCharsets.UTF_8);
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
        JsonNames names = departments();
        json.writeStartObject();
        json.writeFieldName(USER_ID);
        session.shownUser().writeTo(json);
        json.writeFieldName(EVENT_COUNT);
        json.writeNumber(session.visits());
        json.writeFieldName(CHECKOUT_EVENT_COUNT);
        json.writeNumber(session.checkoutVisits());
        json.writeFieldName(DEPARTMENTS);
        json.writeStartArray();
        for (int i = 0; i < session.departmentCount(); i++) {
            names.write(session.department(i), json);
        }
        json.writeEndArray();
        json.writeFieldName(KEY);
        json.writeNumber(EVENT_KEY);
        json.writeFieldName(BEGIN);
        json.writeNumber(session.begin());
        json.writeFieldName(END);
        json.writeNumber(session.end());
        if (session.departmentsLeftOut() > 0) {
            json.writeFieldName(TRUNCATED);
            json.writeNumber(session.departmentsLeftOut());
        }
        json.writeEndObject();
    }

    @Override
    public List<IndexField> fields() {
        return List.of(
                IndexField.keyword("userId"),
                IndexField.ofLong("eventCount"),
                IndexField.ofLong("orderCheckoutEventCount"),
                IndexField.keyword("deptList"),
                IndexField.ofLong("deptListTruncated"),
                IndexField.ofLong("eventKey"),
                IndexField.date("windowBeginTime"),
                IndexField.date("windowEndTime"));
    }

    private JsonNames departments() {
        if (departments == null) {
            departments = new JsonNames();
        }
        return departments;
    }
}
