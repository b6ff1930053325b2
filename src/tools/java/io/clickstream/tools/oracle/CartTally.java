package io.clickstream.tools.oracle;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import javax.annotation.Nullable;

/**
 * Says which carts were abandoned and recovered, as naively as can be: sort what a user did to the
 * cart, and go through it. It shares no code with the job.
 */
final class CartTally {

    private static final int MAX_IDS = 50;
    private static final int DECIMALS = 6;

    /** In the order in which events of the same time count. */
    private enum Step {
        ADD,
        REMOVE,
        CHECKOUT
    }

    private record Event(long time, Step step, String item, @Nullable BigDecimal value) {

        static final Comparator<Event> ORDER =
                Comparator.comparingLong(Event::time)
                        .thenComparing(Event::step)
                        .thenComparing(Event::item)
                        .thenComparing(
                                Event::value, Comparator.nullsFirst(Comparator.naturalOrder()));
    }

    private final CartRules rules;
    private final Map<Object, List<Event>> events = new HashMap<>();

    /** Begins without events. */
    CartTally(CartRules rules) {
        this.rules = rules;
    }

    /** Notes what the clicks of a session did to the cart of their user. */
    void add(List<OracleClick> session) {
        for (OracleClick click : session) {
            Step step = step(click.eventType());
            if (step != null) {
                events.computeIfAbsent(click.user(), user -> new ArrayList<>())
                        .add(
                                new Event(
                                        click.time(),
                                        step,
                                        Objects.requireNonNullElse(rules.item().apply(click), ""),
                                        value(click)));
            }
        }
    }

    @Nullable
    private static Step step(@Nullable String eventType) {
        if (eventType == null) {
            return null;
        }
        return switch (eventType) {
            case "add_to_cart" -> Step.ADD;
            case "remove_from_cart" -> Step.REMOVE;
            case "order_checkout" -> Step.CHECKOUT;
            default -> null;
        };
    }

    @Nullable
    private BigDecimal value(OracleClick click) {
        String literal = rules.value().apply(click);
        return literal == null
                ? null
                : new BigDecimal(literal).setScale(DECIMALS, RoundingMode.HALF_UP);
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        events.forEach((user, ofUser) -> new Fold(user, lines).all(ofUser));
        return lines;
    }

    /** What one user did, from the first event to the last. */
    private final class Fold {

        private final Object user;
        private final List<String> lines;
        private final TreeMap<String, BigDecimal> cart = new TreeMap<>();
        private long since;
        private long lastChange;
        private Step lastStep = Step.ADD;
        @Nullable private Long abandonedAt;

        Fold(Object user, List<String> lines) {
            this.user = user;
            this.lines = lines;
        }

        void all(List<Event> ofUser) {
            for (Event event : ofUser.stream().sorted(Event.ORDER).toList()) {
                pass(event.time());
                take(event);
            }
            pass(Long.MAX_VALUE);
        }

        private void pass(long until) {
            if (!cart.isEmpty()
                    && abandonedAt == null
                    && lastChange + rules.abandonedAfter().toMillis() <= until) {
                abandonedAt = lastChange + rules.abandonedAfter().toMillis();
                lines.add(line("abandoned", lastStep, abandonedAt));
            }
            if (abandonedAt != null && abandonedAt + rules.recoveredWithin().toMillis() < until) {
                empty();
            }
        }

        private void take(Event event) {
            switch (event.step()) {
                case ADD -> {
                    since = cart.isEmpty() ? event.time() : since;
                    cart.put(event.item(), event.value());
                }
                case REMOVE -> {
                    cart.remove(event.item());
                    if (cart.isEmpty()) {
                        empty();
                    }
                }
                case CHECKOUT -> {
                    if (abandonedAt != null) {
                        lines.add(line("recovered", Step.CHECKOUT, event.time()));
                    }
                    empty();
                    return;
                }
            }
            lastChange = event.time();
            lastStep = event.step();
        }

        private void empty() {
            cart.clear();
            abandonedAt = null;
        }

        private String line(String outcome, Step step, long time) {
            ObjectNode line = JsonNodeFactory.instance.objectNode();
            if (user instanceof Long number) {
                line.put("cartId", since + "-" + number);
                line.put("userId", number);
            } else {
                line.put("cartId", since + "-" + new TextNode((String) user));
                line.put("userId", (String) user);
            }
            line.put("outcome", outcome);
            line.put("items", cart.size());
            ArrayNode ids = line.putArray("itemIds");
            cart.keySet().stream().filter(id -> !id.isEmpty()).limit(MAX_IDS).forEach(ids::add);
            cart.values().stream()
                    .filter(Objects::nonNull)
                    .reduce(BigDecimal::add)
                    .ifPresent(
                            sum ->
                                    line.putRawValue(
                                            "value",
                                            new RawValue(
                                                    sum.stripTrailingZeros().toPlainString())));
            line.put("lastStep", step.name().toLowerCase(Locale.ROOT));
            line.put("since", since);
            line.put("lastChange", lastChange);
            line.put("windowBeginTime", since);
            line.put("windowEndTime", time);
            return JsonLine.of(line);
        }
    }
}
