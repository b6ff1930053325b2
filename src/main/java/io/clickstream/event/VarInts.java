package io.clickstream.event;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Lengths as unsigned varints: 7 bits a byte, the lowest first. */
public final class VarInts {

    /** Writes a number that is not negative. */
    public static void write(int value, DataOutputView out) throws IOException {
        int rest = value;
        while (rest > 0x7f) {
            out.writeByte((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }

    public static int read(DataInputView in) throws IOException {
        int value = 0;
        int shift = 0;
        int next;
        do {
            next = in.readUnsignedByte();
            value |= (next & 0x7f) << shift;
            shift += 7;
        } while (next > 0x7f);
        return value;
    }

    private VarInts() {}
}
