package io.clickstream.config;

import io.clickstream.event.CarriedText;
import io.clickstream.event.EventMarks;
import java.time.Duration;
import java.util.Collections;
import java.util.Set;

/** Carts: when one counts as abandoned, and how long it can be recovered. */
public final class CartsConfig implements NeedsFields {

    static final String GROUP = "carts";

    static final Key<Duration> ABANDONED_AFTER =
            Key.of(
                    GROUP,
                    "abandoned-after",
                    Parsers::positiveDuration,
                    Parsers.DURATION,
                    "30 min",
                    "How long after its last change a cart without a checkout is abandoned. With"
                            + " this group, the job writes a record for each abandoned cart, and"
                            + " another one if the user checks out later.");

    static final Key<Duration> RECOVERED_WITHIN =
            Key.of(
                    GROUP,
                    "recovered-within",
                    Parsers::positiveDuration,
                    Parsers.DURATION,
                    "7 d",
                    "How long after it was abandoned a cart is recovered by a checkout. Then the"
                            + " job forgets the cart.");

    static final KeyGroup KEYS = KeyGroup.of(GROUP, ABANDONED_AFTER, RECOVERED_WITHIN);

    private final FormatConfig format;
    private final Duration abandonedAfter;
    private final Duration recoveredWithin;

    private CartsConfig(PropertyReader reader, FormatConfig format) {
        this.format = format;
        abandonedAfter = reader.get(ABANDONED_AFTER);
        recoveredWithin = reader.get(RECOVERED_WITHIN);
        refuseTypesOf(
                reader,
                FormatConfig.CART_EVENT_TYPES,
                format.cartEventTypes(),
                FormatConfig.CHECKOUT_EVENT_TYPES,
                format.checkoutEventTypes());
        refuseTypesOf(
                reader,
                FormatConfig.CART_REMOVAL_EVENT_TYPES,
                format.cartRemovalEventTypes(),
                FormatConfig.CART_EVENT_TYPES,
                format.cartEventTypes());
        refuseTypesOf(
                reader,
                FormatConfig.CART_REMOVAL_EVENT_TYPES,
                format.cartRemovalEventTypes(),
                FormatConfig.CHECKOUT_EVENT_TYPES,
                format.checkoutEventTypes());
    }

    /** An event does one thing to a cart. */
    private static void refuseTypesOf(
            PropertyReader reader,
            Key<?> key,
            Set<String> types,
            Key<?> otherKey,
            Set<String> otherTypes) {
        if (!Collections.disjoint(types, otherTypes)) {
            reader.error(
                    key,
                    "has an event type that `"
                            + otherKey
                            + "` has, too; with the group `"
                            + GROUP
                            + "`, a type must be in one of them only");
        }
    }

    static CartsConfig read(PropertyReader reader, FormatConfig format) {
        return new CartsConfig(reader, format);
    }

    @Override
    public OptionalFields addTo(OptionalFields fields) {
        return fields.with(ClickField.ITEM, format.mapping().item())
                .with(ClickField.VALUE, format.mapping().value());
    }

    /**
     * The same marks, with those of cart events. Other clicks carry no item and no value, so that
     * carts cost them nothing.
     *
     * @param allItems whether all clicks must carry their items
     */
    EventMarks addTo(EventMarks marks, boolean allItems) {
        EventMarks more =
                marks.with(EventMarks.CART, format.cartEventTypes())
                        .with(EventMarks.CART_REMOVAL, format.cartRemovalEventTypes())
                        .carrying(CarriedText.VALUE, EventMarks.CART);
        return allItems ? more : more.carrying(CarriedText.ITEM, EventMarks.ANY_CART);
    }

    /** How long after its last change a cart without a checkout is abandoned. */
    public Duration abandonedAfter() {
        return abandonedAfter;
    }

    /** How long after it was abandoned a cart is recovered by a checkout. */
    public Duration recoveredWithin() {
        return recoveredWithin;
    }
}
