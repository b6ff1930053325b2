package io.clickstream.local.run;

import com.fasterxml.jackson.databind.JsonNode;
import io.clickstream.local.page.Visits;
import io.clickstream.local.results.Results;
import io.clickstream.local.server.OpenSearchIndices;
import io.clickstream.tools.produce.RecordSequence;
import io.clickstream.tools.traffic.GeneratedClick;
import io.clickstream.tools.traffic.ShopTraffic;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Supplier;
import javax.annotation.Nullable;

/** Visits of people at the page, whose clicks go among those of the simulated shop. */
final class ShopVisits implements Visits {

    private static final List<String> EVENT_TYPES =
            List.of(
                    "home_page",
                    "product_catalog",
                    "product_detail",
                    "add_to_cart",
                    "remove_from_cart",
                    "order",
                    "order_checkout");

    /** What the shop has in place of a department on pages that are about none. */
    private static final String NO_DEPARTMENT = "N/A";

    private static final int MAX_STEPS = 20;
    private static final int MAX_NAME_LENGTH = 40;

    /** So many clicks fit into a session gap, so that the slowest slot keeps them together. */
    private static final int CLICKS_PER_GAP = 5;

    /** One visit, whose clicks are sent one after another. Guarded by the visits. */
    private static final class Sending {
        private final String user;
        private final int steps;
        private final List<SentClick> clicks = new ArrayList<>();
        @Nullable private String line;
        @Nullable private JsonNode document;

        Sending(String user, int steps) {
            this.user = user;
            this.steps = steps;
        }
    }

    private final RecordSequence records;
    private final boolean areNamesIds;
    private final int firstNumber;
    private final Duration gap;
    private final Clock clock;
    private final Supplier<OptionalLong> watermark;
    private final RunningComparison outputs;
    private final OpenSearchIndices indices;
    private final Map<String, Integer> numbers = new HashMap<>();
    private final Map<String, Sending> latest = new HashMap<>();
    private final Map<String, Long> freeFrom = new HashMap<>();
    private boolean isOver;

    /**
     * No visits yet.
     *
     * @param areNamesIds whether the records have room for a name as the id of a user; else users
     *     get numbers
     * @param firstNumber the first number that is no user's
     * @param gap how long a session stays open without a click
     * @param watermark the event time that the sessions have reached
     */
    ShopVisits(
            RecordSequence records,
            boolean areNamesIds,
            int firstNumber,
            Duration gap,
            Clock clock,
            Supplier<OptionalLong> watermark,
            RunningComparison outputs,
            OpenSearchIndices indices) {
        this.records = records;
        this.areNamesIds = areNamesIds;
        this.firstNumber = firstNumber;
        this.gap = gap;
        this.clock = clock;
        this.watermark = watermark;
        this.outputs = outputs;
        this.indices = indices;
    }

    @Override
    public List<String> eventTypes() {
        return EVENT_TYPES;
    }

    @Override
    public List<String> departments() {
        return ShopTraffic.DEPARTMENTS;
    }

    @Override
    public long gapMillis() {
        return gap.toMillis();
    }

    /** Takes no more visits. */
    synchronized void end() {
        isOver = true;
    }

    @Override
    public synchronized String visit(String name, List<Step> steps) {
        if (isOver) {
            throw new IllegalStateException("the run no longer sends clicks");
        }
        check(name, steps);
        int number = numbers.computeIfAbsent(name, any -> firstNumber + numbers.size());
        String user = areNamesIds ? name : Integer.toString(number);
        Sending visit = new Sending(user, steps.size());
        latest.put(user, visit);
        // A visit is a session of its own: it does not begin before the one before is closed.
        long time = Math.max(clock.millis(), freeFrom.getOrDefault(user, 0L));
        long step = gap.toMillis() / CLICKS_PER_GAP;
        for (Step each : steps) {
            GeneratedClick click =
                    new GeneratedClick(
                            "127.0.0.1",
                            time,
                            "desktop",
                            each.eventType(),
                            each.department().isEmpty() ? NO_DEPARTMENT : each.department(),
                            number,
                            0,
                            0,
                            areNamesIds ? name : null);
            records.insert(time, click, sent -> note(visit, sent));
            time += step;
        }
        freeFrom.put(user, time + 2 * gap.toMillis());
        return user;
    }

