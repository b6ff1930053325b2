package io.clickstream.bench;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;

/** Measures the operator of the sessions alone, by the number of open sessions. */
final class OperatorBenchmark implements Callable<Integer> {

    private static final Duration GAP = Duration.ofSeconds(1);
    private static final Duration LONG_GAP = Duration.ofMinutes(30);
    private static final int[] OPEN_SESSIONS = {10_000, 100_000, 1_000_000};
    private static final long CLICKS = 10_000_000;
    private static final int ROUNDS = 5;
    private static final int MANY = 10_000_000;
    private static final int WRONG = 1;

    private final PrintStream out = System.out;

    /** Returns 0 only if no session was lost. */
    @Override
    public Integer call() throws Exception {
        out.printf(
                "operator of the sessions, RocksDB, one thread, %d MB of heap at most%n",
                Runtime.getRuntime().maxMemory() >> 20);
        costPerClick();
        checkpoints();
        return many() ? 0 : WRONG;
    }

    private void costPerClick() throws Exception {
        double[][] nanos = new double[OPEN_SESSIONS.length][ROUNDS];
        OperatorRun[] runs = new OperatorRun[OPEN_SESSIONS.length];
        try {
            for (int i = 0; i < runs.length; i++) {
                runs[i] = new OperatorRun(OPEN_SESSIONS[i], GAP);
                runs[i].run(2L * OperatorRun.CLICKS_PER_SESSION * OPEN_SESSIONS[i] + CLICKS);
            }
            for (int round = 0; round < ROUNDS; round++) {
                for (int i = 0; i < runs.length; i++) {
                    nanos[i][round] = runs[i].run(CLICKS);
                }
            }
        } finally {
            for (OperatorRun run : runs) {
                if (run != null) {
                    run.close();
                }
            }
        }
        for (int i = 0; i < runs.length; i++) {
            Arrays.sort(nanos[i]);
            out.printf(
                    "%,11d open sessions: %5.0f ns per click (median of %d; %.2f of the first)%n",
                    OPEN_SESSIONS[i],
                    nanos[i][ROUNDS / 2],
                    ROUNDS,
                    nanos[i][ROUNDS / 2] / nanos[0][ROUNDS / 2]);
        }
    }

    private void checkpoints() throws Exception {
        int open = 1_000_000;
        try (OperatorRun run = new OperatorRun(open, LONG_GAP)) {
            run.open(open);
            run.checkpoint(1);
            double longest = 0;
            double longestPrepared = 0;
            int checkpoints = 21;
            for (int id = 2; id < 2 + checkpoints; id++) {
                run.touch(open / 10);
                longest = Math.max(longest, run.checkpoint(id));
                longestPrepared = Math.max(longestPrepared, run.lastPrepareMillis());
            }
            out.printf(
                    "%,11d open sessions, a tenth changed: writing the changes takes %.0f ms at"
                            + " most, a checkpoint %.0f ms with the upload, of %d checkpoints%n",
                    open, longestPrepared, longest, checkpoints);
        }
    }

    private boolean many() throws Exception {
        try (OperatorRun run = new OperatorRun(MANY, LONG_GAP);
                HeapPeak heap = HeapPeak.start()) {
            long begin = System.nanoTime();
            run.open(MANY);
            double opened = (double) (System.nanoTime() - begin) / MANY;
            double checkpoint = run.checkpoint(1);
            begin = System.nanoTime();
            int touched = MANY / 10;
            run.touch(touched);
            double again = (double) (System.nanoTime() - begin) / touched;
            long peak = heap.bytes();
            long closed = run.end();
            out.printf(
                    "%,11d open sessions: opening one takes %.0f ns, a click of a user at random"
                        + " %.0f ns, a checkpoint %.0f ms, %,d MB of heap; %,d closed in the end%n",
                    MANY, opened, again, checkpoint, peak >> 20, closed);
            return closed == MANY;
        }
    }
}
