package io.clickstream.aggregate;

import java.util.Optional;
import javax.annotation.Nullable;

/**
 * One kind of result that the job computes, with everything that a destination needs to know about
 * it. {@link Aggregates} lists all of them.
 *
 * @param <T> the result
 */
public final class Aggregate<T> {

    private final String name;
    private final String keyStem;
    private final String contents;
    private final String defaultTopic;
    private final String defaultIndex;
    @Nullable private final String group;
    private final AggregateFormat<T> format;

    private Aggregate(
            String name,
            String keyStem,
            String contents,
            String defaultTopic,
            String defaultIndex,
            @Nullable String group,
            AggregateFormat<T> format) {
        this.name = name;
        this.keyStem = keyStem;
        this.contents = contents;
        this.defaultTopic = defaultTopic;
        this.defaultIndex = defaultIndex;
        this.group = group;
        this.format = format;
    }

    /**
     * Creates an aggregate that every job computes.
     *
     * @param name lowercase with hyphens. It is the uid of the operator that emits the results, and
     *     the first part of the uids of their sinks, so it must never change
     * @param keyStem the prefix of its keys, as in {@code departments-topic}
     * @param contents what it contains, as the beginning of a sentence
     * @param defaultTopic the default name of the topic and the stream
     * @param defaultIndex the default name of the index; also the name of its index template
     */
    static <T> Aggregate<T> of(
            String name,
            String keyStem,
            String contents,
            String defaultTopic,
            String defaultIndex,
            AggregateFormat<T> format) {
        return new Aggregate<>(name, keyStem, contents, defaultTopic, defaultIndex, null, format);
    }

    /** The same aggregate, computed only by jobs that have a property group. */
    Aggregate<T> onlyWith(String propertyGroup) {
        return new Aggregate<>(
                name, keyStem, contents, defaultTopic, defaultIndex, propertyGroup, format);
    }

    /** The uid of the operator that emits the results: {@code department-counts}. */
    public String name() {
        return name;
    }

    /** The prefix of its keys: {@code departments}. */
    public String keyStem() {
        return keyStem;
    }

    /** What it contains, as the beginning of a sentence: {@code Sessions per window}. */
    public String contents() {
        return contents;
    }

    /** One sentence for the tables of settings. */
    public String description() {
        return contents + (group == null ? "." : ", with the group `" + group + "`.");
    }

    /** The default name of the topic and the stream. */
    public String defaultTopic() {
        return defaultTopic;
    }

    /** The default name of the index, and the name of its template. */
    public String defaultIndex() {
        return defaultIndex;
    }

    /**
     * The property group that a job needs to compute this aggregate; empty if every job computes
     * it.
     */
    public Optional<String> group() {
        return Optional.ofNullable(group);
    }

    /** The format of a result. */
    public AggregateFormat<T> format() {
        return format;
    }

    @Override
    public String toString() {
        return name;
    }
}
