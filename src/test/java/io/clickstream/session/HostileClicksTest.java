package io.clickstream.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.aggregate.AggregateFormat;
import io.clickstream.aggregate.AggregateJson;
import io.clickstream.aggregate.CheckoutFormat;
import io.clickstream.aggregate.DepartmentCountFormat;
import io.clickstream.aggregate.TrendFormat;
import io.clickstream.deadletter.DeadLetterJson;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.RawRecord;
import io.clickstream.event.Session;
import io.clickstream.event.Trend;
import io.clickstream.event.WindowCount;
import io.clickstream.testing.Clicks;
import io.clickstream.testing.SessionStage;
import io.clickstream.tools.oracle.Expected;
import io.clickstream.tools.oracle.Oracle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.AbstractRecords;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.RecordBatch;

/** Whatever clicks come, results are right and every destination takes them. */
class HostileClicksTest {

    private static final Duration GAP = Duration.ofSeconds(1);
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final long START = Clicks.time("12:00:00");
    private static final int DEFAULT_LIST_BYTES = 512 * 1024;
    private static final int SMALL_LIST_BYTES = 16 * 1024;

    /** Characters of a name that the decoders let through. */
    private static final int LONGEST_NAME = 1024;

    /** Kafka's `max.request.size` of a producer, and what Kinesis takes of data and key. */
    private static final int DESTINATION_BYTES = 1 << 20;

    /** Characters that JSON makes 1, 2, 3 or 6 bytes of, half surrogate pairs included. */
    private static final String[] CHARACTERS = {
        "a", "b", "~", "\u007f", "\"", "\\", "\n", "\u0001", "ö", "学", "🎧", "\ud83c", "\udfa7"
    };

    private static final ObjectMapper JSON = new ObjectMapper();

    @Property(tries = 50, shrinking = ShrinkingMode.OFF)
    void listsAreCutAsTheOracleCutsThem(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        List<String> names = names(random);
        List<Clicks> clicks = new ArrayList<>();
        for (int i = random.nextInt(1_500); i >= 0; i--) {
            clicks.add(
                    Clicks.click(random.nextInt(3))
                            .at(START + random.nextInt(6_000))
                            .in(names.get(random.nextInt(names.size())))
                            .ofType(random.nextInt(50) == 0 ? "order_checkout" : "order"));
        }

        Expected expected =
                Oracle.expect(
                        clicks.stream().map(Clicks::forOracle).toList(),
                        GAP,
                        WINDOW,
                        SMALL_LIST_BYTES);
        for (int order = 0; order < 2; order++) {
            Collections.shuffle(clicks, random);
            int maxOnHeap = random.nextBoolean() ? 3 : 1_000_000;
            try (SessionStage stage =
                    SessionStage.start(GAP, WINDOW, 1, maxOnHeap, SMALL_LIST_BYTES, null)) {
                for (Clicks click : clicks) {
                    stage.click(click.build());
                    if (random.nextInt(300) == 0) {
                        stage.restart(1 + random.nextInt(3));
                    }
                }
                stage.watermark(Long.MAX_VALUE);

                Expected results = stage.results();
                assertSame(results.checkouts(), expected.checkouts());
                assertSame(results.departments(), expected.departments());
                assertThat(results.sessions()).isEqualTo(expected.sessions());
                assertFit(stage, SMALL_LIST_BYTES);
                assertThat(stage.stateEntries()).isZero();
            }
        }
    }

    /** The clicks that stopped the job: 1,100 departments of 1 KB in one session. */
    @Example
    void theLongestNamesMakeNoRecordTooLarge() throws Exception {
        for (String character : CHARACTERS) {
            String user = name(character, "");
            try (SessionStage stage = SessionStage.start(GAP, WINDOW, 1)) {
                for (int i = 0; i < 1_100; i++) {
                    stage.click(
                            Clicks.click(user)
                                    .at(START)
                                    .in(name(character, "" + i))
                                    .checkingOut()
                                    .build());
                }
                stage.watermark(Long.MAX_VALUE);

                Session session = stage.sessions().get(0);
                assertThat(session.visits()).isEqualTo(1_100);
                assertThat(session.checkoutVisits()).isEqualTo(1_100);
                assertThat(session.departmentCount() + session.departmentsLeftOut())
                        .isEqualTo(1_100);
                assertThat(session.departmentsLeftOut()).isPositive();
                assertFit(stage, DEFAULT_LIST_BYTES);
            }
        }
    }

    /** Also where all names are bits of the session's record. */
    @Example
    void aListOfFewDepartmentsIsCutToo() throws Exception {
        try (SessionStage stage =
                SessionStage.start(GAP, WINDOW, 1, 1_000_000, SMALL_LIST_BYTES, null)) {
            for (int i = 9; i >= 0; i--) {
                Clicks click = Clicks.click("ann").at(START).in(name("\u0001", "" + i));
                stage.click(click.checkingOut().build());
            }
            stage.watermark(Long.MAX_VALUE);

            Session session = stage.sessions().get(0);
            assertThat(session.departmentCount()).isEqualTo(2);
            assertThat(session.department(1)).isEqualTo(name("\u0001", "1"));
            assertThat(session.departmentsLeftOut()).isEqualTo(8);
            assertThat(stage.counts()).hasSize(3);
        }
    }

