package io.clickstream.personalize;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.clickstream.config.ClickField;
import io.clickstream.config.PersonalizeConfig;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.event.Incoming;
import io.clickstream.event.Interaction;
import io.clickstream.event.RawRecord;
import io.clickstream.event.RecordWithInteraction;
import io.clickstream.event.Texts;
import io.clickstream.format.ClickFields;
import io.clickstream.metrics.ClickstreamMetrics;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import javax.annotation.Nullable;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.SimpleCounter;

/**
 * Makes an interaction of a click whose event type is configured. A click that Personalize would
 * refuse, or accept with 200 and drop later, becomes a dead letter here, where the bytes of the
 * record are available. The limits are those of {@code PutEvents} in the Amazon Personalize API
 * reference.
 *
 * <p>The event id is the record's own if it has one. Otherwise it is a hash of everything that is
 * sent, except a derived session, so it is the same in retries, restarts, and replays. Two clicks
 * that are identical in all of that, including the millisecond, count once.
 */
public final class InteractionReader implements Serializable {

    private static final long serialVersionUID = 1L;

    /** The maximum number of characters of ids, types, and items. */
    private static final int MAX_ID = 256;

    private static final int MAX_PROPERTIES = 1024;
    private static final int MAX_RECOMMENDATION = 40;
    private static final int MAX_ATTRIBUTION = 1024;
    private static final int MAX_IMPRESSION = 25;

    /**
     * The maximum size of an event in bytes. Fixed parts, such as names of fields, count as 256.
     */
    private static final int MAX_EVENT_BYTES = 10 * 1024;

    private static final int FIXED_EVENT_BYTES = 256;

    /**
     * 2001-09-09T01:46:40Z in ms. An earlier time was in seconds and was read as milliseconds;
     * seconds stay below this value until the year 33658.
     */
    private static final long FIRST_PLAUSIBLE_MILLIS = 1_000_000_000_000L;

    private static final Set<String> RESERVED =
            Set.of(
                    "userId",
                    "sessionId",
                    "eventType",
                    "timestamp",
                    "recommendationId",
                    "impression");

    private static final JsonFactory JSON = new JsonFactory();

    private final PersonalizeConfig config;
    private final Clock clock;

    @Nullable private transient Counter skipped;
    private transient MessageDigest digest;

    /**
     * Creates a reader without metrics; see {@link #open}.
     *
     * @param clock the time of dead letters; must be serializable, as those of {@link Clock} are
     */
    public InteractionReader(PersonalizeConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
    }

    /** Registers the metrics. */
    public void open(MetricGroup metrics) {
        skipped = ClickstreamMetrics.counter(metrics, ClickstreamMetrics.INTERACTIONS_SKIPPED);
    }

    /**
     * Adds the interaction of a record, or the reason why there is none.
     *
     * @param record a click, or a dead letter because it has no user; its time must be valid
     * @param fields the decoded fields of the record
     * @return the record itself if it is not an interaction
     */
    public Incoming read(Incoming record, ClickFields fields, RawRecord raw) {
        String session = fields.get(ClickField.SESSION_ID);
        if (session != null && session.isEmpty()) {
            session = null;
        }
        if (fields.user() == null && session == null) {
            return record;
        }
        String type = config.eventType(fields.eventType()).orElse(null);
        if (type == null) {
            if (skipped == null) {
                skipped = new SimpleCounter();
            }
            skipped.inc();
            return record;
        }
        try {
            return RecordWithInteraction.of(record, interaction(type, session, fields));
        } catch (Refusal e) {
            return RecordWithInteraction.refused(
                    record, new DeadLetter(e.reason, e.getMessage(), raw, clock.millis()));
        }
    }

