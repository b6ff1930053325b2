package io.clickstream.config;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.event.EventMarks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The configuration that the dataflow needs, independent of its sources and sinks. */
public abstract class PipelineConfig {

    /** The groups that are read here, except `format`, in the order of the table of settings. */
    static final List<KeyGroup> GROUPS =
            List.of(
                    EventTimeConfig.KEYS,
                    FilterConfig.DUPLICATES_KEYS,
                    FilterConfig.BOTS_KEYS,
                    PrivacyConfig.KEYS,
                    IdentityConfig.KEYS,
                    AggregatesConfig.KEYS,
                    TrendingConfig.KEYS,
                    LiveConfig.KEYS,
                    FunnelConfig.KEYS,
                    CartsConfig.KEYS);

    private final FormatConfig format;
    private final EventTimeConfig eventTime;
    private final FilterConfig filters;
    private final Optional<PrivacyConfig> privacy;
    private final Optional<IdentityConfig> identity;
    private final AggregatesConfig aggregates;
    private final Optional<TrendingConfig> trending;
    private final Optional<LiveConfig> live;
    private final Optional<FunnelConfig> funnel;
    private final Optional<CartsConfig> carts;
    private final List<Aggregate<?>> computed;
    private final OptionalFields fields;

    PipelineConfig(PropertyReader reader) {
        format = FormatConfig.read(reader);
        eventTime = EventTimeConfig.read(reader);
        filters = FilterConfig.read(reader);
        privacy = reader.ifThere(PrivacyConfig.GROUP, group -> PrivacyConfig.read(group, format));
        identity =
                reader.ifThere(IdentityConfig.GROUP, group -> IdentityConfig.read(group, format));
        aggregates = AggregatesConfig.read(reader);
        trending =
                reader.ifThere(TrendingConfig.GROUP, group -> TrendingConfig.read(group, format));
        live = reader.ifThere(LiveConfig.GROUP, group -> LiveConfig.read(group, format));
        funnel = reader.ifThere(FunnelConfig.GROUP, group -> FunnelConfig.read(group, format));
        carts = reader.ifThere(CartsConfig.GROUP, group -> CartsConfig.read(group, format));
        computed = reader.computed();
        List<NeedsFields> needing = new ArrayList<>(List.of(filters));
        identity.ifPresent(needing::add);
        trending.ifPresent(needing::add);
        carts.ifPresent(needing::add);
        OptionalFields needed = OptionalFields.NONE;
        for (NeedsFields group : needing) {
            needed = group.addTo(needed);
        }
        if (format.type() == FormatConfig.Type.AVRO) {
            needed.checkAvro(reader);
        }
        fields = needed;
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

    /** Where clicks have an anonymous id; empty if they have only a user. */
    public final Optional<IdentityConfig> identity() {
        return identity;
    }

    /** The session gap, and the windows that count sessions. */
    public final AggregatesConfig aggregates() {
        return aggregates;
    }

    /** The ranking; empty if there is none. */
    public final Optional<TrendingConfig> trending() {
        return trending;
    }

    /** Live counts; empty if there are none. */
    public final Optional<LiveConfig> live() {
        return live;
    }

    /** The funnel; empty if there is none. */
    public final Optional<FunnelConfig> funnel() {
        return funnel;
    }

    /** Abandoned and recovered carts; empty if carts are not followed. */
    public final Optional<CartsConfig> carts() {
        return carts;
    }

    /** What the aggregates must know of event types. */
    public final EventMarks eventMarks() {
        EventMarks marks = EventMarks.NONE;
        if (live.isPresent()) {
            marks = marks.with(EventMarks.CART, format.cartEventTypes());
        }
        if (funnel.isPresent()) {
            marks = funnel.get().funnel().addTo(marks);
        }
        return carts.isPresent()
                ? carts.get().addTo(marks, trending.isPresent() && trending.get().isOfItems())
                : marks;
    }

    /** The aggregates that the job computes. */
    public final List<Aggregate<?>> computed() {
        return computed;
    }

    /** Which clicks are interactions; empty if there are none. */
    public abstract Optional<PersonalizeConfig> personalize();

    /** The fields that filters, optional aggregates, and interactions need. */
    public final OptionalFields optionalFields() {
        return personalize().map(group -> group.addTo(fields)).orElse(fields);
    }
}
