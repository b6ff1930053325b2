package io.clickstream.bench.kstreams;

import io.clickstream.bench.textbook.SessionAccumulator;
import io.clickstream.event.Click;
import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import io.clickstream.source.RecordDecoder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.SessionWindows;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.state.SessionStore;

/**
 * Session windows in the DSL of Kafka Streams, over a topic whose keys are the users, so that
 * nothing is shuffled. The grace is as long as the watermark's bound on Flink. The store is RocksDB
 * with a cache in front and a changelog behind.
 *
 * <p>Only final results count. Suppressing the others would cost it more than is asked for, so it
 * sends on each session as often as its cache is flushed, and the last state of each is taken in
 * the end. The counts per window are not its work either: they are made of its sessions when the
 * clock has stopped. Both are in its favour.
 */
public final class SessionsTopology {

    private final Duration gap;
    private final Duration grace;
    private final Supplier<RecordDecoder> decoders;
    private final Runnable onClick;
    private final Map<Windowed<String>, SessionAccumulator> last = new ConcurrentHashMap<>();

    /**
     * A topology that is not built yet.
     *
     * @param gap two clicks exactly this far apart are in one session
     * @param grace how far clicks may be behind
     * @param decoders makes one for each thread
     * @param onClick called when a click has been added to its session, by several threads
     */
    public SessionsTopology(
            Duration gap, Duration grace, Supplier<RecordDecoder> decoders, Runnable onClick) {
        this.gap = gap;
        this.grace = grace;
        this.decoders = decoders;
        this.onClick = onClick;
    }

    /** The topology over a topic. */
    public Topology of(String topic) {
        StreamsBuilder builder = new StreamsBuilder();
        Serde<Click> clicks = new ClickSerde(decoders);
        builder.stream(
                        topic,
                        Consumed.with(Serdes.String(), clicks)
                                .withTimestampExtractor(
                                        (record, partitionTime) ->
                                                ((Click) record.value()).timestamp()))
                .groupByKey(Grouped.with(Serdes.String(), clicks))
                .windowedBy(SessionWindows.ofInactivityGapAndGrace(gap, grace))
                .aggregate(
                        SessionAccumulator::new,
                        (user, click, session) -> {
                            session.add(click);
                            onClick.run();
                            return session;
                        },
                        (user, one, other) -> one.merge(other),
                        Materialized.<String, SessionAccumulator, SessionStore<Bytes, byte[]>>as(
                                        "sessions")
                                .withKeySerde(Serdes.String())
                                .withValueSerde(new AccumulatorSerde())
                                .withRetention(gap.plus(grace))
                                .withCachingEnabled())
                .toStream()
                .foreach(
                        (window, session) -> {
                            if (session == null) {
                                last.remove(window);
                            } else {
                                last.put(window, session);
                            }
                        });
        return builder.build();
    }

    /** The last state of each session, once Kafka Streams is closed. */
    public List<Session> sessions() {
        return last.entrySet().stream()
                .map(
                        entry ->
                                entry.getValue()
                                        .close(
                                                UserId.ofNumber(
                                                        Long.parseLong(entry.getKey().key())),
                                                entry.getKey().window().start(),
                                                entry.getKey().window().end() + gap.toMillis()))
                .toList();
    }
}
