package io.clickstream.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.bench.RocksDb;
import io.clickstream.event.CarriedText;
import io.clickstream.event.Click;
import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import io.clickstream.testing.SessionStage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import javax.annotation.Nullable;
import org.apache.flink.runtime.state.StateBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Visitors who turn out to be users, compared with a sort of their clicks. */
class IdentityTest {

    private static final Duration GAP = Duration.ofMillis(20);

    /** In the order in which they count at the same time, the last one most. */
    private static final List<UserId> USERS =
            List.of(
                    UserId.ofNumber(-3),
                    UserId.ofNumber(7),
                    UserId.ofNumberLiteral("1.50"),
                    UserId.ofString("7"),
                    UserId.ofString("ann"));

    private record Sent(UserId visitor, long time, @Nullable UserId known, long arrival) {}

    @Test
    void aSessionHasTheUserOfItsLatestClickWithOne() throws Exception {
        for (int seed = 0; seed < 150; seed++) {
            run(new Random(seed), null);
        }
    }

    @Test
    void aSessionHasTheUserOfItsLatestClickWithOneOnRocksDb() throws Exception {
        for (int seed = 0; seed < 8; seed++) {
            run(new Random(seed), new RocksDb());
        }
    }

    private static void run(Random random, @Nullable StateBackend backend) throws Exception {
        int disorder = random.nextInt(60);
        int maxOnHeap = List.of(1, 3, 1_000_000).get(random.nextInt(3));
        List<Sent> clicks = new ArrayList<>();
        for (int visitor = 0; visitor < 6; visitor++) {
            UserId id =
                    visitor % 2 == 0
                            ? UserId.ofNumber(visitor)
                            : UserId.ofString("visitor " + visitor);
            for (int i = random.nextInt(60); i > 0; i--) {
                long time = 1L + random.nextInt(400);
                UserId known =
                        random.nextInt(3) > 0 ? null : USERS.get(random.nextInt(USERS.size()));
                clicks.add(new Sent(id, time, known, time + random.nextInt(disorder + 1)));
            }
        }
        Collections.shuffle(clicks, random);
        clicks.sort(Comparator.comparingLong(Sent::arrival));

        try (SessionStage stage =
                SessionStage.start(GAP, Duration.ofSeconds(10), 1, maxOnHeap, backend)) {
            stage.largeStoredBytes(random.nextBoolean() ? 40 : 16 << 10);
            int[] parallelism = {1, 3, 2};
            int part = clicks.size() / parallelism.length + 1;
            long newest = 0;
            for (int i = 0; i < clicks.size(); i++) {
                if (i % part == 0) {
                    stage.restart(parallelism[i / part]);
                }
                Sent sent = clicks.get(i);
                Click click = new Click(sent.visitor, sent.time, null, false, null);
                click.setText(
                        CarriedText.KNOWN_USER, sent.known == null ? null : sent.known.asIdText());
                stage.click(click);
                newest = Math.max(newest, sent.time);
                stage.watermark(newest - disorder - 1);
            }
            stage.watermark(Long.MAX_VALUE);

            assertThat(stage.late()).isEmpty();
            Map<List<Object>, Optional<UserId>> found = new HashMap<>();
            for (Session session : stage.sessions()) {
                found.put(
                        List.of(session.user(), session.begin()),
                        Optional.ofNullable(session.known()));
                assertThat(session.shownUser())
                        .isEqualTo(session.known() == null ? session.user() : session.known());
            }
            assertThat(found).isEqualTo(expected(clicks));
        }
    }

    private static Map<List<Object>, Optional<UserId>> expected(List<Sent> clicks) {
        List<Sent> sorted = new ArrayList<>(clicks);
        sorted.sort(
                Comparator.comparingLong(Sent::time)
                        .thenComparingInt(
                                sent -> sent.known == null ? -1 : USERS.indexOf(sent.known)));
        Map<List<Object>, Optional<UserId>> expected = new HashMap<>();
        Map<UserId, List<Object>> open = new HashMap<>();
        Map<UserId, Long> last = new HashMap<>();
        for (Sent sent : sorted) {
            Long before = last.put(sent.visitor, sent.time);
            if (before == null || sent.time - before > GAP.toMillis()) {
                open.put(sent.visitor, List.of(sent.visitor, sent.time));
                expected.put(open.get(sent.visitor), Optional.empty());
            }
            if (sent.known != null) {
                expected.put(open.get(sent.visitor), Optional.of(sent.known));
            }
        }
        return expected;
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "-0", "1.50", "1e5", "123456789012345678901234567890", "-12"})
    void anIdThatIsANumberStaysTheSame(String literal) {
        assertThat(UserId.ofIdText(literal).asJson()).isEqualTo(literal);
        assertThat(UserId.ofIdText(literal).asIdText()).isEqualTo(literal);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "-", "ann", "\"", "", "1a", "学"})
    void anIdThatIsAStringStaysTheSame(String text) {
        UserId id = UserId.ofString(text);

        assertThat(UserId.ofIdText(id.asIdText())).isEqualTo(id);
    }
}
