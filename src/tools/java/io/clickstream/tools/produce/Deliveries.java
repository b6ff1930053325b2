package io.clickstream.tools.produce;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import javax.annotation.Nullable;

/** How the records of a run fared, added up. Safe for several threads. */
public final class Deliveries implements DeliveryListener {

    /** Of so many failed records the reason is said. */
    private static final int SHOWN_FAILURES = 10;

    private final boolean verbose;
    private final Consumer<String> out;
    private final Map<String, Long> byPlace = new TreeMap<>();
    private final long[] recordsByHash = new long[HashKey.BUCKETS];
    private final long[] bytesByHash = new long[HashKey.BUCKETS];
    private long acknowledged;
    private long bytes;
    private long failed;
    @Nullable private Exception firstFailure;

    /**
     * Begins at 0.
     *
     * @param verbose whether each record gets a line
     * @param out takes lines
     */
    Deliveries(boolean verbose, Consumer<String> out) {
        this.verbose = verbose;
        this.out = out;
    }

    /** Begins at 0, and says nothing. */
    public Deliveries() {
        this(false, line -> {});
    }

    @Override
    public synchronized void acknowledged(ProducedRecord record, String place, String position) {
        int keyBytes = record.key().getBytes(StandardCharsets.UTF_8).length;
        int size = record.value().length + keyBytes;
        acknowledged++;
        bytes += size;
        byPlace.merge(place, 1L, Long::sum);
        int bucket = HashKey.bucket(record.key());
        recordsByHash[bucket]++;
        bytesByHash[bucket] += size;
        if (verbose) {
            out.accept(
                    "record %d  key %s  %s  %s"
                            .formatted(record.number(), record.key(), place, position));
        }
    }

    @Override
    public synchronized void failed(ProducedRecord record, Exception cause) {
        failed++;
        if (firstFailure == null) {
            firstFailure = cause;
        }
        if (failed <= SHOWN_FAILURES) {
            out.accept(
                    "record %d  key %s  failed: %s"
                            .formatted(record.number(), record.key(), message(cause)));
        } else if (failed == SHOWN_FAILURES + 1) {
            out.accept("more records failed; they are counted");
        }
    }

    private static String message(Exception cause) {
        String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return message.strip().lines().findFirst().orElse(message);
    }

    /** How many records have arrived. */
    synchronized long acknowledged() {
        return acknowledged;
    }

    /** How many records could not be sent. */
    synchronized long failed() {
        return failed;
    }

    /** Why a record could not be sent, the first time that happened. */
    public synchronized Optional<Exception> firstFailure() {
        return Optional.ofNullable(firstFailure);
    }

    /**
     * What has arrived until now.
     *
     * @param kindOfPlace {@code shard}
     * @param places all of them, hit or not
     * @param seconds that records were sent for
     */
    synchronized SpreadReport report(String kindOfPlace, List<String> places, double seconds) {
        Map<String, Long> counts = new TreeMap<>(byPlace);
        places.forEach(place -> counts.putIfAbsent(place, 0L));
        return new SpreadReport(
                kindOfPlace, counts, bytes, seconds, recordsByHash.clone(), bytesByHash.clone());
    }
}
