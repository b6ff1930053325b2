package io.clickstream.config;

import java.io.Serializable;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.util.Locale;
import javax.annotation.Nullable;

/** The format of event times in JSON records. */
public final class TimeFormat implements Serializable {

    static final String ALLOWED =
            "`epoch-ms`, `epoch-s`, `epoch-us`, `epoch-ns`, `iso-8601`, or a pattern of java.time"
                    + " such as `yyyy-MM-dd HH:mm:ss 'UTC'`";

    /** The kinds of formats. Each epoch format is a number, or a string of its digits. */
    public enum Kind {
        /** An integer, ms since 1970. */
        EPOCH_MS,
        /** A number, seconds since 1970, with an optional fraction. */
        EPOCH_S,
        /** An integer, microseconds since 1970. */
        EPOCH_US,
        /** An integer, nanoseconds since 1970. */
        EPOCH_NS,
        /**
         * A string such as {@code 2024-07-04T01:02:03.456Z}, in which a space can replace the T.
         */
        ISO_8601,
        /** A string with a pattern of java.time. */
        PATTERN
    }

    private static final long serialVersionUID = 1L;

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
        new TimePattern(text).check();
        return new TimeFormat(Kind.PATTERN, text);
    }

    public Kind kind() {
        return kind;
    }

    /**
     * A formatter that parses times; only for {@link Kind#ISO_8601} and {@link Kind#PATTERN}.
     *
     * @param zone the zone of times that have none
     */
    public DateTimeFormatter formatter(ZoneId zone) {
        if (pattern != null) {
            return new TimePattern(pattern).formatter(zone);
        }
        return new DateTimeFormatterBuilder()
                .parseCaseInsensitive()
                .append(DateTimeFormatter.ISO_LOCAL_DATE)
                .optionalStart()
                .appendLiteral('T')
                .append(DateTimeFormatter.ISO_LOCAL_TIME)
                .optionalEnd()
                .optionalStart()
                .appendLiteral(' ')
                .append(DateTimeFormatter.ISO_LOCAL_TIME)
                .optionalEnd()
                .appendPattern("[XXX][XX][X]")
                .toFormatter(Locale.ROOT)
                .withResolverStyle(ResolverStyle.STRICT)
                .withZone(zone);
    }

    /**
     * Whether times can have zone names. Only names that are the same in every version of Java are
     * allowed: {@code UTC}, {@code GMT}, {@code Z}, an offset, or a region such as {@code
     * Europe/Berlin}.
     */
    public boolean hasZoneNames() {
        return pattern != null && new TimePattern(pattern).hasZoneNames();
    }

    /** The format as written in a configuration. */
    @Override
    public String toString() {
        return pattern == null ? Parsers.label(kind) : pattern;
    }
}
