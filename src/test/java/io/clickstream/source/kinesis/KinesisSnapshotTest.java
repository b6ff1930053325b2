package io.clickstream.source.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a savepoint holds of the source. */
class KinesisSnapshotTest {

    private static final ShardSplit SPLIT =
            new ShardSplit("shard-2", List.of("shard-0", "shard-1"), ShardPosition.after("4711"));

    /** Written by version 1, which must be read for ever. */
    private static final String SPLIT_V1 =
            "000773686172642d3200000002000773686172642d30000773686172642d31"
                    + "001541465445525f53455155454e43455f4e554d424552000434373131";

    @Test
    void aSplitComesBackAsItWas() throws IOException {
        ShardSplitSerializer serializer = new ShardSplitSerializer();
        for (ShardPosition position :
                List.of(
                        ShardPosition.TRIM_HORIZON,
                        ShardPosition.at(1_655_183_298_630L),
                        ShardPosition.after("4711"),
                        ShardPosition.END)) {
            ShardSplit split = new ShardSplit("shard-2", List.of("shard-0"), position);
            assertThat(serializer.deserialize(1, serializer.serialize(split))).isEqualTo(split);
        }
    }

    @Test
    void oldBytesAreRead() throws IOException {
        ShardSplitSerializer serializer = new ShardSplitSerializer();
        byte[] bytes = HexFormat.of().parseHex(SPLIT_V1);
        assertThat(serializer.deserialize(1, bytes)).isEqualTo(SPLIT);
        assertThat(serializer.serialize(SPLIT)).isEqualTo(bytes);
    }

    @Test
    void knownShardsComeBackAsTheyWere() throws IOException {
        KnownShardsSerializer serializer = new KnownShardsSerializer();
        KnownShards back =
                serializer.deserialize(
                        1,
                        serializer.serialize(
                                new KnownShards(
                                        List.of(SPLIT), List.of("shard-0"), List.of("shard-1"))));
        assertThat(back.waiting()).containsExactly(SPLIT);
        assertThat(back.reading()).containsExactly("shard-0");
        assertThat(back.finished()).containsExactly("shard-1");
    }

    @Test
    void anotherVersionIsRefused() {
        assertThatThrownBy(() -> new ShardSplitSerializer().deserialize(2, new byte[0]))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 2");
    }
}
