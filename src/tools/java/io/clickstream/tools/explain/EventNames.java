package io.clickstream.tools.explain;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Recognizes what shops call the event types that the job and its recipes know by name. */
final class EventNames {

    static final String DETAIL = "product_detail";
    static final String TO_CART = "add_to_cart";
    static final String FROM_CART = "remove_from_cart";
    static final String CHECKOUT = "order_checkout";

    private static final List<String> NAMES = List.of(DETAIL, TO_CART, FROM_CART, CHECKOUT);

    private static final Set<String> CARTS = Set.of("cart", "basket", "bag", "trolley");
    private static final Set<String> THINGS = Set.of("product", "item", "sku");
    private static final Set<String> VIEWS = Set.of("view", "viewed", "detail", "details", "pv");
    private static final Set<String> ADDS = Set.of("add", "added", "put", "addto");
    private static final Set<String> REMOVES = Set.of("remove", "removed", "delete", "deleted");
    private static final Set<String> PURCHASES =
            Set.of("purchase", "purchased", "buy", "bought", "transaction", "sale", "sold");
    private static final Set<String> ORDERS = Set.of("order", "checkout", "payment");
    private static final Set<String> DONE =
            Set.of(
                    "complete",
                    "completed",
                    "placed",
                    "paid",
                    "confirmed",
                    "submitted",
                    "success",
                    "succeeded",
                    "finished");

    /** Words of events around a purchase, or on pages with many products. */
    private static final Set<String> AROUND =
            Set.of(
                    "begin",
                    "start",
                    "started",
                    "step",
                    "refund",
                    "refunded",
                    "cancel",
                    "canceled",
                    "cancelled",
                    "list",
                    "promo",
                    "promotion",
                    "wishlist",
                    "search",
                    "category",
                    "page",
                    "updated",
                    "failed",
                    "error",
                    "abandoned",
                    "home",
                    "screen",
                    "login");

    /**
     * The names of the job for those event types that have other names, in the order of a visit.
     *
     * @param types event types of records
     */
    static Map<String, String> renamed(Collection<String> types) {
        Map<String, String> renamed = new LinkedHashMap<>();
        Map<String, String> known = known(types);
        for (String name : NAMES) {
            known.forEach(
                    (type, theirs) -> {
                        if (theirs.equals(name) && !type.equals(name)) {
                            renamed.put(type, name);
                        }
                    });
        }
        return renamed;
    }

    /**
     * The event types that are recognized, with the names of the job. If an event type has a name
     * of the job, no other one gets it: an {@code order} beside an {@code order_checkout} is
     * another step.
     */
    static Map<String, String> known(Collection<String> types) {
        Map<String, String> known = new LinkedHashMap<>();
        for (String type : types) {
            of(type).filter(name -> name.equals(type) || !types.contains(name))
                    .ifPresent(name -> known.put(type, name));
        }
        if (!known.containsValue(CHECKOUT)) {
            types.stream()
                    .filter(EventNames::isOrderAlone)
                    .forEach(type -> known.put(type, CHECKOUT));
        }
        return known;
    }

    private static Optional<String> of(String type) {
        if (NAMES.contains(type)) {
            return Optional.of(type);
        }
        Set<String> words = Set.copyOf(Names.words(type));
        String joined = String.join("", Names.words(type));
        if (hasAny(words, AROUND)) {
            return Optional.empty();
        }
        if (hasAny(words, PURCHASES) || (hasAny(words, ORDERS) && hasAny(words, DONE))) {
            return hasAny(words, VIEWS) ? Optional.empty() : Optional.of(CHECKOUT);
        }
        if (joined.contains("removefrom")
                || (hasAny(words, REMOVES) && (hasAny(words, CARTS) || hasAny(words, THINGS)))) {
            return Optional.of(FROM_CART);
        }
        boolean isCartAlone = words.size() == 1 && hasAny(words, CARTS);
        if (isCartAlone
                || joined.contains("addtocart")
                || joined.contains("addtobasket")
                || joined.contains("addtobag")
                || (hasAny(words, ADDS) && (hasAny(words, CARTS) || hasAny(words, THINGS)))) {
            return Optional.of(TO_CART);
        }
        boolean isViewAlone = words.size() == 1 && hasAny(words, VIEWS);
        boolean isViewOfThing =
                hasAny(words, VIEWS) && hasAny(words, THINGS) && !hasAny(words, CARTS);
        return isViewAlone || isViewOfThing || joined.equals("productview")
                ? Optional.of(DETAIL)
                : Optional.empty();
    }

    /** An order that no word calls complete is one if nothing else is. */
    private static boolean isOrderAlone(String type) {
        return Set.of("order", "ordered", "checkout", "orders")
                .contains(String.join("", Names.words(type)));
    }

    private static boolean hasAny(Set<String> words, Set<String> of) {
        return words.stream().anyMatch(of::contains);
    }

    private EventNames() {}
}
