package io.clickstream.local;

import java.util.List;

/**
 * What the three topics and indices must hold in the end: compact JSON objects, each list sorted by
 * {@link String#compareTo}.
 *
 * @param departments one line per department and window, as in {@code Departments_Agg}
 * @param sessions one line per window, as in {@code ClickEvents_UserId_Agg_Result}
 * @param checkouts one line per session with checkout, as in {@code
 *     User_Sessions_Aggregates_With_Order_Checkout}
 * @param sessionTotal sessions in all windows
 */
public record Expected(
        List<String> departments,
        List<String> sessions,
        List<String> checkouts,
        long sessionTotal) {

    public Expected {
        departments = List.copyOf(departments);
        sessions = List.copyOf(sessions);
        checkouts = List.copyOf(checkouts);
    }
}
