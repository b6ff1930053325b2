package io.clickstream.event;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Layout: the folder, the number of records, then each as {@link ArchivedRecordSerializer}. */
public final class ArchivedBatchSerializer extends VersionedSerializer<ArchivedBatch> {

    public static final ArchivedBatchSerializer INSTANCE = new ArchivedBatchSerializer();

    private static final long serialVersionUID = 1L;

    private ArchivedBatchSerializer() {}

    @Override
    public void serialize(ArchivedBatch batch, DataOutputView out) throws IOException {
        out.writeUTF(batch.folder());
        out.writeInt(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            ArchivedRecordSerializer.INSTANCE.serialize(batch.record(i), out);
        }
    }

    @Override
    public ArchivedBatch deserialize(DataInputView in) throws IOException {
        String folder = in.readUTF();
        int count = in.readInt();
        ArchivedBatch batch = new ArchivedBatch(folder, count);
        for (int i = 0; i < count; i++) {
            batch.add(ArchivedRecordSerializer.INSTANCE.deserialize(in));
        }
        return batch;
    }

    @Override
    public TypeSerializerSnapshot<ArchivedBatch> snapshotConfiguration() {
        return new ArchivedBatchSnapshot();
    }

    /** Names this serializer in savepoints. */
    public static final class ArchivedBatchSnapshot extends Snapshot<ArchivedBatch> {
        public ArchivedBatchSnapshot() {
            super(INSTANCE);
        }
    }
}
