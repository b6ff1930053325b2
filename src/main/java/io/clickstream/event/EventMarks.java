package io.clickstream.event;

/**
 * Bits of {@link Click#marks()}: what optional aggregates must know of an event's type. A click
 * carries them instead of the text, since there are few kinds of events, and they take 2 bytes at
 * most.
 */
public final class EventMarks {

    /** The event adds something to a cart. */
    public static final int CART = 1;

    /** All bits that there can be. */
    public static final int MASK = 0xFFFF;

    private EventMarks() {}
}
