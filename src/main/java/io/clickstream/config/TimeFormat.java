package io.clickstream.config;

import java.io.Serializable;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.util.Locale;
import javax.annotation.Nullable;

/** How a JSON record writes its event time. */
public final class TimeFormat implements Serializable {

    static final String ALLOWED =
            "`epoch-ms`, `epoch-s`, `iso-8601`, or a pattern of java.time such as `yyyy-MM-dd"
                    + " HH:mm:ss 'UTC'`";

    /** The kinds of formats. */
    public enum Kind {
        /** An integer, ms since 1970. */
        EPOCH_MS,
        /** A number, seconds since 1970, perhaps with a fraction. */
        EPOCH_S,
        /** A string such as {@code 2024-07-04T01:02:03.456Z}. */
        ISO_8601,
        /** A string in a form of its own. */
        PATTERN
    }

    private static final long serialVersionUID = 1L;

    /** Differs in all that a pattern can mix up: month and minute, 24 hours and 12. */
    private static final Instant SAMPLE = Instant.parse("2019-10-01T16:34:56Z");

    private final Kind kind;
    @Nullable private final String pattern;

    private TimeFormat(Kind kind, @Nullable String pattern) {
        this.kind = kind;
        this.pattern = pattern;
    }

    static TimeFormat of(Kind kind) {
        return new TimeFormat(kind, null);
    }

    static TimeFormat parse(String text) {
        for (Kind kind : Kind.values()) {
            if (kind != Kind.PATTERN && Parsers.label(kind).equals(text)) {
                return of(kind);
            }
        }
        TimeFormat format = new TimeFormat(Kind.PATTERN, text);
        DateTimeFormatter formatter;
        try {
            formatter = format.formatter(ZoneOffset.UTC);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("is neither one of them nor a pattern", e);
        }
        try {
            formatter.parse(formatter.format(SAMPLE), Instant::from);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("does not hold a whole date with a time", e);
        }
        return format;
    }

    public Kind kind() {
        return kind;
    }

    /**
     * Reads the format's strings; only for {@link Kind#ISO_8601} and {@link Kind#PATTERN}.
     *
     * @param zone of times that name none
     */
    public DateTimeFormatter formatter(ZoneId zone) {
        if (pattern != null) {
            return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).withZone(zone);
        }
        return new DateTimeFormatterBuilder()
                .parseCaseInsensitive()
                .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
                .appendPattern("[XXX][XX][X]")
                .toFormatter(Locale.ROOT)
                .withResolverStyle(ResolverStyle.STRICT)
                .withZone(zone);
    }

    /** As it is written in a configuration. */
    @Override
    public String toString() {
        return pattern == null ? Parsers.label(kind) : pattern;
    }
}
