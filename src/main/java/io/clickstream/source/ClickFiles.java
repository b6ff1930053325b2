package io.clickstream.source;

import io.clickstream.event.EventTypes;
import io.clickstream.event.Incoming;
import io.clickstream.event.RawRecord;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.IteratorResultIterator;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * Files with one record per line, {@code .gz} or plain, read once from beginning to end. Lines end
 * with LF or CRLF; blank lines are no records. One file is read by one subtask.
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
    public LineReader createReader(Configuration config, FileSourceSplit split) throws IOException {
        return new LineReader(split.path(), decoder);
    }

    @Override
    public LineReader restoreReader(Configuration config, FileSourceSplit split)
            throws IOException {
        LineReader reader = createReader(config, split);
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

    /** Reads the lines of one file. */
    static final class LineReader implements BulkFormat.Reader<Incoming> {

        private static final int BUFFER_BYTES = 128 * 1024;

        private final Path path;
        private final RecordDecoder decoder;
        private final InputStream in;
        private final byte[] buffer = new byte[BUFFER_BYTES];
        private int position;
        private int limit;
        private byte[] line = new byte[1024];
        private int lineLength;
        private long lineNumber;
        private long records;

        LineReader(Path path, RecordDecoder decoder) throws IOException {
            this.path = path;
            this.decoder = decoder;
            InputStream file = FileSystem.get(path.toUri()).open(path);
            this.in =
                    path.getName().endsWith(".gz")
                            ? new GZIPInputStream(new BufferedInputStream(file, BUFFER_BYTES))
                            : file;
        }

        @Override
        public RecordIterator<Incoming> readBatch() throws IOException {
            long first = records;
            List<Incoming> batch = new ArrayList<>(BATCH_RECORDS);
            while (batch.size() < BATCH_RECORDS && nextRecord()) {
                batch.add(decode());
            }
            return batch.isEmpty()
                    ? null
                    : new IteratorResultIterator<>(batch.iterator(), 0, first);
        }

        private void skip(long count) throws IOException {
            for (long i = 0; i < count; i++) {
                nextRecord();
            }
        }

        private Incoming decode() {
            byte[] bytes = new byte[lineLength];
            System.arraycopy(line, 0, bytes, 0, lineLength);
            return decoder.decode(
                    new RawRecord(path.getPath(), "lines", Long.toString(lineNumber), bytes));
        }

        /** Moves to the next line that is not blank. */
        private boolean nextRecord() throws IOException {
            while (nextLine()) {
                if (!isBlank()) {
                    records++;
                    return true;
                }
            }
            return false;
        }

        private boolean nextLine() throws IOException {
            lineLength = 0;
            boolean any = false;
            while (true) {
                if (position == limit) {
                    limit = in.read(buffer);
                    position = 0;
                    if (limit <= 0) {
                        limit = 0;
                        lineNumber += any ? 1 : 0;
                        return any;
                    }
                }
                any = true;
                int end = position;
                while (end < limit && buffer[end] != '\n') {
                    end++;
                }
                append(position, end);
                if (end < limit) {
                    position = end + 1;
                    lineNumber++;
                    return true;
                }
                position = limit;
            }
        }

        private void append(int from, int to) {
            int length = to - from;
            if (lineLength + length > line.length) {
                byte[] longer = new byte[Math.max(line.length * 2, lineLength + length)];
                System.arraycopy(line, 0, longer, 0, lineLength);
                line = longer;
            }
            System.arraycopy(buffer, from, line, lineLength, length);
            lineLength += length;
        }

        private boolean isBlank() {
            if (lineLength > 0 && line[lineLength - 1] == '\r') {
                lineLength--;
            }
            for (int i = 0; i < lineLength; i++) {
                if (line[i] != ' ' && line[i] != '\t') {
                    return false;
                }
            }
            return true;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
