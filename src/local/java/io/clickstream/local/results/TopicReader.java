package io.clickstream.local.results;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads topics from their beginning, only records of committed transactions. For one thread. */
public final class TopicReader implements OutputReader {

    private final KafkaConsumer<String, String> consumer;
    private final Map<String, List<String>> values = new LinkedHashMap<>();

    /** A reader that has read nothing yet. */
    public TopicReader(String bootstrapServers, List<String> topics) {
        consumer =
                new KafkaConsumer<>(
                        Map.of(
                                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                bootstrapServers,
                                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                                "read_committed",
                                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                                "earliest",
                                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                                false),
                        new StringDeserializer(),
                        new StringDeserializer());
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : topics) {
            values.put(topic, new ArrayList<>());
            consumer.partitionsFor(topic)
                    .forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Reads on until all that is committed by now has been read. */
    @Override
    public void readCommitted() {
        // With read_committed, these are the ends of what is committed.
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        while (ends.entrySet().stream()
                .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                values.get(record.topic()).add(record.value());
            }
        }
    }

    @Override
    public List<String> values(String topic) {
        return values.get(topic);
    }

    @Override
    public List<String> take(String topic) {
        return values.replace(topic, new ArrayList<>());
    }

    @Override
    public void close() {
        consumer.close();
    }
}
