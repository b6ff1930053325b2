package io.clickstream.metrics;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Logs warnings about records without flooding the log, because a producer could send millions of
 * bad records. Each kind is logged at most once per 10 s, with the number of warnings that were
 * suppressed before it. Thread-safe.
 */
public final class LimitedWarnings {

    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Logger log;
    private final LongSupplier nanoTime;

    /** The kinds, by message format. */
    private final Map<String, Kind> kinds = new HashMap<>();

    private static final class Kind {
        private long nextNanos;
        private long leftOut;
    }

    /** Creates warnings that go to a log. */
    public LimitedWarnings(Logger log) {
        this(log, System::nanoTime);
    }

    LimitedWarnings(Logger log, LongSupplier nanoTime) {
        this.log = log;
        this.nanoTime = nanoTime;
    }

    /**
     * Logs a warning, unless a warning of the same kind was logged in the last 10 s.
     *
     * @param format a constant, which is also the warning's kind; with {@code {}} for each argument
     * @param arguments the arguments of the message; the last one may be a throwable
     */
    public synchronized void warn(String format, Object... arguments) {
        long now = nanoTime.getAsLong();
        Kind kind = kinds.get(format);
        if (kind == null) {
            kind = new Kind();
            kinds.put(format, kind);
        } else if (now - kind.nextNanos < 0) {
            kind.leftOut++;
            return;
        }
        String more =
                kind.leftOut == 0
                        ? ""
                        : " (" + kind.leftOut + " more such warnings were suppressed before)";
        kind.leftOut = 0;
        kind.nextNanos = now + PERIOD_NANOS;
        log.warn(format + more, arguments);
    }
}
