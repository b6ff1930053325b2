package io.clickstream.event;

import java.util.Objects;
import javax.annotation.Nullable;

/**
 * One event of one user, with only the fields that the aggregates need.
 *
 * <p>{@link #raw()} crosses the shuffle only with a click that may be late (see {@code
 * io.clickstream.intake.LatenessBound}), because only then its bytes are needed again.
 */
public final class Click implements Incoming {

    /** Null of one that was given a number, as long as nobody has asked for more. */
    @Nullable private UserId user;

    private long userNumber;
    private long timestamp;
    @Nullable private String department;
    private boolean checkout;
    private int marks;
    @Nullable private RawRecord raw;
    private boolean behindWatermark;

    /** By {@link CarriedText#index}; null as long as there is none. */
    @Nullable private String[] texts;

    @Nullable private BotSign botSign;

    /**
     * Creates a click.
     *
     * @param timestamp event time, in ms since 1970
     * @param department the department visited; null if the event is not a visit of a department
     * @param checkout whether the event is a checkout
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
        marks = 0;
    }

    /**
     * The same for a user whose id may be a text.
     *
     * @see #become(long, long, String, boolean)
     */
    public void become(
            UserId newUser, long newTimestamp, @Nullable String newDepartment, boolean isCheckout) {
        become(newUser.number(), newTimestamp, newDepartment, isCheckout);
        user = newUser;
    }

    /** A copy that can be kept. */
    public Click copy() {
        Click copy = new Click(user(), timestamp, department, checkout, raw);
        copy.behindWatermark = behindWatermark;
        copy.marks = marks;
        copy.texts = texts == null ? null : texts.clone();
        copy.botSign = botSign;
        return copy;
    }

    @Override
    public Click click() {
        return this;
    }

    /** Whose sessions and cart the click belongs to. With anonymous ids, it is the visitor. */
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

    /** The user's number if {@link #userOfText()} is null, without creating an object. */
    public long userNumber() {
        return userNumber;
    }

    /** Whether this is a click of a user, without creating an object. */
    public boolean isOf(UserId other) {
        return user == null
                ? other.text() == null && other.number() == userNumber
                : user.equals(other);
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

    /**
     * What an optional aggregate must know of the event's type: bits of {@link EventMarks}; 0 if no
     * aggregate needs any.
     */
    public int marks() {
        return marks;
    }

    /** Set if an optional aggregate needs to know the event's type. */
    public void setMarks(int marks) {
        this.marks = marks;
    }

    @Nullable
    public RawRecord raw() {
        return raw;
    }

    /** Replaces the record from which this click was read. */
    public void setRaw(RawRecord raw) {
        this.raw = Objects.requireNonNull(raw);
    }

    /** Drops the bytes when it is certain that they are not needed. */
    public void dropRaw() {
        raw = null;
    }

    /** Whether event time had passed this click when it arrived at its session's subtask. */
    public boolean isBehindWatermark() {
        return behindWatermark;
    }

    /** Set by the operator before the sessions; never serialized. */
    public void setBehindWatermark(boolean behindWatermark) {
        this.behindWatermark = behindWatermark;
    }

    /** Whether there may be texts besides the department, which most configurations do not need. */
    public boolean carriesTexts() {
        return texts != null;
    }

    /** A text that some configurations need; null if there is none, or if it is not needed. */
    @Nullable
    public String text(CarriedText which) {
        return texts == null ? null : texts[which.index()];
    }

    /** The user to show: with anonymous ids, the one that the visitor turned out to be. */
    public UserId shownUser() {
        String known = text(CarriedText.KNOWN_USER);
        return known == null ? user() : UserId.ofIdText(known);
    }

    /** Set if the configuration needs the text. */
    public void setText(CarriedText which, @Nullable String text) {
        if (texts == null) {
            if (text == null) {
                return;
            }
            texts = new String[CarriedText.all().length];
        }
        texts[which.index()] = text;
    }

    /** The id of this click among those of its user; null if duplicates are not filtered. */
    @Nullable
    public String id() {
        return text(CarriedText.ID);
    }

    /** Set if duplicates are filtered. */
    public void setId(@Nullable String id) {
        setText(CarriedText.ID, id);
    }

    /** The item that was viewed or bought; null if there is none, or if it is not needed. */
    @Nullable
    public String item() {
        return text(CarriedText.ITEM);
    }

    /** Set if items are ranked, or carts followed. */
    public void setItem(@Nullable String item) {
        setText(CarriedText.ITEM, item);
    }

    /** What the item costs, as the literal of a number; null if there is none, or not needed. */
    @Nullable
    public String value() {
        return text(CarriedText.VALUE);
    }

    /** The sign by which the click is known to be by a bot; null for all other clicks. */
    @Nullable
    public BotSign botSign() {
        return botSign;
    }

    /** Set for a click by a bot, which the intake drops. */
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