    private static boolean isHalf(int codePoint) {
        return Character.getType(codePoint) == Character.SURROGATE;
    }

    private static void check(String name, List<Step> steps) {
        if (name.isBlank()
                || name.length() > MAX_NAME_LENGTH
                || name.codePoints().noneMatch(Character::isLetter)
                || name.chars().anyMatch(Character::isISOControl)
                // Half of a surrogate pair can't be sent as UTF-8.
                || name.codePoints().anyMatch(ShopVisits::isHalf)) {
            throw new IllegalArgumentException(
                    "the name is \"%s\", and must have a letter and at most %d characters"
                            .formatted(name, MAX_NAME_LENGTH));
        }
        if (steps.isEmpty() || steps.size() > MAX_STEPS) {
            throw new IllegalArgumentException(
                    "a visit has 1 to %d clicks, not %d".formatted(MAX_STEPS, steps.size()));
        }
        for (Step step : steps) {
            if (!EVENT_TYPES.contains(step.eventType())) {
                throw new IllegalArgumentException(
                        "the shop has no page \"%s\", but %s"
                                .formatted(step.eventType(), EVENT_TYPES));
            }
            if (!step.department().isEmpty()
                    && !ShopTraffic.DEPARTMENTS.contains(step.department())) {
                throw new IllegalArgumentException(
                        "the shop has no department \"%s\", but %s"
                                .formatted(step.department(), ShopTraffic.DEPARTMENTS));
            }
        }
    }

    private synchronized void note(Sending visit, GeneratedClick sent) {
        visit.clicks.add(
                new SentClick(sent.eventTimestamp(), sent.eventType(), sent.productType()));
    }

    @Override
    @Nullable
    public Visit latest(String user) {
        Sending visit;
        boolean isClosed;
        synchronized (this) {
            visit = latest.get(user);
            if (visit == null) {
                return null;
            }
            isClosed =
                    isComplete(visit)
                            && watermark.get().isPresent()
                            && watermark.get().getAsLong() >= closesAt(visit);
        }
        if (isClosed && hasCheckout(visit)) {
            find(visit);
        }
        synchronized (this) {
            return new Visit(
                    visit.user,
                    List.copyOf(visit.clicks),
                    visit.steps,
                    isComplete(visit) ? closesAt(visit) : null,
                    isClosed || visit.line != null,
                    hasCheckout(visit),
                    visit.line,
                    visit.document);
        }
    }

    private static boolean isComplete(Sending visit) {
        return visit.clicks.size() == visit.steps;
    }

    private long closesAt(Sending visit) {
        return visit.clicks.get(visit.clicks.size() - 1).time() + gap.toMillis();
    }

    private static boolean hasCheckout(Sending visit) {
        return visit.clicks.stream().anyMatch(click -> click.eventType().equals("order_checkout"));
    }

    /**
     * When the session with the first checkout begins. A sender that falls behind leaves out time,
     * which can split a visit.
     */
    private long beginOfCheckout(Sending visit) {
        long begin = visit.clicks.get(0).time();
        long previous = begin;
        for (SentClick click : visit.clicks) {
            if (click.time() - previous > gap.toMillis()) {
                begin = click.time();
            }
            previous = click.time();
            if (click.eventType().equals("order_checkout")) {
                break;
            }
        }
        return begin;
    }

    /** Looks for the line and the document of a session that is closed. */
    private void find(Sending visit) {
        long begin = beginOfCheckout(visit);
        outputs.forEachCheckout(
                line -> {
                    if (line.path("userId").asText().equals(visit.user)
                            && line.path("windowBeginTime").asLong() == begin) {
                        synchronized (this) {
                            visit.line = line.toString();
                        }
                    }
                });
        try {
            JsonNode document =
                    indices.find(
                            Results.CHECKOUTS_INDEX,
                            Map.of("userId", visit.user, "windowBeginTime", begin));
            synchronized (this) {
                visit.document = document;
            }
        } catch (IOException e) {
            // It is asked again, as long as somebody looks.
            visit.document = null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
