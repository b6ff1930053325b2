package io.clickstream.aggregate;

import java.util.Optional;
import javax.annotation.Nullable;

/**
 * One kind of result that the job computes, with all that a destination needs to know of it. {@link
 * Aggregates} lists all of them.
 *
 * @param <T> the result
 */
public final class Aggregate<T> {

    private final String name;
    private final String keyStem;
    private final String description;
    private final String defaultTopic;
    private final String defaultIndex;
    @Nullable private final String group;
    private final AggregateFormat<T> format;

    private Aggregate(
            String name,
            String keyStem,
            String description,
            String defaultTopic,
            String defaultIndex,
            @Nullable String group,
            AggregateFormat<T> format) {
        this.name = name;
        this.keyStem = keyStem;
        this.description = description;
        this.defaultTopic = defaultTopic;
        this.defaultIndex = defaultIndex;
        this.group = group;
        this.format = format;
    }

    /**
     * An aggregate that every job computes.
     *
     * @param name in lower case with hyphens; it is the uid of the operator that gives the results,
     *     and the first part of the uids of their sinks, so it must never change
     * @param keyStem what the names of its settings begin with: {@code departments-topic}
     * @param description one sentence for the tables of settings
     * @param defaultTopic the topic and the stream, if no others are configured
     * @param defaultIndex the index, if no other is configured; also the name of its index template
     */
    static <T> Aggregate<T> of(
            String name,
            String keyStem,
            String description,
            String defaultTopic,
            String defaultIndex,
            AggregateFormat<T> format) {
        return new Aggregate<>(
                name, keyStem, description, defaultTopic, defaultIndex, null, format);
    }

    /** The same aggregate, but only jobs that have a property group compute it. */
    Aggregate<T> onlyWith(String propertyGroup) {
        return new Aggregate<>(
                name, keyStem, description, defaultTopic, defaultIndex, propertyGroup, format);
    }

    /** The uid of the operator that gives the results: {@code department-counts}. */
    public String name() {
        return name;
    }

    /** What the names of its settings begin with: {@code departments}. */
    public String keyStem() {
        return keyStem;
    }

    /** One sentence for the tables of settings. */
    public String description() {
        return description;
    }

    /** The topic and the stream that results go to if no others are configured. */
    public String defaultTopic() {
        return defaultTopic;
    }

    /** The index that results go to if no other is configured; the name of its template. */
    public String defaultIndex() {
        return defaultIndex;
    }

    /** The property group without which a job does not compute it; empty if every job does. */
    public Optional<String> group() {
        return Optional.ofNullable(group);
    }

    /** How a result is written. */
    public AggregateFormat<T> format() {
        return format;
    }

    @Override
    public String toString() {
        return name;
    }
}
