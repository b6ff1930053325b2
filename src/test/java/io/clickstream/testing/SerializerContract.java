package io.clickstream.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.event.RawRecord;
import io.clickstream.event.VersionedSerializer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

/**
 * What every serializer of state must hold. Version 1's bytes of the samples are kept in {@code
 * src/test/resources/serializers}; for a new type, {@code mvn test -Dtest=…
 * -Dsurefire.failIfNoSpecifiedTests=false -Dserializers.write=true} writes them where they are
 * missing. They are never changed: there are savepoints with such bytes.
 */
public abstract class SerializerContract<T> {

    private static final Path GOLDEN = Path.of("src", "test", "resources", "serializers");
    private static final String WRITE = "serializers.write";

    private final String type;
    private final VersionedSerializer<T> serializer;
    private final List<T> samples;

    protected SerializerContract(
            Class<?> type, VersionedSerializer<T> serializer, List<T> samples) {
        this.type = type.getSimpleName();
        this.serializer = serializer;
        this.samples = samples;
    }

    /** All that makes a value; the value itself where its {@code equals} says that. */
    protected Object content(T value) {
        return value;
    }

    /** All that makes a raw record. */
    public static Object content(RawRecord raw) {
        return raw == null
                ? "none"
                : List.of(
                        raw.source(),
                        raw.partition(),
                        raw.offset(),
                        new String(raw.bytes(), StandardCharsets.ISO_8859_1));
    }

    @Test
    void readsWhatItWrites() throws Exception {
        DataInputDeserializer in = new DataInputDeserializer(bytes(samples));
        for (T sample : samples) {
            assertSame(serializer.deserialize(in), sample);
        }
        assertThat(in.available()).isZero();
    }

    @Test
    void readsWithAnObjectToReuse() throws Exception {
        DataInputDeserializer in = new DataInputDeserializer(bytes(samples));
        for (T sample : samples) {
            assertSame(serializer.deserialize(samples.get(0), in), sample);
        }
    }

    @Test
    void copiesBytes() throws Exception {
        DataInputDeserializer in = new DataInputDeserializer(bytes(samples));
        DataOutputSerializer out = new DataOutputSerializer(16);
        for (int i = 0; i < samples.size(); i++) {
            serializer.copy(in, out);
        }

        assertThat(out.getCopyOfBuffer()).isEqualTo(bytes(samples));
        assertThat(in.available()).isZero();
    }

    @Test
    void copiesObjects() {
        for (T sample : samples) {
            assertSame(serializer.copy(sample), sample);
            assertSame(serializer.copy(sample, samples.get(0)), sample);
            assertThat(serializer.copy(sample) == sample).isEqualTo(serializer.isImmutableType());
        }
    }

    @Test
    void isTheSameAfterItsWayToATaskManager() throws Exception {
        TypeSerializer<T> travelled = InstantiationUtil.clone(serializer);

        assertThat(travelled).isEqualTo(serializer).hasSameHashCodeAs(serializer);
        assertThat(serializer.duplicate()).isEqualTo(serializer);
    }

    @Test
    void findsItselfThroughASavepoint() throws Exception {
        DataOutputSerializer out = new DataOutputSerializer(16);
        TypeSerializerSnapshot.writeVersionedSnapshot(out, serializer.snapshotConfiguration());

        TypeSerializerSnapshot<T> read = snapshot(new DataInputDeserializer(out.getCopyOfBuffer()));

        assertThat(read.restoreSerializer()).isEqualTo(serializer);
        assertThat(
                        serializer
                                .snapshotConfiguration()
                                .resolveSchemaCompatibility(read)
                                .isCompatibleAsIs())
                .isTrue();
    }

    @Test
    void refusesALaterVersion() throws Exception {
        TypeSerializerSnapshot<T> later = serializer.snapshotConfiguration();
        int version = later.getCurrentVersion() + 1;
        later.readSnapshot(
                version, new DataInputDeserializer(new byte[0]), getClass().getClassLoader());

        assertThat(
                        serializer
                                .snapshotConfiguration()
                                .resolveSchemaCompatibility(later)
                                .isIncompatible())
                .isTrue();
        assertThatThrownBy(later::restoreSerializer)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        serializer.getClass().getSimpleName() + " can't read version " + version);
    }

    @Test
    void readsTheBytesOfVersionOne() throws Exception {
        Path file = GOLDEN.resolve(type + "-v1.bin");
        if (Boolean.getBoolean(WRITE) && !Files.exists(file)) {
            Files.createDirectories(GOLDEN);
            Files.write(file, savepoint());
        }
        byte[] golden = Files.readAllBytes(file);
        DataInputDeserializer in = new DataInputDeserializer(golden);

        TypeSerializerSnapshot<T> old = snapshot(in);
        assertThat(
                        serializer
                                .snapshotConfiguration()
                                .resolveSchemaCompatibility(old)
                                .isIncompatible())
                .isFalse();
        List<Object> read = new ArrayList<>();
        for (int count = in.readInt(); count > 0; count--) {
            read.add(content(old.restoreSerializer().deserialize(in)));
        }

        assertThat(read).isEqualTo(samples.stream().map(this::content).toList());
        if (serializer.snapshotConfiguration().getCurrentVersion() == 1) {
            assertThat(savepoint())
                    .as("a layout that changes needs a version of its own")
                    .isEqualTo(golden);
        }
    }

    private byte[] savepoint() throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(16);
        TypeSerializerSnapshot.writeVersionedSnapshot(out, serializer.snapshotConfiguration());
        out.writeInt(samples.size());
        out.write(bytes(samples));
        return out.getCopyOfBuffer();
    }

    private byte[] bytes(List<T> values) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(16);
        for (T value : values) {
            serializer.serialize(value, out);
        }
        return out.getCopyOfBuffer();
    }

    private TypeSerializerSnapshot<T> snapshot(DataInputDeserializer in) throws IOException {
        return TypeSerializerSnapshot.readVersionedSnapshot(in, getClass().getClassLoader());
    }

    private void assertSame(T actual, T expected) {
        assertThat(content(actual)).isEqualTo(content(expected));
    }
}
