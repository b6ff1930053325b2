package io.clickstream.local.run;

import io.clickstream.local.server.FlinkCluster;
import io.clickstream.tools.oracle.TrafficLedger;
import java.io.IOException;
import java.util.Locale;
import javax.annotation.Nullable;

/** The job of a run on a cluster: another one after each update. */
final class ClusterJob implements JobView {

    private final TrafficLedger ledger;
    private volatile FlinkCluster cluster;
    @Nullable private volatile String job;
    private long restartsOfEarlierJobs;
    private long restarts;

    ClusterJob(FlinkCluster cluster, TrafficLedger ledger) {
        this.cluster = cluster;
        this.ledger = ledger;
    }

    /** Says which job it is now. */
    synchronized void is(String id) {
        restartsOfEarlierJobs += restarts;
        restarts = 0;
        job = id;
    }

    /** Says which cluster the next job will be on. */
    synchronized void movesTo(FlinkCluster next) {
        cluster = next;
    }

    @Override
    public String status() {
        String id = job;
        try {
            String state = id == null ? "starting" : cluster.state(id).toLowerCase(Locale.ROOT);
            // It is stopped with a savepoint, and the next job goes on.
            return state.equals("finished") ? "updating" : state;
        } catch (IOException e) {
            return "unknown";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "unknown";
        }
    }

    @Override
    public long restarts() {
        String id = job;
        try {
            if (id != null) {
                note(id, cluster.restarts(id));
            }
        } catch (IOException e) {
            // It stays at what is known.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return restartsOfAllJobs();
    }

    private synchronized void note(String id, long count) {
        if (id.equals(job)) {
            restarts = count;
        }
    }

    private synchronized long restartsOfAllJobs() {
        return restartsOfEarlierJobs + restarts;
    }

    /** The clicks that were sent, since the job's own counters are on other machines. */
    @Override
    public long recordsIn() {
        return ledger.clicks();
    }
}
