package io.clickstream.sink.opensearch;

import io.clickstream.config.OpenSearchConfig;
import io.clickstream.config.OpenSearchConfig.IndexPeriod;
import java.io.Serializable;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The index of a window's document. */
final class IndexName implements Serializable {

    private static final long serialVersionUID = 1L;
    private static final long DAY_MS = 24 * 60 * 60 * 1000L;
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("-uuuu.MM.dd", Locale.ROOT);
    private static final DateTimeFormatter MONTH =
            DateTimeFormatter.ofPattern("-uuuu.MM", Locale.ROOT);

    private final String name;
    private final IndexPeriod period;
    // Windows come day by day, so nearly all need no formatting.
    private transient String lastName;
    private transient long lastDay;

    IndexName(String name, IndexPeriod period) {
        OpenSearchConfig.indexNameProblem(name)
                .ifPresent(
                        problem -> {
                            throw new IllegalArgumentException("Index '" + name + "': " + problem);
                        });
        this.name = name;
        this.period = period;
    }

    /**
     * The full name of the index.
     *
     * @param windowBegin in ms since 1970
     */
    String at(long windowBegin) {
        if (period == IndexPeriod.NONE) {
            return name;
        }
        long day = Math.floorDiv(windowBegin, DAY_MS);
        if (lastName == null || day != lastDay) {
            DateTimeFormatter suffix = period == IndexPeriod.DAY ? DAY : MONTH;
            lastName = name + suffix.format(LocalDate.ofEpochDay(day));
            lastDay = day;
        }
        return lastName;
    }

    @Override
    public String toString() {
        return name;
    }
}
