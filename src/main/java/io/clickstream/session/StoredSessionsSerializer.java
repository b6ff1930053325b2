package io.clickstream.session;

import io.clickstream.event.VarInts;
import io.clickstream.event.VersionedSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Layout: the length, then the bytes: of a spilled user the writer of the department numbers, as a
 * varint, and the sessions in {@link SessionCodec}'s layout; or a segment of {@link SessionLog}.
 * Both layouts have this version too.
 */
public final class StoredSessionsSerializer extends VersionedSerializer<StoredSessions> {

    public static final StoredSessionsSerializer INSTANCE = new StoredSessionsSerializer();

    private static final long serialVersionUID = 1L;

    private StoredSessionsSerializer() {}

    @Override
    public void serialize(StoredSessions sessions, DataOutputView out) throws IOException {
        byte[] bytes = sessions.bytes();
        VarInts.write(bytes.length, out);
        out.write(bytes);
    }

    @Override
    public StoredSessions deserialize(DataInputView in) throws IOException {
        int length = VarInts.read(in);
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return new StoredSessions(bytes);
    }

    @Override
    public TypeSerializerSnapshot<StoredSessions> snapshotConfiguration() {
        return new StoredSessionsSnapshot();
    }

    /** Names this serializer in savepoints. */
    public static final class StoredSessionsSnapshot extends Snapshot<StoredSessions> {
        public StoredSessionsSnapshot() {
            super(INSTANCE);
        }
    }
}
