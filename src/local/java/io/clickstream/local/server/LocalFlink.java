package io.clickstream.local.server;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.clickstream.tools.flink.Loopback;
import io.clickstream.tools.flink.MetricsInMemory;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.core.execution.CheckpointType;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A Flink cluster in this JVM that runs one job as the managed service does: RocksDB, and
 * checkpoints every 10 s, exactly once. Its web UI and all its ports are on the loopback address.
 */
public final class LocalFlink implements AutoCloseable {

    /** Defines a job in an environment, as far as everything but its execution. */
    @FunctionalInterface
    public interface Definition {
        void define(StreamExecutionEnvironment env) throws Exception;
    }

    /** Flink's own port first, then its neighbours, then any that is free. */
    private static final String WEB_PORTS = "8081-8099,0";

    private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(10);
    private static final long TIMEOUT_SECONDS = 60;

    private final MiniCluster cluster;
    private final MetricsInMemory metrics;
    private final JobID job;
    private final CompletableFuture<JobResult> result;
    private int lostTaskManagers;

    private LocalFlink(MiniCluster cluster, MetricsInMemory metrics, JobID job) {
        this.cluster = cluster;
        this.metrics = metrics;
        this.job = job;
        this.result = cluster.requestJobResult(job);
    }

    /**
     * Starts a cluster and the job in it.
     *
     * @param folder for checkpoints and state, which {@link #close()} leaves as it is
     * @param log the file that the web UI shows as the log
     */
    public static LocalFlink start(Path folder, Path log, int parallelism, Definition definition)
            throws Exception {
        return start(folder, log, parallelism, SavepointRestoreSettings.none(), definition);
    }

    /**
     * Starts a cluster and the job in it, from a savepoint.
     *
     * @param folder for checkpoints and state, which {@link #close()} leaves as it is
     * @param log the file that the web UI shows as the log
     * @param savepoint as {@link #stopWithSavepoint} returned it
     */
    public static LocalFlink startFrom(
            String savepoint, Path folder, Path log, int parallelism, Definition definition)
            throws Exception {
        return start(
                folder,
                log,
                parallelism,
                SavepointRestoreSettings.forPath(savepoint, false),
                definition);
    }

    private static LocalFlink start(
            Path folder,
            Path log,
            int parallelism,
            SavepointRestoreSettings savepoint,
            Definition definition)
            throws Exception {
        Configuration config = configuration(folder, log, parallelism);
        MetricsInMemory metrics = MetricsInMemory.reportFrom(config);

        StreamExecutionEnvironment env = new StreamExecutionEnvironment(new Configuration(config));
        definition.define(env);
        JobGraph jobGraph = env.getStreamGraph().getJobGraph();
        jobGraph.setSavepointRestoreSettings(savepoint);

        MiniCluster cluster =
                new MiniCluster(
                        new MiniClusterConfiguration.Builder()
                                .setConfiguration(config)
                                .setNumTaskManagers(1)
                                .setNumSlotsPerTaskManager(parallelism)
                                .build());
        try {
            cluster.start();
            cluster.submitJob(jobGraph).get(TIMEOUT_SECONDS, SECONDS);
            return new LocalFlink(cluster, metrics, jobGraph.getJobID());
        } catch (Exception e) {
            cluster.close();
            throw e;
        }
    }

