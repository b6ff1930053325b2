package io.clickstream.config;

import java.time.Duration;

/** Live counts: how often, over which time span, and for what. */
public final class LiveConfig {

    static final String GROUP = "live";

    /** What is counted beside the whole site. */
    public enum By {
        /** Only the whole site. */
        NONE,
        /** Each department, too. */
        DEPARTMENT
    }

    /** Records come whether there are clicks or not, as long as a session is open. */
    private static final Duration MIN_EVERY = Duration.ofMillis(100);

    static final Key<Duration> EVERY =
            Key.of(
                    GROUP,
                    "every",
                    Parsers::positiveDuration,
                    Parsers.DURATION,
                    "10 s",
                    "The time between two records. With this group, the job counts active users,"
                        + " open sessions, and open carts at each multiple of this time. At least"
                        + " 100 ms.");

    static final Key<Duration> SPAN =
            Key.of(
                    GROUP,
                    "span",
                    Parsers::positiveDuration,
                    Parsers.DURATION,
                    "5 min",
                    "How long a click makes its user active: a multiple of `every`.");

    static final Key<LiveConfig.By> BY =
            Key.of(
                    GROUP,
                    "by",
                    Parsers.oneOf(By.class),
                    Parsers.labels(By.class),
                    "none",
                    "With `department`, the job also counts the active users and the clicks of"
                            + " each department, up to 1,000 departments per subtask.");

    static final KeyGroup KEYS = KeyGroup.of(GROUP, EVERY, SPAN, BY);

    private final Duration every;
    private final Duration span;
    private final By by;

    private LiveConfig(PropertyReader reader, FormatConfig format) {
        every = reader.get(EVERY);
        span = reader.get(SPAN);
        by = reader.get(BY);
        if (every != null && every.compareTo(MIN_EVERY) < 0) {
            reader.error(
                    EVERY,
                    "is "
                            + every.toMillis()
                            + " ms, which would make more records than clicks; it must be at least "
                            + MIN_EVERY.toMillis()
                            + " ms");
        }
        if (every != null && span != null && span.toMillis() % every.toMillis() != 0) {
            reader.error(
                    SPAN,
                    "is "
                            + span.toMillis()
                            + " ms, which is not a multiple of `"
                            + EVERY
                            + "`, "
                            + every.toMillis()
                            + " ms; change one of them");
        }
        if (by == By.DEPARTMENT
                && format.type() == FormatConfig.Type.JSON
                && format.mapping().departments().isEmpty()) {
            reader.error(
                    BY,
                    "is 'department', which the records do not have; set `"
                            + JsonMapping.DEPARTMENT
                            + "`, or remove this key");
        }
    }

    static LiveConfig read(PropertyReader reader, FormatConfig format) {
        return new LiveConfig(reader, format);
    }

    /** The time between two boundaries. */
    public Duration every() {
        return every;
    }

    /** How long a click makes its user active: a multiple of {@link #every()}. */
    public Duration span() {
        return span;
    }

    /** Whether each department is counted, too. */
    public boolean isByDepartment() {
        return by == By.DEPARTMENT;
    }
}
