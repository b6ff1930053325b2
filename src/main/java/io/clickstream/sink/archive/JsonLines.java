package io.clickstream.sink.archive;

import io.clickstream.event.ArchivedBatch;
import java.io.IOException;
import java.io.OutputStream;

/** Writes each record's JSON as one line. */
final class JsonLines implements LineFormat<ArchivedBatch> {

    private static final long serialVersionUID = 1L;

    @Override
    public String suffix() {
        return ".jsonl";
    }

    @Override
    public void write(ArchivedBatch batch, OutputStream out) throws IOException {
        batch.writeLines(out);
    }
}
