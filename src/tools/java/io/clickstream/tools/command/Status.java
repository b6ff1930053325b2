package io.clickstream.tools.command;

import java.time.Duration;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * How a run stands.
 *
 * @param clicksIn records that the job has read
 * @param clicksPerSecond over the last seconds
 * @param watermarkLagMillis how far event time is behind the clock; empty before it has begun
 */
public record Status(
        Duration elapsed,
        long clicksIn,
        double clicksPerSecond,
        long sessions,
        long checkouts,
        long late,
        long deadLetters,
        OptionalLong watermarkLagMillis) {

    /** One line of less than 120 characters for counts below ten millions. */
    String line() {
        return String.format(
                Locale.ROOT,
                "%s  clicks %,d (%,.0f/s)  sessions %,d  checkouts %,d  late %,d  dead letters %,d"
                        + "  watermark lag %s",
                time(),
                clicksIn,
                clicksPerSecond,
                sessions,
                checkouts,
                late,
                deadLetters,
                lag());
    }

    /** The same in less than 80 characters, with counts rounded down to thousands or millions. */
    String shortLine() {
        return String.format(
                Locale.ROOT,
                "%s %s clicks %.0f/s %s sessions %s checkouts %s late %s dead lag %s",
                time(),
                rounded(clicksIn),
                clicksPerSecond,
                rounded(sessions),
                rounded(checkouts),
                rounded(late),
                rounded(deadLetters),
                lag());
    }

    private String time() {
        return String.format(Locale.ROOT, "%d:%02d", elapsed.toMinutes(), elapsed.toSecondsPart());
    }

    private String lag() {
        return watermarkLagMillis.isPresent()
                ? String.format(Locale.ROOT, "%.1f s", watermarkLagMillis.getAsLong() / 1_000.0)
                : "-";
    }

    private static String rounded(long count) {
        if (count < 10_000) {
            return Long.toString(count);
        }
        return count < 10_000_000 ? count / 1_000 + "k" : count / 1_000_000 + "M";
    }
}
