package io.clickstream.event;

import java.io.IOException;
import java.util.OptionalLong;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/**
 * Layout: the name of the reason, with {@code @} and the event time behind it where that is known;
 * detail, time, raw record. Bytes from before there was an event time are of this layout too.
 */
public final class DeadLetterSerializer extends VersionedSerializer<DeadLetter> {

    public static final DeadLetterSerializer INSTANCE = new DeadLetterSerializer();

    private static final long serialVersionUID = 1L;

    private static final char EVENT_TIME = '@';

    private DeadLetterSerializer() {}

    @Override
    public void serialize(DeadLetter letter, DataOutputView out) throws IOException {
        String reason = letter.reason().name();
        OptionalLong eventTime = letter.eventTime();
        StringValue.writeString(
                eventTime.isPresent() ? reason + EVENT_TIME + eventTime.getAsLong() : reason, out);
        StringValue.writeString(letter.detail(), out);
        out.writeLong(letter.time());
        RawRecordCodec.write(letter.raw(), out);
    }

    @Override
    public DeadLetter deserialize(DataInputView in) throws IOException {
        String reason = StringValue.readString(in);
        int end = reason.indexOf(EVENT_TIME);
        String detail = StringValue.readString(in);
        long time = in.readLong();
        DeadLetter letter =
                new DeadLetter(
                        DeadLetter.Reason.valueOf(end < 0 ? reason : reason.substring(0, end)),
                        detail,
                        RawRecordCodec.read(in),
                        time);
        return end < 0
                ? letter
                : letter.withEventTime(Long.parseLong(reason, end + 1, reason.length(), 10));
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