    private static Configuration configuration(Path folder, Path log, int parallelism) {
        Configuration config = Loopback.configuration();
        config.set(RestOptions.BIND_PORT, WEB_PORTS);
        config.set(CoreOptions.DEFAULT_PARALLELISM, parallelism);
        config.set(CoreOptions.TMP_DIRS, folder.resolve("tmp").toString());
        config.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
        config.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                folder.resolve("checkpoints").toUri().toString());
        config.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, CHECKPOINT_INTERVAL);
        config.set(
                CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE,
                CheckpointingMode.EXACTLY_ONCE);
        config.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(256));
        config.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(64));
        config.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(64));
        config.set(WebOptions.TMP_DIR, folder.resolve("web").toString());
        config.set(WebOptions.UPLOAD_DIR, folder.resolve("web-upload").toString());
        config.set(WebOptions.LOG_PATH, log.toString());
        config.set(WebOptions.SUBMIT_ENABLE, false);
        return config;
    }

    /** The address of the web UI. */
    public URI webUi() throws InterruptedException, ExecutionException, TimeoutException {
        return cluster.getRestAddress().get(TIMEOUT_SECONDS, SECONDS);
    }

    public MetricsInMemory metrics() {
        return metrics;
    }

    /** How far an operator's event time is behind a moment, in ms; empty before it has begun. */
    public OptionalLong watermarkLag(String operator, long now) {
        OptionalLong watermark = metrics.watermark(operator);
        return watermark.isPresent()
                ? OptionalLong.of(Math.max(0, now - watermark.getAsLong()))
                : OptionalLong.empty();
    }

    /** What the job does, in lower case: {@code running}, {@code restarting}, and so on. */
    public String status() {
        try {
            return cluster.getJobStatus(job)
                    .get(TIMEOUT_SECONDS, SECONDS)
                    .name()
                    .toLowerCase(Locale.ROOT);
        } catch (ExecutionException | TimeoutException e) {
            return "unknown";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "unknown";
        }
    }

    /** Whether the job runs. */
    public boolean isRunning() {
        return status().equals("running");
    }

    /** How often the job has started again after a failure. */
    public long restarts() {
        return metrics.gauge("", "numRestarts").stream().mapToLong(count -> count).max().orElse(0);
    }

    /** How many checkpoints are complete; not 0 means that all tasks run. */
    public long completedCheckpoints() {
        return metrics.gauge("", "numberOfCompletedCheckpoints").stream()
                .mapToLong(count -> count)
                .max()
                .orElse(0);
    }

    /** Makes a checkpoint now, beside those that the cluster makes by itself. */
    public void checkpoint() throws Exception {
        cluster.triggerCheckpoint(job, CheckpointType.CONFIGURED).get(TIMEOUT_SECONDS, SECONDS);
    }

    /** Loses the task manager with all that it has in memory, and starts another one. */
    public void loseTaskManager() throws Exception {
        // The cluster goes on counting: those that were lost keep their numbers.
        cluster.terminateTaskManager(lostTaskManagers++).get(TIMEOUT_SECONDS, SECONDS);
        cluster.startTaskManager();
    }

    /**
     * Stops the job as one does before an upgrade, with event time as it is.
     *
     * @param folder where the savepoint is written
     * @return the savepoint
     */
    public String stopWithSavepoint(Path folder) throws Exception {
        return stop(folder, false);
    }

    /**
     * Ends the job for good: event time comes to its end, and all that is open closes.
     *
     * @param folder where a savepoint is written
     * @return the savepoint
     */
    public String drain(Path folder) throws Exception {
        return stop(folder, true);
    }

    private String stop(Path folder, boolean drain) throws Exception {
        String savepoint =
                cluster.stopWithSavepoint(
                                job,
                                folder.toUri().toString(),
                                drain,
                                SavepointFormatType.CANONICAL)
                        .get(TIMEOUT_SECONDS, SECONDS);
        // The savepoint is there a moment before the job has ended, and a job that ends by itself
        // refuses to be cancelled.
        result.get(TIMEOUT_SECONDS, SECONDS);
        return savepoint;
    }

    /** Why the job ended by itself, which it never should; empty as long as it runs. */
    public Optional<Throwable> failure() {
        if (!result.isDone()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    result.get()
                            .getSerializedThrowable()
                            .<Throwable>map(
                                    cause ->
                                            cause.deserializeError(
                                                    LocalFlink.class.getClassLoader()))
                            .orElseGet(() -> new IllegalStateException("the job has finished")));
        } catch (ExecutionException e) {
            return Optional.of(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(e);
        }
    }

    /** Whether the job has come to its end, as only one that reads files does. */
    public boolean hasFinished() {
        return result.isDone() && !result.isCompletedExceptionally() && result.join().isSuccess();
    }

    /** Cancels the job and stops the cluster. */
    @Override
    public void close() {
        try {
            if (!result.isDone()) {
                // A job that has just ended by itself refuses; its result is there either way.
                cluster.cancelJob(job).exceptionally(refused -> null).get(TIMEOUT_SECONDS, SECONDS);
                result.get(TIMEOUT_SECONDS, SECONDS);
            }
            cluster.closeAsync().get(TIMEOUT_SECONDS, SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("Flink did not stop: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while Flink stopped", e);
        }
    }
}
