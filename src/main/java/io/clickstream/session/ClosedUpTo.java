package io.clickstream.session;

import io.clickstream.event.Click;
import io.clickstream.event.UserId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.annotation.Nullable;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * Up to which watermark the sessions of each key group were closed in front of a checkpoint.
 *
 * <p>Subtasks may differ in their watermarks at a checkpoint that is not aligned, or when some of
 * them are idle. After a restart event time goes on at the lowest. A click could then begin a
 * session less than a gap away from one that a higher watermark had closed. To prevent this, a
 * click that was late by the watermark of its key group before the restart stays late.
 */
final class ClosedUpTo {

    /** Nothing was closed. */
    static final long NONE = Long.MIN_VALUE;

    /** Numbers of a run of key groups in state: the first, the last, and the watermark. */
    private static final int RUN = 3;

    private final long[] watermarks;
    private long highest = NONE;

    /** Begins with nothing closed. */
    ClosedUpTo(int maxParallelism) {
        watermarks = new long[maxParallelism];
        Arrays.fill(watermarks, NONE);
    }

    /**
     * Takes up what was stored.
     *
     * @param runs as {@link #runs} has made them
     * @param own key groups that matter here
     */
    void restore(long[] runs, KeyGroupRange own) {
        for (int run = 0; run < runs.length; run += RUN) {
            int from = (int) Math.max(runs[run], own.getStartKeyGroup());
            int to = (int) Math.min(runs[run + 1], own.getEndKeyGroup());
            for (int keyGroup = from; keyGroup <= to; keyGroup++) {
                watermarks[keyGroup] = Math.max(watermarks[keyGroup], runs[run + 2]);
                highest = Math.max(highest, watermarks[keyGroup]);
            }
        }
    }

    /** Whether the watermark has reached that of all key groups, so that this has no effect. */
    boolean isReachedBy(long watermark) {
        return highest <= watermark;
    }

    /** Whether a click is behind the watermark at which sessions of its key group were closed. */
    boolean isBehind(Click click) {
        UserId text = click.userOfText();
        long watermark =
                watermark(text == null ? UserId.hashCode(click.userNumber()) : text.hashCode());
        // In front of the sessions the watermark is passed on a millisecond lower.
        return click.timestamp() - 1 <= watermark;
    }

    /**
     * The watermark at which the sessions of a user were closed.
     *
     * @param userHash the hash code of the {@link UserId}
     */
    long watermark(int userHash) {
        return watermarks[
                KeyGroupRangeAssignment.computeKeyGroupForKeyHash(userHash, watermarks.length)];
    }

    /**
     * How far sessions are closed, to be stored: runs of key groups that are equal.
     *
     * @param own key groups
     * @param watermark of this subtask
     * @param restored where a key group may be further; null if none is
     */
    static long[] runs(KeyGroupRange own, long watermark, @Nullable ClosedUpTo restored) {
        List<long[]> runs = new ArrayList<>();
        for (int keyGroup : own) {
            long closed =
                    restored == null
                            ? watermark
                            : Math.max(watermark, restored.watermarks[keyGroup]);
            long[] last = runs.isEmpty() ? null : runs.get(runs.size() - 1);
            if (last != null && last[2] == closed) {
                last[1] = keyGroup;
            } else {
                runs.add(new long[] {keyGroup, keyGroup, closed});
            }
        }
        return runs.stream().flatMapToLong(Arrays::stream).toArray();
    }
}
