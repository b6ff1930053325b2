package io.clickstream.event;

import java.io.Serializable;
import java.util.Collection;
import java.util.EnumMap;
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
    public static final EventMarks NONE = new EventMarks(Map.of(), Map.of());

    /** The event adds something to a cart. */
    public static final int CART = 1;

    /** The maximum number of steps of a funnel. */
    public static final int MAX_STEPS = 8;

    private static final int FIRST_STEP_BIT = 8;

    /** The bits of all steps of a funnel. */
    public static final int STEPS = ((1 << MAX_STEPS) - 1) << FIRST_STEP_BIT;

    /** The event removes something from a cart. */
    public static final int CART_REMOVAL = 2;

    /** All marks of events that change a cart. */
    public static final int ANY_CART = CART | CART_REMOVAL;

    private final Map<String, Integer> byType;

    /** The marks without which a click does not carry a text. All clicks carry other texts. */
    private final EnumMap<CarriedText, Integer> neededBy = new EnumMap<>(CarriedText.class);

    private EventMarks(Map<String, Integer> byType, Map<CarriedText, Integer> neededBy) {
        this.byType = Map.copyOf(byType);
        this.neededBy.putAll(neededBy);
    }

    /** The same marks, with a further one for some types. */
    public EventMarks with(int mark, Collection<String> types) {
        Map<String, Integer> more = new HashMap<>(byType);
        for (String type : types) {
            more.merge(type, mark, (one, other) -> one | other);
        }
        return new EventMarks(more, neededBy);
    }

    /**
     * The same marks, by which a text is carried.
     *
     * @param marks only clicks with at least one of these carry the text
     */
    public EventMarks carrying(CarriedText text, int marks) {
        Map<CarriedText, Integer> more = new HashMap<>(neededBy);
        more.put(text, marks);
        return new EventMarks(byType, more);
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

    /** Whether a click with these marks carries a text if its record has it. */
    public boolean carries(CarriedText text, int marks) {
        Integer needed = neededBy.get(text);
        return needed == null || (marks & needed) != 0;
    }
}
