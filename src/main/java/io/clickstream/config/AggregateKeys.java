package io.clickstream.config;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.Aggregates;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * A setting that a sink has for each aggregate, such as {@code departments-topic}.
 *
 * @param <T> the value
 */
final class AggregateKeys<T> {

    private final Map<Aggregate<?>, Key<T>> keys = new LinkedHashMap<>();

    /**
     * Declares the keys.
     *
     * @param kind the kind of destination; the last part of the keys' names
     */
    AggregateKeys(
            String group,
            String kind,
            Key.Parser<T> parser,
            String allowed,
            Function<Aggregate<?>, String> defaultText) {
        for (Aggregate<?> aggregate : Aggregates.ALL) {
            keys.put(
                    aggregate,
                    Key.of(
                            group,
                            aggregate.keyStem() + '-' + kind,
                            parser,
                            allowed,
                            defaultText.apply(aggregate),
                            aggregate.description()));
        }
    }

    Collection<Key<T>> all() {
        return keys.values();
    }

    Key<T> of(Aggregate<?> aggregate) {
        return keys.get(aggregate);
    }

    /** The value of each aggregate; null only after an error, which the reader has recorded. */
    Map<Aggregate<?>, T> read(PropertyReader reader) {
        Map<Aggregate<?>, T> values = new LinkedHashMap<>();
        keys.forEach((aggregate, key) -> values.put(aggregate, reader.get(key)));
        return Collections.unmodifiableMap(values);
    }
}
