package io.clickstream.config;

import io.clickstream.aggregate.Aggregate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The parts of a job's configuration that a replay needs. The configuration can have groups of
 * sources and sinks, so that the job's own file can be used. Those groups are checked for unknown
 * keys and otherwise ignored.
 */
public final class ReplayConfig implements PipelineConfig {

    private final FormatConfig format;
    private final EventTimeConfig eventTime;
    private final FilterConfig filters;
    private final Optional<PrivacyConfig> privacy;
    private final AggregatesConfig aggregates;
    private final Optional<TrendingConfig> trending;

    private final List<Aggregate<?>> computed;

    private ReplayConfig(PropertyReader reader) {
        format = FormatConfig.read(reader);
        eventTime = EventTimeConfig.read(reader);
        filters = FilterConfig.read(reader, format);
        privacy = reader.ifThere(PrivacyConfig.GROUP, group -> PrivacyConfig.read(group, format));
        aggregates = AggregatesConfig.read(reader);
        computed = reader.computed();
        trending =
                reader.ifThere(TrendingConfig.GROUP, group -> TrendingConfig.read(group, format));
    }

    /**
     * Parses property groups.
     *
     * @param propertyGroups properties by property group id
     * @throws ConfigException if there is an error; contains all errors
     */
    public static ReplayConfig parse(Map<String, Map<String, String>> propertyGroups) {
        PropertyReader reader =
                new PropertyReader(propertyGroups, JobConfig.GROUPS, new Secrets(System.getenv()));
        ReplayConfig config = new ReplayConfig(reader);
        reader.finish();
        return config;
    }

    @Override
    public FormatConfig format() {
        return format;
    }

    @Override
    public EventTimeConfig eventTime() {
        return eventTime;
    }

    @Override
    public FilterConfig filters() {
        return filters;
    }

    @Override
    public Optional<PrivacyConfig> privacy() {
        return privacy;
    }

    @Override
    public AggregatesConfig aggregates() {
        return aggregates;
    }

    @Override
    public Optional<TrendingConfig> trending() {
        return trending;
    }

    @Override
    public List<Aggregate<?>> computed() {
        return computed;
    }
}
