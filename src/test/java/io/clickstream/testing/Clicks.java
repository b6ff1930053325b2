package io.clickstream.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.clickstream.event.Click;
import io.clickstream.event.UserId;
import io.clickstream.tools.oracle.OracleClick;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import javax.annotation.Nullable;

/** Clicks as one tells them: {@code click("ann").at("12:00:05").in("Books")}. */
public final class Clicks {

    /** All times of day in tests are on this day. */
    public static final LocalDate DAY = LocalDate.of(2022, 6, 14);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Object user;
    private long time;
    @Nullable private String department;
    @Nullable private String eventType = "product_detail";

    private Clicks(Object user) {
        this.user = user;
    }

    public static Clicks click(String user) {
        return new Clicks(user);
    }

    public static Clicks click(long user) {
        return new Clicks(user);
    }

    /** A time of day, such as {@code 12:00:05} or {@code 12:00:05.250}, in UTC, as ms. */
    public static long time(String timeOfDay) {
        return DAY.atTime(LocalTime.parse(timeOfDay)).toInstant(ZoneOffset.UTC).toEpochMilli();
    }

    public Clicks at(String timeOfDay) {
        return at(time(timeOfDay));
    }

    public Clicks at(long millis) {
        this.time = millis;
        return this;
    }

    public Clicks in(@Nullable String department) {
        this.department = department;
        return this;
    }

    public Clicks checkingOut() {
        return ofType("order_checkout");
    }

    public Clicks ofType(@Nullable String eventType) {
        this.eventType = eventType;
        return this;
    }

    /** As it flows through the job. */
    public Click build() {
        boolean visit = department != null && !department.isEmpty() && !department.equals("N/A");
        return new Click(
                userId(),
                time,
                visit ? department : null,
                "order_checkout".equals(eventType),
                null);
    }

    /** As the oracle knows it. */
    public OracleClick forOracle() {
        return new OracleClick(user, time, eventType, department);
    }

    /** As it lies in a topic, with the lab's fields. */
    public byte[] toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.putPOJO("userid", user);
        json.put("eventtimestamp", time);
        json.put("event_type", eventType);
        json.put("product_type", department);
        json.put("ip", "192.0.2.1");
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A tree can always be written", e);
        }
    }

    public UserId userId() {
        return user instanceof Long number
                ? UserId.ofNumber(number)
                : UserId.ofString((String) user);
    }
}
