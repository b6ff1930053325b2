package io.clickstream.source;

import io.clickstream.config.FilesSourceConfig;
import io.clickstream.config.StartCheck;
import io.clickstream.event.EventTypes;
import io.clickstream.event.Incoming;
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
 * Reads files once from beginning to end, each in one subtask, with several threads: lines, JSON
 * arrays and objects, CSV, or Parquet with a column {@code record}; see {@link FileContent}. Lines
 * end with LF or CRLF. Blank lines are not records.
 *
 * <p>A file that cannot be read, or cannot be read to its end, becomes a dead letter. Its position
 * is the last record that could be read. All other files are read.
 */
public final class ClickFiles implements BulkFormat<Incoming, FileSourceSplit> {

    private static final long serialVersionUID = 1L;

    private final DecoderPool decoders;
    private final List<String> columns;

    /**
     * Creates a format.
     *
     * @param columns the columns of CSV files that do not have them in their first line; otherwise
     *     empty
     */
    ClickFiles(RecordDecoder decoder, List<String> columns) {
        this.decoders = new DecoderPool(decoder);
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
        return new RecordReader(new FileBatches(split.path(), decoders, columns));
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

        private final FileBatches batches;

        /** Records behind those that were skipped; null if there are none. */
        @Nullable private List<Incoming> left;

        /** The number of records that were passed on, or skipped. */
        private long count;

        RecordReader(FileBatches batches) {
            this.batches = batches;
        }

        @Override
        @Nullable
        public RecordIterator<Incoming> readBatch() throws IOException {
            List<Incoming> batch = left == null ? batches.next() : left;
            left = null;
            if (batch == null) {
                return null;
            }
            long first = count;
            count += batch.size();
            return new IteratorResultIterator<>(batch.iterator(), 0, first);
        }

        private void skip(long skipped) throws IOException {
            List<Incoming> batch = batches.next();
            while (batch != null && count + batch.size() <= skipped) {
                count += batch.size();
                batch = batches.next();
            }
            if (batch != null) {
                left = batch.subList((int) (skipped - count), batch.size());
                count = skipped;
            }
        }

        @Override
        public void close() throws IOException {
            batches.close();
        }
    }
}
