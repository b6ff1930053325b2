package io.clickstream.duplicate;

import io.clickstream.event.Click;
import io.clickstream.event.UserId;
import java.util.HashMap;
import java.util.Map;
import javax.annotation.Nullable;

/** The ids of one user at a time, whose clicks come in the order of their times. */
final class SeenIds {

    /** With fewer ids, there is no need to remove old ones. */
    private static final int MIN_IDS = 1024;

    private final long spanMillis;

    /** The time of the last click of each id that was not a duplicate, in ms since 1970. */
    private Map<String, Long> times = new HashMap<>();

    @Nullable private UserId user;

    /** The number of ids at which old ones are removed. */
    private int full = MIN_IDS;

    /**
     * Creates a set without ids.
     *
     * @param spanMillis how long an id is kept, in event time
     */
    SeenIds(long spanMillis) {
        this.spanMillis = spanMillis;
    }

    /** The number of ids that are kept. */
    int size() {
        return times.size();
    }

    /** Whether no click of the same user and id is within the span; remembers the click. */
    boolean isFirst(Click click) {
        if (user == null || !click.isOf(user)) {
            user = click.user();
            // The table of a user with many ids would take long to clear, for each user behind.
            times = times.isEmpty() ? times : new HashMap<>();
            full = MIN_IDS;
        }
        Long earlier = times.get(click.id());
        if (earlier != null && click.timestamp() - earlier <= spanMillis) {
            return false;
        }
        times.put(click.id(), click.timestamp());
        if (times.size() >= full) {
            times.values().removeIf(time -> click.timestamp() - time > spanMillis);
            full = Math.max(MIN_IDS, 2 * times.size());
        }
        return true;
    }
}
