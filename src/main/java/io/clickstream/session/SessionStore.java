package io.clickstream.session;

import io.clickstream.event.UserId;
import java.util.List;
import javax.annotation.Nullable;

/** Where the engine leaves users for whom there is no room on the heap: Flink's keyed state. */
interface SessionStore {

    /** Stores a user who is not there. */
    void write(UserId user, byte[] sessions);

    /** The user's sessions; null if there are none. */
    @Nullable
    byte[] read(UserId user);

    /** Forgets the user. */
    void remove(UserId user);

    /**
     * Adds a part with further sessions of a user who is stored. Every user in {@link LargeUsers}
     * has at least one part, which may be without sessions. Other users have none.
     */
    void addPart(UserId user, byte[] sessions);

    /** What was added, in the order in which it was. */
    List<byte[]> readParts(UserId user);

    /** Forgets what was added. */
    void removeParts(UserId user);

    /**
     * Makes Flink call {@link SessionEngine#onTimer} when the watermark reaches this time.
     *
     * @param lastMillisecond of a session, ms since the epoch
     */
    void setTimer(UserId user, long lastMillisecond);
}
