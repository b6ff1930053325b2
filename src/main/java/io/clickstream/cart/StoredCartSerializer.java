package io.clickstream.cart;

import io.clickstream.event.VarInts;
import io.clickstream.event.VersionedSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Layout: the length, then the bytes, which begin with the version of {@link CartCodec}. */
public final class StoredCartSerializer extends VersionedSerializer<StoredCart> {

    public static final StoredCartSerializer INSTANCE = new StoredCartSerializer();

    private static final long serialVersionUID = 1L;

    private StoredCartSerializer() {}

    @Override
    public void serialize(StoredCart cart, DataOutputView out) throws IOException {
        VarInts.write(cart.bytes().length, out);
        out.write(cart.bytes());
    }

    @Override
    public StoredCart deserialize(DataInputView in) throws IOException {
        byte[] bytes = new byte[VarInts.read(in)];
        in.readFully(bytes);
        return new StoredCart(bytes);
    }

    @Override
    public TypeSerializerSnapshot<StoredCart> snapshotConfiguration() {
        return new StoredCartSnapshot();
    }

    /** Names this serializer in savepoints. */
    public static final class StoredCartSnapshot extends Snapshot<StoredCart> {
        public StoredCartSnapshot() {
            super(INSTANCE);
        }
    }
}
