package io.clickstream.event;

import java.util.Objects;
import javax.annotation.Nullable;

/**
 * One event of one user: only what the aggregates need of it.
 *
 * <p>{@link #raw()} crosses the shuffle only with a click that may turn out to be late (see {@code
 * io.clickstream.intake.LatenessBound}), because only then its bytes are needed once more.
 */
public final class Click implements Incoming {

    /** Null of one that was given a number, as long as nobody has asked for more. */
    @Nullable private UserId user;

    private long userNumber;
    private long timestamp;
    @Nullable private String department;
    private boolean checkout;
    @Nullable private RawRecord raw;
    private boolean behindWatermark;
    @Nullable private String id;
    @Nullable private String item;
    @Nullable private BotSign botSign;

    /**
     * @param timestamp event time, ms since the epoch
     * @param department the department visited; null if the event is no visit of a department
     * @param checkout whether the event is an order's checkout
     */
    public Click(
            UserId user,
            long timestamp,
            @Nullable String department,
            boolean checkout,
            @Nullable RawRecord raw) {
        this.user = user;
        this.userNumber = user.number();
        this.timestamp = timestamp;
        this.department = department;
        this.checkout = checkout;
        this.raw = raw;
    }

    /**
     * Makes this another click, which has no more than these: for a reader that hands on the same
     * object again and again. Nothing behind it keeps a click, but for {@link #copy}.
     *
     * @param newUser the number of {@link UserId#ofNumber}
     */
    public void become(
            long newUser, long newTimestamp, @Nullable String newDepartment, boolean isCheckout) {
        user = null;
        userNumber = newUser;
        timestamp = newTimestamp;
        department = newDepartment;
        checkout = isCheckout;
    }

    /** One to keep, with all that this one has. */
    public Click copy() {
        Click copy = new Click(user(), timestamp, department, checkout, raw);
        copy.behindWatermark = behindWatermark;
        copy.id = id;
        copy.item = item;
        copy.botSign = botSign;
        return copy;
    }

    @Override
    public Click click() {
        return this;
    }

    public UserId user() {
        if (user == null) {
            user = UserId.ofNumber(userNumber);
        }
        return user;
    }

    /** The user if the id is a text, as {@link UserId#text()} says; null if it is a number. */
    @Nullable
    public UserId userOfText() {
        return user == null || user.text() == null ? null : user;
    }

    /** The user's number, where {@link #userOfText()} is null: no object is made for it. */
    public long userNumber() {
        return userNumber;
    }

    public long timestamp() {
        return timestamp;
    }

    @Nullable
    public String department() {
        return department;
    }

    public boolean isCheckout() {
        return checkout;
    }

    @Nullable
    public RawRecord raw() {
        return raw;
    }

    /** Puts another record in the place of the one that this was read from. */
    public void setRaw(RawRecord raw) {
        this.raw = Objects.requireNonNull(raw);
    }

    /** Lets go of the bytes, once it is clear that nobody will need them. */
    public void dropRaw() {
        raw = null;
    }

    /** Whether event time had already passed this click when it reached its session's subtask. */
    public boolean isBehindWatermark() {
        return behindWatermark;
    }

    /** Set by the operator in front of the sessions; never serialized. */
    public void setBehindWatermark(boolean behindWatermark) {
        this.behindWatermark = behindWatermark;
    }

    /** What tells this click from others of its user; null where duplicates don't matter. */
    @Nullable
    public String id() {
        return id;
    }

    /** Set where duplicates are looked for. */
    public void setId(@Nullable String id) {
        this.id = id;
    }

    /** What was looked at or bought; null where it doesn't matter, or there is none. */
    @Nullable
    public String item() {
        return item;
    }

    /** Set where items are ranked. */
    public void setItem(@Nullable String item) {
        this.item = item;
    }

    /** By what it was known for a bot's; null for all other clicks. */
    @Nullable
    public BotSign botSign() {
        return botSign;
    }

    /** Set of a bot's click, which goes no further than the intake. */
    public void setBotSign(@Nullable BotSign botSign) {
        this.botSign = botSign;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Click)) {
            return false;
        }
        Click that = (Click) other;
        return timestamp == that.timestamp
                && checkout == that.checkout
                && user().equals(that.user())
                && Objects.equals(department, that.department);
    }

    @Override
    public int hashCode() {
        return Objects.hash(user(), timestamp, department, checkout);
    }

    @Override
    public String toString() {
        return "Click{"
                + user()
                + " at "
                + timestamp
                + (department == null ? "" : " in " + department)
                + (checkout ? ", checkout" : "")
                + '}';
    }
}
