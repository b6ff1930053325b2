package io.clickstream.local.page;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import javax.annotation.Nullable;

/** The visits of a person at the page to the simulated shop. */
public interface Visits {

    /**
     * A page of the shop that is visited.
     *
     * @param eventType one of {@link #eventTypes()}
     * @param department one of {@link #departments()}, or empty where there is none
     */
    record Step(String eventType, String department) {}

    /**
     * A click that was sent.
     *
     * @param time event time, in ms since 1970
     */
    record SentClick(long time, String eventType, String department) {}

    /**
     * What became of a visit.
     *
     * @param user the user id of its clicks
     * @param clicks those that were sent so far
     * @param steps how many clicks there will be
     * @param closesAt the event time at which its session closes, in ms since 1970; null before its
     *     last click
     * @param closed whether event time has reached that
     * @param hasCheckout whether the session has a line of its own
     * @param line its line in the topic or stream of checkout sessions; null before it is there
     * @param document the same in OpenSearch; null before it is there
     */
    record Visit(
            String user,
            List<SentClick> clicks,
            int steps,
            @Nullable Long closesAt,
            boolean closed,
            boolean hasCheckout,
            @Nullable String line,
            @Nullable JsonNode document) {}

    /** The kinds of clicks of the shop. */
    List<String> eventTypes();

    /** The departments of the shop. */
    List<String> departments();

    /** How long a session stays open without a click, in ms. */
    long gapMillis();

    /**
     * Sends a visit as a user of some name, one click after another within a session gap.
     *
     * @return the user id of the clicks
     * @throws IllegalArgumentException if the name or a step is not allowed, with a sentence that
     *     says what is
     * @throws IllegalStateException if no clicks are sent any more
     */
    String visit(String name, List<Step> steps);

    /** What became of the latest visit of a user. */
    @Nullable
    Visit latest(String user);
}
