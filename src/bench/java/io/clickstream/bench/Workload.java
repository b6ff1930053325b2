package io.clickstream.bench;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * Clicks to measure with. A workload is a block of clicks that comes again and again, each time
 * {@link #block()} later: as many clicks as one likes, whose results can still be told exactly.
 *
 * <p>In a block each user has the same number of sessions, at random times; a session that reaches
 * beyond the block's end goes on in the next one. Between two sessions of a user there is always
 * more than the gap.
 *
 * @param name as on the command line
 * @param gap the session gap
 * @param block how long a block lasts, a multiple of {@link #WINDOW}
 * @param users how many users a block has
 * @param light what nearly all users do
 * @param heavy what the first user of every hundred does; the same as {@code light} without skew
 * @param checkoutPercent how many sessions have a checkout
 * @param oneDepartment whether half of all visits are visits of the first department
 */
public record Workload(
        String name,
        Duration gap,
        Duration block,
        int users,
        Habit light,
        Habit heavy,
        int checkoutPercent,
        boolean oneDepartment) {

    /** The windows that sessions are counted in: the job's default. */
    public static final Duration WINDOW = Duration.ofSeconds(10);

    /** How far the watermark is behind the newest click: the job's default. */
    public static final Duration BOUND = Duration.ofSeconds(20);

    /**
     * One click in ten is delayed by up to this time, less than {@link #BOUND}: none is ever late.
     */
    static final Duration MAX_DELAY = Duration.ofSeconds(15);

    /** Of every so many users the first is a heavy one. */
    static final int HEAVY_EVERY = 100;

    /**
     * When the first block begins: a time in the past, so that thousands of blocks are not ahead of
     * the clock, and a multiple of {@link #WINDOW}.
     */
    static final long FIRST_MILLIS = Instant.parse("2022-06-14T12:00:00Z").toEpochMilli();

    /** The departments of the lab's shop. */
    static final List<String> DEPARTMENTS =
            List.of(
                    "Electronics",
                    "Books",
                    "Clothing",
                    "Toys",
                    "Garden",
                    "Grocery",
                    "Sports",
                    "Music",
                    "Jewelry",
                    "Automotive");

    /**
     * What one user does in one block.
     *
     * @param sessions how many sessions, each in its share of the block's time
     * @param minClicks fewest clicks of a session
     * @param maxClicks most clicks of a session
     * @param minPause shortest time between two clicks of a session, ms
     * @param maxPause longest time between two clicks of a session, ms, at most the gap
     */
    public record Habit(int sessions, int minClicks, int maxClicks, int minPause, int maxPause) {

        /** The longest that a session can last, from its first to its last click, in ms. */
        long maxMillis() {
            return (maxClicks - 1L) * maxPause;
        }
    }

    /**
     * The lab's clicks: 1 s gap, and 20,000 users with an open session at any time. A session is
     * open from its first click until the watermark has passed its end, here for 7 pauses of 0.4 s,
     * the gap and the bound, in all 23.8 s of the block's 60 s; so 50,000 users make 20,000 open
     * sessions. 39 of 100 sessions have a checkout.
     */
    public static final Workload LAB =
            new Workload(
                    "lab",
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(60),
                    50_000,
                    new Habit(1, 3, 13, 50, 750),
                    new Habit(1, 3, 13, 50, 750),
                    39,
                    false);

    /**
     * A large shop: 30 min gap, as web analytics has it, and 1,000,000 open sessions. A session is
     * open for 3 pauses of 90 s, the gap and the bound, in all 34.8 min of the block's 45 min. 3 of
     * 100 sessions have a checkout.
     */
    public static final Workload SHOP =
            new Workload(
                    "shop",
                    Duration.ofMinutes(30),
                    Duration.ofMinutes(45),
                    1_292_000,
                    new Habit(1, 2, 6, 10_000, 170_000),
                    new Habit(1, 2, 6, 10_000, 170_000),
                    3,
                    false);

    /**
     * The lab's clicks, but 1 % of the users make half of them (20 sessions of 40 clicks against
     * one of 8), and one department has half of the visits.
     */
    public static final Workload SKEW =
            new Workload(
                    "skew",
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(60),
                    50_000,
                    new Habit(1, 3, 13, 50, 750),
                    new Habit(20, 36, 44, 20, 44),
                    39,
                    true);

    /** All workloads, in the order in which they are measured. */
    public static final List<Workload> ALL = List.of(LAB, SHOP, SKEW);

    public Workload {
        for (Habit habit : List.of(light, heavy)) {
            if (slack(gap, block, habit) < 0) {
                throw new IllegalArgumentException(
                        name + ": the sessions of a user don't fit into a block");
            }
        }
        if (block.toMillis() % WINDOW.toMillis() != 0) {
            throw new IllegalArgumentException(name + ": a block must be a multiple of a window");
        }
    }

    /** The same with another number of users, and so of clicks and of open sessions. */
    public Workload withUsers(int number) {
        return new Workload(name, gap, block, number, light, heavy, checkoutPercent, oneDepartment);
    }

    /** The same under another name. */
    Workload named(String other) {
        return new Workload(other, gap, block, users, light, heavy, checkoutPercent, oneDepartment);
    }

    Habit habit(int user) {
        return user % HEAVY_EVERY == 0 ? heavy : light;
    }

    /** By how much a session can begin later than its share of the block's time does, in ms. */
    long slack(Habit habit) {
        return slack(gap, block, habit);
    }

    private static long slack(Duration gap, Duration block, Habit habit) {
        // One more than the gap, so that two sessions never touch.
        return block.toMillis() / habit.sessions() - habit.maxMillis() - gap.toMillis() - 1;
    }

    /** Sum of the clicks that a block can have at most. */
    int maxClicks() {
        int heavyUsers = (users + HEAVY_EVERY - 1) / HEAVY_EVERY;
        return Math.toIntExact(
                Arrays.stream(
                                new long[] {
                                    (long) heavyUsers * heavy.sessions() * heavy.maxClicks(),
                                    (long) (users - heavyUsers)
                                            * light.sessions()
                                            * light.maxClicks()
                                })
                        .sum());
    }
}
