package io.clickstream.event;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Layout: event time, arrival, length of the JSON, the JSON. */
public final class ArchivedRecordSerializer extends VersionedSerializer<ArchivedRecord> {

    public static final ArchivedRecordSerializer INSTANCE = new ArchivedRecordSerializer();

    private static final long serialVersionUID = 1L;

    private ArchivedRecordSerializer() {}

    @Override
    public void serialize(ArchivedRecord record, DataOutputView out) throws IOException {
        out.writeLong(record.eventTime());
        out.writeLong(record.arrival());
        out.writeInt(record.json().length);
        out.write(record.json());
    }

    @Override
    public ArchivedRecord deserialize(DataInputView in) throws IOException {
        long eventTime = in.readLong();
        long arrival = in.readLong();
        byte[] json = new byte[in.readInt()];
        in.readFully(json);
        return new ArchivedRecord(json, eventTime, arrival);
    }

    @Override
    public TypeSerializerSnapshot<ArchivedRecord> snapshotConfiguration() {
        return new ArchivedRecordSnapshot();
    }

    /** Names this serializer in savepoints. */
    public static final class ArchivedRecordSnapshot extends Snapshot<ArchivedRecord> {
        public ArchivedRecordSnapshot() {
            super(INSTANCE);
        }
    }
}
