package io.clickstream.sink.opensearch;

import io.clickstream.event.VersionedSerializer;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** Layout: index, id, version, waiting since, last checkpoint before, length of the JSON, JSON. */
public final class DocumentSerializer extends VersionedSerializer<Document> {

    static final DocumentSerializer INSTANCE = new DocumentSerializer();

    private static final long serialVersionUID = 1L;

    private DocumentSerializer() {}

    @Override
    public void serialize(Document document, DataOutputView out) throws IOException {
        StringValue.writeString(document.index(), out);
        StringValue.writeString(document.id(), out);
        out.writeLong(document.version());
        out.writeLong(document.since());
        out.writeLong(document.after());
        out.writeInt(document.json().length);
        out.write(document.json());
    }

    @Override
    public Document deserialize(DataInputView in) throws IOException {
        String index = StringValue.readString(in);
        String id = StringValue.readString(in);
        long version = in.readLong();
        long since = in.readLong();
        long after = in.readLong();
        byte[] json = new byte[in.readInt()];
        in.readFully(json);
        return new Document(index, id, json, version, since, after);
    }

    @Override
    public TypeSerializerSnapshot<Document> snapshotConfiguration() {
        return new DocumentSnapshot();
    }

    /** Names this serializer in savepoints. */
    public static final class DocumentSnapshot extends Snapshot<Document> {
        public DocumentSnapshot() {
            super(INSTANCE);
        }
    }
}
