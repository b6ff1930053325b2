package io.clickstream.tools.produce;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.clickstream.tools.oracle.CartRules;
import io.clickstream.tools.oracle.OracleClick;
import io.clickstream.tools.traffic.GeneratedClick;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import javax.annotation.Nullable;

/**
 * The shop's clicks as well-known tools record them, as far as their documentation says and the job
 * reads. Of a product there is one per department.
 */
enum PublicEvents implements JsonShape.Fields {

    /** The export of Google Analytics 4 to BigQuery. */
    GA4("user_pseudo_id", "event_timestamp", names("view_item", "add_to_cart", "purchase")) {
        @Override
        String time(long millis) {
            return Long.toString(millis * MICROS_PER_MILLI);
        }

        @Override
        String user(GeneratedClick click) {
            return click.userId() + ".1700000000";
        }

        @Override
        public ObjectNode of(GeneratedClick click) {
            ObjectNode event =
                    JSON.objectNode()
                            .put("event_date", DATE.format(instant(click)))
                            .put("event_timestamp", time(click.eventTimestamp()))
                            .put("event_name", name(click));
            event.putArray("event_params")
                    .addObject()
                    .put("key", "ga_session_number")
                    .putObject("value")
                    .put("int_value", "1");
            event.putNull("user_id")
                    .put("user_pseudo_id", user(click))
                    .putObject("device")
                    .put("category", click.deviceType());
            ObjectNode item = event.put("platform", "WEB").putArray("items").addObject();
            return hasDepartment(click)
                    ? withItem(event, item, click)
                    : event.set("items", JSON.arrayNode());
        }

        private ObjectNode withItem(ObjectNode event, ObjectNode item, GeneratedClick click) {
            item.put("item_id", item(click))
                    .put("item_category", click.productType())
                    .put("price", price(click));
            return event;
        }
    },

    /** Calls of {@code track} as Segment hands them on. */
    SEGMENT(
            "userId",
            "timestamp",
            Map.of(
                    "product_detail", "Product Viewed",
                    "add_to_cart", "Product Added",
                    "remove_from_cart", "Product Removed",
                    "order_checkout", "Order Completed",
                    "home_page", "Page Viewed",
                    "product_catalog", "Product List Viewed",
                    "order", "Checkout Started")) {
        @Override
        String time(long millis) {
            return ISO.format(Instant.ofEpochMilli(millis));
        }

        @Override
        String user(GeneratedClick click) {
            return "user-" + click.userId();
        }

        @Override
        public ObjectNode of(GeneratedClick click) {
            ObjectNode event =
                    JSON.objectNode()
                            .put("type", "track")
                            .put("event", name(click))
                            .put("messageId", "ajs-" + click.globalSeq())
                            // It takes the place of a user that is missing.
                            .put("userId", user(click))
                            .put("timestamp", time(click.eventTimestamp()));
            event.putObject("context").put("ip", click.ip());
            ObjectNode properties = event.putObject("properties");
            if (!hasDepartment(click)) {
                return event;
            }
            if (click.eventType().equals("order_checkout")) {
                properties = properties.putArray("products").addObject();
            }
            properties
                    .put("product_id", item(click))
                    .put("category", click.productType())
                    .put("price", price(click));
            return event;
        }

        @Override
        boolean hasItem(GeneratedClick click) {
            return hasDepartment(click) && !click.eventType().equals("order_checkout");
        }
    },

    /** Enriched events of Snowplow. */
    SNOWPLOW(
            "domain_userid",
            "derived_tstamp",
            names("product_view", "add_to_cart", "transaction")) {
        @Override
        String time(long millis) {
            return ISO.format(Instant.ofEpochMilli(millis));
        }

        @Override
        String user(GeneratedClick click) {
            return new UUID(0, click.userId()).toString();
        }

        @Override
        public ObjectNode of(GeneratedClick click) {
            ObjectNode event =
                    JSON.objectNode()
                            .put("app_id", "shop")
                            .put("platform", "web")
                            .put("collector_tstamp", time(click.eventTimestamp() + 1))
                            .put("event", "unstruct")
                            .putNull("user_id")
                            .put("domain_userid", user(click))
                            .put("derived_tstamp", time(click.eventTimestamp()))
                            .put("event_name", "snowplow_ecommerce_action");
            event.putObject("unstruct_event_" + ECOMMERCE + "snowplow_ecommerce_action_1")
                    .put("type", name(click));
            if (hasDepartment(click)) {
                event.putArray("contexts_" + ECOMMERCE + "product_1")
                        .addObject()
                        .put("id", item(click))
                        .put("category", click.productType() + "/all")
                        .put("price", price(click));
            }
            return event;
        }
    },

