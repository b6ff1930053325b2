package io.clickstream.tools.oracle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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

    private static final ObjectMapper JSON = new ObjectMapper();

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

    /**
     * The documents of an aggregate: its results, but only the last one of each cart, because the
     * outcomes of a cart have the same id.
     */
    public List<String> documents(Aggregate<?> aggregate) {
        if (!aggregate.equals(Aggregates.CARTS)) {
            return of(aggregate);
        }
        Map<String, String> documents = new LinkedHashMap<>();
        for (String line : of(aggregate)) {
            JsonNode cart = read(line);
            if (cart.path("outcome").asText().equals("recovered")) {
                documents.put(cart.path("cartId").asText(), line);
            } else {
                documents.putIfAbsent(cart.path("cartId").asText(), line);
            }
        }
        return List.copyOf(documents.values());
    }

    private static JsonNode read(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not JSON: " + line, e);
        }
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
