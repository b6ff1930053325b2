package io.clickstream.config;

import io.clickstream.aggregate.Aggregate;
import java.util.List;
import java.util.Optional;

/** What the dataflow needs to know, wherever it reads and writes. */
public interface PipelineConfig {

    /** What records look like. */
    FormatConfig format();

    /** How event time goes on. */
    EventTimeConfig eventTime();

    /** Which clicks are left out. */
    FilterConfig filters();

    /** What becomes of IP addresses; empty if they stay. */
    Optional<PrivacyConfig> privacy();

    /** What a session is, and the windows that count sessions. */
    AggregatesConfig aggregates();

    /** Which names are ranked; empty if none are. */
    Optional<TrendingConfig> trending();

    /** The aggregates that the job computes. */
    List<Aggregate<?>> computed();

    /** Which clicks are interactions; empty if none are sent anywhere. */
    default Optional<PersonalizeConfig> personalize() {
        return Optional.empty();
    }

    /** The fields that are read because of filters, rankings and interactions. */
    default OptionalFields optionalFields() {
        return filters().fields().withItemFor(trending(), format()).withInteractions(personalize());
    }
}
