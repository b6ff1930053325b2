package io.clickstream.format.registry;

import io.clickstream.config.RegistryConfig;
import io.clickstream.format.DecodingHaltedException;
import io.clickstream.format.registry.LookupException.Kind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.flink.metrics.Counter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a registry until it answers, however long that takes. Waits grow exponentially, with a
 * random part of up to half, so that subtasks do not ask at the same time.
 */
final class PatientRegistry {

    private static final Logger LOG = LoggerFactory.getLogger(PatientRegistry.class);

    private static final long LOG_AGAIN_MILLIS = 10_000;
    private static final long MAX_LOG_AGAIN_MILLIS = 300_000;

    private final SchemaRegistry registry;
    private final Duration initialDelay;
    private final Duration maxDelay;
    private final Counter lookups;
    private final Counter retries;

    /**
     * Creates a client.
     *
     * @param lookups counts requested schemas
     * @param retries counts failed attempts that are repeated
     */
    PatientRegistry(
            SchemaRegistry registry, RegistryConfig config, Counter lookups, Counter retries) {
        this.registry = registry;
        this.initialDelay = config.retryInitialDelay();
        this.maxDelay = config.retryMaxDelay();
        this.lookups = lookups;
        this.retries = retries;
    }

    /**
     * The texts of a schema, as {@link SchemaRegistry#lookUp}.
     *
     * @throws LookupException if there is no such schema, and a retry would not help
     * @throws DecodingHaltedException if the registry refuses the login, or if the thread is
     *     interrupted
     */
    List<String> lookUp(SchemaId id) throws LookupException {
        lookups.inc();
        try {
            return lookUpPatiently(id);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DecodingHaltedException(
                    "interrupted while waiting for schema " + id + " of " + registry.name(), e);
        } catch (DecodingHaltedException e) {
            throw e;
        } catch (RuntimeException e) {
            // A defect of the client, which must not make dead letters of good records.
            throw new DecodingHaltedException(
                    "schema " + id + " of " + registry.name() + " can't be looked up: " + e, e);
        }
    }

    private List<String> lookUpPatiently(SchemaId id) throws LookupException, InterruptedException {
        long began = monotonicMillis();
        long logNext = 0;
        long logAgain = LOG_AGAIN_MILLIS;
        long delay = initialDelay.toMillis();
        while (true) {
            try {
                List<String> texts = registry.lookUp(id);
                logRecovery(logNext > 0, began);
                return texts;
            } catch (LookupException e) {
                if (e.kind() == Kind.UNKNOWN || e.kind() == Kind.UNUSABLE) {
                    logRecovery(logNext > 0, began);
                    throw e;
                }
                if (e.kind() == Kind.REFUSED) {
                    throw new DecodingHaltedException(
                            "schema " + id + " can't be looked up: " + e.getMessage(), e);
                }
                long waited = monotonicMillis() - began;
                if (waited >= logNext) {
                    LOG.warn(
                            "Records have waited {} s for schema {}. They continue when the"
                                    + " registry answers: {}",
                            waited / 1000,
                            id,
                            e.getMessage());
                    logNext = waited + logAgain;
                    logAgain = Math.min(MAX_LOG_AGAIN_MILLIS, 2 * logAgain);
                }
            }
            retries.inc();
            TimeUnit.MILLISECONDS.sleep(
                    ThreadLocalRandom.current().nextLong((delay + 1) / 2, delay + 1));
            delay = Math.min(maxDelay.toMillis(), 2 * delay);
        }
    }

    private void logRecovery(boolean waited, long began) {
        if (waited) {
            LOG.info("{} answers again after {} ms", registry.name(), monotonicMillis() - began);
        }
    }

    private static long monotonicMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }
}
