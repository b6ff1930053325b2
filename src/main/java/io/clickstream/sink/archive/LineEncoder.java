package io.clickstream.sink.archive;

import java.io.IOException;
import java.io.OutputStream;
import org.apache.flink.api.common.serialization.Encoder;
import org.apache.flink.core.fs.FSDataOutputStream;

/**
 * Writes lines into files that can continue after a checkpoint. After a failure, they continue at
 * the position of the last checkpoint.
 */
final class LineEncoder<T> implements Encoder<T> {

    private static final long serialVersionUID = 1L;

    private final LineFormat<T> format;

    private transient byte[] header;

    LineEncoder(LineFormat<T> format) {
        this.format = format;
    }

    @Override
    public void encode(T value, OutputStream out) throws IOException {
        if (header == null) {
            header = format.header();
        }
        if (header.length > 0 && ((FSDataOutputStream) out).getPos() == 0) {
            out.write(header);
        }
        format.write(value, out);
    }
}
