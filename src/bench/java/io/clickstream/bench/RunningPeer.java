package io.clickstream.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a peer that runs in this JVM tells from inside its operators: how many clicks it has
 * decoded, when its sinks saw the last barrier, and its results. Safe for several threads.
 */
final class RunningPeer implements AutoCloseable {

    private static final Map<String, RunningPeer> RUNNING = new ConcurrentHashMap<>();

    private final String id;
    private final boolean keepsLines;
    private final List<AtomicLong> counters = new CopyOnWriteArrayList<>();
    private final AtomicLong lastFlush = new AtomicLong();
    private final Map<ResultType, Digest> digests = new EnumMap<>(ResultType.class);
    private final Map<ResultType, List<String>> lines = new EnumMap<>(ResultType.class);

    private RunningPeer(String id, boolean keepsLines) {
        this.id = id;
        this.keepsLines = keepsLines;
        for (ResultType aggregate : ResultType.values()) {
            digests.put(aggregate, Digest.EMPTY);
            lines.put(aggregate, new ArrayList<>());
        }
    }

    /** Begins a run, which ends when it is closed. */
    static RunningPeer begin(String id, boolean keepsLines) {
        RunningPeer peer = new RunningPeer(id, keepsLines);
        RUNNING.put(id, peer);
        return peer;
    }

    /** The run of an id. */
    static RunningPeer of(String id) {
        RunningPeer peer = RUNNING.get(id);
        if (peer == null) {
            throw new IllegalStateException("there is no run " + id + " in this JVM");
        }
        return peer;
    }

    /** A counter of clicks, to be written by one thread. */
    AtomicLong newCounter() {
        AtomicLong counter = new AtomicLong();
        counters.add(counter);
        return counter;
    }

    /** How many clicks have been decoded. */
    long clicks() {
        long sum = 0;
        for (AtomicLong counter : counters) {
            sum += counter.get();
        }
        return sum;
    }

    /** Whether results are kept line by line. */
    boolean keepsLines() {
        return keepsLines;
    }

    /** Says that a barrier has reached a sink: all clicks in front of it are processed. */
    void flushed() {
        lastFlush.accumulateAndGet(System.nanoTime(), Math::max);
    }

    /** When a barrier last reached a sink, by {@link System#nanoTime()}. */
    long lastFlushNanos() {
        return lastFlush.get();
    }

    /** Takes over the results of one sink's subtask. */
    synchronized void add(ResultType aggregate, Digest digest, List<String> more) {
        digests.merge(aggregate, digest, Digest::plus);
        lines.get(aggregate).addAll(more);
    }

    /** The results so far. */
    synchronized Map<ResultType, Digest> digests() {
        return new EnumMap<>(digests);
    }

    /** The results so far, in any order; empty if they are not kept. */
    synchronized Map<ResultType, List<String>> lines() {
        Map<ResultType, List<String>> copy = new EnumMap<>(ResultType.class);
        lines.forEach((aggregate, list) -> copy.put(aggregate, List.copyOf(list)));
        return copy;
    }

    @Override
    public void close() {
        RUNNING.remove(id);
    }
}
