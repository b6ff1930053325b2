package io.clickstream.bench;

import io.clickstream.tools.flink.Loopback;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.CheckpointType;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.AbstractCheckpointStats;
import org.apache.flink.runtime.checkpoint.CheckpointStatsHistory;
import org.apache.flink.runtime.checkpoint.CheckpointStatsStatus;
import org.apache.flink.runtime.checkpoint.TaskStateStats;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Runs and measures a peer that is a Flink job, in a cluster within this JVM that is set up as the
 * managed service does: checkpoints are exactly once and, on RocksDB, incremental.
 *
 * <p>The source has no end. The time runs from the end of the warm-up until the barrier of a
 * checkpoint, triggered when the last click is decoded, has reached all sinks: by then every click
 * has passed every operator. Outside checkpoints, it runs until the last click is decoded: less
 * than a thousandth of the clicks are on their way then. Starting, submitting and what the end of
 * an input does are not in it. Event time is then given a moment to settle, a savepoint in Flink's
 * own format shows the size of the state that is alive (a checkpoint's files also hold what RocksDB
 * has not cleared away yet), and the job is drained, so that all sessions are closed and can be
 * checked.
 */
final class FlinkRun {

    /** Native memory of one KPU of the managed service, which RocksDB may use. */
    private static final MemorySize MANAGED_MEMORY = MemorySize.ofMebiBytes(1024);

    private static final MemorySize NETWORK_MEMORY = MemorySize.ofMebiBytes(64);

    /** Five of Flink's periods between two watermarks. */
    private static final long SETTLING_MILLIS = 1_000;

    private static final int TIMEOUT_SECONDS = 600;

    private final RunSpec spec;
    private final MiniCluster cluster;
    private final JobID job;
    private final CompletableFuture<JobResult> result;

    private FlinkRun(RunSpec spec, MiniCluster cluster, JobID job) {
        this.spec = spec;
        this.cluster = cluster;
        this.job = job;
        this.result = cluster.requestJobResult(job);
    }

    /** Runs a peer to its end. */
    static RunResult run(RunSpec spec, RunProgress progress) throws Exception {
        Configuration config = configuration(spec);
        StreamExecutionEnvironment env = new StreamExecutionEnvironment(config);
        MiniCluster cluster = cluster(spec, config);
        try (RunningPeer running = RunningPeer.begin(spec.id(), spec.keepLines());
                HeapPeak heap = HeapPeak.start()) {
            FlinkPeers.define(spec, env);
            JobGraph jobGraph = env.getStreamGraph().getJobGraph();
            cluster.start();
            cluster.submitJob(jobGraph).get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            return new FlinkRun(spec, cluster, jobGraph.getJobID())
                    .measure(running, heap, progress);
        } finally {
            cluster.closeAsync().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        }
    }

    private RunResult measure(RunningPeer running, HeapPeak heap, RunProgress progress)
            throws Exception {
        Stopwatch stopwatch = new Stopwatch(spec);
        stopwatch.await(running, progress, this::throwIfFailed);
        checkpoint();
        long end =
                spec.isOutsideCheckpoints() ? stopwatch.decodedNanos() : running.lastFlushNanos();

        TimeUnit.MILLISECONDS.sleep(SETTLING_MILLIS);
        long stateBytes = savepointBytes();
        long peakHeap = heap.bytes();
        CheckpointStatsHistory history =
                cluster.getExecutionGraph(job)
                        .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                        .getCheckpointStatsSnapshot()
                        .getHistory();
        drain();
        return new RunResult(
                stopwatch.rate(end),
                stopwatch.seconds(end),
                peakHeap,
                stateBytes,
                longest(history),
                longestSync(history),
                running.digests(),
                running.lines());
    }

    private void checkpoint() throws Exception {
        // Fails if another one has just begun; then that one is the wrong one, and the next is
        // right.
        for (int attempt = 0; ; attempt++) {
            try {
                long unused =
                        cluster.triggerCheckpoint(job, CheckpointType.CONFIGURED)
                                .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
                return;
            } catch (ExecutionException e) {
                throwIfFailed();
                if (attempt == 10) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
    }

    private long savepointBytes() throws Exception {
        Path folder = Path.of(spec.folder(), "alive");
        String unused =
                cluster.triggerSavepoint(
                                job,
                                folder.toUri().toString(),
                                false,
                                SavepointFormatType.CANONICAL)
                        .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        try (Stream<Path> files = Files.walk(folder)) {
            return files.map(Path::toFile).filter(File::isFile).mapToLong(File::length).sum();
        }
    }

    private void drain() throws Exception {
        String unused =
                cluster.stopWithSavepoint(
                                job,
                                Path.of(spec.folder(), "drained").toUri().toString(),
                                true,
                                SavepointFormatType.NATIVE)
                        .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        result.get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .toJobExecutionResult(FlinkRun.class.getClassLoader());
    }

    private void throwIfFailed() throws Exception {
        if (result.isDone()) {
            result.get().toJobExecutionResult(FlinkRun.class.getClassLoader());
            throw new IllegalStateException(spec.peer() + " has ended by itself");
        }
    }

    private static long longest(CheckpointStatsHistory history) {
        return history.getCheckpoints().stream()
                .filter(checkpoint -> checkpoint.getStatus() == CheckpointStatsStatus.COMPLETED)
                .mapToLong(AbstractCheckpointStats::getEndToEndDuration)
                .max()
                .orElse(-1);
    }

    private static long longestSync(CheckpointStatsHistory history) {
        long longest = -1;
        for (AbstractCheckpointStats checkpoint : history.getCheckpoints()) {
            if (checkpoint.getStatus() == CheckpointStatsStatus.COMPLETED) {
                for (TaskStateStats task : checkpoint.getAllTaskStateStats()) {
                    longest =
                            Math.max(
                                    longest,
                                    task.getSummaryStats()
                                            .getSyncCheckpointDurationStats()
                                            .getMaximum());
                }
            }
        }
        return longest;
    }

    private static MiniCluster cluster(RunSpec spec, Configuration config) {
        return new MiniCluster(
                new MiniClusterConfiguration.Builder()
                        .setConfiguration(config)
                        .setNumTaskManagers(1)
                        .setNumSlotsPerTaskManager(spec.parallelism())
                        .build());
    }

    private static Configuration configuration(RunSpec spec) {
        Path folder = Path.of(spec.folder());
        Configuration config = Loopback.configuration();
        config.set(RestOptions.BIND_PORT, "0");
        config.set(CoreOptions.DEFAULT_PARALLELISM, spec.parallelism());
        config.set(CoreOptions.TMP_DIRS, folder.resolve("tmp").toString());
        config.set(
                StateBackendOptions.STATE_BACKEND,
                switch (spec.backend()) {
                    case ROCKSDB -> "rocksdb";
                    case HEAP -> "hashmap";
                });
        config.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
        config.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                folder.resolve("checkpoints").toUri().toString());
        if (!spec.isOutsideCheckpoints()) {
            config.set(
                    CheckpointingOptions.CHECKPOINTING_INTERVAL,
                    Duration.ofMillis(spec.checkpointMillis()));
        }
        config.set(
                CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE,
                CheckpointingMode.EXACTLY_ONCE);
        config.set(
                TaskManagerOptions.MANAGED_MEMORY_SIZE,
                MANAGED_MEMORY.multiply(spec.parallelism()));
        config.set(TaskManagerOptions.NETWORK_MEMORY_MIN, NETWORK_MEMORY);
        config.set(TaskManagerOptions.NETWORK_MEMORY_MAX, NETWORK_MEMORY);
        return config;
    }
}
