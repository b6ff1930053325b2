package io.clickstream.event;

import io.clickstream.flink.SerializedType;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** Tells Flink to use a {@link VersionedSerializer} for a type, so that nothing falls to Kryo. */
public final class VersionedTypeInfo<T> extends SerializedType<T> {

    private static final long serialVersionUID = 1L;

    private final Class<T> type;
    private final VersionedSerializer<T> serializer;

    public VersionedTypeInfo(Class<T> type, VersionedSerializer<T> serializer) {
        this.type = type;
        this.serializer = serializer;
    }

    @Override
    public boolean isBasicType() {
        return false;
    }

    @Override
    public boolean isTupleType() {
        return false;
    }

    @Override
    public int getArity() {
        return 1;
    }

    @Override
    public int getTotalFields() {
        return 1;
    }

    @Override
    public Class<T> getTypeClass() {
        return type;
    }

    @Override
    public boolean isKeyType() {
        return true;
    }

    @Override
    public TypeSerializer<T> createSerializer(SerializerConfig config) {
        return serializer.duplicate();
    }

    @Override
    public String toString() {
        return type.getSimpleName();
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof VersionedTypeInfo;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VersionedTypeInfo
                && type == ((VersionedTypeInfo<?>) other).type
                && serializer.equals(((VersionedTypeInfo<?>) other).serializer);
    }

    @Override
    public int hashCode() {
        return type.hashCode();
    }
}
