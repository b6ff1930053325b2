package io.clickstream.tools.explain;

import com.fasterxml.jackson.databind.JsonNode;
import io.clickstream.event.RawRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Finds users by their values: the clicks of a user come in visits. Two clicks of a user in a row
 * are closer to each other than they would be if the user clicked at random times. Those of an item
 * or a category are not.
 */
final class Bursts {

    /** Two clicks are in a visit if they are closer than this part of the mean distance. */
    private static final double CLOSE = 0.1;

    /**
     * The share of close clicks from which they are visits. At random it is about {@link #CLOSE}.
     */
    private static final double MIN_SHARE = 0.3;

    /** The distinct values that a field with users must have, and clicks that a user must have. */
    private static final int MIN_USERS = 5;

    private static final int MIN_CLICKS = 3;

    private static final double SCORE = 100;

    private final List<RawRecord> records;
    private final Times times;

    Bursts(List<RawRecord> records, Times times) {
        this.records = records;
        this.times = times;
    }

    /**
     * Fields that can be users by their values, the best first.
     *
     * @param time the field with the time; empty if there is none
     */
    List<Candidate> candidates(List<Field> fields, Optional<Field> time) {
        List<Candidate> found = new ArrayList<>();
        for (Field field : fields) {
            boolean isId = field.isMostly(Field.Type.STRING, Field.Type.INTEGER);
            if (!isId || field.distinct() < MIN_USERS || !field.repeats()) {
                continue;
            }
            if (time.isEmpty() || times.find(field).isPresent()) {
                continue;
            }
            double share = closeClicks(field, time.get());
            found.add(
                    new Candidate(
                            field,
                            share < MIN_SHARE ? 0 : SCORE * share,
                            String.format(
                                    Locale.ROOT,
                                    "%,d values, with %.0f %% of the records close to another one"
                                            + " of the same value",
                                    field.distinct(),
                                    100 * share)));
        }
        found.sort(Candidate.BEST_FIRST);
        return found;
    }

    private double closeClicks(Field field, Field time) {
        Function<String, OptionalLong> reader =
                times.reader(times.find(time).orElseThrow().format());
        Map<String, List<Long>> clicks = new HashMap<>();
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (RawRecord record : records) {
            JsonNode tree = Fields.tree(record).orElse(null);
            if (tree == null || tree.at(field.pointer()).isMissingNode()) {
                continue;
            }
            OptionalLong at = reader.apply(Field.text(tree.at(time.pointer())));
            if (at.isPresent()) {
                clicks.computeIfAbsent(
                                Field.text(tree.at(field.pointer())), value -> new ArrayList<>())
                        .add(at.getAsLong());
                first = Math.min(first, at.getAsLong());
                last = Math.max(last, at.getAsLong());
            }
        }
        long pairs = 0;
        long close = 0;
        for (List<Long> ofOne : clicks.values()) {
            if (ofOne.size() < MIN_CLICKS) {
                continue;
            }
            long[] sorted = ofOne.stream().mapToLong(Long::longValue).sorted().toArray();
            double limit = CLOSE * (last - first) / sorted.length;
            pairs += sorted.length - 1;
            close += closePairs(sorted, limit);
        }
        return pairs == 0 ? 0 : (double) close / pairs;
    }

    private static long closePairs(long[] sorted, double limit) {
        return IntStream.range(1, sorted.length)
                .filter(i -> sorted[i] - sorted[i - 1] <= limit)
                .count();
    }
}
