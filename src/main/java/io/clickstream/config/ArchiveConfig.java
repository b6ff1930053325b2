package io.clickstream.config;

import com.fasterxml.jackson.core.JsonPointer;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Where and how every record is kept. */
public final class ArchiveConfig {

    /** What files are made of. */
    public enum Format {
        JSON,
        CSV,
        LOG,
        /** Columns of the fields that the format's mapping names, and one of the whole records. */
        PARQUET
    }

    /** The folders that files are in. */
    public enum Layout {
        /** {@code dt=2022-06-14/hour=05}. */
        HOUR,
        /** {@code dt=2022-06-14}. */
        DAY,
        /** {@code 2022/06/14/05}. */
        FIREHOSE
    }

    /** Which time of a record picks the folder. */
    public enum PartitionBy {
        EVENT_TIME,
        ARRIVAL
    }

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
        path = reader.get(ConfigKeys.ARCHIVE_PATH);
        format = reader.get(ConfigKeys.ARCHIVE_FORMAT);
        gzip = Boolean.TRUE.equals(reader.get(ConfigKeys.ARCHIVE_GZIP));
        if (gzip && format == Format.PARQUET) {
            reader.error(
                    ConfigKeys.ARCHIVE_GZIP,
                    "is not for the format `parquet`, which is packed in itself; leave it out");
        }
        Map<String, JsonPointer> named =
                onlyFor(Format.CSV, reader, ConfigKeys.ARCHIVE_COLUMNS).orElse(null);
        columns = named == null ? Map.of() : named;
        text = onlyFor(Format.LOG, reader, ConfigKeys.ARCHIVE_TEXT);
        layout = reader.get(ConfigKeys.ARCHIVE_LAYOUT);
        partitionBy = reader.get(ConfigKeys.ARCHIVE_PARTITION_BY);
        maxAge = reader.get(ConfigKeys.ARCHIVE_MAX_AGE);
        Integer size = reader.get(ConfigKeys.ARCHIVE_ROLL_SIZE);
        rollSize = size == null ? 1 : size;
        rollInterval = reader.get(ConfigKeys.ARCHIVE_ROLL_INTERVAL);
        inactivity = reader.get(ConfigKeys.ARCHIVE_INACTIVITY);
        malformedFolder = reader.get(ConfigKeys.ARCHIVE_MALFORMED);
    }

    static ArchiveConfig read(PropertyReader reader) {
        return new ArchiveConfig(reader);
    }

    /** A key that one format needs and the others have no use for. */
    private <T> Optional<T> onlyFor(Format only, PropertyReader reader, Key<T> key) {
        if (format == only) {
            return Optional.ofNullable(reader.get(key));
        }
        if (format != null && reader.has(key)) {
            reader.error(
                    key,
                    "is only for the format `"
                            + Parsers.label(only)
                            + "`; leave it out or set `"
                            + ConfigKeys.ARCHIVE_FORMAT
                            + "`");
        }
        return Optional.empty();
    }

    /** The folder that all others are in. */
    public URI path() {
        return path;
    }

    public Format format() {
        return format;
    }

    public boolean gzip() {
        return gzip;
    }

    /** Of CSV: where a record has what, in the order of the columns. */
    public Map<String, JsonPointer> columns() {
        return columns;
    }

    /** Of a log: where a record has what stands behind the time. */
    public Optional<JsonPointer> text() {
        return text;
    }

    public Layout layout() {
        return layout;
    }

    public PartitionBy partitionBy() {
        return partitionBy;
    }

    /** How long before its arrival a click may have been to go by its event time. */
    public Duration maxAge() {
        return maxAge;
    }

    /** Bytes of a file, packed where it is, after which it ends. */
    public int rollSize() {
        return rollSize;
    }

    public Duration rollInterval() {
        return rollInterval;
    }

    public Duration inactivity() {
        return inactivity;
    }

    /** The name of the folder, within the path, of records that can't be read. */
    public String malformedFolder() {
        return malformedFolder;
    }
}
