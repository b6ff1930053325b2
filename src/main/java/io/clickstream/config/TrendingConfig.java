package io.clickstream.config;

import com.fasterxml.jackson.core.JsonPointer;
import io.clickstream.trend.TrendField;
import java.time.Duration;
import java.util.Optional;

/** The ranking: which names, and over which time span. */
public final class TrendingConfig implements NeedsFields {

    static final String GROUP = "trending";

    static final Key<TrendField> FIELD =
            Key.of(
                    GROUP,
                    "field",
                    Parsers.oneOf(TrendField.class),
                    Parsers.labels(TrendField.class),
                    "department",
                    "What the job ranks by clicks. With this group, the job writes"
                            + " lists of the most clicked names.");

    static final Key<Integer> TOP =
            Key.of(
                    GROUP,
                    "top",
                    Parsers.intUpTo(1000),
                    "a whole number from 1 to 1000",
                    "10",
                    "The number of names in a list.");

    static final Key<Duration> SPAN =
            Key.of(
                    GROUP,
                    "span",
                    Parsers::positiveDuration,
                    Parsers.DURATION,
                    "5 min",
                    "The time over which clicks are counted: a multiple of `slide`.");

    static final Key<Duration> SLIDE =
            Key.of(
                    GROUP,
                    "slide",
                    Parsers::positiveDuration,
                    Parsers.DURATION,
                    "10 s",
                    "How often the job writes a new list.");

    static final KeyGroup KEYS = KeyGroup.of(GROUP, FIELD, TOP, SPAN, SLIDE);

    private final TrendField field;
    private final Optional<JsonPointer> item;
    private final int top;
    private final Duration span;
    private final Duration slide;

    private TrendingConfig(PropertyReader reader, FormatConfig format) {
        field = reader.get(FIELD);
        item = field == TrendField.ITEM ? format.mapping().item() : Optional.empty();
        Integer names = reader.get(TOP);
        top = names == null ? 1 : names;
        span = reader.get(SPAN);
        slide = reader.get(SLIDE);
        if (span != null && slide != null && span.toMillis() % slide.toMillis() != 0) {
            reader.error(
                    SPAN,
                    "is "
                            + span.toMillis()
                            + " ms, which is not a multiple of `"
                            + SLIDE
                            + "`, "
                            + slide.toMillis()
                            + " ms; change one of them");
        }
        checkField(reader, format);
    }

    private void checkField(PropertyReader reader, FormatConfig format) {
        boolean json = format.type() == FormatConfig.Type.JSON;
        if (field == TrendField.ITEM && !json) {
            reader.error(
                    FIELD, "is 'item', which is only for JSON records; set it to `department`");
        } else if (field == TrendField.ITEM && format.mapping().item().isEmpty()) {
            reader.error(
                    FIELD,
                    "is 'item', which the records do not have; set `" + JsonMapping.ITEM + "`");
        } else if (field == TrendField.DEPARTMENT
                && json
                && format.mapping().departments().isEmpty()) {
            reader.error(
                    FIELD,
                    "is 'department', which the records do not have; set `"
                            + JsonMapping.DEPARTMENT
                            + "`, or set this key to `item`");
        }
    }

    static TrendingConfig read(PropertyReader reader, FormatConfig format) {
        return new TrendingConfig(reader, format);
    }

    @Override
    public OptionalFields addTo(OptionalFields fields) {
        return fields.with(ClickField.ITEM, item);
    }

    public TrendField field() {
        return field;
    }

    /** Whether items are ranked, so that all clicks need them. */
    boolean isOfItems() {
        return field == TrendField.ITEM;
    }

    /** The number of names in a list. */
    public int top() {
        return top;
    }

    /** The time over which clicks are counted: a multiple of {@link #slide()}. */
    public Duration span() {
        return span;
    }

    /** The time between two lists. */
    public Duration slide() {
        return slide;
    }
}
