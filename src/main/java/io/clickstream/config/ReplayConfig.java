package io.clickstream.config;

import java.util.Map;

/**
 * What a replay needs of a job's configuration. Groups about sources and sinks may be there, so
 * that the job's own file can be used; they are checked for unknown keys and otherwise ignored.
 */
public final class ReplayConfig {

    private final FormatConfig format;
    private final EventTimeConfig eventTime;
    private final FilterConfig filters;
    private final AggregatesConfig aggregates;

    private ReplayConfig(PropertyReader reader) {
        format = FormatConfig.read(reader);
        eventTime = EventTimeConfig.read(reader);
        filters = FilterConfig.read(reader, format);
        aggregates = AggregatesConfig.read(reader);
    }

    /**
     * Parses property groups.
     *
     * @param propertyGroups property group ids to their properties
     * @throws ConfigException with all that is wrong, if anything is
     */
    public static ReplayConfig parse(Map<String, Map<String, String>> propertyGroups) {
        PropertyReader reader =
                new PropertyReader(
                        propertyGroups,
                        ConfigKeys.ALL,
                        ConfigKeys.PASS_THROUGH,
                        new Secrets(System.getenv()));
        ReplayConfig config = new ReplayConfig(reader);
        reader.finish();
        return config;
    }

    public FormatConfig format() {
        return format;
    }

    public EventTimeConfig eventTime() {
        return eventTime;
    }

    /** Which clicks are left out. */
    public FilterConfig filters() {
        return filters;
    }

    public AggregatesConfig aggregates() {
        return aggregates;
    }
}
