package io.clickstream.source;

import io.clickstream.config.FilesSourceConfig;
import io.clickstream.config.StartCheck;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.EventTypes;
import io.clickstream.event.Incoming;
import io.clickstream.event.RawRecord;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.annotation.Nullable;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.IteratorResultIterator;
import org.apache.flink.core.fs.Path;

/**
 * Reads files once from beginning to end, each in one subtask: lines, JSON arrays and objects, CSV,
 * or Parquet with a column {@code record}; see {@link FileContent}. Lines end with LF or CRLF.
 * Blank lines are not records.
 *
 * <p>A file that cannot be read, or cannot be read to its end, becomes a dead letter. Its position
 * is the last record that could be read. All other files are read.
 */
public final class ClickFiles implements BulkFormat<Incoming, FileSourceSplit> {

    private static final long serialVersionUID = 1L;

    /** A batch ends with the record that reaches either limit. */
    private static final int BATCH_RECORDS = 1_000;

    private static final long BATCH_BYTES = 4 << 20;

    private final RecordDecoder decoder;
    private final List<String> columns;

    /**
     * Creates a format.
     *
     * @param columns the columns of CSV files that do not have them in their first line; otherwise
     *     empty
     */
    ClickFiles(RecordDecoder decoder, List<String> columns) {
        this.decoder = decoder;
        this.columns = List.copyOf(columns);
    }

    /**
     * A bounded source of all files, including those in folders.
     *
     * @param columns the columns of CSV files that do not have them in their first line; otherwise
     *     empty
     */
    public static FileSource<Incoming> source(
            Collection<Path> paths, RecordDecoder decoder, List<String> columns) {
        return FileSource.forBulkFileFormat(
                        new ClickFiles(decoder, columns), paths.toArray(new Path[0]))
                .build();
    }

    /** Checks that the files and folders exist. */
    public static StartCheck startCheck(FilesSourceConfig config) {
        return () -> {
            List<String> problems = new ArrayList<>();
            for (URI each : config.paths()) {
                Path path = new Path(each);
                String named = "`source.files / path` names " + path + ", which ";
                try {
                    if (!path.getFileSystem().exists(path)) {
                        problems.add(named + "does not exist; check the address");
                    }
                } catch (IOException e) {
                    problems.add(
                            named
                                    + "cannot be read: "
                                    + e.getMessage()
                                    + "; check the address, the plugin of its file system, and"
                                    + " the permissions of the job's role");
                }
            }
            return problems;
        };
    }

    @Override
    public RecordReader createReader(Configuration config, FileSourceSplit split)
            throws IOException {
        return new RecordReader(split.path(), decoder, columns);
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
        private final List<String> columns;

        /** Null before the first record, and if the file cannot be read any further. */
        @Nullable private FileRecords records;

        private boolean isAtEnd;
        private long count;

        /** The number of bytes of the batch's records. */
        private long batchBytes;

        RecordReader(Path path, RecordDecoder decoder, List<String> columns) {
            this.path = path;
            this.decoder = decoder;
            this.columns = columns;
        }

        @Override
        public RecordIterator<Incoming> readBatch() throws IOException {
            long first = count;
            List<Incoming> batch = new ArrayList<>(BATCH_RECORDS);
            batchBytes = 0;
            while (batch.size() < BATCH_RECORDS && batchBytes < BATCH_BYTES) {
                Incoming next = next();
                if (next == null) {
                    break;
                }
                count++;
                batch.add(next);
            }
            return batch.isEmpty()
                    ? null
                    : new IteratorResultIterator<>(batch.iterator(), 0, first);
        }

        @Nullable
        private Incoming next() throws IOException {
            if (isAtEnd) {
                return null;
            }
            try {
                if (records == null) {
                    records = FileContent.open(path, columns).records(decoder.maxRecordBytes());
                }
                byte[] bytes = records.next();
                if (bytes != null) {
                    batchBytes += bytes.length;
                    return decoder.decode(
                            new RawRecord(
                                    path.getPath(),
                                    records.unit(),
                                    Long.toString(records.number()),
                                    bytes));
                }
                isAtEnd = true;
                return null;
            } catch (UnreadableFileException e) {
                isAtEnd = true;
                return unreadable(e);
            }
        }

        private DeadLetter unreadable(UnreadableFileException e) {
            long read = records == null ? 0 : records.number();
            String unit = records == null ? "records" : records.unit();
            return new DeadLetter(
                    DeadLetter.Reason.UNREADABLE_FILE,
                    e.getMessage() + "; " + read + " " + unit + " were read",
                    new RawRecord(path.getPath(), unit, Long.toString(read), new byte[0]),
                    System.currentTimeMillis());
        }

        private void skip(long skipped) throws IOException {
            while (count < skipped && next() != null) {
                count++;
            }
        }

        @Override
        public void close() throws IOException {
            if (records != null) {
                records.close();
            }
        }
    }
}
