package io.clickstream.bench;

import io.clickstream.event.WindowCount;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.opensearch.sink.FlushBackoffType;
import org.apache.flink.connector.opensearch.sink.Opensearch2SinkBuilder;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.http.HttpHost;
import org.opensearch.action.index.IndexRequest;

/**
 * The sink of Flink's own connector for OpenSearch, as its documentation configures it: at least
 * once, with five retries. It writes counts of departments to indices of days, as the job does.
 */
public final class ConnectorSink {

    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("uuuu.MM.dd", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int RETRIES = 5;
    private static final long FIRST_WAIT_MILLIS = 1_000;

    private ConnectorSink() {}

    /** Writes counts. All revisions of a document come to one subtask, in their order. */
    public static void write(
            DataStream<WindowCount> counts, URI endpoint, int bulkActions, Duration bulkInterval) {
        counts.keyBy(ConnectorSink::id, Types.STRING)
                .sinkTo(
                        new Opensearch2SinkBuilder<WindowCount>()
                                .setHosts(
                                        new HttpHost(
                                                endpoint.getHost(),
                                                endpoint.getPort(),
                                                endpoint.getScheme()))
                                .<WindowCount>setEmitter(
                                        (count, context, indexer) -> indexer.add(request(count)))
                                .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
                                .setBulkFlushMaxActions(bulkActions)
                                .setBulkFlushInterval(bulkInterval.toMillis())
                                .setBulkFlushBackoffStrategy(
                                        FlushBackoffType.EXPONENTIAL, RETRIES, FIRST_WAIT_MILLIS)
                                .build())
                .name("connector")
                .uid("connector");
    }

    private static String id(WindowCount count) {
        return count.windowBegin() + "-" + count.department();
    }

    private static IndexRequest request(WindowCount count) {
        return new IndexRequest(
                        "departments_count-"
                                + DAY.format(Instant.ofEpochMilli(count.windowBegin())))
                .id(id(count))
                .source(
                        Map.of(
                                "departmentName", count.department(),
                                "departmentCount", count.sessions(),
                                "windowBeginTime", count.windowBegin(),
                                "windowEndTime", count.windowEnd()));
    }
}
