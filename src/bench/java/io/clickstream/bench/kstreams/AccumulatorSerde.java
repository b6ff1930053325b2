package io.clickstream.bench.kstreams;

import io.clickstream.bench.textbook.SessionAccumulator;
import io.clickstream.bench.textbook.SessionAccumulatorSerializer;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/** The same bytes for an open session as the textbook version on Flink keeps. */
final class AccumulatorSerde implements Serde<SessionAccumulator> {

    @Override
    public Serializer<SessionAccumulator> serializer() {
        return (topic, session) -> {
            if (session == null) {
                return null;
            }
            DataOutputSerializer out = new DataOutputSerializer(128);
            try {
                SessionAccumulatorSerializer.INSTANCE.serialize(session, out);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return out.getCopyOfBuffer();
        };
    }

    @Override
    public Deserializer<SessionAccumulator> deserializer() {
        return (topic, bytes) -> {
            if (bytes == null) {
                return null;
            }
            try {
                return SessionAccumulatorSerializer.INSTANCE.deserialize(
                        new DataInputDeserializer(bytes));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }
}
