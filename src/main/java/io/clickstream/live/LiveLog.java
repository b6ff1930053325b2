package io.clickstream.live;

import io.clickstream.event.LogSegments;
import io.clickstream.event.VarBytes;
import java.util.List;
import java.util.function.Consumer;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * The users of the live counts as of the last checkpoint, as one log per key group. Each checkpoint
 * appends the users who have changed. A user who is over needs no entry, since the entry that is
 * there says when that is. The log is written anew when about half of it is out of date.
 *
 * <p>A log is a list of segments. A segment is the version, then an entry for each user, as {@link
 * LiveCounter} and {@link LiveUsers} write it. A later entry replaces an earlier one.
 */
final class LiveLog {

    private static final int VERSION = 1;

    /** The approximate size of the buffers of all key groups together. */
    private static final int BUFFER_BYTES = 8 << 20;

    private static final int MIN_SEGMENT_BYTES = 1 << 10;
    private static final int MAX_SEGMENT_BYTES = 1 << 16;

    /** A log that is not longer than this need not be written anew. */
    private static final long SHORT = 1 << 16;

    private final LogSegments segments;
    private final int segmentBytes;
    private final VarBytes[] pending;
    private final int[] lengths;
    private final int[] oldLengths;
    private long bytes;
    private long entries;

    LiveLog(int maxParallelism, LogSegments segments) {
        this.segments = segments;
        this.segmentBytes =
                Math.min(
                        Math.max(BUFFER_BYTES / maxParallelism, MIN_SEGMENT_BYTES),
                        MAX_SEGMENT_BYTES);
        this.pending = new VarBytes[maxParallelism];
        this.lengths = new int[maxParallelism];
        this.oldLengths = new int[maxParallelism];
    }

    /**
     * Where to write the next entry.
     *
     * @param userHash the hash code of the user, which selects the key group
     */
    VarBytes entry(int userHash) {
        int keyGroup = KeyGroupRangeAssignment.computeKeyGroupForKeyHash(userHash, lengths.length);
        VarBytes out = pending[keyGroup];
        if (out == null) {
            out = new VarBytes();
            pending[keyGroup] = out;
        } else if (out.position() >= segmentBytes) {
            flush(keyGroup);
        }
        if (out.position() == 0) {
            out.put(VERSION);
        }
        entries++;
        return out;
    }

    /** Whether about half of the log is out of date. */
    boolean isTooLong(long users) {
        return bytes > SHORT && entries > 2 * users;
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
        entries = 0;
    }

    /** Stores all entries that were written. */
    void flush() {
        for (int keyGroup = 0; keyGroup < lengths.length; keyGroup++) {
            if (pending[keyGroup] != null && pending[keyGroup].position() > 0) {
                flush(keyGroup);
            }
            for (int i = lengths[keyGroup]; i < oldLengths[keyGroup]; i++) {
                segments.remove(keyGroup, i);
            }
            oldLengths[keyGroup] = 0;
        }
    }

    private void flush(int keyGroup) {
        byte[] segment = pending[keyGroup].take();
        segments.put(keyGroup, lengths[keyGroup]++, segment);
        bytes += segment.length;
    }

    /**
     * Reads the log of a key group. New entries are appended to it.
     *
     * @param log the segments in order
     * @param reader reads one entry
     */
    void restore(int keyGroup, List<byte[]> log, Consumer<VarBytes> reader) {
        lengths[keyGroup] = log.size();
        for (byte[] segment : log) {
            VarBytes in = new VarBytes(segment);
            int version = (int) in.get();
            if (version > VERSION) {
                throw new IllegalStateException(
                        "The users of live counts were written in version "
                                + version
                                + " of their layout; this job reads up to "
                                + VERSION);
            }
            while (!in.isAtEnd()) {
                reader.accept(in);
                entries++;
            }
            bytes += segment.length;
        }
    }
}
