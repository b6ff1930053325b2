package io.clickstream.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * How long after the end of its window each record of some topics can be read, as a reader of
 * committed records sees it by the clock. It reads until it is closed.
 */
public final class TopicDelays implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private record Seen(long windowEnd, long delay) {}

    private final List<Seen> seen = new ArrayList<>();
    private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
    private final Thread thread;
    private volatile boolean closed;

    /** Begins to read topics, which must be there. */
    public TopicDelays(String bootstrapServers, List<String> topics) {
        thread = new Thread(() -> run(bootstrapServers, topics), "topic-delays");
        thread.start();
    }

    private void run(String bootstrapServers, List<String> topics) {
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers",
                                bootstrapServers,
                                "isolation.level",
                                "read_committed",
                                "enable.auto.commit",
                                false),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            for (String topic : topics) {
                consumer.partitionsFor(topic)
                        .forEach(
                                info ->
                                        partitions.add(
                                                new TopicPartition(topic, info.partition())));
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (!closed) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(50))) {
                    add(record.value());
                }
            }
        } catch (RuntimeException e) {
            failure.set(e);
        }
    }

    private synchronized void add(String record) {
        try {
            long end = JSON.readTree(record).get("windowEndTime").asLong();
            seen.add(new Seen(end, System.currentTimeMillis() - end));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(record, e);
        }
    }

    /** Whether a window that ends after some time has been read, ms since the epoch. */
    public synchronized boolean isBeyond(long time) {
        return seen.stream().anyMatch(each -> each.windowEnd() > time);
    }

    /** The delays of windows that end within some time, in ms, the longest last. */
    public synchronized List<Long> of(long from, long to) {
        if (failure.get() != null) {
            throw failure.get();
        }
        return seen.stream()
                .filter(each -> each.windowEnd() >= from && each.windowEnd() < to)
                .map(Seen::delay)
                .sorted()
                .toList();
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
