package io.clickstream.tools.produce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.config.OptionalFields;
import io.clickstream.event.Click;
import io.clickstream.event.Incoming;
import io.clickstream.format.JsonClickDecoder;
import io.clickstream.source.RecordDecoder;
import io.clickstream.tools.oracle.Expected;
import io.clickstream.tools.oracle.Oracle;
import io.clickstream.tools.oracle.OracleClick;
import io.clickstream.tools.oracle.TrafficLedger;
import io.clickstream.tools.produce.RecordSequence.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecordSequenceTest {

    private static final Duration GAP = Duration.ofSeconds(1);
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final long START = 1_700_000_000_000L;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Records per second. */
    private static final int RATE = 500;

    private static final int USERS = 2_000;
    private static final int RECORDS = 50_000;

    /** A record and when it was sent, ms since the epoch. */
    private record Sent(long time, ProducedRecord record) {

        String text() {
            return new String(record.value(), StandardCharsets.UTF_8);
        }

        JsonNode json() throws Exception {
            return JSON.readTree(record.value());
        }

        long eventTime() throws Exception {
            return json().get("eventtimestamp").asLong();
        }
    }

    private static RecordSequence sequence(Mix mix, Preset preset, boolean lateCounts) {
        return new RecordSequence(
                new RecordSequence.Plan(
                        mix,
                        RATE,
                        USERS,
                        5,
                        START,
                        RECORDS,
                        OptionalInt.empty(),
                        mix.duplicates() > 0 && preset != Preset.LAB,
                        lateCounts),
                JsonShape.of(preset),
                new TrafficLedger(GAP, WINDOW),
                GAP);
    }

    private static List<Sent> all(RecordSequence sequence) {
        List<Sent> sent = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            long time = START + i * 1_000L / RATE;
            sent.add(new Sent(time, sequence.next(time)));
        }
        return sent;
    }

    private static OracleClick seen(Sent sent) throws Exception {
        JsonNode json = sent.json();
        return new OracleClick(
                json.get("userid").asLong(),
                json.get("eventtimestamp").asLong(),
                json.get("event_type").asText(),
                json.get("product_type").asText());
    }

    @Test
    void withoutAMixClicksAreInOrderAndTheirTimesAreThoseOfTheirSlots() throws Exception {
        RecordSequence sequence = sequence(Mix.NONE, Preset.LAB, false);
        List<Sent> sent = all(sequence);

        List<OracleClick> clicks = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            Sent each = sent.get(i);
            assertThat(each.eventTime()).isEqualTo(each.time());
            assertThat(each.record().number()).isEqualTo(i + 1);
            assertThat(each.json().get("globalseq").asLong()).isEqualTo(i + 1);
            assertThat(each.record().key()).isEqualTo(each.json().get("userid").asText());
            clicks.add(seen(each));
        }
        assertThat(sequence.count(Kind.CLICK)).isEqualTo(RECORDS);
        assertThat(sequence.hasHeldBack()).isFalse();
        assertThat(sequence.deadLetters()).isEmpty();
        Expected expected = sequence.ledger().expected();
        assertThat(expected).isEqualTo(Oracle.expect(clicks, GAP, WINDOW));
        assertThat(expected.checkouts()).hasSizeGreaterThan(100);
    }

    @Test
    void disorderSendsOneInTwentyLaterAndNoneTooLate() throws Exception {
        RecordSequence sequence = sequence(Mix.disorder(Duration.ofSeconds(5)), Preset.LAB, false);
        List<Sent> sent = all(sequence);

        long longest = 0;
        int delayed = 0;
        Set<Long> numbers = new HashSet<>();
        List<OracleClick> clicks = new ArrayList<>();
        for (Sent each : sent) {
            long delay = each.time() - each.eventTime();
            assertThat(delay).isBetween(0L, 5_000L);
            longest = Math.max(longest, delay);
            delayed += delay > 0 ? 1 : 0;
            numbers.add(each.json().get("globalseq").asLong());
            clicks.add(seen(each));
        }
        assertThat(longest).isGreaterThan(4_900);
        assertThat(delayed / (double) RECORDS).isCloseTo(0.05, within(0.005));
        assertThat(numbers).hasSize(RECORDS);
        assertThat(sequence.hasHeldBack()).isFalse();
        assertThat(sequence.ledger().expected()).isEqualTo(Oracle.expect(clicks, GAP, WINDOW));
    }

    @Test
    void duplicatesAreTheSameBytesWithinSeconds() throws Exception {
        RecordSequence sequence =
                sequence(new Mix(0, 10, 0, 0, Duration.ZERO), Preset.WEB_ACCESS, false);
        List<Sent> sent = all(sequence);

        Map<String, List<Sent>> byId = new HashMap<>();
        for (Sent each : sent) {
            byId.computeIfAbsent(each.json().get("eventId").asText(), id -> new ArrayList<>())
                    .add(each);
        }
        long twice = 0;
        for (List<Sent> copies : byId.values()) {
            assertThat(copies).hasSizeLessThanOrEqualTo(2);
            if (copies.size() == 2) {
                twice++;
                assertThat(copies.get(0).text()).isEqualTo(copies.get(1).text());
                assertThat(copies.get(0).record().key()).isEqualTo(copies.get(1).record().key());
                assertThat(copies.get(1).time() - copies.get(0).time()).isBetween(1L, 5_000L);
            }
        }
        assertThat(twice).isEqualTo(sequence.count(Kind.DUPLICATE));
        assertThat((double) twice / byId.size()).isCloseTo(0.1, within(0.01));
        assertThat(sequence.ledger().clicks()).isEqualTo(byId.size());
    }

    @Test
    void duplicatesInTheLabHaveTheirSequenceNumber() throws Exception {
        List<Sent> sent =
                all(sequence(new Mix(0, 10, 0, 0, Duration.ofSeconds(5)), Preset.LAB, false));

        Map<Long, String> bySequence = new HashMap<>();
        for (Sent each : sent) {
            String other = bySequence.put(each.json().get("globalseq").asLong(), each.text());
            assertThat(other == null || other.equals(each.text())).isTrue();
            assertThat(each.json().has("eventId")).isFalse();
        }
        assertThat(bySequence).hasSizeBetween(45_000, 46_000);
    }

    @Test
    void lateClicksAreAnHourOlderThanTheRunAndBeginAfterAWhile() throws Exception {
        RecordSequence sequence =
                sequence(new Mix(5, 0, 0, 0, Duration.ofSeconds(5)), Preset.LAB, false);
        long late = 0;
        List<OracleClick> onTime = new ArrayList<>();
        for (Sent each : all(sequence)) {
            if (each.eventTime() >= START) {
                onTime.add(seen(each));
                continue;
            }
            late++;
            assertThat(each.time() - START).isGreaterThanOrEqualTo(30_000);
            assertThat(START - each.eventTime()).isBetween(3_600_000L, 4_200_000L);
        }
        assertThat(late).isEqualTo(sequence.count(Kind.LATE));
        // 70 of the 100 s.
        assertThat(late / (0.7 * RECORDS)).isCloseTo(0.05, within(0.005));
        assertThat(sequence.deadLetters()).isEqualTo(Map.of("late", late));
        assertThat(sequence.ledger().expected()).isEqualTo(Oracle.expect(onTime, GAP, WINDOW));
    }

    @Test
    void lateClicksCountWhereNothingIsLate() throws Exception {
        RecordSequence sequence = sequence(new Mix(5, 0, 0, 0, Duration.ZERO), Preset.LAB, true);
        List<OracleClick> clicks = new ArrayList<>();
        for (Sent each : all(sequence)) {
            clicks.add(seen(each));
        }
        assertThat(sequence.deadLetters()).isEmpty();
        assertThat(sequence.ledger().clicks()).isEqualTo(RECORDS);
        assertThat(sequence.ledger().expected()).isEqualTo(Oracle.expect(clicks, GAP, WINDOW));
    }

    @ParameterizedTest
    @EnumSource(Preset.class)
    void theJobRefusesAsManyRecordsForEachReasonAsWasSaid(Preset preset) {
        RecordSequence sequence =
                sequence(new Mix(0, 0, 4, 0, Duration.ofSeconds(5)), preset, false);
        RecordDecoder decoder =
                JsonShapeTest.decoder(
                        new JsonClickDecoder(JsonShapeTest.mapping(preset), OptionalFields.NONE));
        Map<String, Long> found = new TreeMap<>();
        for (Sent each : all(sequence)) {
            Incoming incoming = JsonShapeTest.decode(decoder, each.record().value());
            if (!(incoming instanceof Click)) {
                found.merge(JsonShapeTest.reason(incoming), 1L, Long::sum);
            }
        }
        assertThat(found).isEqualTo(sequence.deadLetters());
        assertThat(found)
                .containsOnlyKeys(
                        "malformed", "missing-user", "missing-time", "before-1970", "future");
        long all = found.values().stream().mapToLong(Long::longValue).sum();
        assertThat(all).isEqualTo(sequence.count(Kind.MALFORMED));
        assertThat((double) all / RECORDS).isCloseTo(0.04, within(0.004));
    }

    @Test
    void botsSayWhatTheyAreAndClickFast() throws Exception {
        RecordSequence sequence = sequence(new Mix(0, 0, 0, 10, Duration.ZERO), Preset.LAB, false);
        Map<Long, Integer> clicksOfBot = new HashMap<>();
        List<OracleClick> people = new ArrayList<>();
        Set<Long> numbers = new HashSet<>();
        for (Sent each : all(sequence)) {
            JsonNode json = each.json();
            String agent = json.get("user_agent").asText();
            long user = json.get("userid").asLong();
            assertThat(agent.toLowerCase(java.util.Locale.ROOT).contains("bot"))
                    .isEqualTo(user > USERS);
            assertThat(agent).startsWith("Mozilla/5.0 (");
            numbers.add(json.get("globalseq").asLong());
            if (user > USERS) {
                clicksOfBot.merge(user, 1, Integer::sum);
            } else {
                people.add(seen(each));
            }
        }
        // 50 clicks/s are two bots with 25 each, over 100 s.
        assertThat(clicksOfBot).containsOnlyKeys(2_001L, 2_002L);
        assertThat(clicksOfBot.values()).allMatch(clicks -> clicks > 2_300 && clicks < 2_700);
        assertThat(numbers).hasSize(RECORDS);
        assertThat(sequence.ledger().expected()).isEqualTo(Oracle.expect(people, GAP, WINDOW));
        assertThat(sequence.deadLetters()).isEmpty();
    }

    @Test
    void sameSeedAndTimesGiveTheSameRecords() {
        Mix all = new Mix(2, 3, 4, 5, Duration.ofSeconds(5));
        List<String> first =
                all(sequence(all, Preset.TICKER, false)).stream().map(Sent::text).toList();
        List<String> second =
                all(sequence(all, Preset.TICKER, false)).stream().map(Sent::text).toList();

        assertThat(second).isEqualTo(first);
        assertThat(new HashSet<>(first)).hasSizeGreaterThan(RECORDS / 2);
    }

    @Test
    void whatIsHeldBackIsSentBeforeLaterClicksWhenTimeIsLeftOut() throws Exception {
        RecordSequence sequence = sequence(Mix.disorder(Duration.ofSeconds(5)), Preset.LAB, false);
        for (int i = 0; i < 5_000; i++) {
            sequence.next(START + i * 2L);
        }
        sequence.leftOut();
        long later = START + 60_000;
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            times.add(new Sent(later, sequence.next(later)).eventTime());
        }

        int firstLater = times.indexOf(later);
        assertThat(firstLater).isBetween(30, 120);
        assertThat(times.subList(0, firstLater)).allMatch(time -> time < START + 10_000);
        assertThat(times.subList(firstLater, 1_000)).containsOnly(later);
    }

    @Test
    void keysTakeTurnsInTheOrderOfSending() {
        RecordSequence sequence =
                new RecordSequence(
                        new RecordSequence.Plan(
                                Mix.NONE, 10, 100, 1, START, 8, OptionalInt.of(3), false, false),
                        JsonShape.of(Preset.TICKER),
                        new TrafficLedger(GAP, WINDOW),
                        GAP);
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            keys.add(sequence.next(START + i * 100L).key());
        }

        assertThat(keys).containsExactly("1", "2", "3", "1", "2", "3", "1", "2");
    }
}
