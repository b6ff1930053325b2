package io.clickstream.sink;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.config.StartCheck;
import io.clickstream.event.DeadLetter;
import java.util.Collection;
import java.util.Optional;

/** A destination of aggregates and dead letters, such as the topics of a cluster. */
public interface Destination {

    /** The part of the sinks' uids for this destination: {@code kafka}. It must never change. */
    String name();

    /** The aggregates that this destination accepts. */
    Collection<Aggregate<?>> aggregates();

    /**
     * A writer of the results of one of its aggregates.
     *
     * @param uid the writer's uid
     */
    <T> ResultWriter<T> writer(Aggregate<T> aggregate, String uid);

    /**
     * A writer of dead letters; empty if they do not go to this destination.
     *
     * @param uid the writer's uid
     */
    Optional<ResultWriter<DeadLetter>> deadLetters(String uid);

    /** Whether the destination refuses some results, which become dead letters. */
    default boolean refuses() {
        return false;
    }

    /** Checks before the start whether the job can use the destination. */
    StartCheck startCheck();
}
