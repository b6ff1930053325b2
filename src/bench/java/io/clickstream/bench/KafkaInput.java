package io.clickstream.bench;

import io.clickstream.local.server.KafkaBroker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Topics with the clicks of a workload, in a broker within this JVM: one topic per number of
 * clicks, since every peer reads its topic to the end. Keys are the users, as those of the job's
 * producers.
 */
final class KafkaInput implements AutoCloseable {

    private final KafkaBroker broker;
    private final Set<String> filled = new HashSet<>();

    private KafkaInput(KafkaBroker broker) {
        this.broker = broker;
    }

    /** Starts a broker that keeps its logs in a folder. */
    static KafkaInput start(Path folder) {
        return new KafkaInput(KafkaBroker.start(folder));
    }

    String bootstrapServers() {
        return broker.bootstrapServers();
    }

    /**
     * The topic with the first clicks of a block that comes again and again; fills it if it isn't
     * there yet.
     */
    String topic(String workload, ClickBlock block, long clicks)
            throws IOException, InterruptedException {
        String topic = workload + "-" + clicks;
        if (filled.add(topic)) {
            broker.createTopic(topic, block.partitions().size());
            fill(topic, block, clicks);
        }
        return topic;
    }

    private void fill(String topic, ClickBlock block, long clicks) throws IOException {
        AtomicReference<Exception> failure = new AtomicReference<>();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        Map.of(
                                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                bootstrapServers(),
                                ProducerConfig.BATCH_SIZE_CONFIG,
                                256 << 10,
                                ProducerConfig.LINGER_MS_CONFIG,
                                20,
                                ProducerConfig.BUFFER_MEMORY_CONFIG,
                                64L << 20),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            for (int p = 0; p < block.partitions().size(); p++) {
                ClickCursor cursor = block.read(p);
                long count = block.share(clicks, p);
                for (long i = 0; i < count; i++) {
                    byte[] click = cursor.next();
                    var unused =
                            producer.send(
                                    new ProducerRecord<>(
                                            topic, p, key(block.format().user(click)), click),
                                    (metadata, exception) -> {
                                        if (exception != null) {
                                            failure.compareAndSet(null, exception);
                                        }
                                    });
                }
            }
            producer.flush();
        }
        if (failure.get() != null) {
            throw new IllegalStateException("topic " + topic + " can't be filled", failure.get());
        }
    }

    private static byte[] key(int user) {
        return Integer.toString(user).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        broker.close();
    }
}
