package io.clickstream.event;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Objects;
import javax.annotation.Nullable;

/**
 * What somebody did with an item, as Amazon Personalize takes it. All ids are text, since they are
 * there: the users {@code 7} and {@code "7"} are one user of Personalize.
 */
public final class Interaction implements Serializable {

    private static final long serialVersionUID = 1L;

    private final String eventId;
    @Nullable private final String user;
    @Nullable private final String session;
    private final long time;
    private final String eventType;
    private final String item;
    @Nullable private final Float eventValue;
    @Nullable private final String properties;
    @Nullable private final String[] impression;
    @Nullable private final String recommendationId;
    @Nullable private final String attributionSource;

    private Interaction(Builder builder) {
        eventId = Objects.requireNonNull(builder.eventId);
        user = builder.user;
        session = builder.session;
        time = builder.time;
        eventType = Objects.requireNonNull(builder.eventType);
        item = Objects.requireNonNull(builder.item);
        eventValue = builder.eventValue;
        properties = builder.properties;
        impression = builder.impression;
        recommendationId = builder.recommendationId;
        attributionSource = builder.attributionSource;
        if (user == null && session == null) {
            throw new IllegalArgumentException("An interaction has a user or a session");
        }
    }

    /**
     * What every interaction has.
     *
     * @param eventId of two interactions with the same id Personalize counts one
     * @param time event time, ms since the epoch
     */
    public static Builder of(String eventId, long time, String eventType, String item) {
        Builder builder = new Builder();
        builder.eventId = eventId;
        builder.time = time;
        builder.eventType = eventType;
        builder.item = item;
        return builder;
    }

    public String eventId() {
        return eventId;
    }

    /** Who it was; null for somebody who has not logged in, who has a session then. */
    @Nullable
    public String user() {
        return user;
    }

    /** The session; null until one is derived. */
    @Nullable
    public String session() {
        return session;
    }

    /** Event time, ms since the epoch. */
    public long time() {
        return time;
    }

    public String eventType() {
        return eventType;
    }

    public String item() {
        return item;
    }

    @Nullable
    public Float eventValue() {
        return eventValue;
    }

    /** A JSON object as text. */
    @Nullable
    public String properties() {
        return properties;
    }

    /** The items that were shown beside; a copy. */
    @Nullable
    public String[] impression() {
        return impression == null ? null : impression.clone();
    }

    @Nullable
    public String recommendationId() {
        return recommendationId;
    }

    @Nullable
    public String attributionSource() {
        return attributionSource;
    }

    /** All interactions with the same key are at one subtask: those of a user, or of a session. */
    public String key() {
        return user == null ? "session " + session : "user " + user;
    }

    /** The same in a session. */
    public Interaction inSession(String derived) {
        Builder builder = of(eventId, time, eventType, item).user(user).session(derived);
        builder.eventValue = eventValue;
        builder.properties = properties;
        builder.impression = impression;
        builder.recommendationId = recommendationId;
        builder.attributionSource = attributionSource;
        return builder.build();
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Interaction)) {
            return false;
        }
        Interaction that = (Interaction) other;
        return time == that.time
                && eventId.equals(that.eventId)
                && Objects.equals(user, that.user)
                && Objects.equals(session, that.session)
                && eventType.equals(that.eventType)
                && item.equals(that.item)
                && Objects.equals(eventValue, that.eventValue)
                && Objects.equals(properties, that.properties)
                && Arrays.equals(impression, that.impression)
                && Objects.equals(recommendationId, that.recommendationId)
                && Objects.equals(attributionSource, that.attributionSource);
    }

    @Override
    public int hashCode() {
        return eventId.hashCode();
    }

    @Override
    public String toString() {
        return "Interaction{"
                + eventId
                + ": "
                + eventType
                + " of "
                + item
                + " by "
                + user
                + " in "
                + session
                + " at "
                + time
                + '}';
    }

    /** Adds what only some interactions have. */
    public static final class Builder {
        private String eventId;
        @Nullable private String user;
        @Nullable private String session;
        private long time;
        private String eventType;
        private String item;
        @Nullable private Float eventValue;
        @Nullable private String properties;
        @Nullable private String[] impression;
        @Nullable private String recommendationId;
        @Nullable private String attributionSource;

        private Builder() {}

        public Builder user(@Nullable String id) {
            user = id;
            return this;
        }

        public Builder session(@Nullable String id) {
            session = id;
            return this;
        }

        public Builder eventValue(@Nullable Float value) {
            eventValue = value;
            return this;
        }

        /** A JSON object as text. */
        public Builder properties(@Nullable String json) {
            properties = json;
            return this;
        }

        public Builder impression(@Nullable String[] items) {
            impression = items == null ? null : items.clone();
            return this;
        }

        public Builder recommendationId(@Nullable String id) {
            recommendationId = id;
            return this;
        }

        public Builder attributionSource(@Nullable String source) {
            attributionSource = source;
            return this;
        }

        /**
         * The interaction.
         *
         * @throws IllegalArgumentException if it has neither a user nor a session
         */
        public Interaction build() {
            return new Interaction(this);
        }
    }
}
