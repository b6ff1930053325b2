package io.clickstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.aggregate.Aggregates;
import io.clickstream.config.JobConfig;
import io.clickstream.local.results.Comparison;
import io.clickstream.local.results.Results;
import io.clickstream.local.server.KafkaBroker;
import io.clickstream.local.server.OpenSearchIndices;
import io.clickstream.local.server.OpenSearchNode;
import io.clickstream.testing.Await;
import io.clickstream.testing.PropertyGroups;
import io.clickstream.tools.oracle.CartRules;
import io.clickstream.tools.oracle.Expected;
import io.clickstream.tools.oracle.TrafficLedger;
import io.clickstream.tools.traffic.ClickEncoder;
import io.clickstream.tools.traffic.GeneratedClick;
import io.clickstream.tools.traffic.ShopTraffic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job with {@code source.files} writes its results to topics and indices, too. */
class FileReplayITCase {

    private static final Instant BEGIN = Instant.parse("2026-11-19T06:00:00Z");
    private static final Duration GAP = Duration.ofSeconds(1);
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final CartRules CART_RULES =
            CartRules.DEFAULT
                    .after(Duration.ofSeconds(5), Duration.ofSeconds(10))
                    .withItemsOfTheLab();
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir private Path folder;

    @Test
    void resultsOfFilesGoToTopicsAndIndices() throws Exception {
        TrafficLedger ledger = new TrafficLedger(GAP, WINDOW, CART_RULES);
        Path clicks = writeClicks(ledger);
        Expected expected = ledger.expected(Set.of("carts"));
        try (KafkaBroker broker = KafkaBroker.start(folder.resolve("kafka"));
                OpenSearchNode node = OpenSearchNode.start(folder.resolve("opensearch"))) {
            String brokers = broker.bootstrapServers();
            PropertyGroups groups =
                    PropertyGroups.none()
                            .with("source.files", "path", clicks.toUri().toString())
                            .with("source.files", "from", BEGIN.minusSeconds(60).toString())
                            .with("source.files", "to", BEGIN.plusSeconds(600).toString())
                            .with("format", "type", "json")
                            .with("format", "item", "/product_type")
                            .with("format", "value", "/globalseq")
                            .with("carts", "abandoned-after", "5 s")
                            .with("carts", "recovered-within", "10 s")
                            .with("sink.files", "path", folder.resolve("results").toUri() + "")
                            .with("sink.kafka", "bootstrap-servers", brokers)
                            .with("sink.kafka", "create-topics", "true")
                            .with("sink.opensearch", "endpoint", node.uri().toString());
            JobConfig config = JobConfig.parse(groups.build());
            StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2);
            StartChecks.run(config, ClickstreamJob.define(env, config));

            env.execute("files");

            OpenSearchIndices indices = new OpenSearchIndices(node.uri());
            try (Results results = Results.ofTopics(brokers, indices, Set.of("carts"))) {
                Await.until("documents", SOON, () -> results.areComplete(expected));
                assertThat(results.compare(expected)).allMatch(Comparison::isEqual);
            }
            assertThat(expected.checkouts()).hasSizeGreaterThan(10);
            // The document of an abandoned cart is replaced if the cart is recovered.
            assertThat(expected.documents(Aggregates.CARTS))
                    .hasSizeLessThan(expected.of(Aggregates.CARTS).size());
        }
    }

    private Path writeClicks(TrafficLedger ledger) throws Exception {
        List<GeneratedClick> clicks = new ArrayList<>();
        ShopTraffic traffic = new ShopTraffic(3, 300, 1_500, BEGIN.toEpochMilli());
        traffic.until(BEGIN.plusSeconds(40).toEpochMilli(), clicks::add);
        ClickEncoder encoder = ClickEncoder.json();
        List<String> lines = new ArrayList<>();
        for (GeneratedClick click : clicks) {
            lines.add(new String(encoder.encode(click), UTF_8));
            ledger.sent(click.forOracle());
        }
        return Files.write(folder.resolve("clicks.jsonl"), lines);
    }
}