    private Interaction interaction(String type, @Nullable String session, ClickFields fields)
            throws Refusal {
        String user = fields.user() == null ? null : fields.user().asText();
        String item = fields.get(ClickField.INTERACTION_ITEM);
        if (item == null || item.isEmpty()) {
            throw new Refusal(Reason.INTERACTION_WITHOUT_ITEM, "a " + type + " needs an item");
        }
        if ("null".equals(session)) {
            throw new Refusal(
                    Reason.INTERACTION_WITHOUT_SESSION,
                    "the session id is the text null, which Personalize drops silently");
        }
        if (fields.time() < FIRST_PLAUSIBLE_MILLIS) {
            throw new Refusal(
                    Reason.INTERACTION_WRONG_UNIT,
                    "event time "
                            + fields.time()
                            + " ms is before 2001-09-09; if the times are seconds, set `format /"
                            + " time-format` to `epoch-s`");
        }
        String eventId = fields.get(ClickField.EVENT_ID);
        String properties = fields.get(ClickField.PROPERTIES);
        String recommendation = fields.get(ClickField.RECOMMENDATION_ID);
        String attribution = fields.get(ClickField.ATTRIBUTION_SOURCE);
        String[] impression = impression(fields.get(ClickField.IMPRESSION));
        for (String text :
                new String[] {session, eventId, properties, recommendation, attribution}) {
            checkText(text);
        }
        checkText(item);
        checkText(fields.get(ClickField.IMPRESSION));
        checkText(fields.get(ClickField.EVENT_VALUE));
        checkLength("user", user, MAX_ID);
        checkLength("session id", session, MAX_ID);
        checkLength("event type", type, MAX_ID);
        checkLength("item", item, MAX_ID);
        checkLength("event id", eventId, MAX_ID);
        checkLength("recommendation id", recommendation, MAX_RECOMMENDATION);
        checkLength("attribution source", attribution, MAX_ATTRIBUTION);
        checkLength("text of the properties", properties, MAX_PROPERTIES);
        checkProperties(properties);
        checkSize(properties, impression, fields.get(ClickField.EVENT_VALUE), attribution);
        return Interaction.of(
                        eventId == null || eventId.isEmpty()
                                ? hash(type, session, fields)
                                : eventId,
                        fields.time(),
                        type,
                        item)
                .user(user)
                .session(session)
                .eventValue(value(fields.get(ClickField.EVENT_VALUE)))
                .properties(empty(properties) ? null : properties)
                .impression(impression)
                .recommendationId(empty(recommendation) ? null : recommendation)
                .attributionSource(empty(attribution) ? null : attribution)
                .build();
    }

    private static void checkText(@Nullable String text) throws Refusal {
        if (text != null && !Texts.isPaired(text)) {
            throw new Refusal(
                    Reason.INTERACTION_MALFORMED,
                    "a field contains half of a surrogate pair, which is not a character");
        }
    }

    private static boolean empty(@Nullable String text) {
        return text == null || text.isEmpty();
    }

    private static void checkLength(String what, @Nullable String text, int longest)
            throws Refusal {
        if (text != null && text.length() > longest) {
            throw new Refusal(
                    Reason.INTERACTION_TOO_LONG,
                    "the "
                            + what
                            + " has "
                            + text.length()
                            + " characters; Personalize accepts at most "
                            + longest);
        }
    }

    /**
     * Checks the size of the event. Only a few parts without their own limit can add up to the
     * maximum.
     */
    private static void checkSize(
            @Nullable String properties,
            @Nullable String[] impression,
            @Nullable String value,
            @Nullable String attribution)
            throws Refusal {
        long bytes = (long) FIXED_EVENT_BYTES + 5 * MAX_ID + bytes(properties) + bytes(attribution);
        bytes += bytes(value);
        if (impression != null) {
            for (String item : impression) {
                bytes += bytes(item) + 3;
            }
        }
        if (bytes > MAX_EVENT_BYTES) {
            throw new Refusal(
                    Reason.INTERACTION_TOO_LONG,
                    "the interaction has about "
                            + bytes
                            + " bytes; Personalize accepts at most "
                            + MAX_EVENT_BYTES);
        }
    }

