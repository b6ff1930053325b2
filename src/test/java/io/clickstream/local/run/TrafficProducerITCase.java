package io.clickstream.local.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.local.server.KafkaBroker;
import io.clickstream.tools.oracle.TrafficLedger;
import io.clickstream.tools.produce.Deliveries;
import io.clickstream.tools.produce.KafkaTarget;
import io.clickstream.tools.produce.RecordSequence;
import io.clickstream.tools.traffic.ClickEncoder;
import io.clickstream.tools.traffic.ShopTraffic;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrafficProducerITCase {

    @TempDir Path folder;

    @Test
    void everyClickInTheLedgerArrivesKeyedByUser() throws Exception {
        try (KafkaBroker broker = KafkaBroker.start(folder)) {
            broker.createTopic("clicks", 4);
            TrafficLedger ledger = new TrafficLedger(Duration.ofSeconds(1), Duration.ofSeconds(10));
            Clock clock = Clock.systemUTC();
            Deliveries deliveries = new Deliveries();
            RecordSequence records =
                    RecordSequence.ofShop(
                            ClickEncoder.json(),
                            2_000,
                            10_000,
                            1,
                            clock.millis(),
                            ShopTraffic.MAX_DELAY,
                            ledger,
                            Duration.ofSeconds(1));
            KafkaTarget topic =
                    new KafkaTarget(broker.bootstrapServers(), "clicks", Map.of(), deliveries);
            try (TrafficProducer producer = new TrafficProducer(records, topic, deliveries, clock);
                    KafkaConsumer<String, String> consumer = consumer(broker)) {
                producer.start();
                long read = 0;
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
                while (read < 4_000 && System.nanoTime() < deadline) {
                    read += count(consumer);
                }
                producer.stop();
                while (read < ledger.clicks() && System.nanoTime() < deadline) {
                    read += count(consumer);
                }

                assertThat(read).isGreaterThanOrEqualTo(4_000).isEqualTo(ledger.clicks());
                assertThat(producer.failure()).isEmpty();
            }
        }
    }

    private static int count(KafkaConsumer<String, String> consumer) {
        int count = 0;
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
            assertThat(record.value()).contains("\"userid\":" + record.key() + ",");
            assertThat(record.value().getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(300);
            count++;
        }
        return count;
    }

    private static KafkaConsumer<String, String> consumer(KafkaBroker broker) {
        KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers", broker.bootstrapServers(),
                                "group.id", "test",
                                "auto.offset.reset", "earliest"),
                        new StringDeserializer(),
                        new StringDeserializer());
        consumer.subscribe(List.of("clicks"));
        return consumer;
    }
}
