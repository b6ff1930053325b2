package io.clickstream.event;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** Layout: the name of the reason, detail, time, raw record. */
public final class DeadLetterSerializer extends VersionedSerializer<DeadLetter> {

    public static final DeadLetterSerializer INSTANCE = new DeadLetterSerializer();

    private static final long serialVersionUID = 1L;

    private DeadLetterSerializer() {}

    @Override
    public void serialize(DeadLetter letter, DataOutputView out) throws IOException {
        StringValue.writeString(letter.reason().name(), out);
        StringValue.writeString(letter.detail(), out);
        out.writeLong(letter.time());
        RawRecordCodec.write(letter.raw(), out);
    }

    @Override
    public DeadLetter deserialize(DataInputView in) throws IOException {
        DeadLetter.Reason reason = DeadLetter.Reason.valueOf(StringValue.readString(in));
        String detail = StringValue.readString(in);
        long time = in.readLong();
        return new DeadLetter(reason, detail, RawRecordCodec.read(in), time);
    }

    @Override
    public TypeSerializerSnapshot<DeadLetter> snapshotConfiguration() {
        return new DeadLetterSnapshot();
    }

    /** Names this serializer in savepoints. */
    public static final class DeadLetterSnapshot extends Snapshot<DeadLetter> {
        public DeadLetterSnapshot() {
            super(INSTANCE);
        }
    }
}
