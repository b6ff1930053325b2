package io.clickstream;

import static io.clickstream.testing.Clicks.click;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.Aggregates;
import io.clickstream.local.results.Results;
import io.clickstream.testing.Await;
import io.clickstream.testing.LocalJob;
import io.clickstream.tools.oracle.CartRules;
import io.clickstream.tools.oracle.Expected;
import io.clickstream.tools.oracle.TrafficLedger;
import io.clickstream.tools.oracle.TrendOracle;
import io.clickstream.tools.oracle.TrendOracle.NamedClick;
import io.clickstream.tools.traffic.ClickEncoder;
import io.clickstream.tools.traffic.GeneratedClick;
import io.clickstream.tools.traffic.ShopTraffic;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One click in ten comes twice, some much later and over another partition, and bots click in
 * between; a task manager is lost, and the job goes on from a savepoint at another parallelism. The
 * results of all aggregates, optional ones included, are those of the clicks without duplicates and
 * bots.
 */
class FiltersITCase {

    private static final int PARTITIONS = 3;
    private static final Duration GAP = Duration.ofSeconds(1);
    private static final Duration WINDOW = Duration.ofSeconds(10);

    private static final CartRules CART_RULES =
            CartRules.DEFAULT
                    .after(Duration.ofSeconds(10), Duration.ofSeconds(20))
                    .withItemsOfTheLab();

    private final TrafficLedger ledger = new TrafficLedger(GAP, WINDOW, CART_RULES);
    private final Random random = new Random(5);
    private final ClickEncoder encoder = ClickEncoder.json();

    /** Duplicates that are sent later, up to half a minute of event time. */
    private final List<GeneratedClick> toRepeat = new ArrayList<>();

    private final List<NamedClick> visits = new ArrayList<>();
    private long duplicates;
    private long bots;

    @Test
    void duplicatesAndBotsChangeNothing(@TempDir Path folder) throws Exception {
        long start = Clock.systemUTC().millis() - 120_000;
        ShopTraffic traffic = new ShopTraffic(11, 600, 4_000, start);

        try (LocalJob job = new LocalJob(folder, PARTITIONS)) {
            // Event time goes on by clicks alone, however long the job takes to come back.
            job.set("event-time", "idle-timeout", "10 min")
                    .set("event-time", "max-future-skew", "10 min")
                    .set("duplicates", "id", "/globalseq")
                    .set("duplicates", "span", "1 min")
                    .set("bots", "user-agents", "bot,crawler")
                    .set("bots", "ip-ranges", "203.0.113.0/24")
                    .set("trending", "top", "3")
                    .set("trending", "span", "20 s")
                    .set("trending", "slide", "5 s")
                    .set("format", "item", "/product_type")
                    .set("format", "value", "/globalseq")
                    .set("carts", "abandoned-after", "10 s")
                    .set("carts", "recovered-within", "20 s")
                    .groups(Aggregates.groups());
            job.start(folder, 2);
            send(job, traffic, start + 20_000);
            Await.until(
                    "first windows",
                    Duration.ofMinutes(1),
                    () -> !job.topic(Results.SESSIONS_TOPIC).isEmpty());
            assertThat(job.count("duplicates")).isPositive();
            assertThat(job.count("bots.user-agent")).isPositive();
            assertThat(job.count("bots.ip")).isPositive();

            job.flink().loseTaskManager();
            send(job, traffic, start + 40_000);
            Await.until("a restart", Duration.ofMinutes(1), () -> job.flink().restarts() > 0);
            int before = job.topic(Results.SESSIONS_TOPIC).size();
            send(job, traffic, start + 60_000);
            Await.until(
                    "more windows",
                    Duration.ofMinutes(1),
                    () -> job.topic(Results.SESSIONS_TOPIC).size() > before);
            String savepoint = job.flink().stopWithSavepoint(folder.resolve("savepoint"));
            job.flink().close();
            job.startFrom(savepoint, folder.resolve("after"), 3);
            send(job, traffic, start + 90_000);
            sendRest(job, traffic);
            // The last clicks make their users active for 5 minutes.
            sendEnd(job, start + 90_000 + 360_000);

            Expected expected = ledger.expected(Aggregates.groups());
            for (Aggregate<?> aggregate : Aggregates.ALL) {
                if (!aggregate.equals(Aggregates.TRENDING)) {
                    assertThat(expected.of(aggregate)).as(aggregate.name()).isNotEmpty();
                }
            }
            assertThat(expected.documents(Aggregates.CARTS))
                    .hasSizeLessThan(expected.of(Aggregates.CARTS).size());
            job.awaitTopics(expected, Duration.ofMinutes(2));
            assertThat(job.topic(LocalJob.DEAD_LETTERS)).isEmpty();
            List<String> lists =
                    TrendOracle.expect(visits, 3, Duration.ofSeconds(20), Duration.ofSeconds(5));
            Collections.sort(lists);
            Await.until(
                    "lists of trends",
                    Duration.ofMinutes(1),
                    () -> job.topic("Trending").size() >= lists.size());
            assertThat(job.topic("Trending").stream().sorted()).isEqualTo(lists);
            assertThat(expected.checkouts()).hasSizeGreaterThan(100);
            assertThat(duplicates).isGreaterThan(3_000);
            assertThat(bots).isGreaterThan(3_000);
        }
    }

