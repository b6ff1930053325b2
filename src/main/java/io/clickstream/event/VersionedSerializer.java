package io.clickstream.event;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * A hand-written serializer whose layout has a version number.
 *
 * <p>A savepoint holds the version that wrote it. When a layout changes, the serializer gets the
 * next version and keeps reading the older ones ({@link #forVersion}); Flink then rewrites the
 * state as it restores it. A savepoint of a later version than this code knows is refused.
 *
 * <p>The types are treated as immutable, so they are passed on without copies; a type whose objects
 * change must override the copy methods.
 */
public abstract class VersionedSerializer<T> extends TypeSerializer<T> {

    private static final long serialVersionUID = 1L;

    /** The version of the layout that this serializer writes; 1 for a new one. */
    protected int version() {
        return 1;
    }

    /**
     * The serializer that reads what an older version wrote.
     *
     * @param version one that {@link #version()} has returned in the past
     */
    protected TypeSerializer<T> forVersion(int version) {
        throw new IllegalStateException(
                getClass().getSimpleName() + " can't read version " + version);
    }

    @Override
    public boolean isImmutableType() {
        return true;
    }

    @Override
    public TypeSerializer<T> duplicate() {
        return this;
    }

    @Override
    public T createInstance() {
        return null;
    }

    @Override
    public T copy(T from) {
        return from;
    }

    @Override
    public T copy(T from, T reuse) {
        return copy(from);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        serialize(deserialize(source), target);
    }

    @Override
    public T deserialize(T reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public int getLength() {
        return -1;
    }

    /** Nothing tells two of one class apart. */
    @Override
    @SuppressWarnings("EqualsGetClass")
    public boolean equals(Object other) {
        return other != null && other.getClass() == getClass();
    }

    @Override
    public int hashCode() {
        return getClass().hashCode();
    }

    /** Remembers the version of the layout. Subclasses only say whose it is. */
    public abstract static class Snapshot<T> implements TypeSerializerSnapshot<T> {

        private final VersionedSerializer<T> serializer;
        private int version;

        protected Snapshot(VersionedSerializer<T> serializer) {
            this.serializer = serializer;
            this.version = serializer.version();
        }

        @Override
        public int getCurrentVersion() {
            return serializer.version();
        }

        @Override
        public void writeSnapshot(DataOutputView out) {
            // The version that Flink itself writes says it all.
        }

        @Override
        public void readSnapshot(int readVersion, DataInputView in, ClassLoader classLoader) {
            version = readVersion;
        }

        @Override
        public TypeSerializer<T> restoreSerializer() {
            return version == serializer.version() ? serializer : serializer.forVersion(version);
        }

        @Override
        public TypeSerializerSchemaCompatibility<T> resolveSchemaCompatibility(
                TypeSerializerSnapshot<T> oldSnapshot) {
            if (oldSnapshot.getClass() != getClass()) {
                return TypeSerializerSchemaCompatibility.incompatible();
            }
            int old = ((Snapshot<T>) oldSnapshot).version;
            if (old > serializer.version()) {
                return TypeSerializerSchemaCompatibility.incompatible();
            }
            return old == serializer.version()
                    ? TypeSerializerSchemaCompatibility.compatibleAsIs()
                    : TypeSerializerSchemaCompatibility.compatibleAfterMigration();
        }
    }
}
