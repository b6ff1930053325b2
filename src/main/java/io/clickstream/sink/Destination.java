package io.clickstream.sink;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.config.StartCheck;
import io.clickstream.event.DeadLetter;
import java.util.Collection;
import java.util.Optional;
import org.apache.flink.api.connector.sink2.Sink;

/** A destination of aggregates and dead letters, such as the topics of a cluster. */
public interface Destination {

    /** The part of the sinks' uids for this destination: {@code kafka}. It must never change. */
    String name();

    /** The aggregates that this destination accepts. */
    Collection<Aggregate<?>> aggregates();

    /**
     * A sink for the results of one of its aggregates.
     *
     * @param uid the sink's uid
     */
    <T> Sink<T> sink(Aggregate<T> aggregate, String uid);

    /**
     * A sink for dead letters; empty if they do not go to this destination.
     *
     * @param uid the sink's uid
     */
    Optional<Sink<DeadLetter>> deadLetters(String uid);

    /** Checks before the start whether the job can use the destination. */
    StartCheck startCheck();
}
