package io.clickstream.session;

import io.clickstream.event.UserId;

/** Where the engine keeps what must survive, or has no room on the heap: Flink's keyed state. */
interface SessionStore {

    /** Replaces what is stored of the user. */
    void write(OpenUser user);

    /**
     * Reads the user's sessions into an object that has none.
     *
     * @return whether there was anything
     */
    boolean read(OpenUser into);

    /** Forgets the user. */
    void remove(UserId user);

    /**
     * Sees to it that {@link SessionEngine#wake} is called when the watermark gets there.
     *
     * @param lastMillisecond of a session, ms since the epoch
     */
    void wakeAt(UserId user, long lastMillisecond);
}
