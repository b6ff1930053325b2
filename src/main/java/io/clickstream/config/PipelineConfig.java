package io.clickstream.config;

import io.clickstream.aggregate.Aggregate;
import java.util.List;
import java.util.Optional;

/** The configuration that the dataflow needs, independent of its sources and sinks. */
public abstract class PipelineConfig {

    private final FormatConfig format;
    private final EventTimeConfig eventTime;
    private final FilterConfig filters;
    private final Optional<PrivacyConfig> privacy;
    private final AggregatesConfig aggregates;
    private final Optional<TrendingConfig> trending;
    private final List<Aggregate<?>> computed;

    PipelineConfig(PropertyReader reader) {
        format = FormatConfig.read(reader);
        eventTime = EventTimeConfig.read(reader);
        filters = FilterConfig.read(reader, format);
        privacy = reader.ifThere(PrivacyConfig.GROUP, group -> PrivacyConfig.read(group, format));
        aggregates = AggregatesConfig.read(reader);
        trending =
                reader.ifThere(TrendingConfig.GROUP, group -> TrendingConfig.read(group, format));
        computed = reader.computed();
    }

    /** The format of records. */
    public final FormatConfig format() {
        return format;
    }

    /** How event time advances. */
    public final EventTimeConfig eventTime() {
        return eventTime;
    }

    /** The filters for duplicates and bots. */
    public final FilterConfig filters() {
        return filters;
    }

    /** What happens to IP addresses; empty if they stay. */
    public final Optional<PrivacyConfig> privacy() {
        return privacy;
    }

    /** The session gap, and the windows that count sessions. */
    public final AggregatesConfig aggregates() {
        return aggregates;
    }

    /** The ranking; empty if there is none. */
    public final Optional<TrendingConfig> trending() {
        return trending;
    }

    /** The aggregates that the job computes. */
    public final List<Aggregate<?>> computed() {
        return computed;
    }

    /** Which clicks are interactions; empty if there are none. */
    public abstract Optional<PersonalizeConfig> personalize();

    /** The fields that filters, rankings, and interactions need. */
    public final OptionalFields optionalFields() {
        return filters().fields().withItemFor(trending, format).withInteractions(personalize());
    }
}
