package io.clickstream.event;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Layout: the folder, the number of records, that of bytes, the lines, then of each record where
 * its line ends and its two times.
 */
public final class ArchivedBatchSerializer extends VersionedSerializer<ArchivedBatch> {

    public static final ArchivedBatchSerializer INSTANCE = new ArchivedBatchSerializer();

    private static final long serialVersionUID = 1L;

    private ArchivedBatchSerializer() {}

    /** A batch is filled again once it was handed on. */
    @Override
    public boolean isImmutableType() {
        return false;
    }

    @Override
    public ArchivedBatch copy(ArchivedBatch from) {
        return from.copy();
    }

    @Override
    public void serialize(ArchivedBatch batch, DataOutputView out) throws IOException {
        batch.write(out);
    }

    @Override
    public ArchivedBatch deserialize(DataInputView in) throws IOException {
        return ArchivedBatch.read(in);
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
