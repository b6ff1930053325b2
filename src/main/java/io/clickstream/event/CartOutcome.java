package io.clickstream.event;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javax.annotation.Nullable;

/** What became of a user's cart: it was abandoned, or it was recovered after that. */
public final class CartOutcome {

    /** What became of it. */
    public enum Kind {
        /** The cart was not changed for a while, and not checked out. */
        ABANDONED(1),
        /** The user checked out after the cart was abandoned. */
        RECOVERED(2);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        /** The code in a serialized outcome. */
        int code() {
            return code;
        }

        static Kind ofCode(int code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("No outcome of a cart has the code " + code);
        }

        /** The name in results: {@code abandoned}. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The last thing that the user did with the cart. */
    public enum Step {
        /** The user added an item. */
        ADD(1),
        /** The user removed an item. */
        REMOVE(2),
        /** The user checked out. */
        CHECKOUT(3);

        private final int code;

        Step(int code) {
            this.code = code;
        }

        /** The code in a serialized outcome. */
        int code() {
            return code;
        }

        static Step ofCode(int code) {
            for (Step step : values()) {
                if (step.code == code) {
                    return step;
                }
            }
            throw new IllegalArgumentException("No step of a cart has the code " + code);
        }

        /** The name in results: {@code add}. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Kind kind;
    private final UserId user;
    @Nullable private final UserId known;
    private final int items;
    private final String[] itemIds;
    private final boolean truncated;
    @Nullable private final BigDecimal value;
    private final Step lastStep;
    private final long since;
    private final long lastChange;
    private final long time;

    /**
     * Creates an outcome. All times are event times in ms since 1970.
     *
     * @param user or with an anonymous id, the visitor
     * @param known the user that the visitor turned out to be; null if the user is not another one
     * @param items the number of distinct items in the cart
     * @param itemIds the first of their ids, sorted
     * @param truncated whether there were more items than a cart can have
     * @param value the sum of the values of the items; null if none of them has a value
     * @param since when the first item was added; it identifies the cart of a user
     * @param lastChange when an item was added or removed last
     * @param time when the cart became abandoned, or was checked out
     */
    public CartOutcome(
            Kind kind,
            UserId user,
            @Nullable UserId known,
            int items,
            List<String> itemIds,
            boolean truncated,
            @Nullable BigDecimal value,
            Step lastStep,
            long since,
            long lastChange,
            long time) {
        this.kind = kind;
        this.user = user;
        this.known = known;
        this.items = items;
        this.itemIds = itemIds.toArray(new String[0]);
        this.truncated = truncated;
        this.value = value;
        this.lastStep = lastStep;
        this.since = since;
        this.lastChange = lastChange;
        this.time = time;
    }

    /** Identifies the cart: the same in all of its outcomes. */
    public String cartId() {
        return since + "-" + user.asJson();
    }

    public Kind kind() {
        return kind;
    }

    public UserId user() {
        return user;
    }

    /** The user that the visitor turned out to be; null if the user is not another one. */
    @Nullable
    public UserId known() {
        return known;
    }

    /** The user to show: the known one if there is one. */
    public UserId shownUser() {
        return known == null ? user : known;
    }

    /** The number of distinct items in the cart. */
    public int items() {
        return items;
    }

    /** The first ids of the items in sorted order. An item without an id is not listed. */
    public List<String> itemIds() {
        return List.of(itemIds);
    }

    /** Whether the user added more items than a cart can have. */
    public boolean isTruncated() {
        return truncated;
    }

    /** The sum of the values of the items; null if none of them has a value. */
    @Nullable
    public BigDecimal value() {
        return value;
    }

    public Step lastStep() {
        return lastStep;
    }

    /** When the first item was added. */
    public long since() {
        return since;
    }

    /** When an item was added or removed last. */
    public long lastChange() {
        return lastChange;
    }

    /** When the cart became abandoned, or was checked out. */
    public long time() {
        return time;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof CartOutcome)) {
            return false;
        }
        CartOutcome that = (CartOutcome) other;
        return kind == that.kind
                && user.equals(that.user)
                && Objects.equals(known, that.known)
                && items == that.items
                && Arrays.equals(itemIds, that.itemIds)
                && truncated == that.truncated
                && Objects.equals(value, that.value)
                && lastStep == that.lastStep
                && since == that.since
                && lastChange == that.lastChange
                && time == that.time;
    }

    @Override
    public int hashCode() {
        return Objects.hash(user, since, time);
    }

    @Override
    public String toString() {
        return "CartOutcome{"
                + kind.label()
                + ' '
                + cartId()
                + (known == null ? "" : " of " + known)
                + " at "
                + time
                + ": "
                + items
                + " items "
                + itemIds()
                + (truncated ? " and more" : "")
                + (value == null ? "" : " of " + value)
                + ", last "
                + lastStep.label()
                + " at "
                + lastChange
                + '}';
    }
}
