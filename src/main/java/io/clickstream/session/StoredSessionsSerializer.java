package io.clickstream.session;

import io.clickstream.event.VarInts;
import io.clickstream.event.VersionedSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Layout: the length, then the bytes: of a spilled user the sessions in {@link SessionCodec}'s
 * layout, with what stands in front of them; or a segment of {@link SessionLog}. Version 2 differs
 * only in these bytes, which say by themselves what they are.
 */
public final class StoredSessionsSerializer extends VersionedSerializer<StoredSessions> {

    public static final StoredSessionsSerializer INSTANCE = new StoredSessionsSerializer();

    private static final long serialVersionUID = 1L;

    private StoredSessionsSerializer() {}

    @Override
    protected int version() {
        return 2;
    }

    @Override
    protected TypeSerializer<StoredSessions> forVersion(int version) {
        return version == 1 ? this : super.forVersion(version);
    }

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