    /** Beyond 8,191 names the number is an estimate, but one and the same in every order. */
    @Example
    void theNumberLeftOutDependsOnNoOrder() throws Exception {
        List<Clicks> clicks = new ArrayList<>();
        int departments = 60_000;
        for (int i = 0; i < departments; i++) {
            clicks.add(Clicks.click("ann").at(START).in("department " + i));
        }
        List<Session> sessions = new ArrayList<>();
        Random random = new Random(7);
        for (int order = 0; order < 3; order++) {
            Collections.shuffle(clicks, random);
            try (SessionStage stage =
                    SessionStage.start(GAP, WINDOW, 1, 1_000_000, SMALL_LIST_BYTES, null)) {
                for (int i = 0; i < departments; i++) {
                    stage.click(clicks.get(i).build());
                    if (order > 0 && i % 20_000 == 10_000) {
                        stage.restart(1);
                    }
                }
                stage.watermark(Long.MAX_VALUE);
                sessions.addAll(stage.sessions());
            }
        }

        assertThat(sessions).hasSize(3);
        assertThat(sessions.get(1)).isEqualTo(sessions.get(0));
        assertThat(sessions.get(2)).isEqualTo(sessions.get(0));
        double all = sessions.get(0).departmentCount() + sessions.get(0).departmentsLeftOut();
        assertThat(all / departments).isBetween(0.95, 1.05);
    }

    /** Bytes of any kind, as long as a record may be. */
    @Property(tries = 50, shrinking = ShrinkingMode.OFF)
    void everyTopicTakesADeadLetter(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] bytes = new byte[random.nextInt(1 << 20)];
        random.nextBytes(bytes);
        int kind = random.nextInt(5);
        for (int i = 0; i < bytes.length && kind > 0; i++) {
            bytes[i] = kind == 1 ? 1 : kind == 2 ? (byte) '"' : (byte) (bytes[i] & 0x7f);
        }
        RawRecord raw = new RawRecord(name("\u0001", "topic"), 7, Long.MAX_VALUE, bytes);
        DeadLetter letter =
                new DeadLetter(
                        DeadLetter.Reason.MALFORMED,
                        name("\u0001", "") + name("\u0001", ""),
                        raw,
                        Long.MAX_VALUE);

        assertThat(kafkaBytes(new byte[64], DeadLetterJson.toBytes(letter)))
                .isLessThanOrEqualTo(DESTINATION_BYTES);
    }

    private static void assertFit(SessionStage stage, int maxListBytes) throws IOException {
        for (Session session : stage.sessions()) {
            byte[] json = assertFits(new CheckoutFormat(), session);
            JsonNode record = JSON.readTree(json);
            assertThat(JSON.writeValueAsBytes(record.get("deptList")).length)
                    .isLessThanOrEqualTo(maxListBytes);
            assertThat(record.has("deptListTruncated")).isEqualTo(session.departmentsLeftOut() > 0);
        }
        for (WindowCount count : stage.counts()) {
            if (!count.isTotal()) {
                assertFits(new DepartmentCountFormat(), count);
                assertFits(
                        new TrendFormat(),
                        new Trend(1000, count.department(), Long.MAX_VALUE, 1, 2));
            }
        }
    }

    /** As a record of a topic, which is more than it is in a stream or an index. */
    private static <T> byte[] assertFits(AggregateFormat<T> format, T result) {
        byte[] json = new AggregateJson<>(format).toBytes(result);
        assertThat(kafkaBytes(format.key(result), json)).isLessThanOrEqualTo(DESTINATION_BYTES);
        return json;
    }

    private static int kafkaBytes(byte[] key, byte[] value) {
        return AbstractRecords.estimateSizeInBytesUpperBound(
                RecordBatch.CURRENT_MAGIC_VALUE, CompressionType.NONE, key, value, new Header[0]);
    }

    private static void assertSame(List<String> actual, List<String> expected) {
        assertThat(actual.stream().map(HostileClicksTest::parse).toList())
                .containsExactlyInAnyOrderElementsOf(
                        expected.stream().map(HostileClicksTest::parse).toList());
    }

    private static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(json, e);
        }
    }

    /** Few short names or many long ones, of all kinds of characters. */
    private static List<String> names(Random random) {
        List<String> names = new ArrayList<>();
        int longest = 1 + random.nextInt(random.nextBoolean() ? 20 : LONGEST_NAME);
        for (int i = random.nextInt(random.nextBoolean() ? 20 : 1_000); i >= 0; i--) {
            StringBuilder name = new StringBuilder();
            String most = CHARACTERS[random.nextInt(CHARACTERS.length)];
            int length = 1 + random.nextInt(longest);
            while (name.length() < length) {
                name.append(
                        random.nextInt(8) == 0
                                ? CHARACTERS[random.nextInt(CHARACTERS.length)]
                                : most);
            }
            // The shuffle makes a question mark of half a surrogate pair.
            names.add(new String(name.substring(0, length).getBytes(UTF_8), UTF_8));
        }
        return names;
    }

    private static String name(String character, String end) {
        String name = character.repeat(LONGEST_NAME);
        return name.substring(0, LONGEST_NAME - end.length()) + end;
    }
}
