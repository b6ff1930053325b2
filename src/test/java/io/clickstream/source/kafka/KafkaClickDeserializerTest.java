package io.clickstream.source.kafka;

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
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** Records in = clicks + dead letters, packed or not. */
class KafkaClickDeserializerTest {

    private static final String CLICK = "{\"userid\":1,\"eventtimestamp\":1655183298630}";

    private final List<Incoming> out = new ArrayList<>();

    @Test
    void makesAClickOfARecordAndOfEachThatIsPackedIntoOne() {
        read(true, CLICK.getBytes(UTF_8));
        read(true, GzipRecords.gzip(CLICK));
        read(true, GzipRecords.gzip(GzipRecords.cloudWatchLogs(CLICK, "no click", CLICK)));

        assertThat(out).hasSize(5);
        assertThat(out.get(3)).isInstanceOf(DeadLetter.class);
        assertThat(((Click) out.get(1)).raw().offset()).isEqualTo("42");
        assertThat(((Click) out.get(1)).raw().bytes()).isEqualTo(CLICK.getBytes(UTF_8));
        assertThat(((DeadLetter) out.get(3)).raw().offset()).isEqualTo("42/1");
        assertThat(((Click) out.get(4)).raw().offset()).isEqualTo("42/2");
        assertThat(((Click) out.get(4)).raw().partition()).isEqualTo("3");
    }

    @Test
    void saysWhatItIsWhereItIsNotUnpacked() {
        read(false, GzipRecords.gzip(CLICK));

        assertThat(out).hasSize(1);
        assertThat(((DeadLetter) out.get(0)).reason()).isEqualTo(Reason.MALFORMED);
        assertThat(((DeadLetter) out.get(0)).detail())
                .isEqualTo("the record is gzip; set `format / compression` to `gzip`");
    }

    @Test
    void takesARecordWithoutAValueForAnEmptyOne() {
        read(true, null);

        assertThat(((DeadLetter) out.get(0)).detail()).isEqualTo("empty");
    }

    private void read(boolean unpacking, byte[] value) {
        RecordDecoder decoder =
                new RecordDecoder(
                                new JsonClickDecoder(),
                                Set.of(),
                                BotSigns.NONE,
                                1_000_000,
                                Duration.ofSeconds(10),
                                Clock.systemUTC())
                        .unpacking(unpacking);
        new KafkaClickDeserializer(decoder)
                .deserialize(
                        new ConsumerRecord<>("clicks", 3, 42, null, value),
                        new Collector<>() {
                            @Override
                            public void collect(Incoming record) {
                                out.add(record);
                            }

                            @Override
                            public void close() {}
                        });
    }
}
