package io.clickstream.cart;

import io.clickstream.event.CartOutcome;
import io.clickstream.event.CartOutcome.Kind;
import io.clickstream.event.CartOutcome.Step;
import io.clickstream.event.UserId;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import javax.annotation.Nullable;

/**
 * The cart of a user, and what must be remembered of its past.
 *
 * <p>Changes wait until no earlier one can arrive, and then count in the order of their times. So a
 * result does not depend on the order of arrival. Before a change, the time up to it passes, which
 * may show that the cart was abandoned before.
 *
 * <p>A change behind the watermark counts as soon as it arrives. Of the changes of an item the
 * latest one decides, so removals and the last checkout are remembered for a while. What was
 * reported before stays as it is.
 */
final class UserCart {

    /** No time. It is before all times. */
    static final long NONE = Long.MIN_VALUE;

    /** The maximum number of items in a cart. Further items are not added. */
    static final int MAX_ITEMS = 1_000;

    /** The maximum number of removed items that are remembered: those that were removed last. */
    static final int MAX_REMOVED = 1_000;

    /**
     * The maximum number of changes that wait. If a user has more, the earliest one counts before
     * its time, which only bots will notice.
     */
    static final int MAX_WAITING = 1_000;

    /**
     * The maximum number of characters of the ids of all items, and of those of all changes that
     * wait. Each event reads and writes them all, so long ids of a bot must not fill the state.
     */
    static final int MAX_CHARACTERS = 32 << 10;

    /** The maximum number of ids in a result. */
    static final int MAX_IDS = 50;

    /** Memory of a cart with its key and its place in a map, measured on a 64-bit JVM. */
    private static final long BYTES = 400;

    /** Memory of an item or a change that waits, without the characters of its id. */
    private static final long ENTRY_BYTES = 150;

    /** Items in the cart, and removed ones, by id. */
    final TreeMap<String, CartItem> items = new TreeMap<>();

    /** Changes that an earlier one may still precede. */
    final TreeSet<CartChange> waiting = new TreeSet<>();

    /** The number of items that are in the cart. */
    private int inCart;

    /** Additions and removals up to this time belong to a cart that is over. */
    long over = NONE;

    /** When the first item was added; {@link #NONE} if the cart is empty. */
    long since = NONE;

    /** The last addition or removal since the cart before was over. */
    long lastChange = NONE;

    Step lastStep = Step.ADD;

    /** When the cart became abandoned; {@link #NONE} if it is not. */
    long abandonedAt = NONE;

    /** The user that the visitor turned out to be in this cart, as an id's text; else null. */
    @Nullable String known;

    /** The time of the change by which the user is known. */
    long knownTime = NONE;

    /** Whether there was no room for an item. */
    boolean truncated;

    /** The time of the user's timer; {@link #NONE} if there is no timer. */
    long timer = NONE;

    /** Adds an item as it was stored. */
    void restore(String id, CartItem item) {
        items.put(id, item);
        inCart += item.isRemoved() ? 0 : 1;
    }

    /** The number of items that are in the cart. */
    int itemsInCart() {
        return inCart;
    }

    /** About how much memory the cart takes, in bytes. */
    long bytes() {
        return BYTES
                + ENTRY_BYTES * ((long) items.size() + waiting.size())
                + characters(items.keySet())
                + charactersWaiting();
    }

    /** Whether there is nothing to remember. */
    boolean isEmpty() {
        return items.isEmpty() && waiting.isEmpty() && over == NONE;
    }

    /**
     * Takes a change in.
     *
     * @param complete all changes up to this time have arrived, except for those behind the
     *     watermark
     * @param out receives what became of the cart
     */
    void add(
            CartChange change,
            long complete,
            CartSettings settings,
            UserId user,
            Consumer<CartOutcome> out) {
        pass(complete, settings, user, out);
        if (change.time() > complete) {
            waiting.add(change);
            if (waiting.size() > MAX_WAITING || charactersWaiting() > MAX_CHARACTERS) {
                countFirst(settings, user, out);
            }
        } else if (change.time() >= horizon(complete, settings)) {
            count(change, user, out);
            pass(complete, settings, user, out);
        }
    }

