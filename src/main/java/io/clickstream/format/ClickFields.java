package io.clickstream.format;

import io.clickstream.config.ClickField;
import io.clickstream.event.UserId;
import java.util.EnumMap;
import java.util.Map;
import javax.annotation.Nullable;

/** The decoded fields of one record. One object is reused for all records. */
public final class ClickFields {

    /** The number of characters of a user agent that are used. Browsers send a few hundred. */
    static final int MAX_USER_AGENT = 1024;

    /** The maximum number of pointers of a field. */
    private static final int MAX_ALTERNATIVES = 16;

    @Nullable private UserId user;
    private boolean hasTime;
    private long time;
    @Nullable private String eventType;
    @Nullable private String department;

    /** Users and departments by the rank of their pointers, if there are several. */
    private final UserId[] users = new UserId[MAX_ALTERNATIVES];

    private final String[] departments = new String[MAX_ALTERNATIVES];

    private final Map<ClickField, String> optional = new EnumMap<>(ClickField.class);

    /** Clears the previous record. */
    void clear() {
        user = null;
        hasTime = false;
        time = 0;
        eventType = null;
        department = null;
        if (!optional.isEmpty()) {
            optional.clear();
        }
    }

    /** Whether there is any optional field. */
    public boolean hasOptional() {
        return !optional.isEmpty();
    }

    /** The user; null if the record has none, or an empty string. */
    @Nullable
    public UserId user() {
        return user;
    }

    /** Sets the user; null if the record has none, or an empty string. */
    public void setUser(@Nullable UserId user) {
        this.user = user;
    }

    /** Sets the user that one of several pointers has found. */
    void setUser(@Nullable UserId found, int rank) {
        users[rank] = found;
    }

    /** Clears the users of some ranks, and the single one. */
    void clearUsers(int ranks) {
        user = null;
        clear(users, ranks);
    }

    /** Sets the department that one of several pointers has found. */
    void setDepartment(@Nullable String found, int rank) {
        departments[rank] = found;
    }

    /** Clears the departments as {@link #clearUsers} does. */
    void clearDepartments(int ranks) {
        department = null;
        clear(departments, ranks);
    }

    private static void clear(Object[] found, int ranks) {
        for (int rest = ranks; rest != 0; rest &= rest - 1) {
            found[Integer.numberOfTrailingZeros(rest)] = null;
        }
    }

    /** Selects the first user that the pointers have found, and clears all others. */
    void chooseUser(int pointers) {
        for (int rank = pointers - 1; rank >= 0; rank--) {
            user = users[rank] == null ? user : users[rank];
            users[rank] = null;
        }
    }

    /** Selects the department as {@link #chooseUser} does. */
    void chooseDepartment(int pointers) {
        for (int rank = pointers - 1; rank >= 0; rank--) {
            department = departments[rank] == null ? department : departments[rank];
            departments[rank] = null;
        }
    }

    public boolean hasTime() {
        return hasTime;
    }

    /** The event time, in ms since 1970; 0 if there is none. */
    public long time() {
        return time;
    }

    /** Sets the event time, in ms since 1970. */
    public void setTime(long time) {
        this.hasTime = true;
        this.time = time;
    }

    void clearTime() {
        this.hasTime = false;
    }

    @Nullable
    public String eventType() {
        return eventType;
    }

    /** Sets the event type; null if the record has none. */
    public void setEventType(@Nullable String eventType) {
        this.eventType = eventType;
    }

    /** The value of the department field, even if it means that there is no department. */
    @Nullable
    public String department() {
        return department;
    }

    /** Sets the value of the department field; null if the record has none. */
    public void setDepartment(@Nullable String department) {
        this.department = department;
    }

    /**
     * A field that some configurations need: a string, a number's literal, or JSON. Null if there
     * is none, or if nothing needs it. A user agent is cut at {@link #MAX_USER_AGENT} characters.
     */
    @Nullable
    public String get(ClickField field) {
        return optional.get(field);
    }

    void set(ClickField field, @Nullable String value) {
        boolean isCut =
                field == ClickField.USER_AGENT && value != null && value.length() > MAX_USER_AGENT;
        optional.put(field, isCut ? value.substring(0, MAX_USER_AGENT) : value);
    }

    /** The id that a string is: null if it is empty, and marked if it could be a number. */
    @Nullable
    static String idOfText(String text) {
        char first = text.isEmpty() ? '"' : text.charAt(0);
        boolean mayBeNumber = first == '-' || (first >= '0' && first <= '9');
        return text.isEmpty() ? null : mayBeNumber || first == '"' ? '"' + text : text;
    }
}
