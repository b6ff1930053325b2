package io.clickstream.sink;

import io.clickstream.event.DeadLetter;
import java.util.Optional;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * Adds to the dataflow what writes results to a destination.
 *
 * @param <T> the result
 */
public interface ResultWriter<T> {

    /**
     * Adds the operators.
     *
     * @param uid the uid of the operator with the state
     * @return what the destination permanently refuses; empty if the writer stores that by itself
     */
    Optional<DataStream<DeadLetter>> write(DataStream<T> results, String uid);

    /** A writer that is a sink. */
    static <T> ResultWriter<T> to(Sink<T> sink) {
        return (results, uid) -> {
            results.sinkTo(sink).uid(uid).name(uid);
            return Optional.empty();
        };
    }
}
