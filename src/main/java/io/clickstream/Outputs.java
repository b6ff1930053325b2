package io.clickstream;

import io.clickstream.event.ArchivedBatch;
import io.clickstream.event.ArchivedRecord;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.FolderOf;
import io.clickstream.event.Interaction;
import io.clickstream.event.Session;
import io.clickstream.event.Trend;
import io.clickstream.event.WindowCount;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.annotation.Nullable;
import org.apache.flink.api.connector.sink2.Sink;

/** The sinks of each output of the pipeline, by their uids. */
public final class Outputs {

    private final Map<String, Sink<WindowCount>> departmentCounts = new LinkedHashMap<>();
    private final Map<String, Sink<WindowCount>> sessionCounts = new LinkedHashMap<>();
    private final Map<String, Sink<Session>> checkoutSessions = new LinkedHashMap<>();
    private final Map<String, Sink<Trend>> trends = new LinkedHashMap<>();
    private final Map<String, Sink<Interaction>> interactions = new LinkedHashMap<>();
    private final Map<String, Sink<DeadLetter>> deadLetters = new LinkedHashMap<>();
    @Nullable private FolderOf<ArchivedRecord> archiveFolders;
    private boolean archiveChained;
    private final Map<String, Sink<ArchivedBatch>> archive = new LinkedHashMap<>();
    private final Map<String, Sink<DeadLetter>> malformed = new LinkedHashMap<>();
    private long from = Long.MIN_VALUE;
    private long to = Long.MAX_VALUE;

    /** Adds a sink for the sessions per department and window. */
    public Outputs departmentCounts(String uid, Sink<WindowCount> sink) {
        departmentCounts.put(uid, sink);
        return this;
    }

    /** Adds a sink for the sessions per window. */
    public Outputs sessionCounts(String uid, Sink<WindowCount> sink) {
        sessionCounts.put(uid, sink);
        return this;
    }

    /** Adds a sink for the sessions with a checkout. */
    public Outputs checkoutSessions(String uid, Sink<Session> sink) {
        checkoutSessions.put(uid, sink);
        return this;
    }

    /** Adds a sink for the most clicked names, which there are only if they are configured. */
    public Outputs trends(String uid, Sink<Trend> sink) {
        trends.put(uid, sink);
        return this;
    }

    /** Adds a sink for interactions, which there are only if they are configured. */
    public Outputs interactions(String uid, Sink<Interaction> sink) {
        interactions.put(uid, sink);
        return this;
    }

    /** Adds a sink for what could not be used. */
    public Outputs deadLetters(String uid, Sink<DeadLetter> sink) {
        deadLetters.put(uid, sink);
        return this;
    }

    /**
     * Adds a sink for every record that is a JSON object, or can be written as one.
     *
     * @param folders where each is filed, by which they are gathered
     * @param chained whether the source's thread writes them, since that is less work for it than
     *     to hand them to another
     */
    public Outputs archive(
            String uid,
            FolderOf<ArchivedRecord> folders,
            Sink<ArchivedBatch> sink,
            boolean chained) {
        archiveFolders = folders;
        archiveChained = chained;
        archive.put(uid, sink);
        return this;
    }

    /** Adds a sink for all records that the archive's other sink can't take. */
    public Outputs malformed(String uid, Sink<DeadLetter> sink) {
        malformed.put(uid, sink);
        return this;
    }

    /**
     * Lets only results of a range of time through; others as they come.
     *
     * @param begin the first ms since the epoch that a result's last millisecond may be
     * @param end the first that it may not be
     */
    public Outputs within(long begin, long end) {
        from = begin;
        to = end;
        return this;
    }

    boolean isRange() {
        return from != Long.MIN_VALUE || to != Long.MAX_VALUE;
    }

    long from() {
        return from;
    }

    long to() {
        return to;
    }

    Map<String, Sink<WindowCount>> departmentCounts() {
        return Collections.unmodifiableMap(departmentCounts);
    }

    Map<String, Sink<WindowCount>> sessionCounts() {
        return Collections.unmodifiableMap(sessionCounts);
    }

    Map<String, Sink<Session>> checkoutSessions() {
        return Collections.unmodifiableMap(checkoutSessions);
    }

    Map<String, Sink<Trend>> trends() {
        return Collections.unmodifiableMap(trends);
    }

    Map<String, Sink<Interaction>> interactions() {
        return Collections.unmodifiableMap(interactions);
    }

    Map<String, Sink<DeadLetter>> deadLetters() {
        return Collections.unmodifiableMap(deadLetters);
    }

    /** Null if there is no archive. */
    @Nullable
    FolderOf<ArchivedRecord> archiveFolders() {
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
