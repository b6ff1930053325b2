package io.clickstream.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.testing.SerializerContract;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SerializersTest {

    /** Of a checkout, a department, a raw record, and the sign of a bot. */
    private static final int OTHER_FLAGS = 1 | 2 | 4 | 16 | 32 | 128;

    /** The first byte of flags if there is a second one. */
    private static final int SECOND_BYTE = 16 | 32;

    private static final RawRecord FROM_KAFKA =
            new RawRecord("clicks", 3, 42, new byte[] {0, 1, (byte) 0xFF});
    private static final RawRecord FROM_A_FILE =
            new RawRecord("/data/klicks é.jsonl", "lines", "7", new byte[0]);

    private static final List<UserId> USERS =
            List.of(
                    UserId.ofNumber(7496),
                    UserId.ofNumber(0),
                    UserId.ofNumber(Long.MIN_VALUE),
                    UserId.ofString("7496"),
                    UserId.ofString("Zoë 学 🎧"),
                    UserId.ofNumberLiteral("-0"),
                    UserId.ofNumberLiteral("123456789012345678901234567890"));

    private static final List<Click> CLICKS =
            List.of(
                    new Click(UserId.ofNumber(1), 1_655_183_298_630L, null, false, null),
                    new Click(UserId.ofString("ann"), 0, "Möbel", false, null),
                    new Click(UserId.ofNumber(2), Long.MAX_VALUE, "Books", true, FROM_KAFKA),
                    new Click(UserId.ofNumberLiteral("1.50"), 5, null, true, FROM_A_FILE));

    private static final List<DeadLetter> LETTERS =
            Arrays.stream(Reason.values())
                    // Came later than the bytes of version one, which hold the names of the others.
                    .filter(
                            reason ->
                                    reason != Reason.UNKNOWN_SCHEMA
                                            && reason != Reason.IMPLAUSIBLE_TIME
                                            && reason != Reason.UNREADABLE_FILE
                                            && reason != Reason.RESULT_TOO_LARGE
                                            && !reason.name().startsWith("INTERACTION_"))
                    .map(
                            reason ->
                                    new DeadLetter(
                                            reason,
                                            "detail of " + reason.label() + " é",
                                            reason == Reason.LATE ? FROM_A_FILE : FROM_KAFKA,
                                            1_655_183_298_630L))
                    .toList();

    /** The golden files hold no such session. */
    @Test
    void aSessionKeepsItsKnownUserAndTheStepsThatItReached() throws IOException {
        Session session =
                new Session(
                        UserId.ofNumber(1),
                        5,
                        1_005,
                        0,
                        0,
                        false,
                        new String[0],
                        0,
                        UserId.ofString("ann"),
                        new long[] {5, -1, 1_655_183_299_648L});
        DataOutputSerializer out = new DataOutputSerializer(16);
        SessionSerializer.INSTANCE.serialize(session, out);

        Session read =
                SessionSerializer.INSTANCE.deserialize(
                        new DataInputDeserializer(out.getCopyOfBuffer()));

        assertThat(read).isEqualTo(session);
        assertThat(read.shownUser()).isEqualTo(UserId.ofString("ann"));
        assertThat(read.stepTime(2)).isEqualTo(1_655_183_299_648L);
    }

    @Nested
    class OfUserId extends SerializerContract<UserId> {
        OfUserId() {
            super(UserId.class, UserIdSerializer.INSTANCE, USERS);
        }
    }

    @Nested
    class OfClick extends SerializerContract<Click> {
        OfClick() {
            super(Click.class, new ClickSerializer(), CLICKS);
        }

        @Override
        protected Object content(Click click) {
            return contentOf(click);
        }
    }

    @Test
    void eachCarriedTextHasItsOwnFlagAndIsWrittenAlone() throws Exception {
        for (CarriedText text : CarriedText.values()) {
            Click click = new Click(UserId.ofNumber(1), 5, null, false, null);
            click.setText(text, "é");
            DataOutputSerializer out = new DataOutputSerializer(16);
            new ClickSerializer().serialize(click, out);
            byte[] bytes = out.getCopyOfBuffer();

            boolean second = text.flag() > 0xff;
            assertThat(bytes[0] & 0xff).isEqualTo(second ? SECOND_BYTE : text.flag());
            assertThat(second ? bytes[1] & 0xff : 0).isEqualTo(text.flag() >>> Byte.SIZE);
            assertThat(Integer.bitCount(text.flag())).isEqualTo(1);
            Click read = new ClickSerializer().deserialize(new DataInputDeserializer(bytes));
            for (CarriedText other : CarriedText.values()) {
                assertThat(read.text(other)).isEqualTo(other == text ? "é" : null);
                assertThat(click.copy().text(other)).isEqualTo(read.text(other));
            }
        }
        assertThat(Arrays.stream(CarriedText.values()).map(CarriedText::flag))
                .doesNotHaveDuplicates()
                .noneMatch(flag -> (flag & OTHER_FLAGS) != 0);
    }

    /** Fields that are written only where a filter or a ranking is on. */
    @Test
    void writesWhatOnlySomeClicksHave() throws Exception {
        for (int bits = 0; bits < 16; bits++) {
            Click click =
                    new Click(UserId.ofNumber(1), 5, "Books", true, bits < 8 ? null : FROM_KAFKA);
            click.setId((bits & 1) == 0 ? null : "id é");
            click.setItem((bits & 2) == 0 ? null : "item");
            click.setText(CarriedText.VALUE, (bits & 5) == 5 ? "9.5" : null);
            click.setMarks((bits & 3) * 0x4001);
            click.setBotSign(
                    (bits & 4) == 0 ? null : (bits & 1) == 0 ? BotSign.IP : BotSign.USER_AGENT);
            DataOutputSerializer out = new DataOutputSerializer(16);
            new ClickSerializer().serialize(click, out);
            DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());

            Click read = new ClickSerializer().deserialize(in);

            assertThat(read).isEqualTo(click);
            assertThat(read.id()).isEqualTo(click.id());
            assertThat(read.item()).isEqualTo(click.item());
            assertThat(read.value()).isEqualTo(click.value());
            assertThat(read.botSign()).isEqualTo(click.botSign());
            assertThat(read.marks()).isEqualTo(click.marks());
            assertThat(click.copy().marks()).isEqualTo(click.marks());
            assertThat(in.available()).isZero();
        }
    }

    @Nested
    class OfInteraction extends SerializerContract<Interaction> {
        OfInteraction() {
            super(
                    Interaction.class,
                    InteractionSerializer.INSTANCE,
                    List.of(
                            Interaction.of("id", 0, "View", "731").user("204").build(),
                            Interaction.of("é", 1_655_183_298_630L, "Purchase", "学")
                                    .session("17")
                                    .eventValue(9.5f)
                                    .properties("{\"a\":1}")
                                    .impression(new String[] {"1", "zwei", "🎧"})
                                    .recommendationId("RID-1")
                                    .attributionSource("home")
                                    .build(),
                            Interaction.of("x", Long.MAX_VALUE, "t", "i")
                                    .user("ann")
                                    .session("ann-5")
                                    .impression(new String[0])
                                    .build()));
        }
    }

    @Test
    void writesInteractionsInFrontOfTheirRecords() throws Exception {
        Interaction interaction = Interaction.of("1", 5, "View", "book").user("ann").build();
        DeadLetter letter = LETTERS.get(0);
        for (Incoming record : List.of(CLICKS.get(2), LETTERS.get(1))) {
            RecordWithInteraction both = travelled(RecordWithInteraction.of(record, interaction));
            RecordWithInteraction refused =
                    travelled(RecordWithInteraction.refused(record, letter));

            assertThat(both.interaction()).isEqualTo(interaction);
            assertThat(both.refusal()).isNull();
            assertThat(contentOf(both.record())).isEqualTo(contentOf(record));
            assertThat(refused.interaction()).isNull();
            assertThat(contentOf(refused.refusal())).isEqualTo(contentOf(letter));
            assertThat(contentOf(refused.record())).isEqualTo(contentOf(record));
        }
    }

    private static RecordWithInteraction travelled(RecordWithInteraction incoming)
            throws Exception {
        DataOutputSerializer out = new DataOutputSerializer(16);
        new IncomingSerializer().serialize(incoming, out);
        DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());
        RecordWithInteraction read =
                (RecordWithInteraction) new IncomingSerializer().deserialize(in);
        assertThat(in.available()).isZero();
        return read;
    }

    @Nested
    class OfTrend extends SerializerContract<Trend> {
        OfTrend() {
            super(
                    Trend.class,
                    TrendSerializer.INSTANCE,
                    List.of(
                            new Trend(Trend.NOT_RANKED, "Möbel", 1, 0, 10_000),
                            new Trend(
                                    10,
                                    "AirPods",
                                    Long.MAX_VALUE,
                                    1_655_183_300_000L,
                                    1_655_183_600_000L)));
        }
    }

    @Nested
    class OfLiveCount extends SerializerContract<LiveCount> {
        OfLiveCount() {
            super(
                    LiveCount.class,
                    LiveCountSerializer.INSTANCE,
                    List.of(
                            new LiveCount(null, -300_000, 0, 1, 2, 3, 4, 5, 6),
                            new LiveCount(
                                    "Möbel",
                                    1_655_183_000_000L,
                                    1_655_183_300_000L,
                                    Long.MAX_VALUE,
                                    0,
                                    0,
                                    0,
                                    9,
                                    0)));
        }
    }

    @Nested
    class OfFunnelPart extends SerializerContract<FunnelPart> {
        OfFunnelPart() {
            super(
                    FunnelPart.class,
                    FunnelPartSerializer.INSTANCE,
                    List.of(
                            new FunnelPart("", -10_000, 0, new long[2], new long[2][0]),
                            new FunnelPart(
                                    "Möbel",
                                    1_655_183_290_000L,
                                    1_655_183_300_000L,
                                    new long[] {3, 2, Long.MAX_VALUE},
                                    new long[][] {{}, {7, 0}, {Long.MAX_VALUE}})));
        }
    }

    @Nested
    class OfFunnelStep extends SerializerContract<FunnelStep> {
        OfFunnelStep() {
            super(
                    FunnelStep.class,
                    FunnelStepSerializer.INSTANCE,
                    List.of(
                            new FunnelStep(
                                    null, 1, "view", 9, 9, 9, FunnelStep.NO_MEDIAN, -10_000, 0),
                            new FunnelStep(
                                    "Möbel",
                                    8,
                                    "bezahlt ä",
                                    1,
                                    2,
                                    Long.MAX_VALUE,
                                    77,
                                    1_655_183_290_000L,
                                    1_655_183_300_000L)));
        }
    }

    @Nested
    class OfCartOutcome extends SerializerContract<CartOutcome> {
        OfCartOutcome() {
            super(
                    CartOutcome.class,
                    CartOutcomeSerializer.INSTANCE,
                    List.of(
                            new CartOutcome(
                                    CartOutcome.Kind.ABANDONED,
                                    UserId.ofNumber(7),
                                    null,
                                    2,
                                    List.of("book", "学"),
                                    false,
                                    new BigDecimal("-0.000001"),
                                    CartOutcome.Step.REMOVE,
                                    1_655_183_299_648L,
                                    1_655_183_330_767L,
                                    1_655_185_130_767L),
                            new CartOutcome(
                                    CartOutcome.Kind.RECOVERED,
                                    UserId.ofString("ann"),
                                    null,
                                    1_000,
                                    List.of(),
                                    true,
                                    null,
                                    CartOutcome.Step.CHECKOUT,
                                    0,
                                    0,
                                    5),
                            new CartOutcome(
                                    CartOutcome.Kind.ABANDONED,
                                    UserId.ofNumber(0),
                                    null,
                                    1,
                                    List.of("x"),
                                    false,
                                    BigDecimal.ZERO,
                                    CartOutcome.Step.ADD,
                                    1,
                                    2,
                                    3)));
        }
    }

    @Nested
    class OfDeadLetter extends SerializerContract<DeadLetter> {
        OfDeadLetter() {
            super(DeadLetter.class, DeadLetterSerializer.INSTANCE, LETTERS);
        }

        @Override
        protected Object content(DeadLetter letter) {
            return contentOf(letter);
        }
    }

    @Nested
    class OfIncoming extends SerializerContract<Incoming> {
        OfIncoming() {
            super(
                    Incoming.class,
                    new IncomingSerializer(),
                    Stream.<Incoming>concat(CLICKS.stream(), LETTERS.stream()).toList());
        }

        @Override
        protected Object content(Incoming incoming) {
            return contentOf(incoming);
        }
    }

    @Nested
    class OfSession extends SerializerContract<Session> {
        OfSession() {
            super(
                    Session.class,
                    SessionSerializer.INSTANCE,
                    List.of(
                            new Session(UserId.ofNumber(1), 5, 1_005, 0, 0, false, new String[0]),
                            new Session(
                                    UserId.ofString("ann"),
                                    1_655_183_299_648L,
                                    1_655_183_300_767L,
                                    39,
                                    38,
                                    true,
                                    new String[] {"AirPods", "Möbel", "学"})));
        }
    }

    @Nested
    class OfWindowCount extends SerializerContract<WindowCount> {
        OfWindowCount() {
            super(
                    WindowCount.class,
                    WindowCountSerializer.INSTANCE,
                    List.of(
                            new WindowCount(WindowCount.TOTAL, 0, 10_000, 256, 100),
                            new WindowCount("Möbel", 10_000, 20_000, Long.MAX_VALUE, 0)));
        }
    }

    @Nested
    class OfClickBatch extends SerializerContract<ClickBatch> {
        OfClickBatch() {
            super(
                    ClickBatch.class,
                    ClickBatchSerializer.INSTANCE,
                    List.of(
                            new ClickBatch(0, new byte[0], 0),
                            new ClickBatch(127, new byte[] {1, 2, 3}, 2),
                            new ClickBatch(Integer.MAX_VALUE, new byte[5_000], 5_000)));
        }

        @Override
        protected Object content(ClickBatch batch) {
            return List.of(
                    batch.key(), Arrays.toString(Arrays.copyOf(batch.bytes(), batch.length())));
        }
    }

    @Nested
    class OfArchivedBatch extends SerializerContract<ArchivedBatch> {
        OfArchivedBatch() {
            super(
                    ArchivedBatch.class,
                    ArchivedBatchSerializer.INSTANCE,
                    List.of(
                            new ArchivedBatch("dt=2022-06-14"),
                            batch("dt=2022-06-14/hour=05", "{}", "{\"a\":1}"),
                            batch("x", "{\"a\":\"" + "é".repeat(5_000) + "\"}", "")));
        }

        @Override
        protected Object content(ArchivedBatch batch) {
            return List.of(
                    batch.folder(),
                    batch.bytes(),
                    IntStream.range(0, batch.size())
                            .mapToObj(batch::record)
                            .map(
                                    record ->
                                            record.eventTime()
                                                    + new String(
                                                            record.json(), StandardCharsets.UTF_8)
                                                    + record.arrival())
                            .toList());
        }
    }

    private static ArchivedBatch batch(String folder, String... records) {
        ArchivedBatch batch = new ArchivedBatch(folder);
        for (int i = 0; i < records.length; i++) {
            byte[] json = records[i].getBytes(StandardCharsets.UTF_8);
            batch.add(new ArchivedRecord(json, i, i + 1_000));
        }
        return batch;
    }

    @Test
    void aLetterKeepsTheTimeOfItsClick() throws Exception {
        DataOutputSerializer out = new DataOutputSerializer(64);
        for (DeadLetter letter : LETTERS) {
            DeadLetterSerializer.INSTANCE.serialize(letter, out);
            DeadLetterSerializer.INSTANCE.serialize(letter.withEventTime(-5), out);
        }
        DataInputDeserializer in = new DataInputDeserializer(out.getCopyOfBuffer());

        for (DeadLetter letter : LETTERS) {
            DeadLetter without = DeadLetterSerializer.INSTANCE.deserialize(in);
            DeadLetter with = DeadLetterSerializer.INSTANCE.deserialize(in);
            assertThat(without.eventTime()).isEmpty();
            assertThat(with.eventTime()).hasValue(-5);
            assertThat(List.of(contentOf(without), contentOf(with)))
                    .containsOnly(contentOf(letter));
        }
        assertThat(in.available()).isZero();
    }

    @Test
    void aRecordKeepsItsPlaceWhereItsBytesAreReplaced() {
        FROM_A_FILE.setArrival(5);
        RawRecord replaced = FROM_A_FILE.withBytes(new byte[] {'x'});

        assertThat(SerializerContract.content(replaced))
                .isEqualTo(List.of("/data/klicks é.jsonl", "lines", "7", "x"));
        assertThat(replaced.arrival()).isEqualTo(5);
        assertThat(replaced.size()).isZero();
        assertThat(FROM_KAFKA.withBytes(new byte[0]).offset()).isEqualTo("42");
        assertThat(FROM_KAFKA.withBytes(new byte[0]).size()).isEqualTo(3);
    }

    private static Object contentOf(Incoming incoming) {
        if (incoming instanceof Click click) {
            return List.of(click, SerializerContract.content(click.raw()));
        }
        DeadLetter letter = (DeadLetter) incoming;
        return List.of(
                letter.reason(),
                letter.detail(),
                letter.time(),
                SerializerContract.content(letter.raw()));
    }
}
