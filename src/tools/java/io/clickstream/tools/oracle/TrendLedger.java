package io.clickstream.tools.oracle;

import io.clickstream.tools.oracle.TrendOracle.NamedClick;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Knows which lists of the most clicked departments the job must make of what was sent. It keeps a
 * number per department and slide, not the clicks. Safe for several threads.
 */
public final class TrendLedger {

    private static final int TOP = 5;
    private static final Duration SPAN = Duration.ofSeconds(30);
    private static final Duration SLIDE = Duration.ofSeconds(10);

    /** What the lab's producer writes where a page belongs to no department. */
    private static final String NO_DEPARTMENT = "N/A";

    private final Map<Long, Map<String, Long>> slides = new HashMap<>();

    /** The settings that it reckons with. */
    public Map<String, String> properties() {
        return Map.of(
                "field",
                "department",
                "top",
                Integer.toString(TOP),
                "span",
                SPAN.toSeconds() + " s",
                "slide",
                SLIDE.toSeconds() + " s");
    }

    /** Notes a click that goes to the job. */
    public synchronized void sent(OracleClick click) {
        String department = click.department();
        if (department == null || department.isEmpty() || department.equals(NO_DEPARTMENT)) {
            return;
        }
        slides.computeIfAbsent(
                        Math.floorDiv(click.time(), SLIDE.toMillis()), slide -> new HashMap<>())
                .merge(department, 1L, Long::sum);
    }

    /** The lists as lines, for all clicks together. */
    public synchronized List<String> expected() {
        List<NamedClick> clicks = new ArrayList<>();
        slides.forEach(
                (slide, counts) ->
                        counts.forEach(
                                (name, count) ->
                                        clicks.add(
                                                new NamedClick(
                                                        name, slide * SLIDE.toMillis(), count))));
        return TrendOracle.expect(clicks, TOP, SPAN, SLIDE);
    }
}
