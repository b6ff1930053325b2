package io.clickstream.sink.opensearch;

import io.clickstream.aggregate.AggregateFormat;
import io.clickstream.config.OpenSearchConfig;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.sink.DeadLetterOutlet;
import java.io.IOException;
import java.net.URI;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.opensearch.sink.FlushBackoffType;
import org.apache.flink.connector.opensearch.sink.Opensearch2SinkBuilder;
import org.apache.flink.metrics.MetricGroup;
import org.apache.http.HttpHost;

/** The connector's sink with what it lacks; see {@link AggregateWriter}. */
final class AggregateSink<T> implements Sink<T> {

    private static final long serialVersionUID = 1L;

    private final OpenSearchConfig config;
    private final IndexName index;
    private final AggregateFormat<T> format;
    private final DeadLetterOutlet outlet;

    AggregateSink(
            OpenSearchConfig config,
            IndexName index,
            AggregateFormat<T> format,
            DeadLetterOutlet outlet) {
        this.config = config;
        this.index = index;
        this.format = format;
        this.outlet = outlet;
    }

    @Override
    public SinkWriter<T> createWriter(WriterInitContext context) throws IOException {
        MetricGroup metrics = context.metricGroup().addGroup(ClickstreamMetrics.GROUP);
        ClientFactory clients =
                new ClientFactory(
                        config, metrics.counter(ClickstreamMetrics.OPENSEARCH_BULKS_TO_RETRY));
        DocumentEmitter<T> emitter = new DocumentEmitter<>(index, format);
        BulkResults results =
                new BulkResults(
                        config,
                        emitter::emitAgain,
                        outlet,
                        metrics.counter(
                                ClickstreamMetrics.DEAD_LETTERS + Reason.UNINDEXABLE.label()));
        // Built here and not in the job graph, so that all these parts are one writer's.
        SinkWriter<T> bulks =
                new Opensearch2SinkBuilder<T>()
                        .setHosts(hosts())
                        .setEmitter(emitter)
                        .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
                        .setBulkFlushMaxActions(config.bulkMaxActions())
                        .setBulkFlushMaxSizeMb(config.bulkMaxSize().getMebiBytes())
                        .setBulkFlushBackoffStrategy(
                                FlushBackoffType.EXPONENTIAL,
                                config.retryMaxAttempts(),
                                config.retryInitialDelay().toMillis())
                        .setRestClientFactory(clients)
                        .setBulkResponseInspectorFactory(unused -> results)
                        .build()
                        .createWriter(context);
        return new AggregateWriter<>(
                bulks, clients, results, context.getProcessingTimeService(), config.bulkInterval());
    }

    /** Flink 1.20 requires this method, but calls the other one. */
    @Deprecated
    @Override
    public SinkWriter<T> createWriter(InitContext context) {
        throw new UnsupportedOperationException("Flink 1.20 creates writers by WriterInitContext");
    }

    private HttpHost[] hosts() {
        return config.endpoints().stream().map(AggregateSink::host).toArray(HttpHost[]::new);
    }

    static HttpHost host(URI endpoint) {
        return new HttpHost(endpoint.getHost(), endpoint.getPort(), endpoint.getScheme());
    }
}
