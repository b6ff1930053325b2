package io.clickstream.bench;

import io.clickstream.bench.RunSpec.Backend;
import io.clickstream.bench.RunSpec.Input;
import io.clickstream.tools.command.StatusLine;
import io.clickstream.tools.command.ToolCommand;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Measures what a click costs the whole job by the number of open sessions, outside checkpoints.
 * The clicks are the lab's, of more users at a time and so at a higher rate: nothing else differs.
 */
final class OpenSessionsBenchmark implements Callable<Integer> {

    private static final int ROUNDS = 3;
    private static final int NOT_EQUAL = 1;

    /** Users of a block, of whom 0.3967 have an open session: see {@link Workload#LAB}. */
    private static final List<Workload> WORKLOADS =
            List.of(
                    Workload.LAB.withUsers(25_210).named("10k-open"),
                    Workload.LAB.withUsers(252_100).named("100k-open"),
                    Workload.LAB.withUsers(2_521_000).named("1M-open"));

    private final PrintStream out = System.out;
    private final StatusLine status = new StatusLine(out, ToolCommand.columns());

    /** Returns 0 only if all results were right. */
    @Override
    public Integer call() throws Exception {
        out.println(Benchmark.machine());
        PeerProcess process = new PeerProcess(Benchmark.peerLog());
        WorkloadRuns.Settings settings =
                new WorkloadRuns.Settings(Benchmark.FULL, 1, ROUNDS, RunSpec.OUTSIDE_CHECKPOINTS);
        List<Case> ours =
                Case.of(
                        EnumSet.of(Peer.OURS),
                        Backend.ROCKSDB,
                        List.of(Input.MEMORY),
                        ClickFormat.AVRO);
        List<WorkloadRuns> runs = new ArrayList<>();
        try {
            for (Workload workload : WORKLOADS) {
                runs.add(new WorkloadRuns(workload, ours, settings, process, status));
            }
            for (int round = 1; round <= ROUNDS; round++) {
                for (WorkloadRuns each : runs) {
                    each.run(round);
                }
            }
            status.end();
            return print(runs) ? 0 : NOT_EQUAL;
        } finally {
            for (WorkloadRuns each : runs) {
                each.close();
            }
        }
    }

    private boolean print(List<WorkloadRuns> runs) {
        out.printf("%n| open sessions, lab | clicks/s | ns per click | of the first |%n");
        out.printf("|:--|--:|--:|--:|%n");
        double first = 0;
        boolean right = true;
        for (WorkloadRuns each : runs) {
            for (Measurement measurement : each.measurements()) {
                double nanos = 1e9 / measurement.clicksPerSecond();
                first = first == 0 ? nanos : first;
                out.printf(
                        "| %s | %,.0f | %.0f | %.2f |%n",
                        measurement.workload(),
                        measurement.clicksPerSecond(),
                        nanos,
                        nanos / first);
            }
            right &= each.problems().isEmpty();
            each.problems()
                    .forEach(
                            (name, lines) -> {
                                out.println(name + ":");
                                lines.forEach(line -> out.println("  " + line));
                            });
        }
        return right;
    }
}
