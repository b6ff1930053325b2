package io.clickstream.source.kinesis;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.Incoming;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;
import org.junit.jupiter.api.Test;

class LastingOutputsTest {

    private final Released released = new Released();
    private final LastingOutputs outputs = new LastingOutputs(released);

    @Test
    void lastUntilThereAreSuccessors() {
        outputs.createOutputForSplit("shard-0");
        outputs.releaseOutputForSplit("shard-0");
        assertThat(released.shards).isEmpty();

        outputs.releaseFinished(Set.of("shard-0"));

        assertThat(released.shards).containsExactly("shard-0");
    }

    /** Of two shards that end one after the other, the first is still in snapshots. */
    @Test
    void areReleasedOnce() {
        outputs.createOutputForSplit("shard-0");
        outputs.createOutputForSplit("shard-1");
        outputs.releaseOutputForSplit("shard-0");
        outputs.releaseFinished(Set.of("shard-0"));
        outputs.releaseOutputForSplit("shard-1");

        outputs.releaseFinished(Set.of("shard-0", "shard-1"));

        assertThat(released.shards).containsExactly("shard-0", "shard-1");
    }

    @Test
    void areNotReleasedIfTheyWereNeverMade() {
        outputs.releaseFinished(Set.of("shard-0"));

        assertThat(released.shards).isEmpty();
    }

    /** Flink's output, as far as it is released. */
    private static final class Released implements ReaderOutput<Incoming> {
        private final List<String> shards = new ArrayList<>();

        @Override
        public void releaseOutputForSplit(String shardId) {
            shards.add(shardId);
        }

        @Override
        public SourceOutput<Incoming> createOutputForSplit(String shardId) {
            return this;
        }

        @Override
        public void collect(Incoming incoming) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void collect(Incoming incoming, long timestamp) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void emitWatermark(Watermark watermark) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void markIdle() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void markActive() {
            throw new UnsupportedOperationException();
        }
    }
}
