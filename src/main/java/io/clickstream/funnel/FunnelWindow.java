package io.clickstream.funnel;

import io.clickstream.event.FunnelPart;
import io.clickstream.event.FunnelStep;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/** Adds up the parts of all subtasks for one window and department: one result per step. */
public final class FunnelWindow
        extends ProcessWindowFunction<FunnelPart, FunnelStep, String, TimeWindow> {

    private static final long serialVersionUID = 1L;

    private final Funnel funnel;

    public FunnelWindow(Funnel funnel) {
        this.funnel = funnel;
    }

    @Override
    public void process(
            String department,
            Context context,
            Iterable<FunnelPart> parts,
            Collector<FunnelStep> out) {
        long[] sessions = new long[funnel.size()];
        List<List<long[]>> millis = new ArrayList<>();
        for (int step = 0; step < funnel.size(); step++) {
            millis.add(new ArrayList<>());
        }
        for (FunnelPart part : parts) {
            // Another number of steps is of a funnel before a restart.
            for (int step = 0; step < funnel.size() && part.steps() == funnel.size(); step++) {
                sessions[step] += part.sessions(step);
                millis.get(step).add(part.millis(step));
            }
        }
        for (int step = 0; step < funnel.size() && sessions[0] > 0; step++) {
            out.collect(
                    new FunnelStep(
                            department.equals(FunnelPart.TOTAL) ? null : department,
                            step + 1,
                            funnel.step(step).name(),
                            sessions[step],
                            sessions[step == 0 ? 0 : funnel.requiredBefore(step)],
                            sessions[0],
                            median(millis.get(step)),
                            context.window().getStart(),
                            context.window().getEnd()));
        }
    }

    /** The mean of the two in the middle, or the one, rounded down. */
    private static long median(List<long[]> lists) {
        long[] all = lists.stream().flatMapToLong(Arrays::stream).toArray();
        if (all.length == 0) {
            return FunnelStep.NO_MEDIAN;
        }
        Arrays.sort(all);
        return Math.floorDiv(all[(all.length - 1) / 2] + all[all.length / 2], 2L);
    }
}
