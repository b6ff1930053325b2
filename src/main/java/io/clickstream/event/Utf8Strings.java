package io.clickstream.event;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Writes and reads strings that repeat, as a varint of the length and UTF-8, without encoding or
 * making the same string again and again. For one thread.
 */
final class Utf8Strings {

    /** A power of two; a shop has tens to hundreds of departments. */
    private static final int SLOTS = 1024;

    private final StringPool pool = new StringPool();
    private final String[] written = new String[SLOTS];
    private final byte[][] encoded = new byte[SLOTS][];
    private byte[] buffer = new byte[64];

    @SuppressWarnings("ReferenceEquality") // Pooled strings are the same object.
    void write(String text, DataOutputView out) throws IOException {
        int slot = text.hashCode() & (SLOTS - 1);
        byte[] bytes = encoded[slot];
        if (written[slot] != text) {
            bytes = text.getBytes(StandardCharsets.UTF_8);
            if (bytes.length <= StringPool.MAX_LENGTH) {
                written[slot] = text;
                encoded[slot] = bytes;
            }
        }
        VarInts.write(bytes.length, out);
        out.write(bytes);
    }

    String read(DataInputView in) throws IOException {
        int length = VarInts.read(in);
        if (length > buffer.length) {
            buffer = new byte[length];
        }
        in.readFully(buffer, 0, length);
        return pool.ofUtf8(buffer, 0, length);
    }
}
