package io.clickstream.source;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.flink.util.InstantiationUtil;

/**
 * Copies of a decoder, one for each thread that decodes at the same time. A copy is used again,
 * because a decoder remembers names.
 */
final class DecoderPool implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Never decodes, so that it can be copied at any time. */
    private final RecordDecoder original;

    private transient Queue<RecordDecoder> idle = new ConcurrentLinkedQueue<>();

    DecoderPool(RecordDecoder original) {
        this.original = original;
    }

    /** The maximum length of a record, in bytes. */
    int maxRecordBytes() {
        return original.maxRecordBytes();
    }

    /** A decoder that no other thread has. */
    RecordDecoder take() {
        RecordDecoder decoder = idle.poll();
        return decoder == null ? copy() : decoder;
    }

    /** Returns a decoder that is not used anymore. */
    void give(RecordDecoder decoder) {
        idle.add(decoder);
    }

    private RecordDecoder copy() {
        try {
            return InstantiationUtil.clone(original, RecordDecoder.class.getClassLoader());
        } catch (IOException e) {
            throw new UncheckedIOException("The decoder can't be copied", e);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("The decoder can't be copied", e);
        }
    }

    private Object readResolve() {
        return new DecoderPool(original);
    }
}
