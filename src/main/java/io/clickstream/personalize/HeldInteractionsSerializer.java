package io.clickstream.personalize;

import io.clickstream.event.Interaction;
import io.clickstream.event.InteractionSerializer;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.apache.flink.connector.base.sink.writer.AsyncSinkWriterStateSerializer;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.core.memory.DataOutputViewStreamWrapper;

/**
 * The writer's state: interactions by the layout of {@link InteractionSerializer}'s version 1,
 * within that of Flink's base. A change of either needs a version of its own.
 */
final class HeldInteractionsSerializer extends AsyncSinkWriterStateSerializer<Interaction> {

    @Override
    public int getVersion() {
        return 1;
    }

    @Override
    protected void serializeRequestToStream(Interaction interaction, DataOutputStream out)
            throws IOException {
        InteractionSerializer.INSTANCE.serialize(interaction, new DataOutputViewStreamWrapper(out));
    }

    @Override
    protected Interaction deserializeRequestFromStream(long size, DataInputStream in)
            throws IOException {
        return InteractionSerializer.INSTANCE.deserialize(new DataInputViewStreamWrapper(in));
    }
}
