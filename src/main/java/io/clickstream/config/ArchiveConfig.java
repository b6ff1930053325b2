package io.clickstream.config;

import com.fasterxml.jackson.core.JsonPointer;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The archive of all records: path, format, and layout of its files. */
public final class ArchiveConfig {

    /** The format of the files. */
    public enum Format {
        JSON,
        CSV,
        LOG,
        /** Columns for the mapped fields, and one column for the whole record. */
        PARQUET
    }

    /** The folders of the files, in UTC. */
    public enum Layout {
        /** {@code dt=2022-06-14/hour=05}. */
        HOUR,
        /** {@code dt=2022-06-14}. */
        DAY,
        /** {@code 2022/06/14/05}. */
        FIREHOSE
    }

    /** The time of a record that selects its folder. */
    public enum PartitionBy {
        EVENT_TIME,
        ARRIVAL
    }

    static final String GROUP = "sink.archive";

    static final Key<URI> PATH =
            Key.of(
                    GROUP,
                    "path",
                    Parsers::folder,
                    "the URI of a folder, such as `s3://bucket/clicks` or `file:///archive`",
                    "The folder in which every record is kept as received, including"
                            + " records that are not clicks.");

    static final Key<ArchiveConfig.Format> FORMAT =
            Key.of(
                    GROUP,
                    "format",
                    Parsers.oneOf(Format.class),
                    Parsers.labels(Format.class),
                    "json",
                    "JSON lines, with Avro as JSON; CSV (RFC 4180) with the columns"
                            + " `columns`; lines of a log, `2022/06/14 05:08:18.630,` and `text`;"
                            + " or Parquet. JSON lines and Parquet can be replayed.");

    static final Key<Boolean> GZIP =
            Key.of(
                    GROUP,
                    "gzip",
                    Parsers::bool,
                    "`true` or `false`",
                    "false",
                    "Whether to compress files. A compressed file ends with each" + " checkpoint.");

    static final Key<Map<String, JsonPointer>> COLUMNS =
            Key.of(
                    GROUP,
                    "columns",
                    Parsers::columns,
                    "names and JSON pointers, such as `name=/name,path=/request/path`",
                    "For `csv`: the columns in their order.");

    static final Key<JsonPointer> TEXT =
            Key.of(
                    GROUP,
                    "text",
                    Parsers::pointer,
                    Parsers.POINTER + ", such as `/message`",
                    "For `log`: the text after the time.");

    static final Key<ArchiveConfig.Layout> LAYOUT =
            Key.of(
                    GROUP,
                    "layout",
                    Parsers.oneOf(Layout.class),
                    Parsers.labels(Layout.class),
                    "hour",
                    "The folders, in UTC: `dt=2022-06-14/hour=05/`, `dt=2022-06-14/`,"
                            + " or `2022/06/14/05/` as in Firehose.");

    static final Key<ArchiveConfig.PartitionBy> PARTITION_BY =
            Key.of(
                    GROUP,
                    "partition-by",
                    Parsers.oneOf(PartitionBy.class),
                    Parsers.labels(PartitionBy.class),
                    "event-time",
                    "The time that selects the folder, and that is written to a log."
                            + " Records that are not clicks are filed by arrival time.");

    static final Key<Duration> MAX_AGE =
            Key.of(
                    GROUP,
                    "max-age",
                    Parsers::positiveDuration,
                    Parsers.DURATION,
                    "7 d",
                    "Clicks older than this on arrival are filed by arrival time. This"
                            + " keeps a producer from creating a file for every hour since 1970.");

    static final Key<Integer> ROLL_SIZE =
            Key.of(
                    GROUP,
                    "roll-size",
                    Parsers::size,
                    Parsers.SIZE,
                    "128 mb",
                    "A file ends when it reaches this size.");

    static final Key<Duration> ROLL_INTERVAL =
            Key.of(
                    GROUP,
                    "roll-interval",
                    Parsers::durationUpToADay,
                    Parsers.UP_TO_A_DAY,
                    "5 min",
                    "A file ends at this age.");

