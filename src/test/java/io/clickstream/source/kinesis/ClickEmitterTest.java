package io.clickstream.source.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.Click;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.event.Incoming;
import io.clickstream.format.JsonClickDecoder;
import io.clickstream.source.BotSigns;
import io.clickstream.source.RecordDecoder;
import io.clickstream.testing.GzipRecords;
import io.clickstream.testing.PackedRecord;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.SourceOutput;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.Record;

/** Records in = clicks + dead letters, packed or not. */
class ClickEmitterTest {

    private static final byte[] CLICK =
            "{\"userid\":1,\"eventtimestamp\":1655183298630}".getBytes(UTF_8);

    private final List<Incoming> emitted = new ArrayList<>();
    private final ShardState shard =
            new ShardState(new ShardSplit("shard-1", List.of(), ShardPosition.TRIM_HORIZON));
    private final ClickEmitter emitter =
            new ClickEmitter(
                    "clicks",
                    new RecordDecoder(
                                    new JsonClickDecoder(),
                                    Set.of(),
                                    BotSigns.NONE,
                                    1_000_000,
                                    Duration.ofSeconds(10),
                                    Clock.systemUTC())
                            .unpacking(true));

    @Test
    void makesAClickOfARecordAndOfEachThatIsPackedIntoOne() {
        emit(CLICK);
        emit(PackedRecord.of("key", List.of(CLICK, CLICK, new byte[0])));

        assertThat(emitted).hasSize(4).element(3).isInstanceOf(DeadLetter.class);
        assertThat(emitted.subList(0, 3)).allMatch(each -> each instanceof Click);
        assertThat(((Click) emitted.get(2)).raw().offset()).isEqualTo("7/1");
    }

    @Test
    void unpacksRecordsAlsoWithinAPackage() {
        String click = new String(CLICK, UTF_8);
        byte[] packed = GzipRecords.gzip(GzipRecords.cloudWatchLogs(click, click));

        emit(packed);
        emit(PackedRecord.of("key", List.of(CLICK, packed)));

        assertThat(emitted).hasSize(5).allMatch(each -> each instanceof Click);
        assertThat(emitted)
                .extracting(each -> ((Click) each).raw().offset())
                .containsExactly("7/0", "7/1", "7/0", "7/1/0", "7/1/1");
    }

    @Test
    void makesADeadLetterOfAPackageWithoutRecords() {
        byte[] bytes = PackedRecord.of("key", List.of());

        emit(bytes);

        assertThat(emitted).hasSize(1);
        DeadLetter letter = (DeadLetter) emitted.get(0);
        assertThat(letter.reason()).isEqualTo(Reason.MALFORMED);
        assertThat(letter.detail())
                .isEqualTo(
                        "an aggregated record of the Kinesis Producer Library without records;"
                                + " it must contain at least one");
        assertThat(letter.raw().bytes()).isEqualTo(bytes);
        assertThat(letter.raw().partition()).isEqualTo("shard-1");
        assertThat(letter.raw().offset()).isEqualTo("7");
        assertThat(shard.toSplit().position()).isEqualTo(ShardPosition.after("7"));
    }

    private void emit(byte[] data) {
        Record record =
                Record.builder().sequenceNumber("7").data(SdkBytes.fromByteArray(data)).build();
        emitter.emitRecord(record, new Emitted(), shard);
    }

    private final class Emitted implements SourceOutput<Incoming> {

        @Override
        public void collect(Incoming record) {
            emitted.add(record);
        }

        @Override
        public void collect(Incoming record, long timestamp) {
            emitted.add(record);
        }

        @Override
        public void emitWatermark(Watermark watermark) {
            throw new UnsupportedOperationException("A record is no watermark");
        }

        @Override
        public void markIdle() {
            throw new UnsupportedOperationException("A record makes nothing idle");
        }

        @Override
        public void markActive() {
            throw new UnsupportedOperationException("Flink does this itself");
        }
    }
}
