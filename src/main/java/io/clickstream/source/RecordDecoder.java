package io.clickstream.source;

import io.clickstream.config.ClickField;
import io.clickstream.event.CarriedText;
import io.clickstream.event.Click;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.event.EventMarks;
import io.clickstream.event.Incoming;
import io.clickstream.event.RawRecord;
import io.clickstream.event.UserId;
import io.clickstream.format.ClickDecoder;
import io.clickstream.format.ClickFields;
import io.clickstream.format.DecodingHaltedException;
import io.clickstream.format.Framing;
import io.clickstream.format.IpPrivacy;
import io.clickstream.format.MalformedRecordException;
import io.clickstream.metrics.LimitedWarnings;
import io.clickstream.personalize.InteractionReader;
import java.io.Serializable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import javax.annotation.Nullable;
import org.apache.flink.metrics.MetricGroup;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decodes a record to a click, or to a dead letter with the reason why it is not a click.
 *
 * <p>All reasons except {@code late} are decided here, inside the source. Therefore an impossible
 * event time never affects a watermark.
 */
public final class RecordDecoder implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final byte[] WITHHELD = new byte[0];

    private static final Logger LOG = LoggerFactory.getLogger(RecordDecoder.class);

    /** The department that the MSK lab's producer writes for pages without a department. */
    private static final String NO_DEPARTMENT = "N/A";

    /** The fields that become texts of a click. */
    private static final ClickField[] CARRIED =
            Arrays.stream(ClickField.values())
                    .filter(field -> field.carried() != null)
                    .toArray(ClickField[]::new);

    /**
     * The maximum number of characters of a user, an event type, a department, an item, or an id.
     * These become keys and parts of results, which topics would refuse if they were as long as a
     * record may be. Typical ids have tens of characters.
     */
    private static final int MAX_NAME_LENGTH = 1024;

    /** Begins the ids of visitors who are known by their user only, if there are anonymous ids. */
    private static final String USER_PREFIX = "user:";

    /**
     * In front of anonymous ids that begin like one of these prefixes, so that no two are equal.
     */
    private static final String VISITOR_PREFIX = "visitor:";

    private static final int MILLIS_PER_SECOND = 1000;
    private static final int MICROS_PER_MILLI = 1000;
    private static final int NANOS_PER_MILLI = 1_000_000;

    /**
     * 2001-09-09T01:46:40Z, the first time with 13 digits in ms. An earlier value is probably in
     * another unit.
     */
    private static final long FIRST_PLAUSIBLE_MILLIS = 1_000_000_000_000L;

    /**
     * The clock is read at least once per this number of records, to notice a clock that is set
     * back.
     */
    private static final int RECORDS_PER_READING = 1024;

    private final ClickDecoder decoder;
    private final Set<String> checkoutEventTypes;
    private EventMarks marks = EventMarks.NONE;
    private final BotSigns botSigns;
    private final int maxRecordBytes;
    private final long maxFutureSkewMillis;
    private long earliestMillis;
    private final Clock clock;
    private boolean hasAnonymousIds;
    private boolean unpacks;
    private boolean toArchive;
    @Nullable private IpPrivacy privacy;
    @Nullable private final InteractionReader interactions;

    private transient ClickFields fields;
    @Nullable private transient LimitedWarnings warnings;
    private transient long now;
    private transient int recordsUntilReading;

    /**
     * Creates a decoder that makes no interactions.
     *
     * @param checkoutEventTypes the event types that are a checkout
     * @param botSigns detects clicks by bots
     * @param maxRecordBytes the maximum length of a record, in bytes; longer records are dead
     *     letters
     * @param maxFutureSkew how far the event time of a click may be ahead of the clock
     * @param clock must be serializable, as those of {@link Clock} are
     */
    public RecordDecoder(
            ClickDecoder decoder,
            Set<String> checkoutEventTypes,
            BotSigns botSigns,
            int maxRecordBytes,
            Duration maxFutureSkew,
            Clock clock) {
        this(
                decoder,
                checkoutEventTypes,
                botSigns,
                maxRecordBytes,
                maxFutureSkew,
                clock,
                Optional.empty());
    }

    /**
     * Creates a decoder.
     *
     * @param checkoutEventTypes the event types that are a checkout
     * @param botSigns detects clicks by bots
     * @param maxRecordBytes the maximum length of a record, in bytes; longer records are dead
     *     letters
     * @param maxFutureSkew how far the event time of a click may be ahead of the clock
     * @param clock must be serializable, as those of {@link Clock} are
     * @param interactions makes interactions from clicks; empty if there are none
     */
    public RecordDecoder(
            ClickDecoder decoder,
            Set<String> checkoutEventTypes,
            BotSigns botSigns,
            int maxRecordBytes,
            Duration maxFutureSkew,
            Clock clock,
            Optional<InteractionReader> interactions) {
        this.decoder = decoder;
        this.checkoutEventTypes = Set.copyOf(checkoutEventTypes);
        this.botSigns = botSigns;
        this.maxRecordBytes = maxRecordBytes;
        this.maxFutureSkewMillis = maxFutureSkew.toMillis();
        this.clock = clock;
        this.interactions = interactions.orElse(null);
    }

    private RecordDecoder(RecordDecoder that) {
        decoder = that.decoder;
        checkoutEventTypes = that.checkoutEventTypes;
        marks = that.marks;
        botSigns = that.botSigns;
        maxRecordBytes = that.maxRecordBytes;
        maxFutureSkewMillis = that.maxFutureSkewMillis;
        clock = that.clock;
        interactions = that.interactions;
        earliestMillis = that.earliestMillis;
        hasAnonymousIds = that.hasAnonymousIds;
        unpacks = that.unpacks;
        toArchive = that.toArchive;
        privacy = that.privacy;
    }

    /**
     * A copy that prepares records for the archive, or removes IP addresses from them.
     *
     * @param json whether to set {@link RawRecord#json()} of each record, which the archive needs
     * @param ipPrivacy removes IP addresses from each record; null if they stay
     */
    public RecordDecoder with(boolean json, @Nullable IpPrivacy ipPrivacy) {
        RecordDecoder copy = new RecordDecoder(this);
        copy.toArchive = json;
        copy.privacy = ipPrivacy;
        return copy;
    }

    /**
     * A copy that refuses event times before a given time. By default, the first valid time is
     * 1970-01-01T00:00:00Z.
     *
     * @param earliest the first valid event time, 1970 or later
     */
    public RecordDecoder notBefore(Instant earliest) {
        RecordDecoder copy = new RecordDecoder(this);
        copy.earliestMillis = earliest.toEpochMilli();
        return copy;
    }

    /** A copy that marks clicks by the type of their event. */
    public RecordDecoder marking(EventMarks eventMarks) {
        RecordDecoder copy = new RecordDecoder(this);
        copy.marks = eventMarks;
        return copy;
    }

    /**
     * A copy that keeps users apart from anonymous ids that are equal to theirs.
     *
     * @param anonymousIds whether clicks may have an anonymous id
     */
    public RecordDecoder identifying(boolean anonymousIds) {
        RecordDecoder copy = new RecordDecoder(this);
        copy.hasAnonymousIds = anonymousIds;
        return copy;
    }

    /**
     * A copy that can decompress records before it decodes them.
     *
     * @param gzip whether to decompress records that are gzip
     */
    public RecordDecoder unpacking(boolean gzip) {
        RecordDecoder copy = new RecordDecoder(this);
        copy.unpacks = gzip;
        return copy;
    }

    /**
     * Registers the decoder's metrics. Must be called before the first record.
     *
     * @param metrics of the operator that reads the records
     */
    public void open(MetricGroup metrics) {
        decoder.open(metrics);
        if (interactions != null) {
            interactions.open(metrics);
        }
    }

    /**
     * Whether a record of a topic or stream must be decompressed by {@link #unpack} before it is
     * decoded.
     */
    public boolean unpacks(byte[] bytes) {
        return unpacks && Framing.isGzip(bytes) && !isTooLong(bytes);
    }

    /**
     * Decompresses a record and decodes its content, which can be several records. Never throws
     * because of the content.
     *
     * @param out receives at least one result, in order
     * @throws DecodingHaltedException if the job must stop, whatever the bytes are
     */
    public void unpack(RawRecord raw, Consumer<Incoming> out) {
        PackedRecords.Unpacked unpacked;
        try {
            unpacked = new PackedRecords(maxRecordBytes).unpack(raw.bytes());
        } catch (MalformedRecordException e) {
            DeadLetter letter = refuse(e.reason(), e.getMessage(), raw);
            out.accept(privacy == null ? letter : withoutAddresses(letter, raw));
            return;
        }
        if (!unpacked.fromEnvelope) {
            out.accept(decode(raw.withBytes(unpacked.records.get(0))));
            return;
        }
        for (int i = 0; i < unpacked.records.size(); i++) {
            RawRecord part =
                    new RawRecord(
                            raw.source(),
                            raw.partition(),
                            raw.offset(),
                            i,
                            unpacked.records.get(i));
            part.setArrival(raw.arrival());
            out.accept(decode(part));
        }
    }

    /** The maximum length of a record, in bytes. */
    int maxRecordBytes() {
        return maxRecordBytes;
    }

    private boolean isTooLong(byte[] bytes) {
        return bytes.length > maxRecordBytes;
    }

    /**
     * Decodes a record. Never throws because of its content.
     *
     * @throws DecodingHaltedException if the job must stop, whatever the bytes are
     */
    public Incoming decode(RawRecord raw) {
        Incoming incoming = read(raw);
        boolean toPersonalize = interactions != null && mayBeInteraction(incoming);
        Incoming left = incoming;
        if (privacy != null) {
            left = withoutAddresses(incoming, raw);
        } else if (toArchive) {
            raw.setJson(json(raw, incoming));
        }
        return toPersonalize ? interactions.read(left, fields, rawOf(left)) : left;
    }

    /**
     * The dead letter of a record that the source cannot pass to {@link #decode}.
     *
     * @param detail one line with what was found and what is allowed
     */
    public Incoming malformed(RawRecord raw, String detail) {
        DeadLetter letter = refuse(Reason.MALFORMED, detail, raw);
        return privacy == null ? letter : withoutAddresses(letter, raw);
    }

    private static RawRecord rawOf(Incoming record) {
        return record instanceof Click ? ((Click) record).raw() : ((DeadLetter) record).raw();
    }

    /**
     * Removes IP addresses. A readable record becomes JSON without addresses, even if it was Avro.
     * Addresses cannot be found in an unreadable record, so all of its bytes are removed.
     */
    private Incoming withoutAddresses(Incoming incoming, RawRecord raw) {
        byte[] json = json(raw, incoming);
        byte[] masked = json == null ? WITHHELD : privacy.mask(json);
        RawRecord left = raw.withBytes(masked);
        if (toArchive && json != null) {
            left.setJson(masked);
        }
        if (incoming instanceof Click) {
            ((Click) incoming).setRaw(left);
            return incoming;
        }
        DeadLetter letter = (DeadLetter) incoming;
        String detail = privacy.maskText(letter.detail());
        if (json == null) {
            detail +=
                    "; its "
                            + raw.size()
                            + " bytes are withheld, because the job cannot find the IP addresses"
                            + " in them";
        }
        return new DeadLetter(letter.reason(), detail, left, letter.time());
    }

    @Nullable
    private byte[] json(RawRecord raw, Incoming incoming) {
        boolean decoded = true;
        if (incoming instanceof DeadLetter) {
            Reason reason = ((DeadLetter) incoming).reason();
            if (reason == Reason.UNKNOWN_SCHEMA || raw.bytes().length > maxRecordBytes) {
                return null;
            }
            decoded = reason != Reason.MALFORMED;
        }
        try {
            return decoder.toJson(raw.bytes(), decoded);
        } catch (MalformedRecordException e) {
            return null;
        } catch (DecodingHaltedException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            warnings().warn("The decoder failed to write {} as JSON", raw, e);
            return null;
        }
    }

    /**
     * Whether a record can be an interaction: a click that is not by a bot, or a click without a
     * user. The latter is by a visitor who has not logged in, and is a dead letter for the
     * aggregates.
     */
    private boolean mayBeInteraction(Incoming record) {
        Click click = record.click();
        if (click != null) {
            return click.botSign() == null;
        }
        return ((DeadLetter) record).reason() == Reason.MISSING_USER
                && botSigns.find(fields) == null
                && fields.hasTime()
                && fields.time() >= earliestMillis
                && !isInFuture(fields.time());
    }

    private Incoming read(RawRecord raw) {
        byte[] bytes = raw.bytes();
        if (isTooLong(bytes)) {
            return refuse(
                    Reason.TOO_LARGE,
                    bytes.length + " bytes; at most " + maxRecordBytes + " are allowed",
                    raw);
        }
        if (fields == null) {
            fields = new ClickFields();
        }
        try {
            decoder.decode(bytes, fields);
        } catch (MalformedRecordException e) {
            return refuse(e.reason(), e.getMessage(), raw);
        } catch (DecodingHaltedException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            // A defect of the decoder must not stop the job either.
            warnings().warn("The decoder failed on {}", raw, e);
            return refuse(Reason.MALFORMED, "the decoder failed: " + e, raw);
        }
        String anonymous = fields.get(ClickField.ANONYMOUS_USER);
        if (fields.user() == null && anonymous == null) {
            return refuse(Reason.MISSING_USER, "the user is absent, null or empty", raw);
        }
        if (anonymous != null && anonymous.length() > MAX_NAME_LENGTH) {
            return refuse(Reason.TOO_LARGE, tooLong("anonymous id", anonymous), raw);
        }
        if (fields.user() != null && fields.user().isLongerThan(MAX_NAME_LENGTH)) {
            return refuse(Reason.TOO_LARGE, tooLong("user", fields.user().asText()), raw);
        }
        if (fields.eventType() != null && fields.eventType().length() > MAX_NAME_LENGTH) {
            return refuse(Reason.TOO_LARGE, tooLong("event type", fields.eventType()), raw);
        }
        if (fields.department() != null && fields.department().length() > MAX_NAME_LENGTH) {
            return refuse(Reason.TOO_LARGE, tooLong("department", fields.department()), raw);
        }
        int eventMarks = marks.of(fields.eventType());
        String longText = fields.hasOptional() ? tooLongText(eventMarks) : null;
        if (longText != null) {
            return refuse(Reason.TOO_LARGE, longText, raw);
        }
        if (!fields.hasTime()) {
            return refuse(Reason.MISSING_TIME, "the event time is absent or null", raw);
        }
        long time = fields.time();
        if (time < earliestMillis) {
            return time < 0
                    ? refuse(Reason.BEFORE_1970, "event time " + time + " ms is before 1970", raw)
                    : refuse(Reason.IMPLAUSIBLE_TIME, tooEarly(time), raw);
        }
        if (isInFuture(time)) {
            return refuse(Reason.FUTURE, tooLate(time), raw);
        }
        Click click = new Click(visitor(anonymous), time, department(), isCheckout(), raw);
        if (hasAnonymousIds && fields.user() != null) {
            click.setText(CarriedText.KNOWN_USER, fields.user().asIdText());
        }
        if (fields.hasOptional()) {
            carryTexts(click, eventMarks);
        }
        click.setMarks(eventMarks);
        click.setBotSign(botSigns.find(fields));
        return click;
    }

    /**
     * Whose session the click is in. With anonymous ids, a click that has only a user is of a
     * visitor of its own: visitor 7 may be another person than user 7. A browser sends its
     * anonymous id, and must not get into the session of a user by one that looks like a user's.
     */
    private UserId visitor(@Nullable String anonymous) {
        if (anonymous != null) {
            return anonymous.startsWith(USER_PREFIX) || anonymous.startsWith(VISITOR_PREFIX)
                    ? UserId.ofString(VISITOR_PREFIX + anonymous)
                    : UserId.ofIdText(anonymous);
        }
        return hasAnonymousIds
                ? UserId.ofString(USER_PREFIX + fields.user().asIdText())
                : fields.user();
    }

    /** What is wrong with the first carried text that is too long; null if none is. */
    @Nullable
    private String tooLongText(int eventMarks) {
        for (ClickField field : CARRIED) {
            String text = fields.get(field);
            if (text != null
                    && text.length() > MAX_NAME_LENGTH
                    && marks.carries(field.carried(), eventMarks)) {
                return tooLong(field.carried().label(), text);
            }
        }
        return null;
    }

    private void carryTexts(Click click, int eventMarks) {
        for (ClickField field : CARRIED) {
            String text = fields.get(field);
            if (text != null
                    && (field.carried().canBeEmpty() || !text.isEmpty())
                    && marks.carries(field.carried(), eventMarks)) {
                click.setText(field.carried(), text);
            }
        }
    }

    private LimitedWarnings warnings() {
        if (warnings == null) {
            warnings = new LimitedWarnings(LOG);
        }
        return warnings;
    }

    private static String tooLong(String what, String name) {
        return "the "
                + what
                + " has "
                + name.length()
                + " characters; at most "
                + MAX_NAME_LENGTH
                + " are allowed";
    }

    private String tooEarly(long time) {
        String found =
                "event time "
                        + time
                        + " ms ("
                        + Instant.ofEpochMilli(time)
                        + ") is before `event-time / earliest` ("
                        + Instant.ofEpochMilli(earliestMillis)
                        + ")";
        if (time == 0) {
            return found + "; is the 0 a missing time?";
        }
        boolean maySeconds =
                time <= Long.MAX_VALUE / MILLIS_PER_SECOND && isPlausible(time * MILLIS_PER_SECOND);
        return maySeconds
                ? found + "; if the times are seconds, set `format / time-format` to `epoch-s`"
                : found;
    }

    private String tooLate(long time) {
        String found =
                "event time "
                        + time
                        + " ms is more than "
                        + maxFutureSkewMillis
                        + " ms ahead of the clock ("
                        + Instant.ofEpochMilli(clock.millis())
                        + ")";
        if (isPlausible(time / MICROS_PER_MILLI)) {
            return found
                    + "; if the times are microseconds, set `format / time-format` to"
                    + " `epoch-us`";
        }
        return isPlausible(time / NANOS_PER_MILLI)
                ? found
                        + "; if the times are nanoseconds, set `format / time-format` to"
                        + " `epoch-ns`"
                : found;
    }

    /**
     * Whether an event time, which must not be negative, is within the valid range. In ms since
     * 1970.
     */
    private boolean isPlausible(long time) {
        return time >= Math.max(earliestMillis, FIRST_PLAUSIBLE_MILLIS)
                && time - maxFutureSkewMillis <= clock.millis();
    }

    private boolean isCheckout() {
        return fields.eventType() != null && checkoutEventTypes.contains(fields.eventType());
    }

    private String department() {
        String department = fields.department();
        return department == null || department.isEmpty() || department.equals(NO_DEPARTMENT)
                ? null
                : department;
    }

    /**
     * Whether an event time is too far ahead of the clock. Reads the clock only if the last reading
     * is not sufficient.
     */
    private boolean isInFuture(long time) {
        if (--recordsUntilReading < 0) {
            recordsUntilReading = RECORDS_PER_READING;
            now = clock.millis();
        }
        // Subtracted on the side of the record, which is not negative: no overflow.
        if (time - maxFutureSkewMillis <= now) {
            return false;
        }
        now = clock.millis();
        return time - maxFutureSkewMillis > now;
    }

    private DeadLetter refuse(Reason reason, String detail, RawRecord raw) {
        return new DeadLetter(reason, detail, raw, clock.millis());
    }
}
