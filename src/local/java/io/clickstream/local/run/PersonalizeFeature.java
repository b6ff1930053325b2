package io.clickstream.local.run;

import io.clickstream.JobOutputs;
import io.clickstream.local.results.InteractionLedger;
import io.clickstream.local.server.LocalFlink;
import io.clickstream.local.server.PersonalizeServer;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.tools.flink.MetricsInMemory;
import io.clickstream.tools.oracle.OracleClick;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.annotation.Nullable;

/**
 * Clicks of products go to a stand-in for Amazon Personalize. Each interaction must be delivered or
 * spilled once.
 */
final class PersonalizeFeature implements Feature {

    private static final Duration OUTAGE = Duration.ofSeconds(45);
    private static final Duration THE_WHOLE_RUN = Duration.ofDays(1);

    private final PersonalizeServer server;
    private final InteractionLedger interactions;
    private final Path spillFolder;

    private PersonalizeFeature(PersonalizeServer server, Path spillFolder) {
        this.server = server;
        this.interactions = new InteractionLedger(server, spillFolder);
        this.spillFolder = spillFolder;
    }

    /**
     * Starts the server.
     *
     * @param fault what goes wrong with it: throttling for the whole run, others for the first 45 s
     */
    static PersonalizeFeature start(Path spillFolder, @Nullable PersonalizeServer.Fault fault) {
        PersonalizeServer server = PersonalizeServer.start();
        if (fault != null) {
            server.injectFault(
                    fault, fault == PersonalizeServer.Fault.THROTTLING ? THE_WHOLE_RUN : OUTAGE);
        }
        return new PersonalizeFeature(server, spillFolder);
    }

    @Override
    public List<String> addresses() {
        return List.of("Personalize " + server.uri());
    }

    @Override
    public void configure(Map<String, Map<String, String>> groups) {
        Map<String, String> sink = new HashMap<>(server.properties());
        sink.put("item", "/product_type");
        sink.put("spill-path", spillFolder.toUri().toString());
        sink.put("spill-after", "10 s");
        groups.put("sink.personalize", sink);
    }

    @Override
    public void sent(OracleClick click) {
        interactions.sent(click);
    }

    @Override
    public String status(MetricsInMemory metrics) {
        long spilled = metrics.count(ClickstreamMetrics.PERSONALIZE_SPILLED);
        return String.format(
                Locale.ROOT,
                "  interactions %,d in %,d calls%s",
                metrics.count(ClickstreamMetrics.PERSONALIZE_ACCEPTED),
                metrics.count(ClickstreamMetrics.PERSONALIZE_CALLS),
                spilled == 0 ? "" : String.format(Locale.ROOT, ", %,d spilled", spilled));
    }

    /** Whether the job holds no interaction any more, and each is somewhere. */
    @Override
    public boolean isComplete(LocalFlink flink) throws IOException {
        boolean noneIsHeld =
                flink
                        .metrics()
                        .gauge(
                                JobOutputs.INTERACTIONS_PERSONALIZE_SINK + ": Writer",
                                ClickstreamMetrics.PERSONALIZE_HELD)
                        .stream()
                        .allMatch(held -> held == 0);
        return noneIsHeld && interactions.accounts().total() >= interactions.expected();
    }

    @Override
    public boolean report(LocalFlink flink, PrintStream out) throws IOException {
        InteractionLedger.Accounts accounts = interactions.accounts();
        long rejected =
                flink.metrics().countBelow(ClickstreamMetrics.DEAD_LETTERS + "interaction-");
        if (!accounts.content().isEqual()) {
            accounts.content().report().forEach(out::println);
        }
        if (!server.dropped().isEmpty()) {
            out.println("interactions that Personalize drops: " + server.dropped().size());
        }
        out.printf(
                Locale.ROOT,
                "interactions %d = delivered %d + spilled %d + rejected %d; calls %d%n",
                interactions.expected(),
                accounts.delivered(),
                accounts.spilled(),
                rejected,
                server.calls());
        return accounts.content().isEqual() && server.dropped().isEmpty() && rejected == 0;
    }

    @Override
    public void close() {
        server.close();
    }
}
