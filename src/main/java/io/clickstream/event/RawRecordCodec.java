package io.clickstream.event;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/** The layout of a raw record inside a click or a dead letter; it has no version of its own. */
final class RawRecordCodec {

    static void write(RawRecord raw, DataOutputView out) throws IOException {
        StringValue.writeString(raw.source(), out);
        StringValue.writeString(raw.partition(), out);
        StringValue.writeString(raw.offset(), out);
        out.writeInt(raw.bytes().length);
        out.write(raw.bytes());
    }

    static RawRecord read(DataInputView in) throws IOException {
        String source = StringValue.readString(in);
        String partition = StringValue.readString(in);
        String offset = StringValue.readString(in);
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return new RawRecord(source, partition, offset, bytes);
    }

    private RawRecordCodec() {}
}
