package io.clickstream.event;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Layout: the key, the length of the clicks, the clicks. */
public final class ClickBatchSerializer extends VersionedSerializer<ClickBatch> {

    public static final ClickBatchSerializer INSTANCE = new ClickBatchSerializer();

    private static final long serialVersionUID = 1L;

    private ClickBatchSerializer() {}

    /** The array is used again once a batch was handed on. */
    @Override
    public boolean isImmutableType() {
        return false;
    }

    @Override
    public ClickBatch copy(ClickBatch from) {
        byte[] bytes = new byte[from.length() + ClickBatch.SPARE];
        System.arraycopy(from.bytes(), 0, bytes, 0, from.length());
        return new ClickBatch(from.key(), bytes, from.length());
    }

    @Override
    public void serialize(ClickBatch batch, DataOutputView out) throws IOException {
        out.writeInt(batch.key());
        out.writeInt(batch.length());
        out.write(batch.bytes(), 0, batch.length());
    }

    @Override
    public ClickBatch deserialize(DataInputView in) throws IOException {
        int key = in.readInt();
        int length = in.readInt();
        byte[] bytes = new byte[length + ClickBatch.SPARE];
        in.readFully(bytes, 0, length);
        return new ClickBatch(key, bytes, length);
    }

    @Override
    public TypeSerializerSnapshot<ClickBatch> snapshotConfiguration() {
        return new ClickBatchSnapshot();
    }

    /** Names this serializer in savepoints. */
    public static final class ClickBatchSnapshot extends Snapshot<ClickBatch> {
        public ClickBatchSnapshot() {
            super(INSTANCE);
        }
    }
}
