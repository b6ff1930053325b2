package io.clickstream.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.Aggregates;
import io.clickstream.config.OpenSearchConfig;
import io.clickstream.deadletter.LateClickLetters;
import io.clickstream.event.Click;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.EventTypes;
import io.clickstream.event.RawRecord;
import io.clickstream.event.Session;
import io.clickstream.event.Trend;
import io.clickstream.event.UserId;
import io.clickstream.event.WindowCount;
import io.clickstream.sink.Destination;
import io.clickstream.sink.opensearch.OpenSearchDestination;
import io.clickstream.testing.OpenSearchSettings;
import io.clickstream.testing.SampleResults;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/**
 * A minute of a shop's results, written by the job's own sinks: two windows, four sessions with a
 * checkout, two lists of trends, and four dead letters of which three are late.
 */
final class IndexedSamples {

    private static final long WINDOW = 10_000;
    private static final long SPAN = 300_000;

    /** Those of which tests know figures by hand. Of the others there are samples. */
    private static final Set<Aggregate<?>> CHECKED =
            Set.of(
                    Aggregates.DEPARTMENT_COUNTS,
                    Aggregates.SESSION_COUNTS,
                    Aggregates.CHECKOUT_SESSIONS,
                    Aggregates.TRENDING);

    private final StreamExecutionEnvironment env;
    private final Destination destination;
    private int uids;

    private IndexedSamples(StreamExecutionEnvironment env, OpenSearchConfig config) {
        this.env = env;
        this.destination = new OpenSearchDestination(config, Aggregates.ALL, false);
    }

    /**
     * @param ends when the last of it was found; once for each
     */
    static void write(URI node, Instant... ends) throws Exception {
        write(OpenSearchSettings.of(node).deadLettersIndex("dead_letters").build(), ends);
    }

    /**
     * @param config with an index for dead letters
     */
    static void write(OpenSearchConfig config, Instant... ends) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1);
        IndexedSamples samples = new IndexedSamples(env, config);
        for (Instant end : ends) {
            samples.define(end.toEpochMilli());
        }
        env.execute("samples");
    }

    private void define(long end) {
        long second = Math.floorDiv(end, WINDOW) * WINDOW - 2 * WINDOW;
        long first = second - WINDOW;
        write(
                Aggregates.DEPARTMENT_COUNTS,
                EventTypes.WINDOW_COUNT,
                departments(first, 40, 9, 1),
                departments(second, 70, 20, 3));
        write(
                Aggregates.SESSION_COUNTS,
                EventTypes.WINDOW_COUNT,
                List.of(
                        new WindowCount(WindowCount.TOTAL, first, first + WINDOW, 40, 20),
                        new WindowCount(WindowCount.TOTAL, second, second + WINDOW, 160, 40)));
        write(
                Aggregates.CHECKOUT_SESSIONS,
                EventTypes.SESSION,
                List.of(
                        session(UserId.ofNumber(7), first, "AirPods"),
                        session(UserId.ofNumber(8), first + 5, "AirPods", "cameras"),
                        session(UserId.ofString("ann"), second, "cameras", "cd players"),
                        session(UserId.ofNumber(7), second + 9, "AirPods", "cd players")));
        write(
                Aggregates.TRENDING,
                EventTypes.TREND,
                List.of(
                        trend(1, "AirPods", 900, first),
                        trend(2, "cameras", 800, first),
                        trend(1, "cameras", 950, second),
                        trend(2, "AirPods", 910, second)));
        Aggregates.ALL.stream()
                .filter(aggregate -> !CHECKED.contains(aggregate))
                .forEach(aggregate -> writeSamples(aggregate, first));
        List<DeadLetter> letters =
                List.of(
                        late(end - 30_000, 60_000, end),
                        late(end - 30_000, 90_000, end + 1),
                        late(end - 30_000, 120_000, end + 2),
                        new DeadLetter(
                                DeadLetter.Reason.MISSING_USER,
                                "the user is absent, null or empty",
                                new RawRecord("ExampleTopic", 1, end, "{}".getBytes(UTF_8)),
                                end - 20_000));
        discard(
                destination
                        .deadLetters("letters")
                        .orElseThrow()
                        .write(env.fromData(letters, EventTypes.DEAD_LETTER), "letters-" + uids++));
    }

    private <T> void writeSamples(Aggregate<T> aggregate, long begin) {
        SampleResults<T> samples = SampleResults.of(aggregate, begin, begin + WINDOW);
        write(aggregate, samples.type(), samples.values());
    }

    @SafeVarargs
    private <T> void write(Aggregate<T> aggregate, TypeInformation<T> type, List<T>... values) {
        for (List<T> each : values) {
            discard(
                    destination
                            .writer(aggregate, "samples")
                            .write(
                                    env.fromData(each, type),
                                    aggregate.name() + "-samples-" + uids++));
        }
    }

    /** The server refuses none. */
    private static void discard(Optional<DataStream<DeadLetter>> refused) {
        refused.ifPresent(letters -> letters.sinkTo(new DiscardingSink<>()));
    }

    private static List<WindowCount> departments(long begin, long airPods, long cameras, long cds) {
        return List.of(
                new WindowCount("AirPods", begin, begin + WINDOW, airPods, 0),
                new WindowCount("cameras", begin, begin + WINDOW, cameras, 0),
                new WindowCount("cd players", begin, begin + WINDOW, cds, 0));
    }

    private static Session session(UserId user, long begin, String... departments) {
        return new Session(user, begin, begin + 3_000, 12, 11, true, departments);
    }

    private static Trend trend(int rank, String name, long count, long slide) {
        return new Trend(rank, name, count, slide + WINDOW - SPAN, slide + WINDOW);
    }

    private static DeadLetter late(long found, long lag, long offset) {
        Clock clock =
                Clock.offset(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC), Duration.ofMillis(found));
        return new LateClickLetters(clock)
                .map(
                        new Click(
                                UserId.ofString("ann"),
                                found - lag,
                                "Books",
                                false,
                                new RawRecord("ExampleTopic", 0, offset, new byte[9])));
    }
}
