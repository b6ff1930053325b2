package io.clickstream.cart;

/** The change of an item that decides whether it is in the cart. */
final class CartItem {

    private final long time;
    private final boolean removed;
    private final long value;

    private CartItem(long time, boolean removed, long value) {
        this.time = time;
        this.removed = removed;
        this.value = value;
    }

    /**
     * An item that was added.
     *
     * @param value as {@link CartValue} has it
     */
    static CartItem added(long time, long value) {
        return new CartItem(time, false, value);
    }

    /** An item that was removed. It is remembered, since an earlier event may arrive later. */
    static CartItem removed(long time) {
        return new CartItem(time, true, CartValue.NONE);
    }

    /** When it was added or removed, in ms since 1970. */
    long time() {
        return time;
    }

    boolean isRemoved() {
        return removed;
    }

    /** As {@link CartValue} has it. */
    long value() {
        return value;
    }

    /** Whether this counts, and not another addition or removal of the same item. */
    boolean isAfter(CartItem other) {
        if (time != other.time) {
            return time > other.time;
        }
        return removed || (!other.removed && value > other.value);
    }
}
