package io.clickstream.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.config.ClickField;
import io.clickstream.config.JobConfig;
import io.clickstream.config.JsonMapping;
import io.clickstream.config.OptionalFields;
import io.clickstream.event.StringPool;
import io.clickstream.event.UserId;
import io.clickstream.testing.Clicks;
import io.clickstream.testing.JsonShape;
import io.clickstream.testing.MutatedJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.SimpleCounter;
import org.junit.jupiter.api.Test;

/**
 * JSON records of all shapes, most of them damaged. The decoder must find the same fields as a slow
 * reference, or refuse a record for the same first error. What the scanner reads, the parser must
 * read the same way, counts of times included.
 *
 * <p>{@code -Djson.cases=10000000} makes it as many records as one has time for.
 */
class JsonDecoderFuzzTest {

    private static final int CASES = 200_000;
    private static final int SHOWN = 10;

    private static final long[] TIMES = {
        1_000_000_000_000L, Clicks.time("12:00:00"), Clicks.time("12:00:00") - 3_000_000_000L
    };

    private final LongAdder clicks = new LongAdder();
    private final LongAdder scanned = new LongAdder();
    private final Map<String, LongAdder> errors =
            Map.of(
                    "syntax", new LongAdder(),
                    "field", new LongAdder(),
                    "surrogate", new LongAdder(),
                    "encoding", new LongAdder(),
                    "framing", new LongAdder());

    /** The decoder of a shape with all that it is compared with, for one thread. */
    private static final class Subject {

        private final JsonShape shape;
        private final JsonClickDecoder decoder;
        private final TreeReference reference;
        private final FieldScanner scanner;
        private final FieldParser parser;
        private final List<ClickField> optional;
        private final Counter[] ofScanner = {new SimpleCounter(), new SimpleCounter()};
        private final Counter[] ofParser = {new SimpleCounter(), new SimpleCounter()};
        private final ClickFields fields = new ClickFields();

        Subject(JsonShape shape) {
            this.shape = shape;
            JobConfig config = JobConfig.parse(shape.configuration().build());
            JsonMapping mapping = config.format().mapping();
            OptionalFields others = config.optionalFields();
            optional = List.copyOf(others.pointers().keySet());
            decoder = (JsonClickDecoder) ClickDecoders.of(config.format(), others);
            reference = new TreeReference(shape, mapping, others);
            FieldTree tree = FieldTree.of(mapping, others);
            StringPool pool = new StringPool();
            scanner = new FieldScanner(mapping, tree, times(mapping, ofScanner), pool);
            parser = new FieldParser(mapping, others, tree, times(mapping, ofParser), pool);
        }

        private static JsonTimeReader times(JsonMapping mapping, Counter[] counters) {
            return new JsonTimeReader(mapping, counters[0], counters[1]);
        }

        /** In the words of the reference. */
        private String line() {
            Map<ClickField, String> others = new EnumMap<>(ClickField.class);
            optional.forEach(field -> others.put(field, fields.get(field)));
            UserId user = fields.user();
            return "user "
                    + (user == null
                            ? null
                            : (user.isQuoted() ? "text " : "number ") + user.asText())
                    + ", time "
                    + (fields.hasTime() ? fields.time() : null)
                    + ", type "
                    + fields.eventType()
                    + ", department "
                    + fields.department()
                    + ", "
                    + others;
        }

        private List<Long> counts(Counter[] counters) {
            return List.of(counters[0].getCount(), counters[1].getCount());
        }
    }

