package io.clickstream.source.kinesis;

import io.clickstream.testing.PropertyGroups;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.annotation.Nullable;

/**
 * Where records have what, twice: as a configuration for the decoder, and in words of its own for
 * the reference.
 */
record JsonShape(
        String name,
        PropertyGroups configuration,
        List<String> users,
        String time,
        Format format,
        ZoneId zone,
        @Nullable String eventType,
        Map<String, String> eventTypes,
        Set<String> checkouts,
        List<String> departments,
        @Nullable String departmentCut,
        @Nullable String id,
        @Nullable String userAgent,
        @Nullable String item) {

    /** The forms of event times. */
    enum Format {
        MILLIS,
        SECONDS,
        MICROS,
        NANOS,
        ISO,
        /** {@code yyyy-MM-dd HH:mm:ss 'UTC'}. */
        PATTERN
    }

    /** A part of a user agent that is a bot's. */
    static final String BOT = "crawler";

    private static final Set<String> ORDER = Set.of("order_checkout");

    static final List<JsonShape> ALL =
            List.of(
                    preset("lab", "/userid", "/eventtimestamp", Format.MILLIS)
                            .with("/event_type", "/product_type"),
                    preset("interactions", "/userId", "/sentAt", Format.SECONDS)
                            .with("/eventType", null),
                    preset("web-access", "/name", "/timestamp", Format.ISO)
                            .with("/action", "/path"),
                    preset("ticker", "/TICKER", "/EVENT_TIME", Format.ISO).with(null, "/TICKER"),
                    filtered(),
                    severalPointers(),
                    nested(),
                    ofPattern());

    private static JsonShape preset(String preset, String user, String time, Format format) {
        return new JsonShape(
                preset,
                PropertyGroups.smallest()
                        .with("format", "type", "json")
                        .with("format", "preset", preset),
                List.of(user),
                time,
                format,
                ZoneOffset.UTC,
                null,
                Map.of(),
                ORDER,
                List.of(),
                null,
                null,
                null,
                null);
    }

    private JsonShape with(@Nullable String ofEventType, @Nullable String department) {
        return new JsonShape(
                name,
                configuration,
                users,
                time,
                format,
                zone,
                ofEventType,
                eventTypes,
                checkouts,
                department == null ? List.of() : List.of(department),
                null,
                null,
                null,
                null);
    }

    /** The lab's, with all that filters and lists need. */
    private static JsonShape filtered() {
        return new JsonShape(
                "lab with filters",
                PropertyGroups.smallest()
                        .with("format", "type", "json")
                        .with("format", "item", "/item")
                        .with("duplicates", "id", "/event_id")
                        .with("bots", "user-agents", BOT)
                        .with("trending", "field", "item"),
                List.of("/userid"),
                "/eventtimestamp",
                Format.MILLIS,
                ZoneOffset.UTC,
                "/event_type",
                Map.of(),
                ORDER,
                List.of("/product_type"),
                null,
                "/event_id",
                "/user_agent",
                "/item");
    }

    /** As Segment has it, with times of Google Analytics. */
    private static JsonShape severalPointers() {
        return new JsonShape(
                "several pointers",
                PropertyGroups.smallest()
                        .with("format", "type", "json")
                        .with("format", "user", "/userId,/anonymousId,/context/id")
                        .with("format", "time", "/us")
                        .with("format", "time-format", "epoch-us")
                        .with("format", "event-type", "/event")
                        .with("format", "event-types", "purchase=order_checkout,42=view")
                        .with(
                                "format",
                                "department",
                                "/properties/category,/properties/products/0/category")
                        .with("format", "department-cut", "."),
                List.of("/userId", "/anonymousId", "/context/id"),
                "/us",
                Format.MICROS,
                ZoneOffset.UTC,
                "/event",
                Map.of("purchase", "order_checkout", "42", "view"),
                ORDER,
                List.of("/properties/category", "/properties/products/0/category"),
                ".",
                null,
                null,
                null);
    }

    /** Numbers and escapes in pointers, and local times of a zone that changes its clocks. */
    private static JsonShape nested() {
        return new JsonShape(
                "nested",
                PropertyGroups.smallest()
                        .with("format", "type", "json")
                        .with("format", "user", "/detail/1/us~1er")
                        .with("format", "time", "/detail/0")
                        .with("format", "time-format", "iso-8601")
                        .with("format", "time-zone", "Europe/Berlin")
                        .with("format", "event-type", "/a~0b")
                        .with("format", "checkout-event-types", "purchase,true")
                        .with("format", "department", "/detail/1/department"),
                List.of("/detail/1/us~1er"),
                "/detail/0",
                Format.ISO,
                ZoneId.of("Europe/Berlin"),
                "/a~0b",
                Map.of(),
                Set.of("purchase", "true"),
                List.of("/detail/1/department"),
                null,
                null,
                null,
                null);
    }

    private static JsonShape ofPattern() {
        return new JsonShape(
                "pattern",
                PropertyGroups.smallest()
                        .with("format", "type", "json")
                        .with("format", "user", "/user_id")
                        .with("format", "time", "/event_time")
                        .with("format", "time-format", "yyyy-MM-dd HH:mm:ss 'UTC'")
                        .with("format", "event-type", "/event_type")
                        .with("format", "checkout-event-types", "purchase")
                        .with("format", "department", "/category_code")
                        .with("format", "department-cut", "::"),
                List.of("/user_id"),
                "/event_time",
                Format.PATTERN,
                ZoneOffset.UTC,
                "/event_type",
                Map.of(),
                Set.of("purchase"),
                List.of("/category_code"),
                "::",
                null,
                null,
                null);
    }
}
