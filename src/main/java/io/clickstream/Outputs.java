package io.clickstream;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.event.ArchivedBatch;
import io.clickstream.event.ArchivedRecord;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.FolderAssigner;
import io.clickstream.event.Interaction;
import io.clickstream.sink.Destination;
import io.clickstream.sink.ResultWriter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.annotation.Nullable;
import org.apache.flink.api.connector.sink2.Sink;

/** The sinks of each output of the pipeline, by uid. */
public final class Outputs {

    private final Map<Aggregate<?>, Map<String, ResultWriter<?>>> aggregates =
            new LinkedHashMap<>();
    private final Map<String, Sink<Interaction>> interactions = new LinkedHashMap<>();
    private final Map<String, ResultWriter<DeadLetter>> deadLetters = new LinkedHashMap<>();
    private final Map<String, ResultWriter<DeadLetter>> refusingDeadLetters = new LinkedHashMap<>();
    @Nullable private FolderAssigner<ArchivedRecord> archiveFolders;
    private boolean archiveChained;
    private final Map<String, Sink<ArchivedBatch>> archive = new LinkedHashMap<>();
    private final Map<String, Sink<DeadLetter>> malformed = new LinkedHashMap<>();
    private long from = Long.MIN_VALUE;
    private long to = Long.MAX_VALUE;

    /**
     * Adds a sink for an aggregate. If the job does not compute the aggregate, the sink receives
     * nothing.
     */
    public <T> Outputs add(Aggregate<T> aggregate, String uid, Sink<T> sink) {
        return add(aggregate, uid, ResultWriter.to(sink));
    }

    private <T> Outputs add(Aggregate<T> aggregate, String uid, ResultWriter<T> writer) {
        aggregates.computeIfAbsent(aggregate, key -> new LinkedHashMap<>()).put(uid, writer);
        return this;
    }

    /** Adds the sinks of a destination for all of its aggregates. */
    public Outputs addAggregates(Destination destination) {
        destination.aggregates().forEach(aggregate -> add(aggregate, destination));
        return this;
    }

    private <T> void add(Aggregate<T> aggregate, Destination destination) {
        String uid = uid(aggregate.name(), destination);
        add(aggregate, uid, destination.writer(aggregate, uid));
    }

    /** Adds a destination's sink for dead letters, if it has one. */
    public Outputs addDeadLetters(Destination destination) {
        String uid = uid(ClickstreamPipeline.DEAD_LETTERS, destination);
        Map<String, ResultWriter<DeadLetter>> writers =
                destination.refuses() ? refusingDeadLetters : deadLetters;
        destination.deadLetters(uid).ifPresent(writer -> writers.put(uid, writer));
        return this;
    }

    /**
     * The uid of a sink. A savepoint finds the sink's state by its uid, so it must never change.
     */
    private static String uid(String results, Destination destination) {
        return results + '-' + destination.name() + "-sink";
    }

    /** Adds a sink for interactions. It receives nothing if interactions are not configured. */
    public Outputs interactions(String uid, Sink<Interaction> sink) {
        interactions.put(uid, sink);
        return this;
    }

    /** Adds a writer of dead letters that refuses nothing. */
    public Outputs deadLetters(String uid, ResultWriter<DeadLetter> writer) {
        deadLetters.put(uid, writer);
        return this;
    }

    /** Adds a sink for dead letters. */
    public Outputs deadLetters(String uid, Sink<DeadLetter> sink) {
        deadLetters.put(uid, ResultWriter.to(sink));
        return this;
    }

    /**
     * Adds a sink for every record that is a JSON object or can be written as one.
     *
     * @param folders assigns each record to a folder; records are batched by folder
     * @param chained whether the source's thread writes the records, which costs this thread less
     *     than passing them to another one
     */
    public Outputs archive(
            String uid,
            FolderAssigner<ArchivedRecord> folders,
            Sink<ArchivedBatch> sink,
            boolean chained) {
        archiveFolders = folders;
        archiveChained = chained;
        archive.put(uid, sink);
        return this;
    }

    /** Adds a sink for all records that the archive's other sink cannot accept. */
    public Outputs malformed(String uid, Sink<DeadLetter> sink) {
        malformed.put(uid, sink);
        return this;
    }

    /**
     * Passes only results of a time range on. By default, all results pass.
     *
     * @param begin the lowest last millisecond of a result, in ms since 1970, inclusive
     * @param end the highest last millisecond of a result, in ms since 1970, exclusive
     */
    public Outputs limitedTo(long begin, long end) {
        from = begin;
        to = end;
        return this;
    }

    boolean isRange() {
        return from != Long.MIN_VALUE || to != Long.MAX_VALUE;
    }

    long fromMillis() {
        return from;
    }

    long toMillis() {
        return to;
    }

    @SuppressWarnings(
            "unchecked") // Only add() fills the map, with writers of the aggregate's type.
    <T> Map<String, ResultWriter<T>> writers(Aggregate<T> aggregate) {
        return (Map<String, ResultWriter<T>>)
                (Map<String, ?>) aggregates.getOrDefault(aggregate, Map.of());
    }

    Map<String, Sink<Interaction>> interactions() {
        return Collections.unmodifiableMap(interactions);
    }

    /** Writers that refuse some dead letters. */
    Map<String, ResultWriter<DeadLetter>> refusingDeadLetters() {
        return Collections.unmodifiableMap(refusingDeadLetters);
    }

    /** Writers that refuse nothing. */
    Map<String, ResultWriter<DeadLetter>> deadLetters() {
        return Collections.unmodifiableMap(deadLetters);
    }

    /** The folders of archived records; null if there is no archive. */
    @Nullable
    FolderAssigner<ArchivedRecord> archiveFolders() {
        return archiveFolders;
    }

    boolean archiveChained() {
        return archiveChained;
    }

    Map<String, Sink<ArchivedBatch>> archive() {
        return Collections.unmodifiableMap(archive);
    }

    Map<String, Sink<DeadLetter>> malformed() {
        return Collections.unmodifiableMap(malformed);
    }
}