    static final Key<Duration> INACTIVITY =
            Key.of(
                    GROUP,
                    "inactivity",
                    Parsers::durationUpToADay,
                    Parsers.UP_TO_A_DAY,
                    "1 min",
                    "A file ends if it has received nothing for this time.");

    static final Key<String> MALFORMED =
            Key.of(
                    GROUP,
                    "malformed",
                    Parsers::folderName,
                    "a name of letters, digits, `.`, `_`, `-` and `=`",
                    "_malformed",
                    "The folder in `path` for records that cannot be read and records"
                            + " from the future, as JSON lines like dead letters. Most readers"
                            + " ignore names that begin with `_`.");

    static final KeyGroup KEYS =
            KeyGroup.of(
                    GROUP,
                    PATH,
                    FORMAT,
                    GZIP,
                    COLUMNS,
                    TEXT,
                    LAYOUT,
                    PARTITION_BY,
                    MAX_AGE,
                    ROLL_SIZE,
                    ROLL_INTERVAL,
                    INACTIVITY,
                    MALFORMED);

    private final URI path;
    private final Format format;
    private final boolean gzip;
    private final Map<String, JsonPointer> columns;
    private final Optional<JsonPointer> text;
    private final Layout layout;
    private final PartitionBy partitionBy;
    private final Duration maxAge;
    private final int rollSize;
    private final Duration rollInterval;
    private final Duration inactivity;
    private final String malformedFolder;

    private ArchiveConfig(PropertyReader reader) {
        path = reader.get(PATH);
        format = reader.get(FORMAT);
        gzip = Boolean.TRUE.equals(reader.get(GZIP));
        if (gzip && format == Format.PARQUET) {
            reader.error(
                    GZIP,
                    "is not for the format `parquet`, which is already compressed; remove it");
        }
        Map<String, JsonPointer> named = onlyFor(Format.CSV, reader, COLUMNS).orElse(null);
        columns = named == null ? Map.of() : named;
        text = onlyFor(Format.LOG, reader, TEXT);
        layout = reader.get(LAYOUT);
        partitionBy = reader.get(PARTITION_BY);
        maxAge = reader.get(MAX_AGE);
        Integer size = reader.get(ROLL_SIZE);
        rollSize = size == null ? 1 : size;
        rollInterval = reader.get(ROLL_INTERVAL);
        inactivity = reader.get(INACTIVITY);
        malformedFolder = reader.get(MALFORMED);
    }

    static ArchiveConfig read(PropertyReader reader) {
        return new ArchiveConfig(reader);
    }

    /** Reads a key that one format needs, and reports an error if another format is configured. */
    private <T> Optional<T> onlyFor(Format only, PropertyReader reader, Key<T> key) {
        if (format == only) {
            return Optional.ofNullable(reader.get(key));
        }
        if (format != null && reader.has(key)) {
            reader.error(
                    key,
                    "is only for the format `"
                            + Parsers.label(only)
                            + "`; remove it, or set `"
                            + FORMAT
                            + "` to `"
                            + Parsers.label(only)
                            + "`");
        }
        return Optional.empty();
    }

    /** The root folder of the archive. */
    public URI path() {
        return path;
    }

    public Format format() {
        return format;
    }

    public boolean gzip() {
        return gzip;
    }

    /** For CSV: the pointers by column, in the order of the columns. */
    public Map<String, JsonPointer> columns() {
        return columns;
    }

    /** For logs: the pointer of the text after the time. */
    public Optional<JsonPointer> text() {
        return text;
    }

    public Layout layout() {
        return layout;
    }

    public PartitionBy partitionBy() {
        return partitionBy;
    }

    /** Clicks that are older than this on arrival are filed by arrival time. */
    public Duration maxAge() {
        return maxAge;
    }

    /** The size at which a file ends, in bytes; of a compressed file, the compressed size. */
    public int rollSize() {
        return rollSize;
    }

    public Duration rollInterval() {
        return rollInterval;
    }

    public Duration inactivity() {
        return inactivity;
    }

    /** The name of the folder, below the path, for records that cannot be read. */
    public String malformedFolder() {
        return malformedFolder;
    }
}
