package io.clickstream.sink.archive;

import java.io.IOException;
import java.io.OutputStream;
import org.apache.flink.api.common.serialization.BulkWriter;
import org.apache.flink.core.fs.FSDataOutputStream;

/** Writes lines into gzip files. Each file is complete and ends with a checkpoint. */
final class GzipLines<T> implements BulkWriter.Factory<T> {

    private static final long serialVersionUID = 1L;

    private final LineFormat<T> format;

    GzipLines(LineFormat<T> format) {
        this.format = format;
    }

    @Override
    public BulkWriter<T> create(FSDataOutputStream file) throws IOException {
        OutputStream packed = new GzipOutput(file);
        packed.write(format.header());
        return new BulkWriter<>() {
            @Override
            public void addElement(T value) throws IOException {
                format.write(value, packed);
            }

            @Override
            public void flush() throws IOException {
                packed.flush();
            }

            @Override
            public void finish() throws IOException {
                packed.close();
            }
        };
    }
}
