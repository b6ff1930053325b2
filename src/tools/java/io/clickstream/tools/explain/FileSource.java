package io.clickstream.tools.explain;

import io.clickstream.event.RawRecord;
import io.clickstream.source.FileRecords;
import io.clickstream.source.UnreadableFileException;
import io.clickstream.tools.replay.ReplayFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.fs.Path;

/** The first records of files. */
final class FileSource implements Source {

    /** The number of lines that show whether a file is CSV without names of columns. */
    private static final int LINES_LOOKED_AT = 20;

    private final ReplayFiles files;
    private final String name;
    private final List<String> columns;

    /**
     * Creates a source.
     *
     * @param name what the user calls the files
     * @param columns the columns of CSV files that do not have them in their first line; otherwise
     *     empty
     */
    FileSource(ReplayFiles files, String name, List<String> columns) {
        this.files = files;
        this.name = name;
        this.columns = List.copyOf(columns);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Sample read(int max) throws IOException {
        List<String> madeUp = columns.isEmpty() ? madeUpColumns() : List.of();
        List<String> names = columns.isEmpty() ? madeUp : columns;
        List<RawRecord> records = new ArrayList<>();
        List<String> description = new ArrayList<>(files.describe(names));
        if (!madeUp.isEmpty()) {
            description.add(
                    "The first line does not name the columns. To name them, add --columns"
                            + " NAME,...");
        }
        long bytes = 0;
        for (Path path : files.paths()) {
            try (FileRecords file = FileRecords.open(path, names)) {
                byte[] record = records.size() < max ? file.next() : null;
                while (record != null) {
                    bytes += record.length;
                    records.add(
                            new RawRecord(
                                    path.getPath(),
                                    file.unit(),
                                    Long.toString(file.number()),
                                    record));
                    boolean isFull = records.size() >= max || bytes >= Sample.MAX_BYTES;
                    record = isFull ? null : file.next();
                }
            } catch (UnreadableFileException e) {
                if (records.isEmpty()) {
                    throw new IOException(path.getPath() + " can't be read: " + e.getMessage(), e);
                }
                description.add(path.getPath() + " can't be read to its end: " + e.getMessage());
            }
            if (records.size() >= max || bytes >= Sample.MAX_BYTES) {
                break;
            }
        }
        return new Sample(records, description, madeUp);
    }

    private List<String> madeUpColumns() throws IOException {
        List<byte[]> lines = new ArrayList<>();
        try (FileRecords file = FileRecords.open(files.paths().get(0))) {
            byte[] line = file.next();
            while (line != null) {
                lines.add(line);
                line = lines.size() < LINES_LOOKED_AT ? file.next() : null;
            }
        } catch (UnreadableFileException e) {
            // The sample reports it.
            return List.of();
        }
        return NamelessColumns.of(lines);
    }
}
