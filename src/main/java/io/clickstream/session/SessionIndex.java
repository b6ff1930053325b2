package io.clickstream.session;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * The open sessions of a user who has very many of them, in the order of time, for binary search.
 */
final class SessionIndex {

    /** The oldest first, from {@link #from} to {@link #to}. */
    private int[] sessions;

    private int from;
    private int to;

    /**
     * Holds all sessions of a user.
     *
     * @param newest the user's record
     */
    SessionIndex(SessionRecords records, int newest) {
        int count = 0;
        for (int each = newest; each != SessionRecords.NONE; each = records.older(each)) {
            count++;
        }
        sessions = new int[2 * count];
        to = count;
        int next = count;
        for (int each = newest; each != SessionRecords.NONE; each = records.older(each)) {
            sessions[--next] = each;
        }
    }

    int size() {
        return to - from;
    }

    /** A session, the oldest being 0; {@link SessionRecords#NONE} beyond both ends. */
    int get(int index) {
        return index < 0 || index >= size() ? SessionRecords.NONE : sessions[from + index];
    }

    /**
     * The newest session of which something is true.
     *
     * @param old is true of all sessions up to a certain one, and false of all newer ones
     * @return its index; -1 if there is none
     */
    int newest(IntPredicate old) {
        int below = from - 1;
        int above = to;
        while (above - below > 1) {
            int middle = (below + above) >>> 1;
            if (old.test(sessions[middle])) {
                below = middle;
            } else {
                above = middle;
            }
        }
        return below - from;
    }

    /**
     * Takes in a new session.
     *
     * @param index where it belongs
     * @param older the session before it, whose record may have moved
     */
    void insert(int index, int session, int older) {
        if (to == sessions.length) {
            makeRoom();
        }
        int at = from + index;
        System.arraycopy(sessions, at, sessions, at + 1, to - at);
        to++;
        sessions[at] = session;
        if (index > 0) {
            sessions[at - 1] = older;
        }
    }

    private void makeRoom() {
        int size = size();
        int[] into = 4 * size > 3 * sessions.length ? new int[2 * sessions.length] : sessions;
        System.arraycopy(sessions, from, into, 0, size);
        sessions = into;
        from = 0;
        to = size;
    }

    void remove(int index) {
        int at = from + index;
        System.arraycopy(sessions, at + 1, sessions, at, to - at - 1);
        to--;
    }

    void removeOldest(int count) {
        from += count;
        if (8 * size() < sessions.length) {
            sessions = Arrays.copyOfRange(sessions, from, from + 2 * size() + 1);
            to -= from;
            from = 0;
        }
    }
}
