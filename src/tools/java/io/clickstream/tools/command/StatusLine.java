package io.clickstream.tools.command;

import java.io.PrintStream;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * A line that is written over itself on a terminal, and written now and then elsewhere. Lines
 * printed in between stay.
 */
public final class StatusLine {

    /** Where nothing can be written over, so often comes a line. */
    static final Duration PERIOD = Duration.ofSeconds(10);

    private static final String TO_START_AND_CLEAR = "\r\u001b[K";

    private final PrintStream out;
    private final OptionalInt columns;
    private long nextLine = Long.MIN_VALUE;
    private String shown = "";

    /**
     * A line that shows nothing yet.
     *
     * @param columns width of the terminal; empty if the output is none
     */
    public StatusLine(PrintStream out, OptionalInt columns) {
        this.out = out;
        this.columns = columns;
    }

    /**
     * Shows a status, in the long form where there is room for it.
     *
     * @param now ms on any clock that only goes forward
     */
    public void show(Status status, long now) {
        show(status.line(), status.shortLine(), now);
    }

    /**
     * Shows a status and more behind it, in the long form where there is room for both.
     *
     * @param more as it is
     * @param now ms on any clock that only goes forward
     */
    public void show(Status status, String more, long now) {
        show(status.line() + more, status.shortLine() + more, now);
    }

    /** Shows a line that has no short form. */
    public void show(String line, long now) {
        show(line, line, now);
    }

    private void show(String line, String shortLine, long now) {
        if (columns.isPresent()) {
            // The last column stays free, else some terminals begin another line.
            int width = Math.max(1, columns.getAsInt() - 1);
            String fitting = line.length() > width ? shortLine : line;
            shown = fitting.length() > width ? fitting.substring(0, width) : fitting;
            out.print(TO_START_AND_CLEAR + shown);
            out.flush();
        } else if (now >= nextLine) {
            out.println(line);
            nextLine = now + PERIOD.toMillis();
        }
    }

    /** Prints a line that stays; the status goes on below it. */
    public void print(String line) {
        if (columns.isPresent()) {
            out.print(TO_START_AND_CLEAR);
            out.println(line);
            out.print(shown);
            out.flush();
        } else {
            out.println(line);
        }
    }

    /** Ends the status; what it showed last stays. */
    public void end() {
        if (!shown.isEmpty()) {
            out.println();
            shown = "";
        }
    }
}