    private void send(LocalJob job, ShopTraffic traffic, long until) throws Exception {
        List<GeneratedClick> clicks = new ArrayList<>();
        traffic.until(until, clicks::add);
        send(job, clicks);
    }

    private void sendRest(LocalJob job, ShopTraffic traffic) throws Exception {
        List<GeneratedClick> clicks = new ArrayList<>();
        traffic.flush(clicks::add);
        send(job, clicks);
    }

    /** Clicks that close everything before them, and whose own sessions stay open. */
    private static void sendEnd(LocalJob job, long time) throws Exception {
        for (int i = 0; i < PARTITIONS; i++) {
            job.send(i, List.of(click("end " + i).at(time).toJson()));
        }
    }

    private void send(LocalJob job, List<GeneratedClick> clicks) throws Exception {
        List<List<byte[]>> records = new ArrayList<>();
        for (int i = 0; i < PARTITIONS; i++) {
            records.add(new ArrayList<>());
        }
        for (GeneratedClick click : clicks) {
            records.get(click.userId() % PARTITIONS).add(record(click, "Mozilla/5.0", null));
            ledger.sent(click.forOracle());
            String department = click.productType();
            if (!department.isEmpty() && !department.equals("N/A")) {
                visits.add(new NamedClick(department, click.eventTimestamp()));
            }
            switch (random.nextInt(20)) {
                case 0 -> repeat(click, records);
                case 1 -> toRepeat.add(click);
                case 2 -> addBot(record(click, "Mozilla/5.0 (a Crawler)", null), records);
                case 3 -> addBot(record(click, "Mozilla/5.0", "203.0.113.9"), records);
                default -> {}
            }
            if (!toRepeat.isEmpty() && click.globalSeq() % 20 == 0) {
                GeneratedClick oldest = toRepeat.get(0);
                if (click.eventTimestamp() - oldest.eventTimestamp() > 30_000) {
                    toRepeat.remove(0);
                    repeat(oldest, records);
                }
            }
        }
        for (int i = 0; i < PARTITIONS; i++) {
            job.send(i, records.get(i));
        }
    }

    private void repeat(GeneratedClick click, List<List<byte[]>> records) {
        duplicates++;
        records.get(random.nextInt(PARTITIONS)).add(record(click, "Mozilla/5.0", null));
    }

    private void addBot(byte[] record, List<List<byte[]>> records) {
        bots++;
        records.get(random.nextInt(PARTITIONS)).add(record);
    }

    private byte[] record(GeneratedClick click, String userAgent, String ip) {
        String json = new String(encoder.encode(click), StandardCharsets.UTF_8);
        String withAgent =
                json.substring(0, json.length() - 1) + ",\"user_agent\":\"" + userAgent + "\"}";
        return (ip == null ? withAgent : withAgent.replace(click.ip(), ip))
                .getBytes(StandardCharsets.UTF_8);
    }
}
