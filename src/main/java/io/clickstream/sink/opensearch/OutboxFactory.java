package io.clickstream.sink.opensearch;

import io.clickstream.aggregate.AggregateFormat;
import io.clickstream.config.OpenSearchConfig;
import io.clickstream.event.DeadLetter;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;

/**
 * Creates the operator that writes results to OpenSearch; see {@link OutboxOperator}.
 *
 * @param <T> the result
 */
final class OutboxFactory<T> extends AbstractStreamOperatorFactory<DeadLetter>
        implements OneInputStreamOperatorFactory<T, DeadLetter> {

    private static final long serialVersionUID = 1L;

    private final OpenSearchConfig config;
    private final IndexName index;
    private final AggregateFormat<T> format;

    OutboxFactory(OpenSearchConfig config, IndexName index, AggregateFormat<T> format) {
        this.config = config;
        this.index = index;
        this.format = format;
    }

    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // By Flink's interface.
    public <O extends StreamOperator<DeadLetter>> O createStreamOperator(
            StreamOperatorParameters<DeadLetter> parameters) {
        OutboxOperator<T> operator = new OutboxOperator<>(config, index, format, parameters);
        @SuppressWarnings("unchecked")
        O created = (O) operator;
        return created;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
        return OutboxOperator.class;
    }
}
