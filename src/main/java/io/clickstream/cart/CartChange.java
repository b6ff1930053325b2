package io.clickstream.cart;

import io.clickstream.event.CarriedText;
import io.clickstream.event.CartOutcome.Step;
import io.clickstream.event.Click;
import io.clickstream.event.EventMarks;
import java.util.Comparator;
import javax.annotation.Nullable;

/**
 * What a click does to the cart of its user. The order is that in which changes count: by time, and
 * at the same time an item is added, then removed, then checked out. Of equal changes of an item,
 * the one with the greater value is the later one. So the order of arrival does not matter.
 */
final class CartChange implements Comparable<CartChange> {

    private static final Comparator<CartChange> ORDER =
            Comparator.comparingLong(CartChange::time)
                    .thenComparing(CartChange::step)
                    .thenComparing(CartChange::item)
                    .thenComparingLong(CartChange::value)
                    .thenComparing(
                            CartChange::known, Comparator.nullsFirst(Comparator.naturalOrder()));

    private final long time;
    private final Step step;
    private final String item;
    private final long value;
    @Nullable private final String known;

    /** Creates a change by a user who is not known under another id. */
    CartChange(long time, Step step, String item, long value) {
        this(time, step, item, value, null);
    }

    /**
     * Creates a change.
     *
     * @param time event time, in ms since 1970
     * @param item the id of the item, or empty if it has none; empty for a checkout
     * @param value of an added item, as {@link CartValue} has it; otherwise {@link CartValue#NONE}
     * @param known the user that the visitor turned out to be, as an id's text; else null
     */
    CartChange(long time, Step step, String item, long value, @Nullable String known) {
        this.time = time;
        this.step = step;
        this.item = item;
        this.value = value;
        this.known = known;
    }

    /** The change that a click makes; null if it makes none. */
    @Nullable
    static CartChange of(Click click) {
        String item = click.item() == null ? "" : click.item();
        String known = click.text(CarriedText.KNOWN_USER);
        if (click.isCheckout()) {
            return new CartChange(click.timestamp(), Step.CHECKOUT, "", CartValue.NONE, known);
        } else if ((click.marks() & EventMarks.CART_REMOVAL) != 0) {
            return new CartChange(click.timestamp(), Step.REMOVE, item, CartValue.NONE, known);
        } else if ((click.marks() & EventMarks.CART) != 0) {
            return new CartChange(
                    click.timestamp(), Step.ADD, item, CartValue.parse(click.value()), known);
        }
        return null;
    }

    long time() {
        return time;
    }

    Step step() {
        return step;
    }

    String item() {
        return item;
    }

    long value() {
        return value;
    }

    /** The user that the visitor turned out to be, as an id's text; else null. */
    @Nullable
    String known() {
        return known;
    }

    @Override
    public int compareTo(CartChange other) {
        return ORDER.compare(this, other);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CartChange && compareTo((CartChange) other) == 0;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(time) * 31 + item.hashCode();
    }

    @Override
    public String toString() {
        return step.label() + " '" + item + "' " + value + " at " + time;
    }
}