    private static int bytes(@Nullable String text) {
        return text == null ? 0 : text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static void checkProperties(@Nullable String properties) throws Refusal {
        if (empty(properties)) {
            return;
        }
        try (JsonParser parser = JSON.createParser(properties)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Refusal(
                        Reason.INTERACTION_MALFORMED, "the properties are not a JSON object");
            }
            for (String name = parser.nextFieldName();
                    name != null;
                    name = parser.nextFieldName()) {
                if (RESERVED.contains(name)) {
                    throw new Refusal(
                            Reason.INTERACTION_RESERVED_PROPERTY,
                            "the property " + name + " is reserved by Personalize; rename it");
                }
                parser.nextToken();
                parser.skipChildren();
            }
            if (parser.nextToken() != null) {
                throw new Refusal(
                        Reason.INTERACTION_MALFORMED,
                        "there is more data after the JSON object of the properties");
            }
        } catch (IOException e) {
            throw new Refusal(
                    Reason.INTERACTION_MALFORMED,
                    "the properties are not valid JSON: " + e.getMessage());
        }
    }

    @Nullable
    private static String[] impression(@Nullable String json) throws Refusal {
        if (empty(json)) {
            return null;
        }
        List<String> items = new ArrayList<>();
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                throw new Refusal(
                        Reason.INTERACTION_MALFORMED, "the impression is not a JSON array");
            }
            for (JsonToken token = parser.nextToken();
                    token != JsonToken.END_ARRAY;
                    token = parser.nextToken()) {
                if (token == null || !token.isScalarValue() || token == JsonToken.VALUE_NULL) {
                    throw new Refusal(
                            Reason.INTERACTION_MALFORMED,
                            "the impression contains something other than numbers and strings");
                }
                items.add(parser.getText());
                checkLength("item of the impression", parser.getText(), MAX_ID);
            }
        } catch (IOException e) {
            throw new Refusal(
                    Reason.INTERACTION_MALFORMED,
                    "the impression is not valid JSON: " + e.getMessage());
        }
        if (items.size() > MAX_IMPRESSION) {
            throw new Refusal(
                    Reason.INTERACTION_TOO_LONG,
                    "the impression has "
                            + items.size()
                            + " items; Personalize accepts at most "
                            + MAX_IMPRESSION);
        }
        return items.isEmpty() || items.contains("") ? null : items.toArray(new String[0]);
    }

    @Nullable
    private static Float value(@Nullable String text) throws Refusal {
        if (empty(text)) {
            return null;
        }
        try {
            float value = Float.parseFloat(text);
            if (Float.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // As one that is not finite.
        }
        throw new Refusal(
                Reason.INTERACTION_MALFORMED,
                "the event value is '"
                        + (text.length() > MAX_ID ? text.substring(0, MAX_ID) : text)
                        + "', which is not a number");
    }

    private String hash(String type, @Nullable String session, ClickFields fields) {
        if (digest == null) {
            try {
                digest = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("Every Java has SHA-256", e);
            }
        }
        add(fields.user() == null ? null : fields.user().asText());
        add(session);
        add(Long.toString(fields.time()));
        add(type);
        add(fields.get(ClickField.INTERACTION_ITEM));
        add(fields.get(ClickField.EVENT_VALUE));
        add(fields.get(ClickField.PROPERTIES));
        add(fields.get(ClickField.IMPRESSION));
        add(fields.get(ClickField.RECOMMENDATION_ID));
        add(fields.get(ClickField.ATTRIBUTION_SOURCE));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(digest.digest());
    }

    /** Adds a text with its length, so that different lists of texts have different hashes. */
    private void add(@Nullable String text) {
        byte[] bytes = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
        digest.update(
                ((text == null ? -1 : bytes.length) + ":").getBytes(StandardCharsets.US_ASCII));
        digest.update(bytes);
    }

    /** The reason why there is no interaction. */
    private static final class Refusal extends Exception {

        private static final long serialVersionUID = 1L;

        private final Reason reason;

        Refusal(Reason reason, String message) {
            super(message, null, false, false);
            this.reason = reason;
        }
    }
}
