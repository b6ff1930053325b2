package io.clickstream.live;

import io.clickstream.event.LiveCount;
import java.io.Serializable;
import java.time.Duration;
import org.apache.flink.util.OutputTag;

/** When live counts are made, and where they go. */
public final class LiveSettings implements Serializable {

    private static final long serialVersionUID = 1L;

    private final Duration every;
    private final Duration span;
    private final boolean byDepartment;
    private final OutputTag<LiveCount> output;

    /**
     * Creates settings.
     *
     * @param every the time between two boundaries
     * @param span how long a click makes its user active; a multiple of {@code every}
     * @param byDepartment whether to count the active users of each department, too
     * @param output receives the counts of each subtask
     */
    public LiveSettings(
            Duration every, Duration span, boolean byDepartment, OutputTag<LiveCount> output) {
        this.every = every;
        this.span = span;
        this.byDepartment = byDepartment;
        this.output = output;
    }

    Duration every() {
        return every;
    }

    Duration span() {
        return span;
    }

    boolean isByDepartment() {
        return byDepartment;
    }

    /** Receives the counts of each subtask. */
    public OutputTag<LiveCount> output() {
        return output;
    }
}
