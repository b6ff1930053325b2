package io.clickstream.bench.textbook;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.streaming.api.windowing.triggers.EventTimeTrigger;
import org.apache.flink.streaming.api.windowing.triggers.Trigger;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;

/**
 * Flink's event-time session windows, but for one thing: a click behind the watermark never opens a
 * session. Flink would let it, as long as the new session would still be open; but the session that
 * the click belonged to may already be closed and counted, and would then be counted twice.
 */
final class SessionWindows extends MergingWindows<MarkedClick, TimeWindow> {

    private static final long serialVersionUID = 1L;

    private final long gapMillis;

    SessionWindows(Duration gap) {
        this.gapMillis = gap.toMillis();
    }

    @Override
    public Collection<TimeWindow> assignWindows(
            MarkedClick click, long timestamp, WindowAssignerContext context) {
        // Not the record's timestamp, which may be another one where the click is late.
        long begin = click.click().timestamp();
        long end = begin + gapMillis;
        return List.of(
                click.behindWatermark() ? new LateWindow(begin, end) : new TimeWindow(begin, end));
    }

    @Override
    public void mergeWindows(Collection<TimeWindow> windows, MergeCallback<TimeWindow> callback) {
        // A late window that meets an open one becomes a plain window together with it.
        TimeWindow.mergeWindows(windows, callback);
    }

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"})
    public Trigger<MarkedClick, TimeWindow> getDefaultTrigger() {
        return (Trigger) EventTimeTrigger.create();
    }

    @Override
    public TypeSerializer<TimeWindow> getWindowSerializer(ExecutionConfig config) {
        return new TimeWindow.Serializer();
    }

    @Override
    public boolean isEventTime() {
        return true;
    }

    /**
     * The window of a click behind the watermark. On its own it ended at the beginning of time, so
     * that the window operator takes the click for late. It is never stored.
     */
    private static final class LateWindow extends TimeWindow {

        LateWindow(long start, long end) {
            super(start, end);
        }

        @Override
        public long maxTimestamp() {
            return Long.MIN_VALUE;
        }
    }
}