    /**
     * Lets time pass.
     *
     * @param complete as in {@link #add}
     * @param out receives what became of the cart
     */
    void pass(long complete, CartSettings settings, UserId user, Consumer<CartOutcome> out) {
        while (!waiting.isEmpty() && waiting.first().time() <= complete) {
            countFirst(settings, user, out);
        }
        reach(complete, settings, user, out);
        forget(horizon(complete, settings));
    }

    private void countFirst(CartSettings settings, UserId user, Consumer<CartOutcome> out) {
        CartChange first = waiting.pollFirst();
        reach(first.time(), settings, user, out);
        count(first, user, out);
    }

    /** The time of the earliest change behind the watermark that counts. */
    private static long horizon(long complete, CartSettings settings) {
        return complete < NONE + settings.memory() ? NONE : complete - settings.memory();
    }

    /** Decides what happens to the cart up to a time, inclusive, if nobody changes it. */
    private void reach(long time, CartSettings settings, UserId user, Consumer<CartOutcome> out) {
        if (inCart > 0 && abandonedAt == NONE && lastChange + settings.abandonedAfter() <= time) {
            abandonedAt = lastChange + settings.abandonedAfter();
            out.accept(outcome(Kind.ABANDONED, user, lastStep, abandonedAt, Long.MAX_VALUE));
        }
        if (abandonedAt != NONE && abandonedAt + settings.recoveredWithin() < time) {
            end(abandonedAt + settings.recoveredWithin());
        }
    }

    private void count(CartChange change, UserId user, Consumer<CartOutcome> out) {
        if (change.time() <= over) {
            return;
        }
        switch (change.step()) {
            case ADD:
                addItem(change);
                break;
            case REMOVE:
                removeItem(change);
                break;
            case CHECKOUT:
                if (inCart > 0) {
                    noteKnown(change);
                }
                checkOut(change.time(), user, out);
                break;
        }
    }

    private void addItem(CartChange change) {
        CartItem before = items.get(change.item());
        CartItem added = CartItem.added(change.time(), change.value());
        boolean isNew = before == null || before.isRemoved();
        noteChange(change);
        if (isNew && (before == null || added.isAfter(before))) {
            if (inCart == MAX_ITEMS || (before == null && !hasRoomFor(change.item()))) {
                truncated = true;
                return;
            }
            items.put(change.item(), added);
            inCart++;
            noteBegin(change.time());
            noteKnown(change);
        } else if (!isNew) {
            if (added.isAfter(before)) {
                items.put(change.item(), added);
            }
            noteBegin(change.time());
            noteKnown(change);
        }
    }

    /** Notes that an item was in the cart from a time on. A cart that was reported keeps its id. */
    private void noteBegin(long time) {
        if (since == NONE || (abandonedAt == NONE && time < since)) {
            since = time;
        }
    }

    private void removeItem(CartChange change) {
        CartItem before = items.get(change.item());
        CartItem removed = CartItem.removed(change.time());
        noteChange(change);
        boolean isEarlier = before != null && !removed.isAfter(before);
        if (isEarlier || (before == null && !hasRoomFor(change.item()))) {
            return;
        }
        items.put(change.item(), removed);
        if (before != null && !before.isRemoved()) {
            inCart--;
            if (inCart == 0) {
                forgetCart();
            }
        }
        if (inCart > 0) {
            noteKnown(change);
        }
        if (items.size() - inCart > MAX_REMOVED) {
            items.remove(firstRemoved());
        }
    }

    private boolean hasRoomFor(String id) {
        return characters(items.keySet()) + id.length() <= MAX_CHARACTERS;
    }

    private static int characters(Iterable<String> ids) {
        int characters = 0;
        for (String id : ids) {
            characters += id.length();
        }
        return characters;
    }

    private int charactersWaiting() {
        int characters = 0;
        for (CartChange each : waiting) {
            characters += each.item().length();
        }
        return characters;
    }

    private String firstRemoved() {
        String first = null;
        long earliest = Long.MAX_VALUE;
        for (var each : items.entrySet()) {
            if (each.getValue().isRemoved() && each.getValue().time() < earliest) {
                first = each.getKey();
                earliest = each.getValue().time();
            }
        }
        return first;
    }

    /** Notes the user of a change to a cart that has items. The latest one counts. */
    private void noteKnown(CartChange change) {
        if (change.known() == null || change.time() < knownTime) {
            return;
        }
        boolean isLater =
                change.time() > knownTime
                        || known == null
                        || UserId.ORDER.compare(
                                        UserId.ofIdText(change.known()), UserId.ofIdText(known))
                                > 0;
        if (isLater) {
            known = change.known();
            knownTime = change.time();
        }
    }

