package io.clickstream.sink.archive;

import io.clickstream.config.ArchiveConfig.Layout;
import io.clickstream.event.FolderAssigner;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Assigns records to folders per hour or day, in UTC. Nearly every record has the same hour as the
 * previous one, and gets the same string.
 */
final class TimeFolders<T> implements FolderAssigner<T> {

    private static final long serialVersionUID = 1L;

    private static final long MILLIS_PER_HOUR = 3_600_000;

    /**
     * The maximum number of cached folders. A year has 8,760 hours, which are rarely all in use.
     */
    private static final int MAX_KNOWN = 10_000;

    private final Layout layout;
    private final RecordTime<T> time;

    private transient DateTimeFormatter formatter;
    private transient Map<Long, String> known;
    private transient long begin;
    private transient long end;
    private transient String folder;

    TimeFolders(Layout layout, RecordTime<T> time) {
        this.layout = layout;
        this.time = time;
    }

    @Override
    public String of(T record) {
        long millis = time.millis(record);
        if (millis < begin || millis >= end) {
            moveTo(millis);
        }
        return folder;
    }

    private void moveTo(long millis) {
        if (known == null || known.size() >= MAX_KNOWN) {
            known = new HashMap<>();
            formatter =
                    DateTimeFormatter.ofPattern(pattern(layout), Locale.ROOT)
                            .withZone(ZoneOffset.UTC);
        }
        long hour = Math.floorDiv(millis, MILLIS_PER_HOUR);
        folder =
                known.computeIfAbsent(
                        hour,
                        added -> formatter.format(Instant.ofEpochMilli(added * MILLIS_PER_HOUR)));
        begin = hour * MILLIS_PER_HOUR;
        end = begin + MILLIS_PER_HOUR;
    }

    private static String pattern(Layout layout) {
        switch (layout) {
            case HOUR:
                return "'dt='uuuu-MM-dd/'hour='HH";
            case DAY:
                return "'dt='uuuu-MM-dd";
            case FIREHOSE:
                return "uuuu/MM/dd/HH";
        }
        throw new IllegalStateException("Not a layout: " + layout);
    }
}
