package io.clickstream.source.kafka;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.annotation.Nullable;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.util.FlinkRuntimeException;

/**
 * The connector's enumerator, which also sends topic ids to readers: to each reader when it starts,
 * and to all of them when an id has changed. It sends no requests of its own, because the search
 * for new partitions returns the ids, too.
 */
@SuppressWarnings("try") // Flink's own close() may be interrupted.
final class TopicIdTeller implements SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> {

    private final SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator;
    private final SplitEnumeratorContext<KafkaPartitionSplit> context;
    private final KnownTopics topics;
    private final Duration interval;

    /** Null until the brokers have answered. */
    @Nullable private Map<String, String> told;

    /**
     * Wraps an enumerator.
     *
     * @param topics knows the ids
     * @param interval the time between two searches for new partitions
     */
    TopicIdTeller(
            SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator,
            SplitEnumeratorContext<KafkaPartitionSplit> context,
            KnownTopics topics,
            Duration interval) {
        this.enumerator = enumerator;
        this.context = context;
        this.topics = topics;
        this.interval = interval;
    }

    @Override
    public void start() {
        enumerator.start();
        // Flink makes these calls in one thread, so that each comes behind a search.
        context.callAsync(topics::ids, this::found, 0, interval.toMillis());
    }

    private void found(@Nullable Map<String, String> ids, @Nullable Throwable failure) {
        if (failure != null) {
            throw new FlinkRuntimeException("The ids of topics can't be taken over", failure);
        }
        if (ids != null && !ids.equals(told)) {
            told = ids;
            context.registeredReaders().keySet().forEach(this::tell);
        }
    }

    private void tell(int subtask) {
        if (told != null) {
            context.sendEventToSourceReader(subtask, new TopicIds(told));
        }
    }

    @Override
    public void addReader(int subtask) {
        enumerator.addReader(subtask);
        tell(subtask);
    }

    @Override
    public void handleSplitRequest(int subtask, @Nullable String host) {
        enumerator.handleSplitRequest(subtask, host);
    }

    @Override
    public void addSplitsBack(List<KafkaPartitionSplit> splits, int subtask) {
        enumerator.addSplitsBack(splits, subtask);
    }

    @Override
    public void handleSourceEvent(int subtask, SourceEvent event) {
        enumerator.handleSourceEvent(subtask, event);
    }

    @Override
    public KafkaSourceEnumState snapshotState(long checkpointId) throws Exception {
        return enumerator.snapshotState(checkpointId);
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        enumerator.notifyCheckpointComplete(checkpointId);
    }

    @Override
    public void notifyCheckpointAborted(long checkpointId) throws Exception {
        enumerator.notifyCheckpointAborted(checkpointId);
    }

    @Override
    public void close() throws IOException {
        enumerator.close();
    }
}
