package io.clickstream.local.page;

import java.util.Map;
import javax.annotation.Nullable;

/**
 * How a run goes at a moment. Counts of results are of what the topics or streams hold, so a
 * restart of the job does not set them back.
 *
 * @param phase {@code running}, {@code restarting}, {@code closing} while the last windows close,
 *     or {@code finished}
 * @param elapsedMillis since the job started
 * @param sent records that were sent to the job
 * @param perSecond records per second that the job has read in the last seconds
 * @param eventTime how far event time is, in ms since 1970; null before the first watermark
 * @param lagMillis how far event time is behind the clock; null before the first watermark
 * @param openSessions sessions that are open now; null if nobody knows
 * @param activeUsers the latest number of active users; null if it is not counted
 * @param sessions sessions in all windows that are over
 * @param checkouts sessions with a checkout among them
 * @param deadLetters dead letters by reason
 * @param pendingDocuments documents that OpenSearch has not confirmed; null if nobody knows
 * @param oldestPendingMillis how long the oldest of them has waited
 * @param restarts how often the job has started again
 * @param verdict what the comparison with the sent records says so far
 */
public record RunStatus(
        String phase,
        long elapsedMillis,
        long sent,
        double perSecond,
        @Nullable Long eventTime,
        @Nullable Long lagMillis,
        @Nullable Long openSessions,
        @Nullable Long activeUsers,
        long sessions,
        long checkouts,
        Map<String, Long> deadLetters,
        @Nullable Long pendingDocuments,
        long oldestPendingMillis,
        long restarts,
        Verdict verdict) {

    /**
     * What a comparison says.
     *
     * @param windows counting windows that were compared
     * @param difference the first window that differs, and how; null if all are equal
     * @param end the verdict at the end of the run, equal or different; null before
     * @param account what became of all records, in a run that is not compared; null otherwise
     */
    public record Verdict(
            int windows,
            @Nullable String difference,
            @Nullable String end,
            @Nullable String account) {}
}
