package io.clickstream.bench.textbook;

import io.clickstream.event.ClickSerializer;
import io.clickstream.event.VersionedSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Layout: the click, then the mark. */
public final class MarkedClickSerializer extends VersionedSerializer<MarkedClick> {

    public static final MarkedClickSerializer INSTANCE = new MarkedClickSerializer();

    private static final long serialVersionUID = 1L;

    private final ClickSerializer clicks = new ClickSerializer();

    private MarkedClickSerializer() {}

    @Override
    public void serialize(MarkedClick marked, DataOutputView out) throws IOException {
        clicks.serialize(marked.click(), out);
        out.writeBoolean(marked.behindWatermark());
    }

    @Override
    public MarkedClick deserialize(DataInputView in) throws IOException {
        return new MarkedClick(clicks.deserialize(in), in.readBoolean());
    }

    @Override
    public TypeSerializerSnapshot<MarkedClick> snapshotConfiguration() {
        return new MarkedClickSnapshot();
    }

    /** Names this serializer in savepoints. */
    public static final class MarkedClickSnapshot extends Snapshot<MarkedClick> {
        public MarkedClickSnapshot() {
            super(INSTANCE);
        }
    }
}
