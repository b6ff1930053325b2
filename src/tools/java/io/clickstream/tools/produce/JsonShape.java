package io.clickstream.tools.produce;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.clickstream.tools.oracle.OracleClick;
import io.clickstream.tools.traffic.ClickEncoder;
import io.clickstream.tools.traffic.GeneratedClick;
import io.clickstream.tools.traffic.ShopTraffic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongFunction;

/** One JSON object per record, whose fields are those of one of the job's presets. */
final class JsonShape implements RecordShape {

    /** What differs between presets. */
    interface Fields {

        ObjectNode of(GeneratedClick click);

        OracleClick forOracle(GeneratedClick click);
    }

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final DateTimeFormatter ISO_MILLIS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private static final DateTimeFormatter ISO_LOCAL_MILLIS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final String userField;
    private final String timeField;
    private final LongFunction<JsonNode> time;
    private final Fields fields;

    private JsonShape(
            String userField, String timeField, LongFunction<JsonNode> time, Fields fields) {
        this.userField = userField;
        this.timeField = timeField;
        this.time = time;
        this.fields = fields;
    }

    /** The fields of a preset. */
    static JsonShape of(Preset preset) {
        return switch (preset) {
            case LAB -> new JsonShape("userid", "eventtimestamp", JsonShape::number, new Lab());
            case INTERACTIONS ->
                    new JsonShape(
                            "userId",
                            "sentAt",
                            millis -> number(Interactions.seconds(millis)),
                            new Interactions());
            case WEB_ACCESS ->
                    new JsonShape(
                            "name",
                            "timestamp",
                            millis -> text(WebAccess.time(millis)),
                            new WebAccess());
            case TICKER ->
                    new JsonShape(
                            "TICKER",
                            "EVENT_TIME",
                            millis -> text(Ticker.time(millis, 0)),
                            new Ticker());
            case GA4, SEGMENT, SNOWPLOW, REES46 -> of(PublicEvents.valueOf(preset.name()));
        };
    }

    private static JsonShape of(PublicEvents events) {
        return new JsonShape(
                events.userField(),
                events.timeField(),
                millis -> text(events.time(millis)),
                events);
    }

    private static JsonNode number(long value) {
        return JsonNodeFactory.instance.numberNode(value);
    }

    private static JsonNode text(String value) {
        return JsonNodeFactory.instance.textNode(value);
    }

    @Override
    public byte[] encode(GeneratedClick click, Extras extras) {
        return bytes(object(click, extras));
    }

    private ObjectNode object(GeneratedClick click, Extras extras) {
        ObjectNode object = fields.of(click);
        if (extras.eventId() != null) {
            object.put("eventId", extras.eventId());
        }
        if (extras.userAgent() != null) {
            object.put("user_agent", extras.userAgent());
        }
        return object;
    }

    @Override
    public byte[] encodeWrong(GeneratedClick click, Extras extras, Fault fault) {
        ObjectNode object = object(click, extras);
        switch (fault) {
            case CUT_OFF -> {
                return RecordShape.firstHalf(bytes(object));
            }
            case NO_USER -> object.remove(userField);
            case NULL_USER -> object.putNull(userField);
            case NO_TIME -> object.remove(timeField);
            case BEFORE_1970 -> object.set(timeField, time.apply(Fault.TIME_BEFORE_1970));
            case FUTURE -> object.set(timeField, time.apply(Fault.TIME_IN_FUTURE));
            case USER_OF_WRONG_TYPE -> object.put(userField, true);
            case TIME_OF_WRONG_TYPE -> object.putArray(timeField);
        }
        return bytes(object);
    }

    @Override
    public List<Fault> faults() {
        return List.of(Fault.values());
    }

    @Override
    public OracleClick forOracle(GeneratedClick click) {
        return fields.forOracle(click);
    }

