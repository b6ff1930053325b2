package io.clickstream.tools.oracle;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.Aggregates;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the topics and indices must hold in the end, by aggregate: compact JSON objects, sorted by
 * {@link String#compareTo}.
 *
 * @param lines one line per result; the constructor sorts them
 * @param sessionTotal sessions in all windows
 */
public record Expected(Map<Aggregate<?>, List<String>> lines, long sessionTotal) {

    public Expected {
        Map<Aggregate<?>, List<String>> copies = new LinkedHashMap<>();
        lines.forEach((aggregate, each) -> copies.put(aggregate, each.stream().sorted().toList()));
        lines = Collections.unmodifiableMap(copies);
    }

    /**
     * What a job must write that has only some of the property groups for optional aggregates.
     *
     * @param groups the groups that the job has; others in this set have no effect
     */
    public Expected with(Set<String> groups) {
        Map<Aggregate<?>, List<String>> computed = new LinkedHashMap<>(lines);
        computed.keySet()
                .removeIf(aggregate -> !aggregate.group().map(groups::contains).orElse(true));
        return new Expected(computed, sessionTotal);
    }

    /** The aggregates that something is expected of. */
    public Set<Aggregate<?>> aggregates() {
        return lines.keySet();
    }

    /** The results of an aggregate. */
    public List<String> of(Aggregate<?> aggregate) {
        return lines.get(aggregate);
    }

    /** One line per department and window, as in {@code Departments_Agg}. */
    public List<String> departments() {
        return of(Aggregates.DEPARTMENT_COUNTS);
    }

    /** One line per window, as in {@code ClickEvents_UserId_Agg_Result}. */
    public List<String> sessions() {
        return of(Aggregates.SESSION_COUNTS);
    }

    /** One line per session, as in {@code User_Sessions_Aggregates_With_Order_Checkout}. */
    public List<String> checkouts() {
        return of(Aggregates.CHECKOUT_SESSIONS);
    }
}
