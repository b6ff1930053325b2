package io.clickstream.funnel;

import io.clickstream.event.EventMarks;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.annotation.Nullable;

/** The steps of a funnel, in order, and within which time a session must go through them. */
public final class Funnel implements Serializable {

    private static final long serialVersionUID = 1L;

    /** One step. */
    public static final class Step implements Serializable {

        private static final long serialVersionUID = 1L;

        private final String name;
        private final Set<String> eventTypes;
        private final boolean optional;

        /**
         * Creates a step.
         *
         * @param eventTypes an event of any of these types reaches the step
         * @param optional whether a session may go on without it
         */
        public Step(String name, Set<String> eventTypes, boolean optional) {
            this.name = name;
            this.eventTypes = Set.copyOf(eventTypes);
            this.optional = optional;
        }

        public String name() {
            return name;
        }

        /** An event of any of these types reaches the step. */
        public Set<String> eventTypes() {
            return eventTypes;
        }

        /** Whether a session may go on without it. */
        public boolean isOptional() {
            return optional;
        }
    }

    private final ArrayList<Step> steps;
    @Nullable private final Duration within;

    /**
     * Creates a funnel.
     *
     * @param steps at most {@link EventMarks#MAX_STEPS}; the first one is not optional, and no
     *     event type is in two of them
     * @param within the maximum time from the first step to any other; null for any time within the
     *     session
     */
    public Funnel(List<Step> steps, @Nullable Duration within) {
        this.steps = new ArrayList<>(steps);
        this.within = within;
    }

    public int size() {
        return steps.size();
    }

    /** A step, from 0 on. */
    public Step step(int index) {
        return steps.get(index);
    }

    /** The maximum time from the first step to any other; null for any time within the session. */
    @Nullable
    public Duration within() {
        return within;
    }

    /** The last step before a step, from 1 on, that is not optional. */
    public int requiredBefore(int index) {
        int before = index - 1;
        while (step(before).isOptional()) {
            before--;
        }
        return before;
    }

    /** The same marks, with a further one for the types of each step. */
    public EventMarks addTo(EventMarks marks) {
        EventMarks more = marks;
        for (int i = 0; i < size(); i++) {
            more = more.with(EventMarks.ofStep(i), step(i).eventTypes());
        }
        return more;
    }
}
