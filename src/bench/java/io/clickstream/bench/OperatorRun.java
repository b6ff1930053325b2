package io.clickstream.bench;

import io.clickstream.event.Click;
import io.clickstream.event.EventTypes;
import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import io.clickstream.session.MaxRate;
import io.clickstream.session.SessionOperator;
import io.clickstream.tools.command.Folders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.runtime.state.storage.FileSystemCheckpointStorage;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;

/**
 * The operator of the sessions alone, with RocksDB, in the calling thread: neither a source nor the
 * network nor a second thread is measured along.
 *
 * <p>Sessions begin one after another, and in between come clicks of users who began a short time
 * ago, at random. Each session has {@link #CLICKS_PER_SESSION} clicks on average.
 */
final class OperatorRun implements AutoCloseable {

    static final int CLICKS_PER_SESSION = 8;

    /** What one KPU of the managed service has beside the heap. */
    private static final MemorySize ROCKSDB_MEMORY = MemorySize.ofMebiBytes(1024);

    private static final int MAX_PARALLELISM = 128;
    private static final OutputTag<Click> LATE = new OutputTag<>("late", EventTypes.CLICK);

    /** Flink's default for the time between two watermarks. */
    private static final double MILLIS_PER_WATERMARK = 200;

    private final KeyedOneInputStreamOperatorTestHarness<UserId, Click, Session> harness;
    private final SessionOperator operator;
    private final CountedOutput<Session> sessions = new CountedOutput<>();
    private final StreamRecord<Click> record = new StreamRecord<>(null);
    private final SplittableRandom random = new SplittableRandom(7);
    private final Path folder;
    private final long gapMillis;

    /** How many of the users who began last still click. */
    private final int active;

    /** How many sessions begin in a millisecond. */
    private final double startsPerMilli;

    private final long clicksPerWatermark;

    private long started;
    private long clicks;
    private double lastPrepareMillis;

    /**
     * Begins without sessions.
     *
     * @param openSessions how many are open at a time, by and large
     */
    OperatorRun(int openSessions, Duration gap) throws Exception {
        this.folder = Files.createTempDirectory("clickstream-benchmark-");
        this.gapMillis = gap.toMillis();
        // A session is open while its user is among the active ones, and for the gap: in all four
        // gaps. Pauses of a user are a third of a gap or so.
        this.startsPerMilli = openSessions / (4.0 * gapMillis);
        this.clicksPerWatermark =
                (long) Math.max(1, MILLIS_PER_WATERMARK * startsPerMilli * CLICKS_PER_SESSION);
        this.active = (int) Math.max(1, 3 * gapMillis * startsPerMilli);
        operator =
                new SessionOperator(
                        gap, SessionOperator.BY_HEAP_SIZE, 512 << 10, false, MaxRate.NONE, LATE);
        harness =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        sessions.factory(operator),
                        Click::user,
                        EventTypes.USER_ID,
                        MAX_PARALLELISM,
                        1,
                        0);
        RocksDb rocksDb = new RocksDb();
        rocksDb.getMemoryConfiguration().setFixedMemoryPerSlot(ROCKSDB_MEMORY);
        harness.setStateBackend(rocksDb);
        harness.setCheckpointStorage(new FileSystemCheckpointStorage(folder.toUri()));
        harness.setup(EventTypes.SESSION.createSerializer(new SerializerConfigImpl()));
        harness.open();
    }

    /** Sends clicks; returns how long one took, in nanoseconds. */
    double run(long count) throws Exception {
        long begin = System.nanoTime();
        for (long i = 0; i < count; i++) {
            long user =
                    clicks++ % CLICKS_PER_SESSION == 0
                            ? started++
                            : started - 1 - random.nextLong(Math.min(started, active));
            click(user, now());
            if (clicks % clicksPerWatermark == 0) {
                advance(now());
            }
        }
        return (double) (System.nanoTime() - begin) / count;
    }

    /** Opens a session each of so many more users, all at the same time. */
    void open(int users) throws Exception {
        for (int i = 0; i < users; i++) {
            click(started++, Workload.FIRST_MILLIS);
        }
    }

    /** Lets users click once more, picked at random. */
    void touch(long users) throws Exception {
        for (long i = 0; i < users; i++) {
            click(random.nextLong(started), Workload.FIRST_MILLIS + 1);
        }
    }

    /** Takes a checkpoint; returns how long the operator could not take clicks, in ms. */
    double checkpoint(long id) throws Exception {
        long begin = System.nanoTime();
        operator.prepareSnapshotPreBarrier(id);
        double prepared = millisSince(begin);
        // This also runs what Flink runs beside the operator: it is an upper bound.
        harness.snapshot(id, id);
        double all = millisSince(begin);
        harness.notifyOfCompletedCheckpoint(id);
        lastPrepareMillis = prepared;
        return all;
    }

    /** How long the last checkpoint took to write what had changed, in ms. */
    double lastPrepareMillis() {
        return lastPrepareMillis;
    }

    /** Closes all sessions; returns how many there were since the beginning. */
    long end() throws Exception {
        advance(Long.MAX_VALUE - 1);
        return sessions.count();
    }

    private long now() {
        return Workload.FIRST_MILLIS + (long) (started / startsPerMilli);
    }

    private void click(long user, long timestamp) {
        Click click =
                new Click(
                        UserId.ofNumber(user),
                        timestamp,
                        Workload.DEPARTMENTS.get((int) (clicks % Workload.DEPARTMENTS.size())),
                        false,
                        null);
        operator.processElement(record.replace(click, timestamp));
    }

    private void advance(long timestamp) throws Exception {
        operator.processWatermark(new Watermark(timestamp - 1));
    }

    private static double millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e6;
    }

    @Override
    public void close() {
        try {
            harness.close();
            Folders.delete(folder);
        } catch (Exception e) {
            throw new IllegalStateException("The operator did not close", e);
        }
    }
}
