package io.clickstream.live;

import io.clickstream.event.UserId;
import javax.annotation.Nullable;

/** Keeps the users of live counts who do not fit on the heap. */
public interface LiveStore {

    /**
     * Stores a user.
     *
     * @param department of whose counts the user is; empty for those of all clicks
     */
    void write(String department, UserId user, byte[] bytes);

    /** What was stored; null if nothing was. */
    @Nullable
    byte[] read(String department, UserId user);

    /** Forgets a user. */
    void remove(String department, UserId user);

    /**
     * Asks for a call of {@link LiveCounter#onTimer} when the watermark reaches a time.
     *
     * @param time in ms since 1970
     */
    void setTimer(UserId user, long time);
}
