package io.clickstream.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.config.JobConfig;
import io.clickstream.config.JsonMapping;
import io.clickstream.testing.PropertyGroups;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlainTimesTest {

    private static final List<String> FORMATS =
            List.of(
                    "iso-8601",
                    "yyyy-MM-dd HH:mm:ss 'UTC'",
                    "yyyy-MM-dd HH:mm:ss.SSS",
                    "uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS",
                    "yyyyMMddHHmmss",
                    "yyyyMMdd HHmmss",
                    "dd/MM/yyyy HH:mm",
                    "HH:mm:ss dd.MM.yyyy",
                    "ss mm HH dd MM yyyy");

    @ParameterizedTest
    @CsvSource({
        "iso-8601, UTC, 2024-07-04T01:02:03Z",
        "iso-8601, UTC, 2024-07-04T01:02:03.456789+02:00",
        "iso-8601, Europe/Berlin, 2024-07-04 01:02:03.4-05:30",
        "iso-8601, +02:00, 2024-02-29t01:02:03",
        "yyyy-MM-dd HH:mm:ss 'UTC', UTC, 2019-10-01 00:00:00 UTC",
        "yyyyMMddHHmmss, +01:00, 20191231235959"
    })
    void readsWhatJavaTimeReads(String format, String zone, String text) {
        JsonMapping mapping = mapping(format, zone);

        assertThat(millis(plain(mapping), text)).isEqualTo(ofJavaTime(mapping, text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2024-02-30T00:00:00Z",
                "2023-02-29T00:00:00Z",
                "1900-02-29T00:00:00Z",
                "2024-13-01T00:00:00Z",
                "2024-00-01T00:00:00Z",
                "2024-01-00T00:00:00Z",
                "2024-01-01T24:00:00Z",
                "2024-01-01T00:60:00Z",
                "2024-01-01T00:00:60Z",
                "2024-01-01T00:00:00.Z",
                "2024-01-01T00:00:00+18:01",
                "2024-01-01T00:00:00+1:00",
                "2024-01-01T00:00:00ZZ",
                "2024-01-01T00:00:00 UTC",
                "2024-01-01_00:00:00Z",
                "2024-01-01T00:0a:00Z",
                "2024-01-01",
                "+2024-01-01T00:00:00Z",
                ""
            })
    void leavesTheRestToJavaTime(String text) {
        assertThat(millis(plain(mapping("iso-8601", "UTC")), text)).isEqualTo(PlainTimes.NONE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "yyyy-MM-dd HH:mm:ss[.SSS]",
                "yyyy-MM-dd HH:mm z",
                "dd MMM yyyy HH:mm",
                "dd/MM/yy HH:mm",
                "yyyyMMddHHmmssSSS",
                "yyyy-DDD HH:mm"
            })
    void knowsNoPatternWhoseLengthVaries(String pattern) {
        assertThat(plain(mapping(pattern, "UTC"))).isNull();
    }

    /** Times that are near to each other, and damaged ones: what is remembered must not show. */
    @Property(tries = 300)
    void readsTheSameAsJavaTimeOrNothing(@ForAll long seed) {
        Random random = new Random(seed);
        String format = FORMATS.get(random.nextInt(FORMATS.size()));
        JsonMapping mapping = mapping(format, random.nextBoolean() ? "UTC" : "-03:30");
        PlainTimes plain = plain(mapping);
        DateTimeFormatter formatter =
                format.equals("iso-8601")
                        ? DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS")
                                .withZone(mapping.timeZone())
                        : mapping.timeFormat().formatter(mapping.timeZone());
        long base = (long) (random.nextDouble() * 4e12);
        for (int i = 0; i < 100; i++) {
            String text = formatter.format(Instant.ofEpochMilli(base + random.nextInt(180_000)));
            if (random.nextInt(4) == 0) {
                int at = random.nextInt(text.length());
                char other = "0123456789-:TZ .+x".charAt(random.nextInt(18));
                text = text.substring(0, at) + other + text.substring(at + 1);
            }
            long millis = millis(plain, text);
            if (millis != PlainTimes.NONE) {
                assertThat(millis).describedAs(text).isEqualTo(ofJavaTime(mapping, text));
            }
        }
    }

    private static JsonMapping mapping(String format, String zone) {
        return JobConfig.parse(
                        PropertyGroups.smallest()
                                .with("format", "type", "json")
                                .with("format", "time-format", format)
                                .with("format", "time-zone", zone)
                                .build())
                .format()
                .mapping();
    }

    private static PlainTimes plain(JsonMapping mapping) {
        return PlainTimes.of(mapping.timeFormat(), mapping.timeZone());
    }

    private static long millis(PlainTimes plain, String text) {
        byte[] bytes = ("\"" + text + "\"").getBytes(StandardCharsets.UTF_8);
        return plain.millis(bytes, 1, bytes.length - 1);
    }

    /** {@link PlainTimes#NONE} if it is no time. */
    private static long ofJavaTime(JsonMapping mapping, String text) {
        try {
            return Instant.from(mapping.timeFormat().formatter(mapping.timeZone()).parse(text))
                    .toEpochMilli();
        } catch (DateTimeException e) {
            return PlainTimes.NONE;
        }
    }
}
