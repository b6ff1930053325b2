package io.clickstream.sink.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.flink.api.common.serialization.Encoder;
import org.apache.flink.core.fs.FSDataOutputStream;

/**
 * Writes lines into files that may go on after a checkpoint, and after a failure where they were at
 * the last one.
 */
final class LineEncoder<T> implements Encoder<T> {

    private static final long serialVersionUID = 1L;

    private final LineFormat<T> format;

    private transient byte[] header;
    private transient ByteArrayOutputStream line;

    LineEncoder(LineFormat<T> format) {
        this.format = format;
    }

    /** Hands all lines of a value over in one piece: a local file's stream has no buffer. */
    @Override
    public void encode(T value, OutputStream out) throws IOException {
        if (line == null) {
            line = new ByteArrayOutputStream();
            header = format.header();
        }
        line.reset();
        if (header.length > 0 && ((FSDataOutputStream) out).getPos() == 0) {
            line.write(header);
        }
        format.write(value, line);
        line.writeTo(out);
    }
}
