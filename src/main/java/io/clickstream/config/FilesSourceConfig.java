package io.clickstream.config;

import java.net.URI;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** The files that are read once, and the time range of the results that are written. */
public final class FilesSourceConfig {

    static final String GROUP = "source.files";

    static final Key<List<URI>> PATH =
            Key.of(
                    GROUP,
                    "path",
                    Parsers::folders,
                    "the URI of a file or folder, such as `s3://bucket/clicks`, or several"
                            + " separated by commas",
                    "The files to read: JSON, CSV, or the archive's Parquet. Folders are searched"
                            + " at any depth, except names that begin with `_` or `.`. The job"
                            + " ends after the last record.");

    static final Key<List<String>> COLUMNS =
            Key.of(
                    GROUP,
                    "columns",
                    Parsers::list,
                    "names separated by commas",
                    "The columns of CSV files that have no header.");

    static final Key<Instant> FROM =
            Key.of(
                    GROUP,
                    "from",
                    Parsers::instant,
                    "a time, such as `2022-06-14T05:00:00Z`",
                    "Only results whose last millisecond is at or after this time are written.");

    static final Key<Instant> TO =
            Key.of(
                    GROUP,
                    "to",
                    Parsers::instant,
                    "a time, such as `2022-06-14T06:00:00Z`",
                    "Only results whose last millisecond is before this time are written.");

    static final KeyGroup KEYS = KeyGroup.of(GROUP, PATH, COLUMNS, FROM, TO);

    private final List<URI> paths;
    private final List<String> columns;
    private final Optional<Instant> from;
    private final Optional<Instant> to;

    private FilesSourceConfig(PropertyReader reader) {
        paths = reader.get(PATH);
        columns = reader.find(COLUMNS).orElse(List.of());
        if (new HashSet<>(columns).size() < columns.size()) {
            reader.error(COLUMNS, "has a column twice; each column needs its own name");
        }
        from = reader.find(FROM);
        to = reader.find(TO);
        if (from.isPresent() && to.isPresent() && !from.get().isBefore(to.get())) {
            reader.error(FROM, "is " + from.get() + ", which is not before `to`, " + to.get());
        }
    }

    static FilesSourceConfig read(PropertyReader reader) {
        return new FilesSourceConfig(reader);
    }

    /** URIs of files and folders. */
    public List<URI> paths() {
        return paths;
    }

    /** The columns of CSV files without a header; empty if the first line contains them. */
    public List<String> columns() {
        return columns;
    }

    /** The lowest last millisecond of a result, in ms since 1970, inclusive. */
    public long fromMillis() {
        return from.map(Instant::toEpochMilli).orElse(Long.MIN_VALUE);
    }

    /** The highest last millisecond of a result, in ms since 1970, exclusive. */
    public long toMillis() {
        return to.map(Instant::toEpochMilli).orElse(Long.MAX_VALUE);
    }

    /** Whether both ends of the range are configured. */
    public boolean hasRange() {
        return from.isPresent() && to.isPresent();
    }
}
