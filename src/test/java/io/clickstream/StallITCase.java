package io.clickstream;

import static io.clickstream.testing.Clicks.click;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.local.server.KafkaBroker;
import io.clickstream.local.server.KinesisServer;
import io.clickstream.local.server.TcpProxy;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.testing.Await;
import io.clickstream.testing.CapturedLog;
import io.clickstream.testing.KinesisProxy;
import io.clickstream.testing.LocalJob;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/**
 * The whole job with the defaults of event time while a partition or shard that is two hours behind
 * can't be read: no click is late in the catch-up that would not be late live. The README's table
 * of silence and stalls says what must be.
 *
 * <p>{@code -Dstall.seconds=16,60,600} makes the hangs as long as one has time for.
 */
class StallITCase {

    private static final Logger LOG = LoggerFactory.getLogger(StallITCase.class);

    private static final Duration SOON = Duration.ofMinutes(2);
    private static final long TWO_HOURS = 7_200_000;

    /** {@code idle-timeout} of a second, and 5 s for an answer. */
    private static final long STALL_MILLIS = 6_000;

    /** {@code idle-timeout}, 5 s for an answer, {@code stall-timeout}. */
    private static final int SET_ASIDE_SECONDS = 15 + 5 + 300;

    /** A window, the gap of a session, and a second more. */
    private static final long LAST_WINDOW_MILLIS = 10_000 + 1_000 + 1_000;

    private final Clock clock = Clock.systemUTC();
    private int sent;
    private int inLastWindow;

    static IntStream seconds() {
        return Arrays.stream(System.getProperty("stall.seconds", "16").split(","))
                .mapToInt(Integer::parseInt);
    }

    @ParameterizedTest
    @MethodSource("seconds")
    void aBrokerThatHangsMakesNoClickLateBeforeItsPartitionsAreSetAside(
            int seconds, @TempDir Path folder) throws Exception {
        try (CapturedLog log = new CapturedLog(Level.WARN);
                TcpProxy proxy = new TcpProxy()) {
            KafkaBroker broker =
                    KafkaBroker.startBehindProxy(folder.resolve("kafka"), proxy.address());
            proxy.forward(broker.bootstrapServers(KafkaBroker.PROXIED));
            try (LocalJob job = new LocalJob(broker, 2)) {
                job.withoutGroup("event-time")
                        .set("source.kafka", "bootstrap-servers", proxy.address())
                        .set("sink.kafka", "bootstrap-servers", broker.bootstrapServers())
                        .start(folder, 2);
                long behind = clock.millis() - TWO_HOURS;
                job.send(0, List.of(click("behind").at(behind).toJson()));
                job.send(1, List.of(click("ahead").at(clock.millis()).toJson()));
                awaitClicks(job, 2);

                proxy.hang();
                long begin = clock.millis();
                job.send(0, catchUp(behind));
                sent = 1_002;
                // The other partition goes on with the clock; its broker hangs, too.
                Await.until(
                        "the end of the hang",
                        Duration.ofSeconds(seconds + 60L),
                        () -> {
                            long now = clock.millis();
                            job.send(1, List.of(click("ahead").at(now).toJson()));
                            sent++;
                            inLastWindow += now - begin < LAST_WINDOW_MILLIS ? 1 : 0;
                            return now - begin >= 1_000L * seconds;
                        });
                long setAside = linesWith(log, "It is set aside");
                proxy.resume();

                awaitClicks(job, sent);
                Await.until("no stall", SOON, () -> job.stalledPartitions() == 0);
                long late = job.deadLetterCount(Reason.LATE);
                LOG.warn(
                        "A hang of {} s: {} clicks, {} of them late, {} partitions set aside",
                        seconds,
                        sent,
                        late,
                        setAside);
                assertThat(job.flink().restarts()).isZero();
                if (seconds < SET_ASIDE_SECONDS) {
                    assertThat(setAside).isZero();
                    assertThat(late).isZero();
                } else {
                    assertThat(setAside).isEqualTo(2);
                    // Nobody holds event time any more, so the clock closes the last window.
                    assertThat(late).isLessThanOrEqualTo(1_000 + inLastWindow);
                }
            }
        }
    }