    /** The shop whose clicks REES46 published. */
    REES46("user_id", "event_time", names("view", "cart", "purchase")) {
        @Override
        String time(long millis) {
            return SECONDS.format(Instant.ofEpochMilli(millis));
        }

        @Override
        Object user(GeneratedClick click) {
            return (long) click.userId();
        }

        @Override
        long readTime(GeneratedClick click) {
            return Math.floorDiv(click.eventTimestamp(), MILLIS_PER_SECOND) * MILLIS_PER_SECOND;
        }

        @Override
        String item(GeneratedClick click) {
            return Integer.toString(JsonShape.department(click));
        }

        @Override
        boolean hasItem(GeneratedClick click) {
            return true;
        }

        @Override
        public ObjectNode of(GeneratedClick click) {
            ObjectNode event =
                    JSON.objectNode()
                            .put("event_time", time(click.eventTimestamp()))
                            .put("event_type", name(click))
                            .put("product_id", JsonShape.department(click));
            String department = hasDepartment(click) ? click.productType() + ".all" : null;
            return event.put("category_code", department)
                    .put("price", price(click))
                    .put("user_id", click.userId())
                    .put("user_session", new UUID(1, click.userId()).toString());
        }
    };

    /** The event types that the presets rename to those of the lab. */
    private static final Set<String> KNOWN =
            Set.of("product_detail", "add_to_cart", "remove_from_cart", "order_checkout");

    private static final String ECOMMERCE = "com_snowplowanalytics_snowplow_ecommerce_";
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final long MICROS_PER_MILLI = 1_000;
    private static final long MILLIS_PER_SECOND = 1_000;
    private static final double PRICE_STEP = 9.5;

    private static final DateTimeFormatter ISO = formatter("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'");
    private static final DateTimeFormatter SECONDS = formatter("uuuu-MM-dd HH:mm:ss 'UTC'");
    private static final DateTimeFormatter DATE = formatter("uuuuMMdd");

    private final String userField;
    private final String timeField;

    @SuppressWarnings("ImmutableEnumChecker") // It never changes.
    private final Map<String, String> names;

    PublicEvents(String userField, String timeField, Map<String, String> names) {
        this.userField = userField;
        this.timeField = timeField;
        this.names = names;
    }

    private static Map<String, String> names(String detail, String cart, String checkout) {
        return Map.of("product_detail", detail, "add_to_cart", cart, "order_checkout", checkout);
    }

    private static DateTimeFormatter formatter(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
    }

    /** The field with the user. */
    String userField() {
        return userField;
    }

    /** The field with the time. */
    String timeField() {
        return timeField;
    }

    /** A time as the records have it. */
    abstract String time(long millis);

    /** A string, or a Long where it is a number in records. */
    abstract Object user(GeneratedClick click);

    /** The time that is left in the record, in ms. */
    long readTime(GeneratedClick click) {
        return click.eventTimestamp();
    }

    /** The name of the event. */
    String name(GeneratedClick click) {
        return names.getOrDefault(click.eventType(), click.eventType());
    }

    /** The id of the department's product. */
    String item(GeneratedClick click) {
        return "sku-" + JsonShape.department(click);
    }

    /** What the product costs. */
    static double price(GeneratedClick click) {
        return PRICE_STEP * (1 + JsonShape.department(click));
    }

    static Instant instant(GeneratedClick click) {
        return Instant.ofEpochMilli(click.eventTimestamp());
    }

    static boolean hasDepartment(GeneratedClick click) {
        return !List.of("", "N/A").contains(click.productType());
    }

    @Override
    public OracleClick forOracle(GeneratedClick click) {
        String type = KNOWN.contains(click.eventType()) ? click.eventType() : name(click);
        return new OracleClick(
                user(click),
                readTime(click),
                type,
                hasDepartment(click) ? click.productType() : null,
                field -> hasItem(click) ? itemField(click, field) : null);
    }

    /** Whether the item is where the job looks for it. */
    boolean hasItem(GeneratedClick click) {
        return hasDepartment(click);
    }

    @Nullable
    private Object itemField(GeneratedClick click, String field) {
        return switch (field) {
            case "item" -> item(click);
            case "value" -> Double.toString(price(click));
            default -> throw new IllegalArgumentException("a click has no other field " + field);
        };
    }

    /** The oracle's rules for carts of these events. */
    static CartRules cartRules() {
        CartRules times = CartRules.DEFAULT;
        return new CartRules(
                times.abandonedAfter(),
                times.recoveredWithin(),
                click -> (String) click.other("item"),
                click -> (String) click.other("value"));
    }
}
