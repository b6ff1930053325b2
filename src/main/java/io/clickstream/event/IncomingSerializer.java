package io.clickstream.event;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Layout: a byte that tells a click from a dead letter, then the one or the other. In front of a
 * record with an interaction stands another byte, and the interaction or why there is none.
 */
public final class IncomingSerializer extends VersionedSerializer<Incoming> {

    private static final long serialVersionUID = 1L;

    private static final byte CLICK = 0;
    private static final byte DEAD_LETTER = 1;
    private static final byte INTERACTION = 2;
    private static final byte REFUSED_INTERACTION = 3;

    private final ClickSerializer clicks = new ClickSerializer();

    @Override
    public IncomingSerializer duplicate() {
        return new IncomingSerializer();
    }

    @Override
    public void serialize(Incoming incoming, DataOutputView out) throws IOException {
        if (incoming instanceof Click) {
            out.writeByte(CLICK);
            clicks.serialize((Click) incoming, out);
        } else if (incoming instanceof RecordWithInteraction) {
            RecordWithInteraction both = (RecordWithInteraction) incoming;
            if (both.interaction() != null) {
                out.writeByte(INTERACTION);
                InteractionSerializer.INSTANCE.serialize(both.interaction(), out);
            } else {
                out.writeByte(REFUSED_INTERACTION);
                DeadLetterSerializer.INSTANCE.serialize(both.refusal(), out);
            }
            serialize(both.record(), out);
        } else {
            out.writeByte(DEAD_LETTER);
            DeadLetterSerializer.INSTANCE.serialize((DeadLetter) incoming, out);
        }
    }

    @Override
    public Incoming deserialize(DataInputView in) throws IOException {
        byte kind = in.readByte();
        switch (kind) {
            case CLICK:
                return clicks.deserialize(in);
            case DEAD_LETTER:
                return DeadLetterSerializer.INSTANCE.deserialize(in);
            case INTERACTION:
                Interaction interaction = InteractionSerializer.INSTANCE.deserialize(in);
                return RecordWithInteraction.of(deserialize(in), interaction);
            case REFUSED_INTERACTION:
                DeadLetter refusal = DeadLetterSerializer.INSTANCE.deserialize(in);
                return RecordWithInteraction.refused(deserialize(in), refusal);
            default:
                throw new IOException("Neither a click nor a dead letter: " + kind);
        }
    }

    @Override
    public TypeSerializerSnapshot<Incoming> snapshotConfiguration() {
        return new IncomingSnapshot();
    }

    /** Names this serializer in savepoints. */
    public static final class IncomingSnapshot extends Snapshot<Incoming> {
        public IncomingSnapshot() {
            super(new IncomingSerializer());
        }
    }
}
