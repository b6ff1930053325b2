package io.clickstream.sink;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.config.StartCheck;
import io.clickstream.event.DeadLetter;
import java.util.Collection;
import java.util.Optional;
import org.apache.flink.api.connector.sink2.Sink;

/** A place that aggregates and dead letters are written to, such as the topics of a cluster. */
public interface Destination {

    /** A word for it in the uids of its sinks: {@code kafka}. It must never change. */
    String name();

    /** The aggregates that are written to it. */
    Collection<Aggregate<?>> aggregates();

    /**
     * A sink for the results of one of its aggregates.
     *
     * @param uid the sink's uid
     */
    <T> Sink<T> sink(Aggregate<T> aggregate, String uid);

    /**
     * A sink for records that could not be used; empty if they do not go there.
     *
     * @param uid the sink's uid
     */
    Optional<Sink<DeadLetter>> deadLetters(String uid);

    /** Finds out before the job starts whether the destination will do. */
    StartCheck startCheck();
}
