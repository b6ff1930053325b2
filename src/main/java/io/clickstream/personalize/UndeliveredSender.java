package io.clickstream.personalize;

import io.clickstream.config.PersonalizeConfig;
import io.clickstream.event.Interaction;
import io.clickstream.personalize.Outbox.Parcel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.fs.Path;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;

/**
 * Sends the files that an outage has left, at the same rate, in the same order, and with the same
 * event ids and retries as the job. A file is sent as a whole. If it is sent twice, because the
 * sender was stopped, its interactions count once.
 */
public final class UndeliveredSender {

    /** The result of a file. */
    public static final class Result {
        private final int delivered;
        private final List<String> refused;

        private Result(int delivered, List<String> refused) {
            this.delivered = delivered;
            this.refused = List.copyOf(refused);
        }

        /** The number of interactions that Personalize has accepted. */
        public int delivered() {
            return delivered;
        }

        /**
         * Personalize's messages about interactions that it permanently refuses, with their event
         * ids.
         */
        public List<String> refused() {
            return refused;
        }
    }

    private final PersonalizeConfig config;
    private final List<String> refused = new ArrayList<>();
    private volatile boolean away;
    private volatile Exception failure;

    /** Creates a sender that connects with its first file. */
    public UndeliveredSender(PersonalizeConfig config) {
        this.config = config;
    }

    /**
     * Sends the interactions of a file, and marks it as delivered unless some are refused.
     *
     * @throws IOException if the file cannot be read, or if all calls have failed for the
     *     configured time; the file stays unchanged
     */
    public Result send(Path file) throws IOException, InterruptedException {
        List<Interaction> interactions = UndeliveredFiles.read(file);
        away = false;
        refused.clear();
        List<Parcel> parcels = new ArrayList<>();
        try (Courier courier =
                new Courier(
                        config,
                        config.callsPerSecond(),
                        unsent -> {
                            away = true;
                            throw new IOException("they are in a file already");
                        },
                        new PersonalizeMetrics(new UnregisteredMetricsGroup()),
                        (parcel, detail) -> {
                            synchronized (parcels) {
                                parcels.add(parcel);
                                parcel.interactions()
                                        .forEach(
                                                each ->
                                                        refused.add(
                                                                each.eventId() + ": " + detail));
                            }
                        },
                        e -> failure = e)) {
            courier.start();
            for (int from = 0; from < interactions.size(); from += Outbox.MAX_HELD / 2) {
                int to = Math.min(interactions.size(), from + Outbox.MAX_HELD / 2);
                courier.add(interactions.subList(from, to), () -> {});
                while (!courier.awaitEmpty()) {
                    check();
                    synchronized (parcels) {
                        parcels.forEach(courier::stored);
                        parcels.clear();
                    }
                }
            }
        }
        if (refused.isEmpty()) {
            UndeliveredFiles.markDelivered(file);
        }
        return new Result(interactions.size() - refused.size(), refused);
    }

    private void check() throws IOException {
        if (failure != null) {
            throw new IOException("the sender failed", failure);
        }
        if (away) {
            throw new IOException(
                    "all calls of Personalize failed for "
                            + config.spillAfter().toSeconds()
                            + " s; try again later");
        }
    }
}
