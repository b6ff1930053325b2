package io.clickstream.local.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaBrokerITCase {

    @TempDir Path folder;

    @Test
    void onlyRecordsOfCommittedTransactionsAreRead() {
        try (KafkaBroker broker = KafkaBroker.start(folder)) {
            broker.createTopic("clicks", 2);
            try (KafkaProducer<String, String> producer =
                    new KafkaProducer<>(
                            Map.of(
                                    "bootstrap.servers",
                                    broker.bootstrapServers(),
                                    "transactional.id",
                                    "test"),
                            new StringSerializer(),
                            new StringSerializer())) {
                producer.initTransactions();
                producer.beginTransaction();
                assertThat(producer.send(new ProducerRecord<>("clicks", "ann", "dropped")))
                        .succeedsWithin(Duration.ofSeconds(30));
                producer.abortTransaction();
                producer.beginTransaction();
                assertThat(producer.send(new ProducerRecord<>("clicks", "ann", "kept")))
                        .succeedsWithin(Duration.ofSeconds(30));
                producer.commitTransaction();
            }

            assertThat(read(broker, "clicks", 1)).containsExactly("kept");
        }
    }

    @Test
    void propertiesReachTheBrokerAndAllSocketsAreLoopback() throws Exception {
        long pid = ProcessHandle.current().pid();
        int before = ListeningSockets.of(pid).size();
        try (KafkaBroker broker =
                        KafkaBroker.start(folder, Map.of("transaction.max.timeout.ms", "60000"));
                Admin admin =
                        Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            assertThat(ListeningSockets.of(pid)).hasSizeGreaterThanOrEqualTo(before + 2);
            assertThat(ListeningSockets.notLoopback(pid)).isEmpty();

            ConfigResource one = new ConfigResource(ConfigResource.Type.BROKER, "1");
            assertThat(
                            admin.describeConfigs(List.of(one))
                                    .all()
                                    .get(30, TimeUnit.SECONDS)
                                    .get(one)
                                    .get("transaction.max.timeout.ms")
                                    .value())
                    .isEqualTo("60000");
        }
    }

    @Test
    void twoBrokersRunSideBySide() {
        try (KafkaBroker first = KafkaBroker.start(folder.resolve("first"));
                KafkaBroker second = KafkaBroker.start(folder.resolve("second"))) {
            assertThat(first.bootstrapServers()).isNotEqualTo(second.bootstrapServers());
        }
    }

    private static List<String> read(KafkaBroker broker, String topic, int atLeast) {
        List<String> values = new ArrayList<>();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers", broker.bootstrapServers(),
                                "group.id", "test",
                                "auto.offset.reset", "earliest",
                                "isolation.level", "read_committed"),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            while (values.size() < atLeast && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> values.add(record.value()));
            }
        }
        return values;
    }
}
