package io.clickstream.config;

import java.time.Duration;

/** Which names are ranked, and over what time. */
public final class TrendingConfig {

    /** What of a click is counted. */
    public enum Field {
        DEPARTMENT,
        ITEM
    }

    private final Field field;
    private final int top;
    private final Duration span;
    private final Duration slide;

    private TrendingConfig(PropertyReader reader, FormatConfig format) {
        field = reader.get(ConfigKeys.TRENDING_FIELD);
        Integer names = reader.get(ConfigKeys.TRENDING_TOP);
        top = names == null ? 1 : names;
        span = reader.get(ConfigKeys.TRENDING_SPAN);
        slide = reader.get(ConfigKeys.TRENDING_SLIDE);
        if (span != null && slide != null && span.toMillis() % slide.toMillis() != 0) {
            reader.error(
                    ConfigKeys.TRENDING_SPAN,
                    "is "
                            + span.toMillis()
                            + " ms, which is no whole number of `"
                            + ConfigKeys.TRENDING_SLIDE
                            + "`, "
                            + slide.toMillis()
                            + " ms");
        }
        checkField(reader, format);
    }

    private void checkField(PropertyReader reader, FormatConfig format) {
        boolean json = format.type() == FormatConfig.Type.JSON;
        if (field == Field.ITEM && !json) {
            reader.error(ConfigKeys.TRENDING_FIELD, "is 'item', which only JSON records can have");
        } else if (field == Field.ITEM && format.mapping().item().isEmpty()) {
            reader.error(
                    ConfigKeys.TRENDING_FIELD,
                    "is 'item', which the records don't have; name it by `"
                            + ConfigKeys.FORMAT_ITEM
                            + "`");
        } else if (field == Field.DEPARTMENT && json && format.mapping().departments().isEmpty()) {
            reader.error(
                    ConfigKeys.TRENDING_FIELD,
                    "is 'department', which the records don't have; name it by `"
                            + ConfigKeys.FORMAT_DEPARTMENT
                            + "`, or set `item`");
        }
    }

    static TrendingConfig read(PropertyReader reader, FormatConfig format) {
        return new TrendingConfig(reader, format);
    }

    public Field field() {
        return field;
    }

    /** How many names are ranked. */
    public int top() {
        return top;
    }

    /** The time that clicks are counted over: a whole number of slides. */
    public Duration span() {
        return span;
    }

    /** How often there is a new list. */
    public Duration slide() {
        return slide;
    }
}
