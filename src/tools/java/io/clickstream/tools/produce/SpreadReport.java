package io.clickstream.tools.produce;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.LongStream;

/**
 * How records spread over partitions or shards, and how many shards of Kinesis would do.
 *
 * @param kindOfPlace {@code partition} or {@code shard}
 * @param records by partition or shard, those without records included
 * @param bytes of all records, with their keys
 * @param seconds that records were sent for
 * @param recordsByHash records by {@link HashKey#bucket}
 * @param bytesByHash bytes by the same
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record SpreadReport(
        String kindOfPlace,
        Map<String, Long> records,
        long bytes,
        double seconds,
        long[] recordsByHash,
        long[] bytesByHash) {

    /**
     * What a shard takes:
     * https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html.
     */
    static final double RECORDS_PER_SECOND = 1_000;

    static final double BYTES_PER_SECOND = 1_000_000;

    /** Of more partitions or shards, only the busiest are named. */
    private static final int SHOWN = 16;

    private static final String SHARD = "shard";

    /** Records per second, measured. */
    double recordsPerSecond() {
        return total() / seconds;
    }

    private long total() {
        return records.values().stream().mapToLong(Long::longValue).sum();
    }

    /** How many shards the measured rate needs if keys spread evenly. */
    int neededShards() {
        double load =
                Math.max(
                        recordsPerSecond() / RECORDS_PER_SECOND,
                        bytes / seconds / BYTES_PER_SECOND);
        return (int) Math.max(1, Math.ceil(load));
    }

    /**
     * How many shards of equal shares take the measured rate with the keys that were seen; empty if
     * one key, or several with nearly the same hash, are too much for any shard.
     */
    OptionalInt sufficientShards() {
        if (!isEnough(HashKey.BUCKETS)) {
            return OptionalInt.empty();
        }
        int shards = neededShards();
        while (shards < HashKey.BUCKETS && !isEnough(shards)) {
            shards++;
        }
        return OptionalInt.of(shards);
    }

    private boolean isEnough(int shards) {
        return busiest(recordsByHash, shards) / seconds <= RECORDS_PER_SECOND
                && busiest(bytesByHash, shards) / seconds <= BYTES_PER_SECOND;
    }

    private static double busiest(long[] byHash, int shards) {
        long[] byShard = new long[shards];
        for (int bucket = 0; bucket < byHash.length; bucket++) {
            byShard[HashKey.shard(bucket, shards)] += byHash[bucket];
        }
        return LongStream.of(byShard).max().orElse(0);
    }

    /** The report, line by line. */
    List<String> lines() {
        long total = total();
        List<String> lines = new ArrayList<>();
        if (total == 0) {
            return lines;
        }
        Comparator<Map.Entry<String, Long>> busiestFirst =
                Map.Entry.<String, Long>comparingByValue().reversed();
        boolean all = records.size() <= SHOWN;
        records.entrySet().stream()
                .sorted(all ? byNumber() : busiestFirst.thenComparing(byNumber()))
                .limit(SHOWN)
                .forEach(entry -> lines.add(line(entry.getKey(), entry.getValue(), total)));
        if (!all) {
            lines.add(String.format(Locale.ROOT, "  and %,d more", records.size() - SHOWN));
        }
        lines.add(spread(total) + "; " + load());
        return lines;
    }

    /** {@code partition 2} comes before {@code partition 10}. */
    private static Comparator<Map.Entry<String, Long>> byNumber() {
        return Comparator.<Map.Entry<String, Long>>comparingInt(entry -> entry.getKey().length())
                .thenComparing(Map.Entry.comparingByKey());
    }

    private static String line(String place, long count, long total) {
        return String.format(
                Locale.ROOT, "  %s  %,d records, %.1f %%", place, count, 100.0 * count / total);
    }

    private int usedPlaces() {
        return (int) records.values().stream().filter(count -> count > 0).count();
    }

    private String spread(long total) {
        long busiest = records.values().stream().mapToLong(Long::longValue).max().orElse(0);
        return String.format(
                Locale.ROOT,
                "%d of %d %ss hit; the busiest has %.1f times an even share",
                usedPlaces(),
                records.size(),
                kindOfPlace,
                (double) busiest * records.size() / total);
    }

    private String load() {
        return String.format(
                Locale.ROOT,
                "%,.1f records/s and %,.1f kB/s need %s%s",
                recordsPerSecond(),
                bytes / seconds / 1_000,
                shards(neededShards()),
                kindOfPlace.equals(SHARD) ? ": " + shardAdvice() : ofKinesis());
    }

    private String ofKinesis() {
        OptionalInt enough = sufficientShards();
        return " of Kinesis, with these keys "
                + (enough.isPresent() ? enough.getAsInt() : "no number is enough");
    }

    private String shardAdvice() {
        OptionalInt sufficient = sufficientShards();
        if (sufficient.isEmpty()) {
            return "with these keys no number would do, one has too much for any shard";
        }
        int enough = sufficient.getAsInt();
        if (enough > records.size()) {
            return "%d are too few, with these keys %d would do".formatted(records.size(), enough);
        }
        int hit = usedPlaces();
        if (hit < records.size() && enough < hit) {
            // As many as were hit take what they took.
            return enough + (hit == enough + 1 ? " or " : " to ") + hit + " would do";
        }
        return enough + " would do";
    }

    private static String shards(int count) {
        return count + (count == 1 ? " shard" : " shards");
    }
}
