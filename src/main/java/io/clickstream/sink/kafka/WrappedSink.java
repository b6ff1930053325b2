package io.clickstream.sink.kafka;

import io.clickstream.flink.WriterSink;
import java.io.IOException;
import java.util.Collection;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Does what the connector's sink does, with the same state. Subclasses change a part of it.
 *
 * @param <T> the values
 * @param <S> the writer's state
 * @param <C> the committables
 */
abstract class WrappedSink<T, S, C>
        implements WriterSink<T>, SupportsWriterState<T, S>, SupportsCommitter<C> {

    private static final long serialVersionUID = 1L;

    private final Sink<T> sink;
    private final SupportsWriterState<T, S> state;
    private final SupportsCommitter<C> commits;

    /** Wraps a sink, which has all three types. */
    WrappedSink(Sink<T> sink, SupportsWriterState<T, S> state, SupportsCommitter<C> commits) {
        this.sink = sink;
        this.state = state;
        this.commits = commits;
    }

    @Override
    public SinkWriter<T> createWriter(WriterInitContext context) throws IOException {
        return sink.createWriter(context);
    }

    @Override
    public StatefulSinkWriter<T, S> restoreWriter(WriterInitContext context, Collection<S> states)
            throws IOException {
        return state.restoreWriter(context, states);
    }

    @Override
    public SimpleVersionedSerializer<S> getWriterStateSerializer() {
        return state.getWriterStateSerializer();
    }

    @Override
    public SimpleVersionedSerializer<C> getCommittableSerializer() {
        return commits.getCommittableSerializer();
    }

    @Override
    public Committer<C> createCommitter(CommitterInitContext context) throws IOException {
        return commits.createCommitter(context);
    }
}
