package io.clickstream.source.kinesis;

import io.clickstream.time.PartitionTimes;
import java.util.List;
import java.util.Set;
import javax.annotation.Nullable;
import org.apache.flink.metrics.Counter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles shards that do not exist according to Kinesis. A shard that the stream no longer lists is
 * at its end: the retention is over for everything in it, and its children continue. Otherwise a
 * savepoint with this shard could never be restored. Used only in the loop's thread.
 */
final class MissingShards {

    private static final Logger LOG = LoggerFactory.getLogger(MissingShards.class);

    private final ShardRequests requests;
    private final FeedLoop loop;
    private final ShardBatches batches;
    private final Counter gone;

    /**
     * Creates a handler with a metric.
     *
     * @param gone counts shards that ended because the stream no longer lists them
     */
    MissingShards(ShardRequests requests, FeedLoop loop, ShardBatches batches, Counter gone) {
        this.requests = requests;
        this.loop = loop;
        this.batches = batches;
        this.gone = gone;
    }

    /**
     * Ends a shard that the stream does not list. Fails if the stream lists the shard, cannot be
     * listed, or lists nothing, because then the cause is something else.
     *
     * @param position up to which the shard was read
     * @param cause the reason why the shard cannot be read
     */
    void decide(String shardId, ShardPosition position, Throwable cause) {
        decide(shardId, position, cause, 0);
    }

    private void decide(String shardId, ShardPosition position, Throwable cause, int failures) {
        var unused =
                requests.shardIds()
                        .whenComplete(
                                (listed, failure) ->
                                        loop.run(
                                                () ->
                                                        listed(
                                                                shardId, position, cause, failures,
                                                                listed, failure)));
    }

    private void listed(
            String shardId,
            ShardPosition position,
            Throwable cause,
            int failures,
            @Nullable Set<String> listed,
            @Nullable Throwable failure) {
        if (failure != null && StreamClient.isTransient(failure)) {
            loop.runIn(
                    FeedLoop.backoff(failures),
                    () -> decide(shardId, position, cause, failures + 1));
        } else if (listed == null || listed.isEmpty() || listed.contains(shardId)) {
            batches.fail(shardId, cause);
        } else {
            gone.inc();
            LOG.warn(
                    "The stream no longer lists shard {}: its retention is over. The job had"
                            + " read it up to {}; later records of it are lost. The job"
                            + " continues with its children, from their beginning. Set the"
                            + " stream's retention above the time that the job may be down or"
                            + " behind ({})",
                    shardId,
                    position,
                    cause.toString());
            batches.add(new ShardBatch(shardId, List.of(), true, PartitionTimes.NEVER, null));
        }
    }
}