    private static byte[] bytes(ObjectNode object) {
        try {
            return JSON.writeValueAsBytes(object);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The number of a department, from 1; 0 where there is none. */
    static int department(GeneratedClick click) {
        return ShopTraffic.DEPARTMENTS.indexOf(click.productType()) + 1;
    }

    private static final class Lab implements Fields {

        private final ClickEncoder encoder = ClickEncoder.json();

        @Override
        public ObjectNode of(GeneratedClick click) {
            try {
                return (ObjectNode) JSON.readTree(encoder.encode(click));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public OracleClick forOracle(GeneratedClick click) {
            return click.forOracle();
        }
    }

    /** The home page and lists of products are page views, whatever one does else is a click. */
    private static final class Interactions implements Fields {

        private static final int ITEMS_OF_A_DEPARTMENT = 100;

        private final Map<Integer, Integer> sessionOfUser = new HashMap<>();
        private int sessions;

        @Override
        public ObjectNode of(GeneratedClick click) {
            if (click.prevGlobalSeq() == 0) {
                sessionOfUser.put(click.userId(), ++sessions);
            }
            int session = sessionOfUser.computeIfAbsent(click.userId(), user -> ++sessions);
            // One item of the department per visit, whatever one does with it.
            int item =
                    department(click) * ITEMS_OF_A_DEPARTMENT
                            + Math.floorMod(session * 31 + click.userId(), ITEMS_OF_A_DEPARTMENT)
                            + 1;
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("sessionId", session)
                    .put("userId", click.userId())
                    .put("itemId", item)
                    .put("eventType", type(click))
                    .put("sentAt", seconds(click.eventTimestamp()));
        }

        private static String type(GeneratedClick click) {
            return switch (click.eventType()) {
                case "home_page", "product_catalog", "" -> "PAGE_VIEW";
                default -> "CLICK";
            };
        }

        static long seconds(long millis) {
            return Math.floorDiv(millis, 1_000);
        }

        @Override
        public OracleClick forOracle(GeneratedClick click) {
            return new OracleClick(
                    (long) click.userId(),
                    seconds(click.eventTimestamp()) * 1_000,
                    type(click),
                    null);
        }
    }

    /** Each step of a visit is a request for a page; departments are parts of the path. */
    private static final class WebAccess implements Fields {

        private static final List<String> FIRST_NAMES =
                List.of(
                        "Emma", "Liam", "Olivia", "Noah", "Ava", "Elijah", "Mia", "Lucas", "Sofia",
                        "Mateo", "Amara", "Kofi", "Yuki", "Haruto", "Priya", "Arjun", "Fatima",
                        "Omar", "Ingrid", "Lars", "Chloe", "Hugo", "Nina", "Pavel", "Leila", "Juan",
                        "Grace", "Henry", "Ruth", "Samuel", "Zoe", "Felix");
        private static final List<String> LAST_NAMES =
                List.of(
                        "Brown", "Smith", "Garcia", "Mueller", "Tanaka", "Patel", "Okafor",
                        "Nguyen", "Silva", "Rossi", "Novak", "Hansen", "Dubois", "Kim", "Ali",
                        "Lopez", "Jones", "Ivanov", "Cohen", "Mensah", "Wang", "Fischer", "Moreau",
                        "Santos", "Larsen", "Kaya", "Murphy", "Walker", "Costa", "Singh", "Haddad",
                        "Berg");

        @Override
        public ObjectNode of(GeneratedClick click) {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("name", name(click.userId()))
                    .put("path", path(click))
                    .put("action", action(click))
                    .put("timestamp", time(click.eventTimestamp()));
        }

        static String time(long millis) {
            return ISO_MILLIS.format(Instant.ofEpochMilli(millis));
        }

        /** Another name for each number. */
        private static String name(int user) {
            int first = FIRST_NAMES.size();
            int names = first * LAST_NAMES.size();
            int index = user - 1;
            int generation = index / names + 1;
            return FIRST_NAMES.get(index % first)
                    + " "
                    + LAST_NAMES.get(index / first % LAST_NAMES.size())
                    + (generation == 1 ? "" : " " + generation);
        }

        private static String path(GeneratedClick click) {
            String department = click.productType().replace(' ', '-').toLowerCase(Locale.ROOT);
            return switch (click.eventType()) {
                case "home_page" -> "/";
                case "product_catalog" -> "/products";
                case "product_detail" -> "/products/" + department;
                case "add_to_cart", "remove_from_cart" -> "/cart";
                case "order" -> "/order";
                case "order_checkout" -> "/order/checkout";
                default -> "/logout";
            };
        }

        private static String action(GeneratedClick click) {
            return switch (click.eventType()) {
                case "home_page" -> "home";
                case "product_catalog" -> "products";
                case "" -> "logout";
                default -> click.eventType();
            };
        }

        @Override
        public OracleClick forOracle(GeneratedClick click) {
            return new OracleClick(
                    name(click.userId()), click.eventTimestamp(), action(click), path(click));
        }
    }

    /** Each department stands for a share, each click is a trade of it; prices walk. */
    private static final class Ticker implements Fields {

        private static final List<String> TICKERS =
                List.of("AAPL", "AMZN", "GOOG", "INTC", "META", "MSFT", "NFLX", "NVDA", "TSLA");
        private static final int FIRST_PRICE_CENTS = 5_496;
        private static final int MAX_STEP_CENTS = 50;
        private static final int MICROS_PER_MILLI = 1_000;

        private final long[] cents = new long[TICKERS.size()];

        Ticker() {
            for (int i = 0; i < cents.length; i++) {
                cents[i] = FIRST_PRICE_CENTS * (i + 1L);
            }
        }

        @Override
        public ObjectNode of(GeneratedClick click) {
            SplittableRandom random = new SplittableRandom(click.globalSeq());
            int micros = random.nextInt(MICROS_PER_MILLI);
            int ticker = department(click);
            long step = random.nextInt(-MAX_STEP_CENTS, MAX_STEP_CENTS + 1);
            cents[ticker] = Math.max(MAX_STEP_CENTS, cents[ticker] + step);
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("EVENT_TIME", time(click.eventTimestamp(), micros))
                    .put("TICKER", TICKERS.get(ticker))
                    .put("PRICE", cents[ticker] / 100.0);
        }

        /** With microseconds and without a zone, which is UTC. */
        static String time(long millis, int micros) {
            return ISO_LOCAL_MILLIS.format(Instant.ofEpochMilli(millis))
                    + String.format(Locale.ROOT, "%03d", micros);
        }

        @Override
        public OracleClick forOracle(GeneratedClick click) {
            String ticker = TICKERS.get(department(click));
            return new OracleClick(ticker, click.eventTimestamp(), null, ticker);
        }
    }
}
