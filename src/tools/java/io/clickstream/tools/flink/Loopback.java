package io.clickstream.tools.flink;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;

/** Flink clusters that other machines can't reach. */
public final class Loopback {

    private static final String LOOPBACK = "127.0.0.1";

    /** A configuration of a cluster that listens on the loopback address only. */
    public static Configuration configuration() {
        Configuration config = new Configuration();
        // Every one of these is needed, else a port opens on all addresses.
        config.set(JobManagerOptions.ADDRESS, LOOPBACK);
        config.set(JobManagerOptions.BIND_HOST, LOOPBACK);
        config.set(TaskManagerOptions.HOST, LOOPBACK);
        config.set(TaskManagerOptions.BIND_HOST, LOOPBACK);
        config.set(RestOptions.ADDRESS, LOOPBACK);
        config.set(RestOptions.BIND_ADDRESS, LOOPBACK);
        config.set(JobManagerOptions.PORT, 0);
        return config;
    }

    private Loopback() {}
}
