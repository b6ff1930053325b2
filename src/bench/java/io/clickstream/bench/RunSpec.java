package io.clickstream.bench;

import java.util.Locale;
import javax.annotation.Nullable;

/**
 * One run of one peer, as it is handed to the process that does it.
 *
 * @param id of the run
 * @param peer who computes
 * @param flink version of Flink that the process has
 * @param workload name of the workload
 * @param gapMillis the workload's session gap, ms
 * @param block the workload's clicks
 * @param backend where Flink keeps state
 * @param input where clicks come from
 * @param parallelism of the job, and the number of partitions
 * @param clicks how many clicks there are
 * @param warmUpClicks of these so many come before the measurement begins
 * @param checkpointMillis from one checkpoint to the next, or one commit of Kafka Streams; {@link
 *     #OUTSIDE_CHECKPOINTS} for what clicks cost a Flink job between two checkpoints
 * @param folder for checkpoints and state, which the run leaves as it is
 * @param bootstrapServers where Kafka is; null if clicks come from memory
 * @param topic a topic with exactly these clicks; null if clicks come from memory
 * @param keepLines whether results are kept as lines, to be compared one by one
 */
public record RunSpec(
        String id,
        Peer peer,
        String flink,
        String workload,
        long gapMillis,
        ClickBlock block,
        Backend backend,
        Input input,
        int parallelism,
        long clicks,
        long warmUpClicks,
        long checkpointMillis,
        String folder,
        @Nullable String bootstrapServers,
        @Nullable String topic,
        boolean keepLines) {

    /** No checkpoint is in the time that is measured, not even the one that ends it. */
    public static final long OUTSIDE_CHECKPOINTS = Long.MAX_VALUE;

    boolean isOutsideCheckpoints() {
        return checkpointMillis == OUTSIDE_CHECKPOINTS;
    }

    /** Where Flink keeps state. */
    public enum Backend {
        ROCKSDB,
        HEAP;

        /** As on the command line. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Where clicks come from. */
    public enum Input {
        MEMORY,
        KAFKA;

        /** As on the command line. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
