package io.clickstream.bench.kstreams;

import io.clickstream.event.Click;
import io.clickstream.event.Incoming;
import io.clickstream.event.RawRecord;
import io.clickstream.source.RecordDecoder;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/** Decodes clicks as the job does; they are never written. */
final class ClickSerde implements Serde<Click> {

    /** All threads of Kafka Streams share the serde of a topic. */
    private final ThreadLocal<RecordDecoder> decoders;

    ClickSerde(Supplier<RecordDecoder> decoders) {
        this.decoders = ThreadLocal.withInitial(decoders);
    }

    @Override
    public Serializer<Click> serializer() {
        return (topic, click) -> {
            throw new UnsupportedOperationException("clicks are only read");
        };
    }

    @Override
    public Deserializer<Click> deserializer() {
        return (topic, bytes) -> {
            Incoming incoming = decoders.get().decode(new RawRecord(topic, 0, 0, bytes));
            if (incoming instanceof Click click) {
                return click;
            }
            throw new IllegalStateException("a generated click was refused: " + incoming);
        };
    }
}
