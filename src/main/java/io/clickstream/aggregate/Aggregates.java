package io.clickstream.aggregate;

import io.clickstream.event.CartOutcome;
import io.clickstream.event.FunnelStep;
import io.clickstream.event.LiveCount;
import io.clickstream.event.Session;
import io.clickstream.event.Trend;
import io.clickstream.event.WindowCount;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** All aggregates. Topics, fields, and indices have the names of the MSK lab. */
public final class Aggregates {

    public static final Aggregate<WindowCount> DEPARTMENT_COUNTS =
            Aggregate.of(
                    "department-counts",
                    "departments",
                    "Sessions per department and window",
                    "Departments_Agg",
                    "departments_count",
                    new DepartmentCountFormat());

    public static final Aggregate<WindowCount> SESSION_COUNTS =
            Aggregate.of(
                    "session-counts",
                    "sessions",
                    "Sessions per window",
                    "ClickEvents_UserId_Agg_Result",
                    "user_session_counts",
                    new SessionCountFormat());

    public static final Aggregate<Session> CHECKOUT_SESSIONS =
            Aggregate.of(
                    "checkout-sessions",
                    "checkouts",
                    "Sessions with a checkout",
                    "User_Sessions_Aggregates_With_Order_Checkout",
                    "user_session_details",
                    new CheckoutFormat());

    public static final Aggregate<Trend> TRENDING =
            Aggregate.of(
                            "trending",
                            "trending",
                            "Lists of the most clicked names",
                            "Trending",
                            "trending",
                            new TrendFormat())
                    .onlyWith("trending");

    public static final Aggregate<LiveCount> LIVE =
            Aggregate.of(
                            "live-counts",
                            "live",
                            "Active users, open sessions, and open carts",
                            "Live",
                            "live",
                            new LiveFormat())
                    .onlyWith("live");

    public static final Aggregate<FunnelStep> FUNNEL =
            Aggregate.of(
                            "funnel-steps",
                            "funnel",
                            "Sessions that reach each step of a funnel",
                            "Funnel",
                            "funnel",
                            new FunnelFormat())
                    .onlyWith("funnel");

    public static final Aggregate<CartOutcome> CARTS =
            Aggregate.of(
                            "cart-outcomes",
                            "carts",
                            "Abandoned and recovered carts",
                            "Carts",
                            "carts",
                            new CartFormat())
                    .onlyWith("carts");

    /** All aggregates, in the order of the tables of settings. */
    public static final List<Aggregate<?>> ALL =
            List.of(
                    DEPARTMENT_COUNTS,
                    SESSION_COUNTS,
                    CHECKOUT_SESSIONS,
                    TRENDING,
                    LIVE,
                    FUNNEL,
                    CARTS);

    private Aggregates() {}

    /** The property groups that turn optional aggregates on. */
    public static Set<String> groups() {
        return ALL.stream()
                .flatMap(aggregate -> aggregate.group().stream())
                .collect(Collectors.toUnmodifiableSet());
    }
}
