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
 * The serializer of the writer's state: interactions in version 1 of {@link
 * InteractionSerializer}'s layout, inside the layout of Flink's base. A change of either needs a
 * new version.
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
