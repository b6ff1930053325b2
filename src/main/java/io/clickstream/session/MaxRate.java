package io.clickstream.session;

import java.io.Serializable;
import java.time.Duration;

/**
 * The rate of clicks above which a session is taken for a bot's: so many clicks within so much
 * event time, on the average of the session. A session that is shorter than this time counts as if
 * it had lasted so long, since a person may well click twice in 20 ms.
 *
 * <p>It is asked when a session closes. So it does not depend on the order in which clicks came,
 * and a session counts as a whole or not at all.
 */
public final class MaxRate implements Serializable {

    /** No rate is too high. */
    public static final MaxRate NONE = new MaxRate(0, 1);

    private static final long serialVersionUID = 1L;

    private final int clicks;
    private final long perMillis;

    private MaxRate(int clicks, long perMillis) {
        this.clicks = clicks;
        this.perMillis = perMillis;
    }

    /**
     * A limit.
     *
     * @param clicks at least 1
     * @param per at least 1 ms
     */
    public static MaxRate of(int clicks, Duration per) {
        if (clicks < 1 || per.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "A rate must be at least 1 click per ms or longer, not "
                            + clicks
                            + " per "
                            + per);
        }
        return new MaxRate(clicks, per.toMillis());
    }

    /**
     * Whether a session was faster.
     *
     * @param sessionClicks its clicks
     * @param durationMillis from its first click to its last, ms
     */
    boolean isExceeded(long sessionClicks, long durationMillis) {
        return clicks > 0
                && (double) sessionClicks * perMillis
                        > (double) clicks * Math.max(durationMillis, perMillis);
    }
}
