package io.clickstream.session;

import io.clickstream.event.CarriedText;
import io.clickstream.event.Click;
import io.clickstream.event.EventMarks;
import io.clickstream.event.UserId;
import java.util.Arrays;
import javax.annotation.Nullable;

/**
 * Clicks that are to be added to their sessions together: what the {@link SessionEngine} needs of
 * each. The clicks themselves may be used again by who hands them over.
 */
final class PendingClicks {

    private static final int CHECKOUT = 1;
    private static final int BEHIND = 2;
    private static final int LATE = 4;

    private final long[] numbers;

    /** Users whose ids are texts. */
    private final UserId[] texts;

    private final long[] timestamps;
    private final String[] departments;
    private final int[] marks;
    private final byte[] flags;

    /** Of those behind the watermark, the clicks: they may turn out to be late. */
    private final Click[] behind;

    /** Of those that change a cart, the clicks. Null if carts are not followed. */
    @Nullable private Click[] ofCarts;

    /** The users that visitors turned out to be. */
    private final UserId[] known;

    private int size;
    private boolean isAnyKnown;
    private boolean isAnyBehind;
    private int ofCartsCount;

    PendingClicks(int capacity) {
        numbers = new long[capacity];
        texts = new UserId[capacity];
        timestamps = new long[capacity];
        departments = new String[capacity];
        marks = new int[capacity];
        flags = new byte[capacity];
        behind = new Click[capacity];
        known = new UserId[capacity];
    }

    /** Also keeps the clicks that change a cart. */
    void keepClicksOfCarts() {
        ofCarts = new Click[timestamps.length];
    }

    /** Adds a click, for which there must be room. */
    void add(Click click) {
        add(click, false);
    }

    /**
     * Adds a click, for which there must be room.
     *
     * @param isBehind whether it counts as behind the watermark, also where it is not
     */
    void add(Click click, boolean isBehind) {
        int i = size++;
        numbers[i] = click.userNumber();
        texts[i] = click.userOfText();
        timestamps[i] = click.timestamp();
        departments[i] = click.department();
        marks[i] = click.marks();
        int flag = click.isCheckout() ? CHECKOUT : 0;
        if (isBehind || click.isBehindWatermark()) {
            flag |= BEHIND;
            behind[i] = click.copy();
            isAnyBehind = true;
        }
        flags[i] = (byte) flag;
        if (click.carriesTexts() && click.text(CarriedText.KNOWN_USER) != null) {
            known[i] = UserId.ofIdText(click.text(CarriedText.KNOWN_USER));
            isAnyKnown = true;
        }
        if (ofCarts != null && ((flag & CHECKOUT) | (marks[i] & EventMarks.ANY_CART)) != 0) {
            ofCarts[i] = behind[i] == null ? click.copy() : behind[i];
            ofCartsCount++;
        }
    }

    boolean isFull() {
        return size == numbers.length;
    }

    int size() {
        return size;
    }

    void clear() {
        if (isAnyBehind) {
            // Clicks that were late have their records' bytes.
            Arrays.fill(behind, 0, size, null);
            isAnyBehind = false;
        }
        if (isAnyKnown) {
            Arrays.fill(known, 0, size, null);
            isAnyKnown = false;
        }
        if (ofCartsCount > 0) {
            Arrays.fill(ofCarts, 0, size, null);
            ofCartsCount = 0;
        }
        size = 0;
    }

    UserId user(int index) {
        return texts[index] == null ? UserId.ofNumber(numbers[index]) : texts[index];
    }

    /** The user if the id is a text, else null. */
    @Nullable
    UserId text(int index) {
        return texts[index];
    }

    /** The user's number, if the id is no text. */
    long number(int index) {
        return numbers[index];
    }

    /** The user that the visitor turned out to be, else null. */
    @Nullable
    UserId known(int index) {
        return known[index];
    }

    /** Of the user, as {@link OpenUsers} takes it. */
    int hash(int index) {
        return texts[index] == null ? OpenUsers.hash(numbers[index]) : OpenUsers.hash(texts[index]);
    }

    long timestamp(int index) {
        return timestamps[index];
    }

    @Nullable
    String department(int index) {
        return departments[index];
    }

    boolean isCheckout(int index) {
        return (flags[index] & CHECKOUT) != 0;
    }

    boolean isBehindWatermark(int index) {
        return (flags[index] & BEHIND) != 0;
    }

    /** Bits of {@link io.clickstream.event.EventMarks}. */
    int marks(int index) {
        return marks[index];
    }

    /** Notes that a click is late, and in no session. */
    void setLate(int index) {
        flags[index] |= LATE;
    }

    boolean isLate(int index) {
        return (flags[index] & LATE) != 0;
    }

    /** The number of clicks that change a cart; 0 if carts are not followed. */
    int ofCartsCount() {
        return ofCartsCount;
    }

    /** The click itself, of one that changes a cart; null for all others. */
    @Nullable
    Click clickOfCart(int index) {
        return ofCarts[index];
    }

    /** The click itself, of one that is behind the watermark. */
    Click clickBehindWatermark(int index) {
        return behind[index];
    }
}
