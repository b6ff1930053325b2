package io.clickstream.bench;

import io.clickstream.tools.traffic.GeneratedClick;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** Makes the clicks of a workload's first block. The same workload always has the same clicks. */
final class ClickGenerator {

    private static final long SEED = 20_220_614;

    /** Of these, what a visitor does on a page that is no checkout. */
    private static final String[] EVENT_TYPES = {
        "product_detail", "product_detail", "product_detail", "search", "add_to_cart", "home_page"
    };

    private static final String CHECKOUT = "order_checkout";
    private static final String NO_DEPARTMENT = "N/A";
    private static final String[] DEVICES = {"mobile", "computer", "tablet"};

    /** One page in ten belongs to no department. */
    private static final int NO_DEPARTMENT_ONE_IN = 10;

    /** One click in ten is delayed. */
    private static final int DELAYED_ONE_IN = 10;

    private final Workload workload;
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final int blockMillis;

    // One entry per click.
    private final int[] users;
    private final int[] times;
    private final byte[] eventTypes;
    private final byte[] departments;

    /** When and in which order clicks arrive: time of arrival and index, in one number. */
    private final long[] arrivals;

    private int size;

    private ClickGenerator(Workload workload) {
        this.workload = workload;
        this.blockMillis = Math.toIntExact(workload.block().toMillis());
        int max = workload.maxClicks();
        users = new int[max];
        times = new int[max];
        eventTypes = new byte[max];
        departments = new byte[max];
        arrivals = new long[max];
    }

    /**
     * Makes all clicks of the first block, in the order in which they arrive.
     *
     * @return how many there are
     */
    static int generate(Workload workload, Consumer<GeneratedClick> out) {
        ClickGenerator generator = new ClickGenerator(workload);
        for (int user = 0; user < workload.users(); user++) {
            generator.addUser(user);
        }
        generator.emit(out);
        return generator.size;
    }

    private void addUser(int user) {
        Workload.Habit habit = workload.habit(user);
        int phase = random.nextInt(blockMillis);
        int share = blockMillis / habit.sessions();
        for (int i = 0; i < habit.sessions(); i++) {
            int slack = Math.toIntExact(Math.min(workload.slack(habit), share));
            addSession(user, habit, phase + i * share + random.nextInt(slack + 1));
        }
    }

    private void addSession(int user, Workload.Habit habit, int begin) {
        int clicks = random.nextInt(habit.minClicks(), habit.maxClicks() + 1);
        boolean buys = random.nextInt(100) < workload.checkoutPercent();
        int checkout = buys ? random.nextInt(clicks) : -1;
        int time = begin;
        for (int i = 0; i < clicks; i++) {
            users[size] = user;
            times[size] = time % blockMillis;
            eventTypes[size] = (byte) (i == checkout ? -1 : random.nextInt(EVENT_TYPES.length));
            departments[size] = department();
            int delay =
                    random.nextInt(DELAYED_ONE_IN) == 0
                            ? random.nextInt((int) Workload.MAX_DELAY.toMillis())
                            : 0;
            arrivals[size] = ((long) (times[size] + delay) << Integer.SIZE) | size;
            size++;
            time += random.nextInt(habit.minPause(), habit.maxPause() + 1);
        }
    }

    private byte department() {
        if (random.nextInt(NO_DEPARTMENT_ONE_IN) == 0) {
            return -1;
        }
        int all = Workload.DEPARTMENTS.size();
        if (!workload.oneDepartment()) {
            return (byte) random.nextInt(all);
        }
        return (byte) (random.nextBoolean() ? 0 : random.nextInt(1, all));
    }

    private void emit(Consumer<GeneratedClick> out) {
        Arrays.parallelSort(arrivals, 0, size);
        for (int i = 0; i < size; i++) {
            int click = (int) arrivals[i];
            int user = users[click];
            out.accept(
                    new GeneratedClick(
                            "10." + (user >> 16) + '.' + ((user >> 8) & 255) + '.' + (user & 255),
                            Workload.FIRST_MILLIS + times[click],
                            DEVICES[user % DEVICES.length],
                            eventTypes[click] < 0 ? CHECKOUT : EVENT_TYPES[eventTypes[click]],
                            departments[click] < 0
                                    ? NO_DEPARTMENT
                                    : Workload.DEPARTMENTS.get(departments[click]),
                            user,
                            i + 1L,
                            i));
        }
    }
}
