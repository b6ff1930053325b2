package io.clickstream.sink.kafka;

import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.AbstractRecords;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.DefaultRecord;
import org.apache.kafka.common.record.DefaultRecordBatch;
import org.apache.kafka.common.record.RecordBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The size of the largest record that a topic and its producer accept. A larger record makes the
 * producer fail, each time that it is written.
 *
 * <p>The broker compares the size of a batch with {@code max.message.bytes} of the topic. The
 * producer compares an upper bound of the size of a record, in a batch of its own and not
 * compressed, with {@code max.request.size} and {@code buffer.memory}. Compression can make a batch
 * smaller than this class assumes, but the job cannot know that before.
 */
final class RecordLimit {

    private static final Logger LOG = LoggerFactory.getLogger(RecordLimit.class);

    /** The broker's default, in bytes of a batch. */
    static final int DEFAULT_MAX_MESSAGE_BYTES = 1_048_588;

    /** A broker that does not answer for this long does not answer the producer either. */
    private static final int TIMEOUT_MILLIS = 15_000;

    private static final Header[] NO_HEADERS = {};

    private final String topic;
    private final int maxMessageBytes;

    /** Whether the broker has not told the limit. */
    private final boolean assumed;

    private final int maxRequestSize;
    private final long bufferMemory;

    private RecordLimit(String topic, Optional<Integer> maxMessageBytes, Properties producer) {
        this.topic = topic;
        this.maxMessageBytes = maxMessageBytes.orElse(DEFAULT_MAX_MESSAGE_BYTES);
        this.assumed = maxMessageBytes.isEmpty();
        maxRequestSize = (int) setting(producer, ProducerConfig.MAX_REQUEST_SIZE_CONFIG);
        bufferMemory = (long) setting(producer, ProducerConfig.BUFFER_MEMORY_CONFIG);
    }

    /**
     * Asks the broker for the limit of a topic. If the broker does not tell it, the limit is the
     * broker's default, and a warning is logged.
     *
     * @param producer the settings of the producer, which has limits of its own
     */
    static RecordLimit read(String topic, Properties producer) throws InterruptedIOException {
        Properties properties = new Properties();
        properties.putAll(producer);
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        try {
            Admin admin = Admin.create(properties);
            try {
                return read(topic, producer, admin);
            } finally {
                admin.close(Duration.ZERO);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(
                    "Interrupted while reading the settings of topic " + topic);
        } catch (KafkaException e) {
            return assumed(topic, producer, e);
        }
    }

    /** Asks the broker for the limit of a topic with a client that is already connected. */
    static RecordLimit read(String topic, Properties producer, Admin admin)
            throws InterruptedException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try {
            ConfigEntry entry =
                    admin.describeConfigs(List.of(resource))
                            .all()
                            .get()
                            .get(resource)
                            .get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
            return new RecordLimit(
                    topic,
                    Optional.ofNullable(entry).map(ConfigEntry::value).map(Integer::valueOf),
                    producer);
        } catch (ExecutionException e) {
            return assumed(topic, producer, e.getCause());
        }
    }

    private static RecordLimit assumed(String topic, Properties producer, Throwable why) {
        LOG.warn(
                "The setting {} of topic {} can't be read, so the job assumes {} bytes: {}. If the"
                        + " topic has another limit, allow the job to read the settings of the"
                        + " topic (the operation DescribeConfigs)",
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                topic,
                DEFAULT_MAX_MESSAGE_BYTES,
                why.toString());
        return new RecordLimit(topic, Optional.empty(), producer);
    }

    /** A limit that the broker is not asked for. */
    static RecordLimit of(String topic, int maxMessageBytes, Properties producer) {
        return new RecordLimit(topic, Optional.of(maxMessageBytes), producer);
    }

    private static Object setting(Properties producer, String name) {
        ConfigDef.ConfigKey key = ProducerConfig.configDef().configKeys().get(name);
        return producer.containsKey(name)
                ? ConfigDef.parseType(name, producer.get(name), key.type)
                : key.defaultValue;
    }

    /**
     * The settings of a producer whose batches the topic accepts.
     *
     * <p>The broker refuses a batch that is too large, even if each of its records is small. The
     * producer splits such a batch by its own {@code batch.size} only, so it would send the same
     * batch again until {@code delivery.timeout.ms}.
     *
     * <p>The producer gives a record that fills a batch up to 16 bytes more than it needs. No
     * result is so short that it fits into these.
     */
    Properties withBatchSize(Properties producer) {
        Properties properties = (Properties) producer.clone();
        int batchSize = (int) setting(producer, ProducerConfig.BATCH_SIZE_CONFIG);
        if (batchSize > maxMessageBytes) {
            properties.setProperty(
                    ProducerConfig.BATCH_SIZE_CONFIG, Integer.toString(maxMessageBytes));
        }
        return properties;
    }

    /** The smallest of the limits, in bytes of a batch with one record. */
    int bytes() {
        return (int) Math.min(Math.min(maxMessageBytes, maxRequestSize), bufferMemory);
    }

    /** The maximum length of the value in a record with a key. */
    int maxValueBytes(byte[] key) {
        return Math.max(0, bytes() - upperBound(key, new byte[0]));
    }

    /**
     * Why the topic or its producer refuses a record, with the sizes and with what to set; empty if
     * both accept it.
     */
    Optional<String> whyRefused(ProducerRecord<byte[], byte[]> record) {
        int batch = batchBytes(record.key(), record.value());
        int request = upperBound(record.key(), record.value());
        if (batch <= maxMessageBytes && request <= maxRequestSize && request <= bufferMemory) {
            return Optional.empty();
        }
        List<String> limits = new ArrayList<>();
        List<String> settings = new ArrayList<>();
        if (batch > maxMessageBytes) {
            limits.add(
                    String.format(
                            "the topic accepts at most %d%s",
                            maxMessageBytes,
                            assumed ? " (Kafka's default; the broker does not tell it)" : ""));
            settings.add(
                    String.format(
                            "%s of the topic to %d", TopicConfig.MAX_MESSAGE_BYTES_CONFIG, batch));
        }
        if (request > maxRequestSize) {
            limits.add(String.format("the producer sends at most %d", maxRequestSize));
            settings.add(producerSetting(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, request));
        }
        if (request > bufferMemory) {
            limits.add(String.format("the producer buffers at most %d", bufferMemory));
            settings.add(producerSetting(ProducerConfig.BUFFER_MEMORY_CONFIG, request));
        }
        return Optional.of(
                String.format(
                        "topic %s, key %s: the record has %d bytes with its batch; %s. Set %s or"
                                + " more, or `aggregates / max-dept-list-size` lower",
                        topic,
                        new String(record.key(), StandardCharsets.UTF_8),
                        batch > maxMessageBytes ? batch : request,
                        String.join(", and ", limits),
                        String.join(", and ", settings)));
    }

    private static String producerSetting(String name, int bytes) {
        return String.format("`sink.kafka / kafka.%s` to %d", name, bytes);
    }

    /** The size of a batch with only this record, as the broker measures it. */
    private static int batchBytes(byte[] key, byte[] value) {
        return DefaultRecordBatch.RECORD_BATCH_OVERHEAD
                + DefaultRecord.sizeInBytes(0, 0, key.length, value.length, NO_HEADERS);
    }

    /** The size of a batch with only this record, as the producer estimates it. */
    private static int upperBound(byte[] key, byte[] value) {
        return AbstractRecords.estimateSizeInBytesUpperBound(
                RecordBatch.CURRENT_MAGIC_VALUE, CompressionType.NONE, key, value, NO_HEADERS);
    }
}
