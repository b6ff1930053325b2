package io.clickstream.session;

import io.clickstream.event.LogSegments;
import io.clickstream.event.UserBytes;
import io.clickstream.event.UserId;
import io.clickstream.event.VarBytes;
import java.util.List;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * The users on the heap as of the last checkpoint, as one log per key group. Each checkpoint
 * appends the users who have changed, and an empty entry for users without open sessions. When more
 * than half of the bytes are outdated, the log is rewritten. So a checkpoint needs a few large
 * writes instead of one per user, and the state is at most twice as large as the open sessions.
 *
 * <p>A log is a list of segments. A segment is, in varints:
 *
 * <pre>
 *   layout and writer, as SessionCodec writes them
 *   entries until the end, a later one replacing an earlier one of the same user:
 *     user, as UserBytes writes it
 *     sessions as SessionCodec writes them; none if the user has no open session
 * </pre>
 */
final class SessionLog {

    /** Receives the entries of a log. */
    @FunctionalInterface
    interface Reader {
        /**
         * Receives an entry.
         *
         * @param newest session; {@link SessionRecords#NONE} if the user has no open session
         * @return whether the entry is now the state of the user
         */
        boolean entry(UserId user, int newest);
    }

    /** The approximate size of the buffers of all key groups together. */
    private static final int BUFFER_BYTES = 8 << 20;

    private static final int MIN_SEGMENT_BYTES = 1 << 10;
    private static final int MAX_SEGMENT_BYTES = 1 << 16;

    private final SessionRecords records;
    private final SessionCodec codec;
    private final LogSegments segments;
    private final int writer;
    private final int segmentBytes;
    private final VarBytes[] pending;

    /** The number of segments of each key group. */
    private final int[] lengths;

    /** The number of segments before the rewrite. */
    private final int[] oldLengths;

    /** The bytes of all entries, including outdated ones. */
    private long bytes;

    /** The bytes of the latest entry of each user, up to an eighth too low. */
    private long liveBytes;

    /** Whether all users are being written, including those that have an entry. */
    private boolean rewriting;

    private long bytesWritten;
    private long usersWritten;

    SessionLog(
            int maxParallelism,
            SessionRecords records,
            SessionCodec codec,
            int writer,
            LogSegments segments) {
        this.records = records;
        this.codec = codec;
        this.segments = segments;
        this.writer = writer;
        this.segmentBytes =
                Math.min(
                        Math.max(BUFFER_BYTES / maxParallelism, MIN_SEGMENT_BYTES),
                        MAX_SEGMENT_BYTES);
        this.pending = new VarBytes[maxParallelism];
        this.lengths = new int[maxParallelism];
        this.oldLengths = new int[maxParallelism];
    }

    /** Adds an entry with the current state of a user. */
    void write(int head, int sessionCount) {
        UserId user = records.user(head);
        int keyGroup = keyGroup(user);
        VarBytes out = begin(keyGroup);
        int start = out.position();
        UserBytes.write(user.number(), user.text() == null ? null : user, out);
        codec.encode(head, sessionCount, out);
        int length = out.position() - start;
        if (!rewriting) {
            liveBytes -= records.loggedBytes(head);
        }
        records.setLogged(head, length);
        liveBytes += records.loggedBytes(head);
        end(keyGroup, out, length);
        usersWritten++;
    }

    /** Notes that a user has left, of whom there is an entry. */
    void remove(int head) {
        UserId user = records.user(head);
        int keyGroup = keyGroup(user);
        VarBytes out = begin(keyGroup);
        int start = out.position();
        UserBytes.write(user.number(), user.text() == null ? null : user, out);
        out.put(0);
        liveBytes -= records.loggedBytes(head);
        end(keyGroup, out, out.position() - start);
    }

    /** Forgets a user whose entry was read, because a later one was. */
    void replaced(int head) {
        liveBytes -= records.loggedBytes(head);
    }

    /**
     * Whether far more than half of the log is out of date: there is room for the error of what is
     * known of the latest entries, so that hardly a checkpoint writes users twice.
     */
    boolean isTooLong() {
        return bytes > 5 * liveBytes / 2;
    }

    /**
     * Whether more than half of it will be out of date.
     *
     * @param changed users who are still to be written, if they are as long as the others
     * @param users of all
     */
    boolean willBeTooLong(long changed, long users) {
        return bytes + changed * liveBytes / Math.max(1, users) > 2 * liveBytes;
    }

    /** The bytes of all entries, including outdated ones. */
    long bytes() {
        return bytes;
    }

    /** Drops all entries. The caller must write all users before the next {@link #flush}. */
    void startOver() {
        for (int i = 0; i < lengths.length; i++) {
            if (pending[i] != null) {
                pending[i].clear();
            }
            oldLengths[i] = Math.max(oldLengths[i], lengths[i]);
            lengths[i] = 0;
        }
        bytes = 0;
        liveBytes = 0;
        rewriting = true;
    }

    /** Stores all entries that were added. */
    void flush() {
        for (int keyGroup = 0; keyGroup < lengths.length; keyGroup++) {
            if (pending[keyGroup] != null && pending[keyGroup].position() > 0) {
                flushSegment(keyGroup);
            }
            for (int i = lengths[keyGroup]; i < oldLengths[keyGroup]; i++) {
                segments.remove(keyGroup, i);
            }
            oldLengths[keyGroup] = 0;
        }
        rewriting = false;
    }

    /**
     * Reads the log of a key group. New entries are appended to it.
     *
     * @param log the segments in order
     */
    void restore(int keyGroup, List<byte[]> log, Reader reader) {
        lengths[keyGroup] = log.size();
        for (byte[] segment : log) {
            VarBytes in = new VarBytes(segment);
            SessionCodec.Origin origin = SessionCodec.Origin.read(in);
            while (!in.isAtEnd()) {
                int start = in.position();
                UserId user = UserBytes.read(in);
                int newest = codec.decode(in, origin);
                int length = in.position() - start;
                bytes += length;
                if (reader.entry(user, newest) && newest != SessionRecords.NONE) {
                    records.setLogged(newest, length);
                    liveBytes += records.loggedBytes(newest);
                }
            }
        }
    }

    /** The bytes stored since the last call. */
    long takeBytesWritten() {
        long taken = bytesWritten;
        bytesWritten = 0;
        return taken;
    }

    /** The users written since the last call. */
    long takeUsersWritten() {
        long taken = usersWritten;
        usersWritten = 0;
        return taken;
    }

    private VarBytes begin(int keyGroup) {
        VarBytes out = pending[keyGroup];
        if (out == null) {
            out = new VarBytes();
            pending[keyGroup] = out;
        }
        if (out.position() == 0) {
            SessionCodec.Origin.write(writer, out);
        }
        return out;
    }

    private void end(int keyGroup, VarBytes out, int length) {
        bytes += length;
        if (out.position() >= segmentBytes) {
            flushSegment(keyGroup);
        }
    }

    private void flushSegment(int keyGroup) {
        byte[] segment = pending[keyGroup].take();
        segments.put(keyGroup, lengths[keyGroup]++, segment);
        bytesWritten += segment.length;
        if (segment.length > 2 * MAX_SEGMENT_BYTES) {
            // Do not keep the buffer of a very large user.
            pending[keyGroup] = null;
        }
    }

    private int keyGroup(UserId user) {
        return KeyGroupRangeAssignment.assignToKeyGroup(user, lengths.length);
    }
}
