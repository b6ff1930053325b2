package io.clickstream.source;

import io.clickstream.event.EventTypes;
import io.clickstream.event.Incoming;
import io.clickstream.event.RawRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.IteratorResultIterator;
import org.apache.flink.core.fs.Path;

/**
 * Files read once from beginning to end, each by one subtask: such with one record per line, {@code
 * .gz} or plain, and {@code .parquet} with a column {@code record}. Lines end with LF or CRLF;
 * blank lines are no records.
 */
public final class ClickFiles implements BulkFormat<Incoming, FileSourceSplit> {

    private static final long serialVersionUID = 1L;

    private static final int BATCH_RECORDS = 1_000;

    private final RecordDecoder decoder;

    ClickFiles(RecordDecoder decoder) {
        this.decoder = decoder;
    }

    /** A bounded source over all files, those in the folders among the paths included. */
    public static FileSource<Incoming> source(Collection<Path> paths, RecordDecoder decoder) {
        return FileSource.forBulkFileFormat(new ClickFiles(decoder), paths.toArray(new Path[0]))
                .build();
    }

    @Override
    public RecordReader createReader(Configuration config, FileSourceSplit split)
            throws IOException {
        return new RecordReader(split.path(), decoder);
    }

    @Override
    public RecordReader restoreReader(Configuration config, FileSourceSplit split)
            throws IOException {
        RecordReader reader = createReader(config, split);
        if (split.getReaderPosition().isPresent()) {
            reader.skip(split.getReaderPosition().get().getRecordsAfterOffset());
        }
        return reader;
    }

    @Override
    public boolean isSplittable() {
        return false;
    }

    @Override
    public TypeInformation<Incoming> getProducedType() {
        return EventTypes.INCOMING;
    }

    /** Reads and decodes the records of one file. */
    static final class RecordReader implements BulkFormat.Reader<Incoming> {

        private final Path path;
        private final RecordDecoder decoder;
        private final FileRecords records;
        private long count;

        RecordReader(Path path, RecordDecoder decoder) throws IOException {
            this.path = path;
            this.decoder = decoder;
            this.records = FileRecords.open(path);
        }

        @Override
        public RecordIterator<Incoming> readBatch() throws IOException {
            long first = count;
            List<Incoming> batch = new ArrayList<>(BATCH_RECORDS);
            while (batch.size() < BATCH_RECORDS) {
                byte[] bytes = records.next();
                if (bytes == null) {
                    break;
                }
                count++;
                String number = Long.toString(records.number());
                batch.add(
                        decoder.decode(
                                new RawRecord(path.getPath(), records.unit(), number, bytes)));
            }
            return batch.isEmpty()
                    ? null
                    : new IteratorResultIterator<>(batch.iterator(), 0, first);
        }

        private void skip(long skipped) throws IOException {
            while (count < skipped && records.next() != null) {
                count++;
            }
        }

        @Override
        public void close() throws IOException {
            records.close();
        }
    }
}
