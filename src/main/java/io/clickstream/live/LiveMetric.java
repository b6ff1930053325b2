package io.clickstream.live;

/** What is counted at a boundary. */
enum LiveMetric {
    /** Users with a click within the span. */
    ACTIVE_USERS,
    /** Sessions that have begun, and whose last click is not longer ago than the session gap. */
    OPEN_SESSIONS,
    /** Open sessions with a checkout. */
    OPEN_SESSIONS_WITH_CHECKOUT,
    /** Open sessions with a cart event, and without a checkout. */
    OPEN_CARTS,
    /** Clicks within the span. */
    CLICKS,
    /** Checkouts within the span. */
    CHECKOUTS;

    static final int COUNT = values().length;

    /** The place in an array of all metrics, and in stored counts: never changes. */
    @SuppressWarnings("EnumOrdinal")
    int index() {
        return ordinal();
    }
}