    @Test
    void decidesAsTheReferenceDoes() throws Exception {
        long seed = Long.getLong("json.seed", System.nanoTime());
        int cases = Integer.getInteger("json.cases", CASES);
        int threads = Runtime.getRuntime().availableProcessors();
        long began = System.nanoTime();
        ConcurrentLinkedQueue<String> differences = new ConcurrentLinkedQueue<>();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<Void>> parts = new ArrayList<>();
            for (int part = 0; part < threads; part++) {
                int first = part;
                parts.add(
                        () -> {
                            run(seed, first, cases, threads, differences);
                            return null;
                        });
            }
            for (Future<Void> each : pool.invokeAll(parts)) {
                each.get();
            }
        } finally {
            pool.shutdownNow();
        }
        System.out.printf(
                "seed %d: %,d records in %,d s, %s clicks of which %s by the scanner, errors %s%n",
                seed, cases, (System.nanoTime() - began) / 1_000_000_000, clicks, scanned, errors);
        assertThat(differences).isEmpty();
        if (cases >= CASES) {
            assertThat(clicks.sum()).isBetween(cases / 5L, cases * 4L / 5);
            assertThat(scanned.sum()).isGreaterThan(clicks.sum() * 3 / 5);
            assertThat(errors.values()).noneMatch(error -> error.sum() == 0);
        }
    }

    private void run(
            long seed, int first, int cases, int step, ConcurrentLinkedQueue<String> differences) {
        Random random = new Random();
        MutatedJson json = new MutatedJson(random, TIMES);
        List<Subject> subjects = JsonShape.WITH_INTERACTIONS.stream().map(Subject::new).toList();
        for (int i = first; i < cases && differences.size() < SHOWN; i += step) {
            // Neighboring seeds would begin with nearly the same numbers.
            random.setSeed((seed + i) * 0x9E3779B97F4A7C15L);
            Subject subject = subjects.get((int) Math.floorMod(seed + i, (long) subjects.size()));
            byte[] record = json.record(subject.shape);
            String difference = difference(subject, record);
            if (difference != null) {
                differences.add(
                        "%s, -Djson.seed=%d -Djson.cases=%d: %s (%s) %s"
                                .formatted(
                                        subject.shape.name(),
                                        seed + i,
                                        1,
                                        new String(record, StandardCharsets.UTF_8),
                                        HexFormat.of().formatHex(record),
                                        difference));
            }
        }
    }

    /** Null if there is none. */
    private String difference(Subject subject, byte[] record) {
        String expected = null;
        String error = null;
        try {
            expected = subject.reference.read(record);
        } catch (TreeReference.Wrong e) {
            error = e.getMessage();
        }
        try {
            subject.decoder.decode(record, subject.fields);
        } catch (MalformedRecordException e) {
            return error == null || !isSame(error, e.getMessage(), record)
                    ? "must be " + (error == null ? expected : error) + ", found " + e.getMessage()
                    : scannedAnyway(subject, record);
        } catch (RuntimeException e) {
            return "threw " + e;
        }
        String found = subject.line();
        if (!found.equals(expected)) {
            return "must be " + (error == null ? expected : error) + ", found " + found;
        }
        clicks.increment();
        return differenceOfScanner(subject, record);
    }

    private boolean isSame(String expected, String found, byte[] record) {
        if (found.startsWith("the record ")) {
            errors.get("framing").increment();
            return true;
        }
        errors.get(
                        found.contains("surrogate")
                                ? "surrogate"
                                : found.contains("invalid UTF")
                                        ? "encoding"
                                        : found.startsWith("/") ? "field" : "syntax")
                .increment();
        return found.startsWith(expected) || mayBeTakenForAnotherName(record);
    }

    /**
     * Whether a record has a byte with which Jackson fills up the last four bytes of a name. If it
     * has read the name {@code userid} before, it takes {@code user\xff\xffid} for the same. Such a
     * record is always refused, but which error is the first depends on the records before.
     */
    private static boolean mayBeTakenForAnotherName(byte[] record) {
        for (byte each : record) {
            if (each == (byte) 0xff) {
                return true;
            }
        }
        return false;
    }

    private static String scannedAnyway(Subject subject, byte[] record) {
        subject.fields.clear();
        return subject.scanner.read(record, subject.fields) ? "the scanner reads it" : null;
    }

    private String differenceOfScanner(Subject subject, byte[] record) {
        List<Long> before = subject.counts(subject.ofScanner);
        subject.fields.clear();
        if (!subject.scanner.read(record, subject.fields)) {
            return before.equals(subject.counts(subject.ofScanner))
                    ? null
                    : "the scanner counts times of a record that it gives up";
        }
        scanned.increment();
        String ofScanner = subject.line();
        List<Long> parserBefore = subject.counts(subject.ofParser);
        subject.fields.clear();
        try {
            subject.parser.read(record, subject.fields);
        } catch (MalformedRecordException e) {
            return "the parser says " + e.getMessage();
        }
        String ofParser = subject.line();
        if (!ofScanner.equals(ofParser)) {
            return "the scanner reads " + ofScanner + ", the parser " + ofParser;
        }
        for (int i = 0; i < before.size(); i++) {
            if (subject.ofScanner[i].getCount() - before.get(i)
                    != subject.ofParser[i].getCount() - parserBefore.get(i)) {
                return "the scanner and the parser count other times";
            }
        }
        return null;
    }
}