    /**
     * One shard can't be read for far longer than the idle timeout, in all ways one after the
     * other; the other one goes on. What it has is only read when the next fault begins.
     */
    @Test
    void aShardThatHangsGivesNothingOrIsThrottledMakesNoClickLate(@TempDir Path folder)
            throws Exception {
        String stream = "clicks";
        System.setProperty("aws.cborEnabled", "false");
        try (KinesisServer server = KinesisServer.start(folder.resolve("kinesis.log"));
                KinesisProxy proxy = new KinesisProxy(server.uri());
                LocalJob job = new LocalJob(folder, 1)) {
            server.createStream(stream, 2);
            String shard = server.shards(stream).get(0).shardId();
            job.readStream(server, stream)
                    .set("source.kinesis", "endpoint", proxy.endpoint())
                    .set("event-time", "idle-timeout", "1 s")
                    .start(folder, 2);
            long behind = clock.millis() - TWO_HOURS;
            proxy.beginBehindRecords(shard, KinesisProxy.Fault.HANG);
            server.put(stream, List.of(entry(0, click("behind").at(behind).toJson())));
            sent = 1;
            stall(proxy, job, server, stream, behind);
            proxy.beginBehindRecords(shard, KinesisProxy.Fault.NOTHING);
            stall(proxy, job, server, stream, behind + 60_000);
            proxy.beginBehindRecords(shard, KinesisProxy.Fault.THROTTLE);
            stall(proxy, job, server, stream, behind + 120_000);
            proxy.resume();

            awaitClicks(job, sent);
            Await.until("no stall", SOON, () -> job.stalledPartitions() == 0);
            assertThat(job.deadLetterCount(Reason.LATE)).isZero();
            assertThat(job.flink().restarts()).isZero();
        } finally {
            System.clearProperty("aws.cborEnabled");
        }
    }

    private void stall(
            KinesisProxy proxy, LocalJob job, KinesisServer server, String stream, long behind)
            throws Exception {
        Await.until("a read that fails", SOON, () -> proxy.refused() > 0);
        List<PutRecordsRequestEntry> more = new ArrayList<>();
        for (byte[] click : catchUp(behind)) {
            more.add(entry(0, click));
        }
        server.put(stream, more);
        sent += more.size();
        long begin = clock.millis();
        Await.until(
                "a stall",
                SOON,
                () -> {
                    server.put(
                            stream, List.of(entry(1, click("ahead").at(clock.millis()).toJson())));
                    sent++;
                    return job.stalledPartitions() == 1 && clock.millis() - begin > STALL_MILLIS;
                });
    }

    /** What a partition has that is behind: clicks in their order, ten seconds of them. */
    private static List<byte[]> catchUp(long begin) {
        List<byte[]> clicks = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            clicks.add(click("behind " + i).at(begin + 10L * i).toJson());
        }
        return clicks;
    }

    /** An entry whose key hashes into the lower (0) or the upper (1) half of all. */
    private static PutRecordsRequestEntry entry(int half, byte[] click) throws Exception {
        for (int i = 0; ; i++) {
            String key = "key-" + i;
            byte[] hash =
                    MessageDigest.getInstance("MD5").digest(key.getBytes(StandardCharsets.UTF_8));
            if ((hash[0] & 0x80) >> 7 == half) {
                return KinesisServer.entry(key, click);
            }
        }
    }

    private static void awaitClicks(LocalJob job, long count) throws Exception {
        Await.until("clicks", SOON, () -> job.count(ClickstreamMetrics.CLICKS) == count);
    }

    private static long linesWith(CapturedLog log, String text) {
        return log.lines().stream().filter(line -> line.contains(text)).count();
    }
}
