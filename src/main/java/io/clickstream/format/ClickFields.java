package io.clickstream.format;

import io.clickstream.config.InteractionField;
import io.clickstream.event.UserId;
import java.util.EnumMap;
import java.util.Map;
import javax.annotation.Nullable;

/**
 * The fields of one record that matter, as its decoder found them. One object serves all records.
 */
public final class ClickFields {

    /** Characters of a user agent that count; browsers in use send a few hundred. */
    static final int MAX_USER_AGENT = 1024;

    /** More pointers than a field may have. */
    private static final int MAX_ALTERNATIVES = 16;

    @Nullable private UserId user;
    private boolean hasTime;
    private long time;
    @Nullable private String eventType;
    @Nullable private String department;
    @Nullable private String id;
    @Nullable private String userAgent;
    @Nullable private String ip;
    @Nullable private String item;

    /** Users and departments by the rank of their pointers, where there are several. */
    private final UserId[] users = new UserId[MAX_ALTERNATIVES];

    private final String[] departments = new String[MAX_ALTERNATIVES];
    private final Map<InteractionField, String> ofInteraction =
            new EnumMap<>(InteractionField.class);

    /** Forgets the record before. */
    void clear() {
        user = null;
        hasTime = false;
        time = 0;
        eventType = null;
        department = null;
        id = null;
        userAgent = null;
        ip = null;
        item = null;
        if (!ofInteraction.isEmpty()) {
            ofInteraction.clear();
        }
    }

    /** The user; null where the record has none, or an empty string. */
    @Nullable
    public UserId user() {
        return user;
    }

    void setUser(@Nullable UserId user) {
        this.user = user;
    }

    /** Keeps the user that a pointer of several has found. */
    void setUser(@Nullable UserId found, int rank) {
        users[rank] = found;
    }

    /** Takes what some of several pointers have found out again; that of the only one, too. */
    void clearUsers(int ranks) {
        user = null;
        clear(users, ranks);
    }

    /** Keeps the department that a pointer of several has found. */
    void setDepartment(@Nullable String found, int rank) {
        departments[rank] = found;
    }

    /** As {@link #clearUsers}. */
    void clearDepartments(int ranks) {
        department = null;
        clear(departments, ranks);
    }

    private static void clear(Object[] found, int ranks) {
        for (int rest = ranks; rest != 0; rest &= rest - 1) {
            found[Integer.numberOfTrailingZeros(rest)] = null;
        }
    }

    /** Takes the first of the users that the pointers have found, and forgets all of them. */
    void chooseUser(int pointers) {
        for (int rank = pointers - 1; rank >= 0; rank--) {
            user = users[rank] == null ? user : users[rank];
            users[rank] = null;
        }
    }

    /** As {@link #chooseUser}. */
    void chooseDepartment(int pointers) {
        for (int rank = pointers - 1; rank >= 0; rank--) {
            department = departments[rank] == null ? department : departments[rank];
            departments[rank] = null;
        }
    }

    public boolean hasTime() {
        return hasTime;
    }

    /** Event time, ms since the epoch; 0 where there is none. */
    public long time() {
        return time;
    }

    void setTime(long time) {
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

    void setEventType(@Nullable String eventType) {
        this.eventType = eventType;
    }

    /** The field that names a department, also where it says that there is none. */
    @Nullable
    public String department() {
        return department;
    }

    void setDepartment(@Nullable String department) {
        this.department = department;
    }

    /**
     * What tells the click from others of its user; null where there is none, or no filter needs
     * it. The number 7 and the string "7" are two ids.
     */
    @Nullable
    public String id() {
        return id;
    }

    void setId(@Nullable String id) {
        this.id = id;
    }

    /** Takes an id that is a string, so that it is no number's. */
    void setTextId(String text) {
        char first = text.isEmpty() ? '"' : text.charAt(0);
        boolean mayBeNumber = first == '-' || (first >= '0' && first <= '9');
        this.id = text.isEmpty() ? null : mayBeNumber || first == '"' ? '"' + text : text;
    }

    /**
     * What the browser calls itself, without what is behind the first {@link #MAX_USER_AGENT}
     * characters; null where nothing is said, or no filter needs it.
     */
    @Nullable
    public String userAgent() {
        return userAgent;
    }

    void setUserAgent(@Nullable String userAgent) {
        this.userAgent =
                userAgent != null && userAgent.length() > MAX_USER_AGENT
                        ? userAgent.substring(0, MAX_USER_AGENT)
                        : userAgent;
    }

    /** Where the click came from; null where nothing is said, or no filter needs it. */
    @Nullable
    public String ip() {
        return ip;
    }

    void setIp(@Nullable String ip) {
        this.ip = ip;
    }

    /** What was looked at or bought; null where there is none, or nobody needs it. */
    @Nullable
    public String item() {
        return item;
    }

    void setItem(@Nullable String item) {
        this.item = item;
    }

    /**
     * What only an interaction needs: a text, a number's literal, or JSON. Null where there is
     * none, or nobody needs it.
     */
    @Nullable
    public String of(InteractionField field) {
        return ofInteraction.get(field);
    }

    void set(InteractionField field, @Nullable String text) {
        ofInteraction.put(field, text);
    }
}