    private void noteChange(CartChange change) {
        if (change.time() > lastChange
                || (change.time() == lastChange && change.step() == Step.REMOVE)) {
            lastChange = change.time();
            lastStep = change.step();
        }
    }

    private void checkOut(long time, UserId user, Consumer<CartOutcome> out) {
        if (abandonedAt != NONE) {
            CartOutcome recovered = outcome(Kind.RECOVERED, user, Step.CHECKOUT, time, time);
            if (recovered.items() > 0) {
                out.accept(recovered);
            }
        }
        end(time);
    }

    /** Ends the cart. Items that were added after this time are in the next one. */
    private void end(long time) {
        over = Math.max(over, time);
        int before = inCart;
        long first = Long.MAX_VALUE;
        for (Iterator<CartItem> each = items.values().iterator(); each.hasNext(); ) {
            CartItem item = each.next();
            if (item.time() <= over) {
                each.remove();
                inCart -= item.isRemoved() ? 0 : 1;
            } else if (!item.isRemoved()) {
                first = Math.min(first, item.time());
            }
        }
        if (lastChange <= over) {
            lastChange = NONE;
            lastStep = Step.ADD;
        }
        if (inCart == 0) {
            forgetCart();
        } else if (inCart < before) {
            forgetCart();
            since = first;
        }
    }

    private void forgetCart() {
        since = NONE;
        abandonedAt = NONE;
        truncated = false;
        known = null;
        knownTime = NONE;
    }

    /** Forgets removals and checkouts before which no change counts. */
    private void forget(long horizon) {
        if (over < horizon) {
            over = NONE;
        }
        if (items.size() > inCart) {
            items.values().removeIf(item -> item.isRemoved() && item.time() < horizon);
        }
        if (items.isEmpty()) {
            lastChange = NONE;
            lastStep = Step.ADD;
        }
    }

    /**
     * When the watermark next decides something, or state can be forgotten.
     *
     * @return a time in ms since 1970, or {@link Long#MAX_VALUE} if nothing is left
     */
    long nextTimer(CartSettings settings) {
        long next = Long.MAX_VALUE;
        if (inCart == 0) {
            long last = over;
            for (CartItem each : items.values()) {
                last = Math.max(last, each.time());
            }
            next = last == NONE ? next : last + settings.memory();
        } else if (abandonedAt == NONE) {
            next = lastChange + settings.abandonedAfter() - 1;
        } else {
            next = abandonedAt + settings.recoveredWithin();
        }
        for (CartChange each : waiting) {
            next = Math.min(next, timerOf(each, settings));
        }
        return next;
    }

    /** When a change that waits must count. */
    private long timerOf(CartChange change, CartSettings settings) {
        switch (change.step()) {
            case ADD:
                return change.time() + settings.abandonedAfter() - 1;
            case CHECKOUT:
                return abandonedAt == NONE ? change.time() + settings.memory() : change.time() - 1;
            default:
                return change.time() + settings.memory();
        }
    }

    /**
     * What became of the cart.
     *
     * @param upTo only items that were added up to this time are counted
     */
    private CartOutcome outcome(Kind kind, UserId user, Step step, long time, long upTo) {
        int count = 0;
        List<String> ids = new ArrayList<>();
        BigDecimal sum = null;
        for (var each : items.entrySet()) {
            CartItem item = each.getValue();
            if (item.isRemoved() || item.time() > upTo) {
                continue;
            }
            count++;
            if (!each.getKey().isEmpty() && ids.size() < MAX_IDS) {
                ids.add(each.getKey());
            }
            sum = plus(sum, item.value());
        }
        return new CartOutcome(
                kind,
                user,
                known == null ? null : UserId.ofIdText(known),
                count,
                ids,
                truncated,
                sum == null ? null : CartValue.toDecimal(sum),
                step,
                since,
                lastChange,
                time);
    }

    @Nullable
    private static BigDecimal plus(@Nullable BigDecimal sum, long value) {
        if (value == CartValue.NONE) {
            return sum;
        }
        BigDecimal more = BigDecimal.valueOf(value);
        return sum == null ? more : sum.add(more);
    }
}
