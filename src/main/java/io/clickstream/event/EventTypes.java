package io.clickstream.event;

import org.apache.flink.api.common.typeinfo.TypeInformation;

/** Flink's view of all that travels between operators. */
public final class EventTypes {

    public static final TypeInformation<UserId> USER_ID =
            new VersionedTypeInfo<>(UserId.class, UserIdSerializer.INSTANCE);
    public static final TypeInformation<Click> CLICK =
            new VersionedTypeInfo<>(Click.class, new ClickSerializer());
    public static final TypeInformation<ClickBatch> CLICK_BATCH =
            new VersionedTypeInfo<>(ClickBatch.class, ClickBatchSerializer.INSTANCE);
    public static final TypeInformation<DeadLetter> DEAD_LETTER =
            new VersionedTypeInfo<>(DeadLetter.class, DeadLetterSerializer.INSTANCE);
    public static final TypeInformation<Incoming> INCOMING =
            new VersionedTypeInfo<>(Incoming.class, new IncomingSerializer());
    public static final TypeInformation<Session> SESSION =
            new VersionedTypeInfo<>(Session.class, SessionSerializer.INSTANCE);
    public static final TypeInformation<WindowCount> WINDOW_COUNT =
            new VersionedTypeInfo<>(WindowCount.class, WindowCountSerializer.INSTANCE);

    public static final TypeInformation<Trend> TREND =
            new VersionedTypeInfo<>(Trend.class, TrendSerializer.INSTANCE);

    public static final TypeInformation<LiveCount> LIVE_COUNT =
            new VersionedTypeInfo<>(LiveCount.class, LiveCountSerializer.INSTANCE);

    public static final TypeInformation<FunnelPart> FUNNEL_PART =
            new VersionedTypeInfo<>(FunnelPart.class, FunnelPartSerializer.INSTANCE);
    public static final TypeInformation<FunnelStep> FUNNEL_STEP =
            new VersionedTypeInfo<>(FunnelStep.class, FunnelStepSerializer.INSTANCE);

    public static final TypeInformation<CartOutcome> CART_OUTCOME =
            new VersionedTypeInfo<>(CartOutcome.class, CartOutcomeSerializer.INSTANCE);

    public static final TypeInformation<ArchivedBatch> ARCHIVED_BATCH =
            new VersionedTypeInfo<>(ArchivedBatch.class, ArchivedBatchSerializer.INSTANCE);
    public static final TypeInformation<Interaction> INTERACTION =
            new VersionedTypeInfo<>(Interaction.class, InteractionSerializer.INSTANCE);

    private EventTypes() {}
}
