package io.clickstream.local.run;

import io.clickstream.local.server.FlinkCluster;
import io.clickstream.tools.oracle.TrafficLedger;
import java.io.IOException;
import java.util.Locale;
import javax.annotation.Nullable;

/** The job of a run on a cluster: another one after each update. */
final class ClusterJob implements JobView {

    private final FlinkCluster cluster;
    private final TrafficLedger ledger;
    @Nullable private volatile String job;

    ClusterJob(FlinkCluster cluster, TrafficLedger ledger) {
        this.cluster = cluster;
        this.ledger = ledger;
    }

    /** Says which job it is now. */
    void is(String id) {
        job = id;
    }

    @Override
    public String status() {
        String id = job;
        try {
            return id == null ? "starting" : cluster.state(id).toLowerCase(Locale.ROOT);
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
            return id == null ? 0 : cluster.restarts(id);
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    /** The clicks that were sent, since the job's own counters are on other machines. */
    @Override
    public long recordsIn() {
        return ledger.clicks();
    }
}
