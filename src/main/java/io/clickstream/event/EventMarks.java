package io.clickstream.event;

import java.io.Serializable;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import javax.annotation.Nullable;

/**
 * What optional aggregates must know of an event's type, as bits of {@link Click#marks()}. A click
 * carries them instead of the text, since there are few kinds of events, and 2 bytes are enough.
 */
public final class EventMarks implements Serializable {

    private static final long serialVersionUID = 1L;

    /** No aggregate needs to know the type of an event. */
    public static final EventMarks NONE = new EventMarks(Map.of());

    /** The event adds something to a cart. */
    public static final int CART = 1;

    /** The maximum number of steps of a funnel. */
    public static final int MAX_STEPS = 8;

    private static final int FIRST_STEP_BIT = 8;

    /** The bits of all steps of a funnel. */
    public static final int STEPS = ((1 << MAX_STEPS) - 1) << FIRST_STEP_BIT;

    private final Map<String, Integer> byType;

    private EventMarks(Map<String, Integer> byType) {
        this.byType = Map.copyOf(byType);
    }

    /** The same marks, with a further one for some types. */
    public EventMarks with(int mark, Collection<String> types) {
        Map<String, Integer> more = new HashMap<>(byType);
        for (String type : types) {
            more.merge(type, mark, (one, other) -> one | other);
        }
        return new EventMarks(more);
    }

    /** The mark of an event that reaches a step of the funnel, from 0 on. */
    public static int ofStep(int step) {
        return 1 << (FIRST_STEP_BIT + step);
    }

    /** The step that an event with one of the {@link #STEPS} reaches, from 0 on. */
    public static int step(int marks) {
        return Integer.numberOfTrailingZeros((marks & STEPS) >>> FIRST_STEP_BIT);
    }

    /** The marks of an event. */
    public int of(@Nullable String type) {
        return type == null || byType.isEmpty() ? 0 : byType.getOrDefault(type, 0);
    }
}
