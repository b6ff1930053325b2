package io.clickstream.sink.kafka;

import io.clickstream.config.KafkaSinkConfig;
import io.clickstream.event.DeadLetter;
import io.clickstream.format.AggregateFormat;
import io.clickstream.sink.DeadLetterOutlet;
import java.util.Properties;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.kafka.clients.producer.ProducerConfig;

/** Writes aggregates and dead letters to topics. */
public final class KafkaSinks {

    /**
     * A sink for one aggregate.
     *
     * @param uid the sink's uid; names its transactions, and so must never change
     */
    public static <T> Sink<T> aggregates(
            KafkaSinkConfig config, String topic, String uid, AggregateFormat<T> format) {
        return sink(config, config.delivery(), topic, uid, new AggregateRecords<>(topic, format));
    }

    /**
     * A sink for one aggregate of a job in Flink's batch mode: at least once, whatever the
     * configuration. There the connector's writer ends, and aborts its transaction, before the
     * committer comes to it, and nothing would ever be in the topic.
     */
    public static <T> Sink<T> batchAggregates(
            KafkaSinkConfig config, String topic, String uid, AggregateFormat<T> format) {
        return sink(
                config,
                KafkaSinkConfig.Delivery.AT_LEAST_ONCE,
                topic,
                uid,
                new AggregateRecords<>(topic, format));
    }

    /**
     * A sink for dead letters, as surely delivered as the aggregates.
     *
     * @param uid the sink's uid; names its transactions, and so must never change
     */
    public static Sink<DeadLetter> deadLetters(KafkaSinkConfig config, String topic, String uid) {
        return sink(config, config.delivery(), topic, uid, new DeadLetterRecords(topic));
    }

    /** The way of other sinks to the dead letters: at least once, whatever the configuration. */
    public static DeadLetterOutlet deadLetterOutlet(KafkaSinkConfig config, String topic) {
        return new KafkaDeadLetterOutlet(producerProperties(config), topic);
    }

    private static <T> Sink<T> sink(
            KafkaSinkConfig config,
            KafkaSinkConfig.Delivery delivery,
            String topic,
            String uid,
            KafkaRecordSerializationSchema<T> records) {
        Properties properties = producerProperties(config);
        properties.setProperty(
                ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                Long.toString(config.transactionTimeout().toMillis()));
        boolean exactlyOnce = delivery == KafkaSinkConfig.Delivery.EXACTLY_ONCE;
        KafkaSink<T> sink =
                KafkaSink.<T>builder()
                        .setKafkaProducerConfig(properties)
                        .setBootstrapServers(config.bootstrapServers())
                        .setDeliveryGuarantee(
                                exactlyOnce
                                        ? DeliveryGuarantee.EXACTLY_ONCE
                                        : DeliveryGuarantee.AT_LEAST_ONCE)
                        .setTransactionalIdPrefix(config.transactionalIdPrefix() + "-" + uid)
                        .setRecordSerializer(records)
                        .build();
        return exactlyOnce ? LostTransactions.reportedBy(sink, topic) : sink;
    }

    private static Properties producerProperties(KafkaSinkConfig config) {
        Properties properties = new Properties();
        properties.setProperty(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers());
        properties.setProperty(ProducerConfig.ACKS_CONFIG, "all");
        properties.putAll(config.clientProperties());
        return properties;
    }

    private KafkaSinks() {}
}
