package io.clickstream.config;

import io.clickstream.event.EventMarks;
import io.clickstream.funnel.Funnel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.annotation.Nullable;

/** The funnel: which steps, within which time, and for what. */
public final class FunnelConfig {

    static final String GROUP = "funnel";

    /** What has a funnel beside the whole site. */
    public enum By {
        /** Only the whole site. */
        NONE,
        /** Each department, too. */
        DEPARTMENT
    }

    private static final String OPTIONAL = "?";

    static final Key<List<Funnel.Step>> STEPS =
            Key.of(
                    GROUP,
                    "steps",
                    FunnelConfig::steps,
                    "2 to 8 pairs `name=type` separated by commas; `name=type|type` for several"
                            + " event types, `name?=type` for an optional step",
                    "view=product_detail,cart=add_to_cart,order=order,paid=order_checkout",
                    "The steps in order. With this group, the job counts how many sessions reach"
                            + " each step. Event types are those after the renaming by"
                            + " `event-types`.");

    static final Key<Optional<Duration>> WITHIN =
            Key.of(
                    GROUP,
                    "within",
                    FunnelConfig::within,
                    "`session`, or a duration, such as `20 s`, `30 min`",
                    "session",
                    "The maximum time from the first step to the others. Steps count only within"
                            + " the same session in any case.");

    static final Key<FunnelConfig.By> BY =
            Key.of(
                    GROUP,
                    "by",
                    Parsers.oneOf(By.class),
                    Parsers.labels(By.class),
                    "none",
                    "With `department`, the job also counts the sessions that visited a department,"
                            + " for each department.");

    static final KeyGroup KEYS = KeyGroup.of(GROUP, STEPS, WITHIN, BY);

    @Nullable private final Funnel funnel;
    private final By by;

    private FunnelConfig(PropertyReader reader, FormatConfig format) {
        List<Funnel.Step> steps = reader.get(STEPS);
        Optional<Duration> within = reader.get(WITHIN);
        funnel = steps == null || within == null ? null : new Funnel(steps, within.orElse(null));
        by = reader.get(BY);
        if (by == By.DEPARTMENT
                && format.type() == FormatConfig.Type.JSON
                && format.mapping().departments().isEmpty()) {
            reader.error(
                    BY,
                    "is 'department', which the records do not have; set `"
                            + JsonMapping.DEPARTMENT
                            + "`, or remove this key");
        }
    }

    static FunnelConfig read(PropertyReader reader, FormatConfig format) {
        return new FunnelConfig(reader, format);
    }

    private static Optional<Duration> within(String text) {
        return text.equals("session")
                ? Optional.empty()
                : Optional.of(Parsers.positiveDuration(text));
    }

    private static List<Funnel.Step> steps(String text) {
        List<Funnel.Step> steps = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Map<String, String> stepsOfTypes = new HashMap<>();
        for (String pair : Parsers.list(text)) {
            Funnel.Step step = step(pair);
            if (!names.add(step.name())) {
                throw new IllegalArgumentException("has the step '" + step.name() + "' twice");
            }
            for (String type : step.eventTypes()) {
                String other = stepsOfTypes.put(type, step.name());
                if (other != null) {
                    throw new IllegalArgumentException(
                            "has the event type '"
                                    + type
                                    + "' in the steps '"
                                    + other
                                    + "' and '"
                                    + step.name()
                                    + "'");
                }
            }
            steps.add(step);
        }
        if (steps.size() < 2 || steps.size() > EventMarks.MAX_STEPS) {
            throw new IllegalArgumentException("has the wrong number of steps, " + steps.size());
        }
        if (steps.get(0).isOptional()) {
            throw new IllegalArgumentException("has an optional first step");
        }
        return List.copyOf(steps);
    }

    private static Funnel.Step step(String pair) {
        int equals = pair.indexOf('=');
        String name = pair.substring(0, Math.max(0, equals)).trim();
        boolean optional = name.endsWith(OPTIONAL);
        String bare = optional ? name.substring(0, name.length() - 1).trim() : name;
        Set<String> types = new HashSet<>();
        for (String type : pair.substring(equals + 1).split("\\|", -1)) {
            types.add(type.trim());
        }
        if (bare.isEmpty() || types.contains("")) {
            throw new IllegalArgumentException(
                    "has '" + pair + "', which is not a name and event types separated by =");
        }
        return new Funnel.Step(bare, types, optional);
    }

    /** The steps, and the time for them. */
    public Funnel funnel() {
        if (funnel == null) {
            throw new IllegalStateException("The settings have errors");
        }
        return funnel;
    }

    /** Whether there is a funnel for each department, too. */
    public boolean isByDepartment() {
        return by == By.DEPARTMENT;
    }
}
