package io.clickstream.tools.traffic;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Users who walk through the shop as those of the lab's producer do: home page, catalog, product,
 * cart, order, checkout, with steps back, and an event type of {@code ""} at the end of a visit.
 *
 * <p>Time is virtual: {@link #until} makes the clicks up to a moment. The same seed and start give
 * the same clicks in the same order, however time is cut into calls. A user has at most one visit
 * at a time. The clicks of a visit are 20 to 500 ms apart; now and then there is a pause of 2 to 5
 * s, which is longer than the session gap and splits the visit into two sessions. One click in
 * twenty is handed out up to {@link #MAX_DELAY} after its time, behind later ones.
 */
public final class ShopTraffic {

    /** No click is handed out later than this after its time. */
    public static final Duration MAX_DELAY = Duration.ofSeconds(5);

    static final int MIN_STEP_MILLIS = 20;
    static final int MAX_STEP_MILLIS = 500;
    static final int MIN_PAUSE_MILLIS = 2_000;
    static final int MAX_PAUSE_MILLIS = 5_000;

    private static final int USUAL_USERS = 10_000;
    private static final double PAUSE_SHARE = 0.015;
    private static final double DELAYED_SHARE = 0.05;
    private static final double MEAN_STEP_MILLIS =
            (1 - PAUSE_SHARE) * (MIN_STEP_MILLIS + MAX_STEP_MILLIS) / 2.0
                    + PAUSE_SHARE * (MIN_PAUSE_MILLIS + MAX_PAUSE_MILLIS) / 2.0;

    /** Clicks in a visit on average, its end included: the chances of {@link Page}, solved. */
    static final double MEAN_CLICKS = 11.915;

    /** What is sold. */
    public static final List<String> DEPARTMENTS =
            List.of(
                    "cell phones",
                    "laptops",
                    "ear phones",
                    "soundbars",
                    "cd players",
                    "AirPods",
                    "video games",
                    "cameras");

    private static final List<String> DEVICES = List.of("mobile", "tablet", "desktop");

    /** Where a user is, and by which chances, in percent, the next step goes. */
    enum Page {
        HOME_PAGE,
        PRODUCT_CATALOG,
        PRODUCT_DETAIL,
        ADD_TO_CART,
        REMOVE_FROM_CART,
        ORDER,
        ORDER_CHECKOUT,
        END;

        String eventType() {
            return this == END ? "" : name().toLowerCase(Locale.ROOT);
        }

        Page next(int percent) {
            return switch (this) {
                case HOME_PAGE -> percent < 92 ? PRODUCT_CATALOG : END;
                case PRODUCT_CATALOG ->
                        percent < 70 ? PRODUCT_DETAIL : percent < 93 ? PRODUCT_CATALOG : END;
                case PRODUCT_DETAIL ->
                        percent < 40 ? ADD_TO_CART : percent < 93 ? PRODUCT_CATALOG : END;
                case ADD_TO_CART ->
                        percent < 35
                                ? ORDER
                                : percent < 50
                                        ? REMOVE_FROM_CART
                                        : percent < 95 ? PRODUCT_CATALOG : END;
                case REMOVE_FROM_CART -> percent < 85 ? PRODUCT_CATALOG : END;
                case ORDER -> percent < 80 ? ORDER_CHECKOUT : percent < 90 ? PRODUCT_CATALOG : END;
                case ORDER_CHECKOUT, END -> percent < 30 ? PRODUCT_CATALOG : END;
            };
        }
    }

    /** A place for one user at a time; visits follow one another. */
    private static final class Visit {
        private final int place;
        private long time;
        private Page page = Page.HOME_PAGE;
        private int user;
        private String ip = "";
        private String device = "";
        private String department = "";
        private long previous;

        private Visit(int place, long time) {
            this.place = place;
            this.time = time;
        }
    }

    private record Delayed(long sendTime, GeneratedClick click) {}

    private final SplittableRandom random;
    private final PriorityQueue<Visit> visits =
            new PriorityQueue<>(
                    Comparator.<Visit>comparingLong(visit -> visit.time)
                            .thenComparingInt(visit -> visit.place));
    private final PriorityQueue<Delayed> delayed =
            new PriorityQueue<>(
                    Comparator.comparingLong(Delayed::sendTime)
                            .thenComparingLong(entry -> entry.click().globalSeq()));
    private final int[] freeUsers;
    private int freeUserCount;
    private final double meanIdleMillis;
    private long time;
    private long globalSeq;

    /**
     * A shop that opens now.
     *
     * @param rate clicks per second on average, above 0
     * @param users how many users there are; must be at least {@link #minUsers}
     * @param start ms since the epoch
     */
    public ShopTraffic(long seed, double rate, int users, long start) {
        if (rate <= 0) {
            throw new IllegalArgumentException("the rate must be above 0, not " + rate);
        }
        if (users < minUsers(rate)) {
            throw new IllegalArgumentException(
                    "%d users are too few for %s clicks/s: it takes at least %d"
                            .formatted(users, rate, minUsers(rate)));
        }
        this.random = new SplittableRandom(seed);
        this.time = start;
        this.freeUsers = new int[users];
        for (int i = 0; i < users; i++) {
            freeUsers[i] = i + 1;
        }
        this.freeUserCount = users;
        int places = minUsers(rate);
        this.meanIdleMillis = MEAN_CLICKS * (places * 1_000 / rate - MEAN_STEP_MILLIS);
        double idleShare = meanIdleMillis / (meanIdleMillis + MEAN_CLICKS * MEAN_STEP_MILLIS);
        for (int place = 0; place < places; place++) {
            boolean idle = random.nextDouble() < idleShare;
            visits.add(new Visit(place, start + (idle ? idleMillis() : random.nextInt(500))));
        }
    }

    /** How many visits go on at a time to meet a rate, and so how many users it takes. */
    public static int minUsers(double rate) {
        return Math.max(1, (int) Math.ceil(rate * MEAN_STEP_MILLIS / 1_000));
    }

    /** As many users as make a lively shop at a rate, where nobody says how many there are. */
    public static int usualUsers(double rate) {
        return Math.max(USUAL_USERS, 4 * minUsers(rate));
    }

    /** The moment up to which clicks were handed out, ms since the epoch. */
    public long time() {
        return time;
    }

    /**
     * Hands out all clicks that are due from {@link #time()} to a moment, which then is the new
     * {@link #time()}.
     *
     * @param moment ms since the epoch, inclusive
     */
    public void until(long moment, Consumer<GeneratedClick> out) {
        while (true) {
            Delayed late = delayed.peek();
            Visit visit = visits.element();
            if (late != null && late.sendTime() <= Math.min(moment, visit.time)) {
                delayed.remove();
                out.accept(late.click());
            } else if (visit.time <= moment) {
                visits.remove();
                step(visit, out);
                visits.add(visit);
            } else {
                break;
            }
        }
        time = Math.max(time, moment);
    }

    /**
     * Hands out one click, the next in the order of their times, whatever the clock says: for a
     * caller who keeps a pace of his own. None is held back. Not to be mixed with {@link #until}.
     */
    public GeneratedClick next() {
        Visit visit = visits.remove();
        GeneratedClick click = click(visit);
        nextPage(visit);
        visits.add(visit);
        time = Math.max(time, click.eventTimestamp());
        return click;
    }

    /** Takes a number of the sequence for a click that is by none of these users. */
    public long takeGlobalSeq() {
        return ++globalSeq;
    }

    /** Hands out the clicks that are held back, ahead of their turn. */
    public void flush(Consumer<GeneratedClick> out) {
        while (!delayed.isEmpty()) {
            out.accept(delayed.remove().click());
        }
    }

    /**
     * Leaves out the time up to a moment, as if all users had paused: for a caller who could not
     * keep up. Clicks that are held back are handed out first.
     */
    public void skipTo(long moment, Consumer<GeneratedClick> out) {
        flush(out);
        long skipped = moment - time;
        List<Visit> all = new ArrayList<>(visits);
        visits.clear();
        for (Visit visit : all) {
            visit.time += skipped;
        }
        visits.addAll(all);
        time = moment;
    }

    private void step(Visit visit, Consumer<GeneratedClick> out) {
        GeneratedClick click = click(visit);
        if (random.nextDouble() < DELAYED_SHARE) {
            delayed.add(
                    new Delayed(visit.time + random.nextLong(1, MAX_DELAY.toMillis() + 1), click));
        } else {
            out.accept(click);
        }
        nextPage(visit);
    }

    private void nextPage(Visit visit) {
        if (visit.page == Page.END) {
            freeUsers[freeUserCount++] = visit.user;
            visit.page = Page.HOME_PAGE;
            visit.time += stepMillis() + idleMillis();
            return;
        }
        visit.page = visit.page.next(random.nextInt(100));
        if (visit.page == Page.PRODUCT_CATALOG) {
            visit.department = DEPARTMENTS.get(random.nextInt(DEPARTMENTS.size()));
        }
        visit.time += stepMillis();
    }

    private void begin(Visit visit) {
        int index = random.nextInt(freeUserCount);
        visit.user = freeUsers[index];
        freeUsers[index] = freeUsers[--freeUserCount];
        visit.ip = "66.249.1." + random.nextInt(1, 255);
        visit.device = DEVICES.get(random.nextInt(DEVICES.size()));
        visit.previous = 0;
    }

    private GeneratedClick click(Visit visit) {
        if (visit.page == Page.HOME_PAGE) {
            begin(visit);
        }
        String productType =
                switch (visit.page) {
                    case HOME_PAGE -> "N/A";
                    case END -> "";
                    default -> visit.department;
                };
        GeneratedClick click =
                new GeneratedClick(
                        visit.ip,
                        visit.time,
                        visit.device,
                        visit.page.eventType(),
                        productType,
                        visit.user,
                        ++globalSeq,
                        visit.previous);
        visit.previous = click.globalSeq();
        return click;
    }

    private int stepMillis() {
        return random.nextDouble() < PAUSE_SHARE
                ? random.nextInt(MIN_PAUSE_MILLIS, MAX_PAUSE_MILLIS + 1)
                : random.nextInt(MIN_STEP_MILLIS, MAX_STEP_MILLIS + 1);
    }

    private long idleMillis() {
        return Math.round(random.nextDouble() * 2 * meanIdleMillis);
    }
}
