package io.clickstream.sink.kafka;

import io.clickstream.metrics.ClickstreamMetrics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.metrics.Counter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connector's sink, which also reports transactions that can no longer be committed.
 *
 * <p>The broker aborts a transaction that has expired, for example while a job is down. The
 * connector then logs an error and continues: the records in the transaction are lost, and only a
 * log line of Flink says so. They cannot be written again, because the state no longer contains
 * them, and a job that refuses to start would only lose more. Therefore the job continues, counts
 * the transactions, and logs what to do.
 *
 * @param <T> the values
 * @param <S> the writer's state
 * @param <C> the committables
 */
final class LostTransactions<T, S, C> extends WrappedSink<T, S, C> {

    private static final long serialVersionUID = 1L;

    private static final Logger LOG = LoggerFactory.getLogger(LostTransactions.class);

    private final String topic;

    private LostTransactions(
            Sink<T> sink,
            SupportsWriterState<T, S> state,
            SupportsCommitter<C> commits,
            String topic) {
        super(sink, state, commits);
        this.topic = topic;
    }

    /** Wraps a sink. The new sink has the same state, and reports what it loses of a topic. */
    static <T, S, C, K extends Sink<T> & SupportsWriterState<T, S> & SupportsCommitter<C>>
            Sink<T> reportedBy(K sink, String topic) {
        return new LostTransactions<>(sink, sink, sink, topic);
    }

    @Override
    public Committer<C> createCommitter(CommitterInitContext context) throws IOException {
        return new Reporter<>(
                super.createCommitter(context),
                topic,
                ClickstreamMetrics.counter(
                        context.metricGroup(), ClickstreamMetrics.KAFKA_TRANSACTIONS_LOST));
    }

    @SuppressWarnings("try") // Flink's own close() may be interrupted.
    private static final class Reporter<C> implements Committer<C> {

        private final Committer<C> committer;
        private final String topic;
        private final Counter lost;

        Reporter(Committer<C> committer, String topic, Counter lost) {
            this.committer = committer;
            this.topic = topic;
            this.lost = lost;
        }

        @Override
        public void commit(Collection<CommitRequest<C>> requests)
                throws IOException, InterruptedException {
            List<CommitRequest<C>> reported = new ArrayList<>(requests.size());
            requests.forEach(request -> reported.add(new Reported(request)));
            committer.commit(reported);
        }

        @Override
        public void close() throws Exception {
            committer.close();
        }

        private final class Reported implements CommitRequest<C> {

            private final CommitRequest<C> request;

            Reported(CommitRequest<C> request) {
                this.request = request;
            }

            @Override
            public C getCommittable() {
                return request.getCommittable();
            }

            @Override
            public int getNumberOfRetries() {
                return request.getNumberOfRetries();
            }

            /** Flink drops the transaction and continues. */
            @Override
            public void signalFailedWithKnownReason(Throwable reason) {
                lost.inc();
                LOG.error(
                        "A transaction of topic {} can't be committed any more, so its records"
                                + " are lost: {}. The broker aborts a transaction that is open"
                                + " for longer than `sink.kafka / transaction-timeout`;"
                                + " usually the job was down for too long. Replay the time"
                                + " before the stop to write the records again, and set a"
                                + " longer timeout (at most the broker's"
                                + " transaction.max.timeout.ms). The transaction: {}",
                        topic,
                        reason.toString(),
                        request.getCommittable());
                request.signalFailedWithKnownReason(reason);
            }

            @Override
            public void signalFailedWithUnknownReason(Throwable reason) {
                request.signalFailedWithUnknownReason(reason);
            }

            @Override
            public void retryLater() {
                request.retryLater();
            }

            @Override
            public void updateAndRetryLater(C committable) {
                request.updateAndRetryLater(committable);
            }

            @Override
            public void signalAlreadyCommitted() {
                request.signalAlreadyCommitted();
            }
        }
    }
}
