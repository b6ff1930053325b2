package io.clickstream.testing;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.annotation.Nullable;

/**
 * Where records have what, twice: as a configuration for the decoder, and in words of its own for
 * the reference.
 */
public record JsonShape(
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
        @Nullable String item,
        List<String> interaction) {

    /** The forms of event times. */
    public enum Format {
        MILLIS,
        SECONDS,
        MICROS,
        NANOS,
        ISO,
        /** {@code yyyy-MM-dd HH:mm:ss 'UTC'}. */
        PATTERN
    }

    /** A part of a user agent that is a bot's. */
    public static final String BOT = "crawler";

    private static final Set<String> ORDER = Set.of("order_checkout");

    /** Shapes whose clicks have no more than the aggregates, filters, and rankings need. */
    public static final List<JsonShape> ALL =
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
                    ofPattern(),
                    arrays(),
                    shop());

    /** All shapes, also with the fields of interactions. */
    public static final List<JsonShape> WITH_INTERACTIONS =
            Stream.concat(ALL.stream(), Stream.of(interactions())).toList();

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
                null,
                List.of());
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
                null,
                List.of());
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
                "/item",
                List.of());
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
                null,
                List.of());
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
                null,
                List.of());
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
                null,
                List.of());
    }

    /** Fields by their places in arrays, and names of which one begins like another. */
    private static JsonShape arrays() {
        return new JsonShape(
                "arrays",
                PropertyGroups.smallest()
                        .with("format", "type", "json")
                        .with("format", "user", "/event/2/0,/event/2/1")
                        .with("format", "time", "/event/0")
                        .with("format", "time-format", "epoch-ns")
                        .with("format", "event-type", "/event/1/categories_of_event")
                        .with(
                                "format",
                                "department",
                                "/event/1/category,/event/1/categories,/event/3/1")
                        .with("format", "department-cut", "\u00e4"),
                List.of("/event/2/0", "/event/2/1"),
                "/event/0",
                Format.NANOS,
                ZoneOffset.UTC,
                "/event/1/categories_of_event",
                Map.of(),
                ORDER,
                List.of("/event/1/category", "/event/1/categories", "/event/3/1"),
                "\u00e4",
                null,
                null,
                null,
                List.of());
    }

    /** The clicks of a shop, of which five fields are read. */
    private static JsonShape shop() {
        return new JsonShape(
                "shop",
                PropertyGroups.smallest()
                        .with("format", "type", "json")
                        .with("format", "user", "/user_id")
                        .with("format", "time", "/event_time")
                        .with("format", "time-format", "yyyy-MM-dd HH:mm:ss 'UTC'")
                        .with("format", "event-type", "/event_type")
                        .with(
                                "format",
                                "event-types",
                                "view=product_detail,purchase=order_checkout")
                        .with("format", "department", "/category_code")
                        .with("format", "department-cut", ".")
                        .with("format", "item", "/product_id")
                        .with("trending", "field", "item"),
                List.of("/user_id"),
                "/event_time",
                Format.PATTERN,
                ZoneOffset.UTC,
                "/event_type",
                Map.of("view", "product_detail", "purchase", "order_checkout"),
                ORDER,
                List.of("/category_code"),
                ".",
                null,
                null,
                "/product_id",
                List.of());
    }

    /** The lab's, with all that Amazon Personalize takes, and addresses of bots. */
    private static JsonShape interactions() {
        String personalize = "sink.personalize";
        return new JsonShape(
                "lab with interactions",
                PropertyGroups.smallest()
                        .with("format", "type", "json")
                        .with("format", "time-format", "epoch-s")
                        .with("bots", "user-agents", BOT)
                        .with("bots", "ip-ranges", "192.0.2.0/24")
                        .with(personalize, "tracking-id", "t")
                        .with(personalize, "region", "eu-west-1")
                        .with(personalize, "spill-path", "file:///tmp/spill")
                        .with(personalize, "item", "/product/id")
                        .with(personalize, "session-id", "/session")
                        .with(personalize, "event-id", "/event_id")
                        .with(personalize, "event-value", "/product/price")
                        .with(personalize, "properties", "/properties")
                        .with(personalize, "impression", "/shown")
                        .with(personalize, "recommendation-id", "/session"),
                List.of("/userid"),
                "/eventtimestamp",
                Format.SECONDS,
                ZoneOffset.UTC,
                "/event_type",
                Map.of(),
                ORDER,
                List.of("/product_type"),
                null,
                null,
                "/user_agent",
                null,
                List.of(
                        "/product/id",
                        "/session",
                        "/event_id",
                        "/product/price",
                        "/properties",
                        "/shown",
                        "/ip"));
    }
}
