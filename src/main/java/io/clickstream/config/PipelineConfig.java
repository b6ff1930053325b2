package io.clickstream.config;

import io.clickstream.aggregate.Aggregate;
import java.util.List;
import java.util.Optional;

/** The configuration that the dataflow needs, independent of its sources and sinks. */
public interface PipelineConfig {

    /** The format of records. */
    FormatConfig format();

    /** How event time advances. */
    EventTimeConfig eventTime();

    /** The filters for duplicates and bots. */
    FilterConfig filters();

    /** What happens to IP addresses; empty if they stay. */
    Optional<PrivacyConfig> privacy();

    /** The session gap, and the windows that count sessions. */
    AggregatesConfig aggregates();

    /** The ranking; empty if there is none. */
    Optional<TrendingConfig> trending();

    /** The aggregates that the job computes. */
    List<Aggregate<?>> computed();

    /** Which clicks are interactions; empty if there are none. */
    default Optional<PersonalizeConfig> personalize() {
        return Optional.empty();
    }

    /** The fields that filters, rankings, and interactions need. */
    default OptionalFields optionalFields() {
        return filters().fields().withItemFor(trending(), format()).withInteractions(personalize());
    }
}
