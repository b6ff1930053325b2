package io.clickstream.sink.kafka;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.config.DeadLetterConfig;
import io.clickstream.config.KafkaSinkConfig;
import io.clickstream.config.KafkaSinkConfig.Delivery;
import io.clickstream.config.StartCheck;
import io.clickstream.event.DeadLetter;
import io.clickstream.sink.DeadLetterOutlet;
import io.clickstream.sink.Destination;
import io.clickstream.sink.ResultWriter;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.kafka.clients.producer.ProducerConfig;

/** The topics of a cluster: one per aggregate, and one for dead letters. */
public final class KafkaDestination implements Destination {

    private final KafkaSinkConfig cluster;
    private final DeadLetterConfig letters;
    private final List<Aggregate<?>> aggregates;
    private final Delivery delivery;
    private final Duration checkpointInterval;

    private KafkaDestination(
            KafkaSinkConfig cluster,
            DeadLetterConfig letters,
            Collection<Aggregate<?>> aggregates,
            Delivery delivery,
            Duration checkpointInterval) {
        this.cluster = cluster;
        this.letters = letters;
        this.aggregates = List.copyOf(aggregates);
        this.delivery = delivery;
        this.checkpointInterval = checkpointInterval;
    }

    /**
     * The topics of a running job.
     *
     * @param aggregates empty if only dead letters go to the cluster
     * @param checkpointInterval the time for which a transaction is open
     */
    public static KafkaDestination streaming(
            KafkaSinkConfig cluster,
            DeadLetterConfig letters,
            Collection<Aggregate<?>> aggregates,
            Duration checkpointInterval) {
        return new KafkaDestination(
                cluster, letters, aggregates, cluster.delivery(), checkpointInterval);
    }

    /**
     * The topics of a job in Flink's batch mode. They are written at least once, regardless of the
     * configuration: in batch mode, the connector's writer closes and aborts its transaction before
     * the committer can commit it, so nothing would ever appear in the topic.
     */
    public static KafkaDestination batch(
            KafkaSinkConfig cluster,
            DeadLetterConfig letters,
            Collection<Aggregate<?>> aggregates) {
        return new KafkaDestination(
                cluster, letters, aggregates, Delivery.AT_LEAST_ONCE, Duration.ZERO);
    }

    @Override
    public String name() {
        return "kafka";
    }

    @Override
    public Collection<Aggregate<?>> aggregates() {
        return aggregates;
    }

    /**
     * A writer of one record per result. A result whose record the topic does not accept is a dead
     * letter.
     *
     * @param uid also a part of the sink's transactional ids
     */
    @Override
    public <T> ResultWriter<T> writer(Aggregate<T> aggregate, String uid) {
        String topic = cluster.topic(aggregate);
        return ResultWriter.to(sink(topic, uid, new AggregateRecords<>(topic, aggregate.format())));
    }

    @Override
    public Optional<ResultWriter<DeadLetter>> deadLetters(String uid) {
        return Optional.of(ResultWriter.to(deadLetterSink(uid)));
    }

    Sink<DeadLetter> deadLetterSink(String uid) {
        return sink(letters.topic(), uid, new DeadLetterRecords(letters.topic()));
    }

    /**
     * The outlet of other sinks to the dead letters. It writes at least once, regardless of the
     * configuration.
     */
    public static DeadLetterOutlet deadLetterOutlet(
            KafkaSinkConfig cluster, DeadLetterConfig letters) {
        return new KafkaDeadLetterOutlet(producerProperties(cluster), letters.topic());
    }

    @Override
    public StartCheck startCheck() {
        return () -> {
            try (KafkaStartCheck check =
                    new KafkaStartCheck(
                            cluster.bootstrapServers(),
                            cluster.clientProperties(),
                            cluster.login())) {
                check.writes(
                        List.of(letters.topic()),
                        letters.createTopic(),
                        "dead-letters / create-topic",
                        OptionalInt.empty(),
                        cluster.replicationFactor());
                check.deadLetters(letters.topic(), producerProperties(cluster));
                check.writes(
                        aggregates.stream().map(cluster::topic).collect(Collectors.toList()),
                        cluster.createTopics(),
                        "sink.kafka / create-topics",
                        cluster.partitions(),
                        cluster.replicationFactor());
                if (delivery == Delivery.EXACTLY_ONCE) {
                    check.transactions(cluster.transactionTimeout(), checkpointInterval);
                }
                return check.problems();
            }
        };
    }

    private <T> Sink<T> sink(String topic, String uid, TopicRecords<T> records) {
        Properties properties = producerProperties(cluster);
        properties.setProperty(
                ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                Long.toString(cluster.transactionTimeout().toMillis()));
        boolean exactlyOnce = delivery == Delivery.EXACTLY_ONCE;
        String servers = cluster.bootstrapServers();
        String transactions = cluster.transactionalIdPrefix() + "-" + uid;
        LimitedSink<T, ?, ?> sink =
                LimitedSink.of(
                        topic,
                        records,
                        properties,
                        deadLetterOutlet(cluster, letters),
                        (producer, schema) ->
                                KafkaSink.<T>builder()
                                        .setKafkaProducerConfig(producer)
                                        .setBootstrapServers(servers)
                                        .setDeliveryGuarantee(
                                                exactlyOnce
                                                        ? DeliveryGuarantee.EXACTLY_ONCE
                                                        : DeliveryGuarantee.AT_LEAST_ONCE)
                                        .setTransactionalIdPrefix(transactions)
                                        .setRecordSerializer(schema)
                                        .build());
        return exactlyOnce ? LostTransactions.reportedBy(sink, topic) : sink;
    }

    private static Properties producerProperties(KafkaSinkConfig cluster) {
        Properties properties = new Properties();
        properties.setProperty(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers());
        properties.setProperty(ProducerConfig.ACKS_CONFIG, "all");
        properties.putAll(cluster.clientProperties());
        return properties;
    }
}
