package io.clickstream.format;

import io.clickstream.event.UserId;
import javax.annotation.Nullable;

/**
 * The fields of one record that matter, as its decoder found them. One object serves all records.
 */
public final class ClickFields {

    @Nullable private UserId user;
    private boolean hasTime;
    private long time;
    @Nullable private String eventType;
    @Nullable private String department;

    /** Forgets the record before. */
    void clear() {
        user = null;
        hasTime = false;
        time = 0;
        eventType = null;
        department = null;
    }

    /** The user; null where the record has none, or an empty string. */
    @Nullable
    public UserId user() {
        return user;
    }

    void setUser(@Nullable UserId user) {
        this.user = user;
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
}
