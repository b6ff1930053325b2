package io.clickstream.local;

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
record Status(
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
                "%d:%02d  clicks %,d (%,.0f/s)  sessions %,d  checkouts %,d  late %,d  dead letters"
                        + " %,d  watermark lag %s",
                elapsed.toMinutes(),
                elapsed.toSecondsPart(),
                clicksIn,
                clicksPerSecond,
                sessions,
                checkouts,
                late,
                deadLetters,
                watermarkLagMillis.isPresent()
                        ? String.format(
                                Locale.ROOT, "%.1f s", watermarkLagMillis.getAsLong() / 1_000.0)
                        : "-");
    }
}
