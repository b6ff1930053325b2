package io.clickstream.event;

import java.io.IOException;
import org.apache.flink.core.memory.DataInputDeserializer;

/** Reads from an array, and strings that repeat without a copy of their bytes. */
public final class InPlaceInput extends DataInputDeserializer {

    private static final long serialVersionUID = 1L;

    private byte[] array;

    /** Begins anew, at the first byte of an array that is read up to a length. */
    public void begin(byte[] bytes, int length) {
        array = bytes;
        setBuffer(bytes, 0, length);
    }

    /** The string of the next bytes, which are UTF-8. */
    String string(int length, StringPool pool) throws IOException {
        int offset = getPosition();
        skipBytesToRead(length);
        return pool.ofUtf8(array, offset, length);
    }
}
