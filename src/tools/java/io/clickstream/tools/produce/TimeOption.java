package io.clickstream.tools.produce;

import java.time.DateTimeException;
import java.time.Instant;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads times: {@code 2026-11-20T06:00:00Z}, or ms since 1970. */
final class TimeOption implements ITypeConverter<Instant> {

    /** Late clicks are older than the start, and must be after 1970. */
    private static final Instant FIRST = Instant.parse("1970-01-02T00:00:00Z");

    @Override
    public Instant convert(String value) {
        Instant time;
        try {
            time =
                    value.matches("\\d{1,18}")
                            ? Instant.ofEpochMilli(Long.parseLong(value))
                            : Instant.parse(value);
        } catch (DateTimeException e) {
            throw new TypeConversionException(
                    "'" + value + "' is no time such as 2026-11-20T06:00:00Z or 1655183300000");
        }
        if (time.isBefore(FIRST)) {
            throw new TypeConversionException("'" + value + "' is before " + FIRST);
        }
        return time;
    }
}
