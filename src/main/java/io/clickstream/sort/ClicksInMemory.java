package io.clickstream.sort;

import io.clickstream.event.Click;
import io.clickstream.event.UserId;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Clicks that are sorted in memory. Nearly all of them are entries of arrays, about 30 bytes each;
 * only clicks that carry texts are objects.
 *
 * <p>It sorts in three steps: users by their id, clicks by the number of their user, and the clicks
 * of each user by time. Only the clicks of a user with the same time are compared as a whole.
 */
final class ClicksInMemory {

    /** The position of a click is in so many of the lowest bits of an entry of {@link #order}. */
    private static final int POSITION_BITS = 22;

    private static final int MAX_CLICKS = 1 << POSITION_BITS;

    /** The times of all clicks are within this range, 69 years in ms. The other bits are theirs. */
    private static final long MAX_TIME_RANGE = 1L << (Long.SIZE - 1 - POSITION_BITS);

    private static final int MIN_CAPACITY = 1024;

    /** Of a click in the arrays. */
    private static final int BYTES_PER_CLICK = 28;

    /** Of a user, in addition to the characters of an id that is a text. */
    private static final int BYTES_PER_USER = 40;

    private static final int BYTES_PER_TEXT_USER = 160;

    /** Of a click that is an object, with typical texts. */
    private static final int BYTES_PER_OBJECT = 400;

    private static final int CHECKOUT = 1;
    private static final int MARKS_SHIFT = 1;

    private final long maxBytes;
    private final UserNumbers users = new UserNumbers();
    private final Click reused = new Click(UserId.ofNumber(0), 0, null, false, null);

    private int[] userNumbers = new int[MIN_CAPACITY];
    private long[] times = new long[MIN_CAPACITY];
    private int[] flags = new int[MIN_CAPACITY];

    /** The department, null, or the click itself. */
    private Object[] contents = new Object[MIN_CAPACITY];

    private int size;
    private long bytes;
    private long firstTime;
    private long lastTime;

    /** The time since {@link #firstTime}, and the position, of each click; in order. */
    private long[] order = new long[MIN_CAPACITY];

    /**
     * Creates an empty store.
     *
     * @param maxBytes the approximate limit for the clicks
     */
    ClicksInMemory(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    int size() {
        return size;
    }

    /** Whether a click fits. The first one always does. */
    boolean hasRoomFor(Click click) {
        return size == 0
                || (bytes < maxBytes
                        && size < MAX_CLICKS
                        && Math.max(lastTime, click.timestamp())
                                        - Math.min(firstTime, click.timestamp())
                                < MAX_TIME_RANGE);
    }

    /** Adds a click, which may be used again afterwards. */
    void add(Click click) {
        if (size == times.length) {
            grow();
        }
        int usersBefore = users.size();
        int user = users.of(click);
        if (user == usersBefore) {
            UserId text = users.text(user);
            bytes +=
                    text == null
                            ? BYTES_PER_USER
                            : BYTES_PER_TEXT_USER + (long) Character.BYTES * text.text().length();
        }
        userNumbers[size] = user;
        times[size] = click.timestamp();
        flags[size] = (click.isCheckout() ? CHECKOUT : 0) | click.marks() << MARKS_SHIFT;
        boolean isObject = click.carriesTexts() || click.raw() != null || click.botSign() != null;
        contents[size] = isObject ? click.copy() : click.department();
        bytes += isObject ? BYTES_PER_OBJECT : BYTES_PER_CLICK;
        firstTime = size == 0 ? click.timestamp() : Math.min(firstTime, click.timestamp());
        lastTime = size == 0 ? click.timestamp() : Math.max(lastTime, click.timestamp());
        size++;
    }

    private void grow() {
        int capacity = 2 * size;
        userNumbers = Arrays.copyOf(userNumbers, capacity);
        times = Arrays.copyOf(times, capacity);
        flags = Arrays.copyOf(flags, capacity);
        contents = Arrays.copyOf(contents, capacity);
    }

    /**
     * Passes on all clicks, in order, and is empty afterwards.
     *
     * @param out must not keep a click, which may be used again
     */
    void drain(Consumer<Click> out) {
        if (order.length < times.length) {
            order = new long[times.length];
        }
        int[] inOrder = users.inOrder();
        int[] ends = sortByUser(inOrder);
        int begin = 0;
        for (int user : inOrder) {
            int end = ends[user];
            Arrays.sort(order, begin, end);
            drain(begin, end, out);
            begin = end;
        }
        clear();
    }

    /**
     * Puts the clicks of each user next to each other.
     *
     * @return for each user, where these clicks end
     */
    private int[] sortByUser(int[] inOrder) {
        int[] counts = new int[inOrder.length];
        for (int i = 0; i < size; i++) {
            counts[userNumbers[i]]++;
        }
        int[] positions = new int[inOrder.length];
        int position = 0;
        for (int user : inOrder) {
            positions[user] = position;
            position += counts[user];
        }
        for (int i = 0; i < size; i++) {
            order[positions[userNumbers[i]]++] = (times[i] - firstTime) << POSITION_BITS | i;
        }
        return positions;
    }

    /** Passes on the clicks of one user. */
    private void drain(int begin, int end, Consumer<Click> out) {
        int i = begin;
        while (i < end) {
            int next = i + 1;
            while (next < end && areAtOneTime(order[i], order[next])) {
                next++;
            }
            if (next == i + 1) {
                out.accept(click((int) order[i] & (MAX_CLICKS - 1)));
            } else {
                drainAtOneTime(i, next, out);
            }
            i = next;
        }
    }

    private static boolean areAtOneTime(long one, long other) {
        return (one ^ other) >>> POSITION_BITS == 0;
    }

    private void drainAtOneTime(int begin, int end, Consumer<Click> out) {
        Click[] clicks = new Click[end - begin];
        for (int i = begin; i < end; i++) {
            clicks[i - begin] = click((int) order[i] & (MAX_CLICKS - 1)).copy();
        }
        Arrays.sort(clicks, ClickOrder.INSTANCE);
        for (Click click : clicks) {
            out.accept(click);
        }
    }

    private Click click(int position) {
        Object content = contents[position];
        if (content instanceof Click) {
            return (Click) content;
        }
        int user = userNumbers[position];
        UserId text = users.text(user);
        boolean isCheckout = (flags[position] & CHECKOUT) != 0;
        if (text == null) {
            reused.become(users.id(user), times[position], (String) content, isCheckout);
        } else {
            reused.become(text, times[position], (String) content, isCheckout);
        }
        reused.setMarks(flags[position] >>> MARKS_SHIFT);
        return reused;
    }

    private void clear() {
        users.clear();
        Arrays.fill(contents, 0, size, null);
        size = 0;
        bytes = 0;
    }
}
