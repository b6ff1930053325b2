package io.clickstream.sink.archive;

import io.clickstream.event.ArchivedRecord;
import java.io.IOException;
import java.io.OutputStream;

/** Each record's own JSON, as a line. */
final class JsonLines implements LineFormat<ArchivedRecord> {

    private static final long serialVersionUID = 1L;

    @Override
    public String suffix() {
        return ".jsonl";
    }

    @Override
    public void write(ArchivedRecord record, OutputStream out) throws IOException {
        out.write(record.json());
        out.write('\n');
    }
}
