package io.clickstream.sink.archive;

import io.clickstream.event.ArchivedBatch;
import io.clickstream.event.ArchivedRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Writes each record of a batch as a line. */
final class BatchLines implements LineFormat<ArchivedBatch> {

    private static final long serialVersionUID = 1L;

    private final LineFormat<ArchivedRecord> lines;

    private transient ByteArrayOutputStream whole;

    BatchLines(LineFormat<ArchivedRecord> lines) {
        this.lines = lines;
    }

    @Override
    public String suffix() {
        return lines.suffix();
    }

    @Override
    public byte[] header() {
        return lines.header();
    }

    @Override
    public void write(ArchivedBatch batch, OutputStream out) throws IOException {
        if (whole == null) {
            whole = new ByteArrayOutputStream();
        }
        whole.reset();
        for (int i = 0; i < batch.size(); i++) {
            lines.write(batch.record(i), whole);
        }
        whole.writeTo(out);
    }
}
