package io.clickstream.tools.replay;

import java.util.Locale;

/** How far a replay is, as one line. */
final class ReplayProgress {

    private static final double MEBIBYTE = 1024 * 1024;
    private static final double NANOS = 1e9;

    /**
     * A JVM that has just started reads slowly, so what it has read says nothing about the rest.
     */
    private static final double SECONDS_BEFORE_ESTIMATE = 5;

    private final long totalBytes;
    private final long startNanos;

    /**
     * Begins now.
     *
     * @param totalBytes to be read
     * @param startNanos by {@link System#nanoTime()}
     */
    ReplayProgress(long totalBytes, long startNanos) {
        this.totalBytes = totalBytes;
        this.startNanos = startNanos;
    }

    /**
     * The line.
     *
     * @param bytes read so far, without the ends of lines
     * @param records read so far
     * @param sessions closed so far, which happens after all is read and sorted
     */
    String line(long bytes, long records, long sessions, long nowNanos) {
        double seconds = Math.max((nowNanos - startNanos) / NANOS, 1e-3);
        long read = Math.min(bytes + records, totalBytes);
        String line =
                String.format(
                        Locale.ROOT,
                        "%,.0f of %,.0f MiB  records %,d (%,.0f/s)",
                        read / MEBIBYTE,
                        totalBytes / MEBIBYTE,
                        records,
                        records / seconds);
        if (sessions > 0) {
            return line + String.format(Locale.ROOT, "  sessions %,d", sessions);
        }
        if (read == 0 || read >= totalBytes) {
            return line + (read == 0 ? "" : "  sorting");
        }
        if (seconds < SECONDS_BEFORE_ESTIMATE) {
            return line;
        }
        long left = Math.round(seconds * (totalBytes - read) / read);
        return line + String.format(Locale.ROOT, "  %d:%02d left to read", left / 60, left % 60);
    }
}
