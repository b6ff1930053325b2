package io.clickstream.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.config.JobConfig;
import io.clickstream.event.Click;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.event.EventMarks;
import io.clickstream.event.Incoming;
import io.clickstream.event.RawRecord;
import io.clickstream.event.UserId;
import io.clickstream.format.AvroClickDecoder;
import io.clickstream.format.ClickDecoder;
import io.clickstream.format.ClickDecoders;
import io.clickstream.format.DecodingHaltedException;
import io.clickstream.format.IpPrivacy;
import io.clickstream.format.JsonClickDecoder;
import io.clickstream.format.MalformedRecordException;
import io.clickstream.personalize.InteractionReader;
import io.clickstream.testing.CapturedLog;
import io.clickstream.testing.Clicks;
import io.clickstream.testing.GzipRecords;
import io.clickstream.testing.PropertyGroups;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.lang3.ArrayUtils;
import org.apache.flink.util.InstantiationUtil;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import samples.clickstream.avro.ClickEvent;

class RecordDecoderTest {

    private static final long NOON = Clicks.time("12:00:00");
    private static final long SKEW = 10_000;
    private static final int MAX_BYTES = 5_000;
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(NOON), ZoneOffset.UTC);

    @Test
    void makesAClick() {
        RawRecord raw = raw(json("\"ann\"", NOON, "order_checkout", "Books"));

        Click click = (Click) decoder(new JsonClickDecoder()).decode(raw);

        assertThat(click).isEqualTo(new Click(UserId.ofString("ann"), NOON, "Books", true, null));
        assertThat(click.raw()).isSameAs(raw);
    }

    @Test
    void onlyClicksOfCartsCarryWhatCartsNeed() {
        JobConfig config =
                JobConfig.parse(
                        PropertyGroups.smallest()
                                .with("format", "type", "json")
                                .with("format", "item", "/item")
                                .with("format", "value", "/price")
                                .group("carts")
                                .build());
        RecordDecoder decoder =
                decoder(new JsonClickDecoder(config.format().mapping(), config.optionalFields()))
                        .marking(config.eventMarks());
        String end = ",\"item\":\"book\",\"price\":9.50}";

        Click view = (Click) decoder.decode(raw(with(end, "product_detail")));
        Click added = (Click) decoder.decode(raw(with(end, "add_to_cart")));
        Click removed = (Click) decoder.decode(raw(with(end, "remove_from_cart")));
        Click noPrice = (Click) decoder.decode(raw(with(",\"price\":[1]}", "add_to_cart")));
        Click longItem =
                (Click)
                        decoder.decode(
                                raw(
                                        with(
                                                ",\"item\":\"%s\"}".formatted("x".repeat(1_025)),
                                                "product_detail")));
        Incoming tooLong =
                decoder.decode(
                        raw(with(",\"item\":\"%s\"}".formatted("x".repeat(1_025)), "add_to_cart")));

        assertThat(view.carriesTexts()).isFalse();
        assertThat(view.marks()).isZero();
        assertThat(added.item()).isEqualTo("book");
        assertThat(added.value()).isEqualTo("9.50");
        assertThat(added.marks()).isEqualTo(EventMarks.CART);
        assertThat(removed.item()).isEqualTo("book");
        assertThat(removed.value()).isNull();
        assertThat(removed.marks()).isEqualTo(EventMarks.CART_REMOVAL);
        assertThat(noPrice.carriesTexts()).isFalse();
        assertThat(longItem.carriesTexts()).isFalse();
        assertThat(((DeadLetter) tooLong).reason()).isEqualTo(Reason.TOO_LARGE);
    }

    private static String with(String end, String eventType) {
        String json = json("1", NOON, eventType, "Books");
        return json.substring(0, json.length() - 1) + end;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "order", "ORDER_CHECKOUT", "order_checkout ", "order_checkout2"})
    void knowsWhatIsNoCheckout(String eventType) {
        assertThat(click(json("1", NOON, eventType, "Books")).isCheckout()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"purchase,true", "paid,true", "order_checkout,false", "PAID,false", ",false"})
    void knowsTheEventTypesThatAreACheckout(String eventType, boolean checkout) {
        RecordDecoder decoder =
                decoder(new JsonClickDecoder(), new HashSet<>(Set.of("purchase", "paid")));

        Click click =
                (Click)
                        decoder.decode(
                                raw(
                                        eventType == null
                                                ? "{\"userid\":1,\"eventtimestamp\":1}"
                                                : json("1", NOON, eventType, "Books")));

        assertThat(click.isCheckout()).isEqualTo(checkout);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "N/A"})
    void knowsWhatIsNoDepartment(String department) {
        assertThat(click(json("1", NOON, "order", department)).department()).isNull();
        assertThat(click("{\"userid\":1,\"eventtimestamp\":1,\"product_type\":null}").department())
                .isNull();
        assertThat(click("{\"userid\":1,\"eventtimestamp\":1}").department()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "n/a", "N/A ", "NA", "null"})
    void takesEverythingElseForADepartment(String department) {
        assertThat(click(json("1", NOON, "order", department)).department()).isEqualTo(department);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "click|MALFORMED|not JSON: Unrecognized token 'click': was expecting (JSON String,"
                        + " Number, Array, Object or token 'null', 'true' or 'false'), at byte 5",
                "{}|MISSING_USER|the user is absent, null or empty",
                "{\"userid\":null}|MISSING_USER|the user is absent, null or empty",
                "{\"userid\":\"\",\"eventtimestamp\":1}|MISSING_USER|the user is absent, null or"
                        + " empty",
                "{\"userid\":1}|MISSING_TIME|the event time is absent or null",
                "{\"userid\":1,\"eventtimestamp\":null}|MISSING_TIME|the event time is absent or"
                        + " null",
                "{\"userid\":1,\"eventtimestamp\":-1}|BEFORE_1970|event time -1 ms is before 1970",
                "{\"userid\":1,\"eventtimestamp\":-9223372036854775808}|BEFORE_1970|event time"
                        + " -9223372036854775808 ms is before 1970",
                "{\"userid\":1,\"eventtimestamp\":9223372036854775807}|FUTURE|event time"
                        + " 9223372036854775807 ms is more than 10000 ms ahead of the clock"
                        + " (2022-06-14T12:00:00Z)",
                "{\"userid\":1,\"eventtimestamp\":99999999999999999999}|FUTURE|event time"
                        + " 9223372036854775807 ms is more than 10000 ms ahead of the clock"
                        + " (2022-06-14T12:00:00Z)"
            })
    void saysWhyARecordIsNoClick(String record, Reason reason, String detail) {
        RawRecord raw = raw(record);

        DeadLetter letter = (DeadLetter) decoder(new JsonClickDecoder()).decode(raw);

        assertThat(letter.reason()).isEqualTo(reason);
        assertThat(letter.detail()).isEqualTo(detail);
        assertThat(letter.time()).isEqualTo(NOON);
        assertThat(letter.raw()).isSameAs(raw);
    }

    @Test
    void takesTheBeginningOf1970() {
        assertThat(click(json("1", 0, "order", "")).timestamp()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1655183298|event time 1655183298 ms (1970-01-20T03:46:23.298Z) is before"
                        + " `event-time / earliest` (2001-09-09T01:46:40Z); if the times are"
                        + " seconds, set `format / time-format` to `epoch-s`",
                "0|event time 0 ms (1970-01-01T00:00:00Z) is before `event-time / earliest`"
                        + " (2001-09-09T01:46:40Z); is the 0 a missing time?",
                "-0|event time 0 ms (1970-01-01T00:00:00Z) is before `event-time / earliest`"
                        + " (2001-09-09T01:46:40Z); is the 0 a missing time?",
                "1|event time 1 ms (1970-01-01T00:00:00.001Z) is before `event-time / earliest`"
                        + " (2001-09-09T01:46:40Z)",
                "999999999999|event time 999999999999 ms (2001-09-09T01:46:39.999Z) is before"
                        + " `event-time / earliest` (2001-09-09T01:46:40Z)"
            })
    void refusesATimeThatIsTooEarlyToBeMeant(String time, String detail) {
        RecordDecoder decoder =
                decoder(new JsonClickDecoder()).notBefore(Instant.parse("2001-09-09T01:46:40Z"));

        DeadLetter letter =
                (DeadLetter) decoder.decode(raw("{\"userid\":1,\"eventtimestamp\":" + time + "}"));

        assertThat(letter.reason()).isEqualTo(Reason.IMPLAUSIBLE_TIME);
        assertThat(letter.reason().label()).isEqualTo("implausible-time");
        assertThat(letter.detail()).isEqualTo(detail);
    }

    @Test
    void takesTheEarliestTimeAndWhatIsBefore1970KeepsItsReason() {
        RecordDecoder decoder =
                decoder(new JsonClickDecoder())
                        .notBefore(Instant.ofEpochMilli(NOON))
                        .with(true, privacy());

        assertThat(decoder.decode(raw(json("1", NOON, "order", "")))).isInstanceOf(Click.class);
        assertThat(((DeadLetter) decoder.decode(raw(json("1", NOON - 1, "order", "")))).reason())
                .isEqualTo(Reason.IMPLAUSIBLE_TIME);
        assertThat(((DeadLetter) decoder.decode(raw(json("1", -1, "order", "")))).reason())
                .isEqualTo(Reason.BEFORE_1970);
    }

    @ParameterizedTest
    @CsvSource({"1655183298630000,micro,epoch-us", "1655183298630000000,nano,epoch-ns"})
    void asksWhetherATimeFarAheadIsOfASmallerUnit(long time, String unit, String format) {
        DeadLetter letter = letter(json("1", time, "order", ""));

        assertThat(letter.reason()).isEqualTo(Reason.FUTURE);
        assertThat(letter.detail())
                .endsWith(
                        "(2022-06-14T12:00:00Z); if the times are "
                                + unit
                                + "seconds, set `format / time-format` to `"
                                + format
                                + '`');
    }

    @Test
    void takesTimesUpToTheSkewAndNotOneMillisecondMore() {
        assertThat(click(json("1", NOON + SKEW, "order", "")).timestamp()).isEqualTo(NOON + SKEW);
        assertThat(letter(json("1", NOON + SKEW + 1, "order", "")).reason())
                .isEqualTo(Reason.FUTURE);
    }

    @Test
    void takesRecordsUpToTheLimitAndNotOneByteMore() {
        String record = json("1", NOON, "order", "");
        String padded = record + " ".repeat(MAX_BYTES - record.length());

        assertThat(click(padded).timestamp()).isEqualTo(NOON);
        DeadLetter letter = letter(padded + " ");
        assertThat(letter.reason()).isEqualTo(Reason.TOO_LARGE);
        assertThat(letter.detail()).isEqualTo("5001 bytes; at most 5000 are allowed");
    }

    @Test
    void takesNamesUpToTheLimitAndNotOneCharacterMore() {
        String longest = "é".repeat(1024);

        Click click = click(json('"' + longest + '"', NOON, "order", longest));
        DeadLetter user = letter(json("\"x" + longest + '"', NOON, "order", ""));
        DeadLetter department = letter(json("1", NOON, "order", "x" + longest));
        DeadLetter eventType = letter(json("1", NOON, "x" + longest, ""));

        assertThat(click.user()).isEqualTo(UserId.ofString(longest));
        assertThat(click.department()).isEqualTo(longest);
        assertThat(user.reason()).isEqualTo(Reason.TOO_LARGE);
        assertThat(user.detail())
                .isEqualTo("the user has 1025 characters; at most 1024 are allowed");
        assertThat(department.reason()).isEqualTo(Reason.TOO_LARGE);
        assertThat(department.detail())
                .isEqualTo("the department has 1025 characters; at most 1024 are allowed");
        assertThat(click(json("1", NOON, longest, "")).timestamp()).isEqualTo(NOON);
        assertThat(eventType.reason()).isEqualTo(Reason.TOO_LARGE);
        assertThat(eventType.detail())
                .isEqualTo("the event type has 1025 characters; at most 1024 are allowed");
    }

    @Test
    void takesADefectOfTheFormatForAMalformedRecord() {
        ClickDecoder defect =
                (record, fields) -> {
                    throw new IllegalStateException("oops");
                };

        DeadLetter letter = (DeadLetter) decoder(defect).decode(raw("{}"));

        assertThat(letter.reason()).isEqualTo(Reason.MALFORMED);
        assertThat(letter.detail())
                .isEqualTo("the decoder failed: java.lang.IllegalStateException: oops");
    }

    @Test
    void survivesADecoderThatCallsItselfTooOften() {
        ClickDecoder defect = (record, fields) -> callItself(0);
        RecordDecoder decoder = decoder(defect).with(true, null);
        try (CapturedLog log = new CapturedLog(Level.WARN)) {
            DeadLetter letter = (DeadLetter) decoder.decode(raw("{}"));

            assertThat(letter.reason()).isEqualTo(Reason.MALFORMED);
            assertThat(letter.detail())
                    .isEqualTo("the decoder failed: java.lang.StackOverflowError");
            assertThat(log.lines())
                    .singleElement()
                    .asString()
                    .startsWith("The decoder failed on clicks partition 3 offset 42");
        }
    }

    @SuppressWarnings("InfiniteRecursion") // It is what the test is about.
    private static int callItself(int depth) {
        return callItself(depth + 1) + depth;
    }

    @Test
    void logsOneOfTheRecordsThatTheDecoderFailsOn() {
        RecordDecoder decoder =
                decoder(
                                (record, fields) -> {
                                    throw new IllegalStateException("oops");
                                })
                        .with(true, null);
        try (CapturedLog log = new CapturedLog(Level.WARN)) {
            for (int i = 0; i < 100; i++) {
                decoder.decode(raw("{}"));
            }

            assertThat(log.lines())
                    .containsExactly(
                            "The decoder failed on clicks partition 3 offset"
                                    + " 42java.lang.IllegalStateException: oops");
        }
    }

    /** Whatever field it is in, and whatever the record is asked for. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1e99999999999",
                "-1e-99999999999",
                "1e-2147483648",
                "12345678901234567890e2147483647",
                "1E+400"
            })
    void takesAnyNumberForWhatItIs(String number) {
        try (CapturedLog log = new CapturedLog(Level.WARN)) {
            for (String timeFormat : List.of("epoch-ms", "epoch-s", "iso-8601")) {
                JobConfig config =
                        JobConfig.parse(
                                PropertyGroups.smallest()
                                        .with("format", "type", "json")
                                        .with("format", "item", "/item")
                                        .with("format", "time-format", timeFormat)
                                        .with("duplicates", "id", "/event_id")
                                        .with("bots", "user-agents", "crawler")
                                        .with("bots", "ip-ranges", "192.0.2.0/24")
                                        .with("sink.personalize", "tracking-id", "tracker")
                                        .with("sink.personalize", "region", "eu-central-1")
                                        .with("sink.personalize", "spill-path", "file:///tmp/x")
                                        .with("sink.personalize", "properties", "/properties")
                                        .with("sink.personalize", "event-value", "/price")
                                        .build());
                RecordDecoder decoder =
                        new RecordDecoder(
                                        ClickDecoders.of(config.format(), config.optionalFields()),
                                        Set.of(),
                                        BotSigns.of(config.filters()),
                                        MAX_BYTES,
                                        Duration.ofMillis(SKEW),
                                        CLOCK,
                                        config.personalize()
                                                .map(each -> new InteractionReader(each, CLOCK)))
                                .with(true, privacy());
                for (String field :
                        List.of(
                                "userid",
                                "eventtimestamp",
                                "event_type",
                                "product_type",
                                "event_id",
                                "user_agent",
                                "ip",
                                "item",
                                "price",
                                "properties",
                                "other")) {
                    for (String value : List.of(number, "[" + number + "]")) {
                        DeadLetter letter =
                                (DeadLetter)
                                        decoder.decode(raw("{\"" + field + "\":" + value + "}"));
                        assertThat(letter.detail()).doesNotContain("the decoder failed");
                    }
                }
            }
            assertThat(log.lines()).isEmpty();
        }
    }

    @Test
    void worksAfterItsWayToATaskManager() throws Exception {
        RecordDecoder travelled = InstantiationUtil.clone(decoder(new JsonClickDecoder()));

        assertThat(travelled.decode(raw(json("7", NOON, "order", "Books"))))
                .isEqualTo(new Click(UserId.ofNumber(7), NOON, "Books", false, null));
    }

    private static String json(String user, long time, String eventType, String department) {
        return String.format(
                "{\"userid\":%s,\"eventtimestamp\":%d,\"event_type\":\"%s\",\"product_type\":\"%s\"}",
                user, time, eventType, department);
    }

    private static Click click(String record) {
        return (Click) decode(record);
    }

    private static DeadLetter letter(String record) {
        return (DeadLetter) decode(record);
    }

    private static Incoming decode(String record) {
        return decoder(new JsonClickDecoder()).decode(raw(record));
    }

    @Test
    void takesTheReasonOfTheFormat() {
        DeadLetter letter =
                (DeadLetter)
                        decoder(
                                        (record, fields) -> {
                                            throw new MalformedRecordException(
                                                    Reason.UNKNOWN_SCHEMA, "no schema 7");
                                        })
                                .decode(raw("x"));

        assertThat(letter.reason()).isEqualTo(Reason.UNKNOWN_SCHEMA);
        assertThat(letter.reason().label()).isEqualTo("unknown-schema");
        assertThat(letter.detail()).isEqualTo("no schema 7");
    }

    @Test
    void makesNoDeadLetterWhereTheDecoderCanNotGoOn() {
        DecodingHaltedException halt = new DecodingHaltedException("no login", null);

        assertThatThrownBy(
                        () ->
                                decoder(
                                                (record, fields) -> {
                                                    throw halt;
                                                })
                                        .decode(raw("x")))
                .isSameAs(halt);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"userid\":1,\"eventtimestamp\":1}|true",
                "{\"message\": 6}|true",
                "{\"userid\":[1]}|true",
                "{\"userid\":1,\"eventtimestamp\":9223372036854775807}|true",
                "{\"userid\":[1]|false",
                "[]|false",
                "6|false"
            })
    void givesEachRecordItsJsonWhereItIsAsked(String record, boolean isObject) {
        RawRecord raw = raw(record);
        RawRecord unasked = raw(record);

        decoder(new JsonClickDecoder()).with(true, null).decode(raw);
        decoder(new JsonClickDecoder()).decode(unasked);

        assertThat(raw.json()).isSameAs(isObject ? raw.bytes() : null);
        assertThat(unasked.json()).isNull();
    }

    @Test
    void givesWhatIsTooLongNoJson() {
        RawRecord raw = raw("{\"a\":\"" + "a".repeat(MAX_BYTES) + "\"}");

        decoder(new JsonClickDecoder()).with(true, null).decode(raw);

        assertThat(raw.json()).isNull();
    }

    @Test
    void takesAddressesOutOfClicks() {
        RecordDecoder decoder = decoder(new JsonClickDecoder()).with(true, privacy());

        Click click =
                (Click)
                        decoder.decode(
                                raw("{\"ip\":\"192.0.2.7\",\"userid\":1,\"eventtimestamp\":1}"));

        assertThat(click.raw().bytes())
                .asString(UTF_8)
                .isEqualTo("{\"ip\":\"192.0.2.0\",\"userid\":1,\"eventtimestamp\":1}");
        assertThat(click.raw().json()).isSameAs(click.raw().bytes());
        assertThat(click.raw().offset()).isEqualTo("42");
        assertThat(click.raw().size()).isEqualTo(48);
    }

    @Test
    void takesAddressesOutOfAvro() throws Exception {
        RecordDecoder decoder =
                decoder(new AvroClickDecoder(ClickEvent.getClassSchema())).with(false, privacy());
        byte[] avro =
                ClickEvent.newBuilder()
                        .setIp("192.0.2.7")
                        .setEventtimestamp(1)
                        .setDevicetype("tv")
                        .setEventType(null)
                        .setProductType(null)
                        .setUserid(1)
                        .setGlobalseq(2)
                        .build()
                        .toByteBuffer()
                        .array();

        // Behind Avro's own header of ten bytes.
        RawRecord raw = new RawRecord("clicks", 3, 42, Arrays.copyOfRange(avro, 10, avro.length));
        Click click = (Click) decoder.decode(raw);

        assertThat(click.raw().bytes())
                .asString(UTF_8)
                .isEqualTo(
                        "{\"ip\":\"192.0.2.0\",\"eventtimestamp\":1,\"devicetype\":\"tv\","
                                + "\"event_type\":null,\"product_type\":null,\"userid\":1,"
                                + "\"globalseq\":2,\"prevglobalseq\":0}");
        assertThat(click.raw().json()).isNull();
    }

    @Test
    void takesAddressesOutOfRecordsThatAreNoClicks() {
        DeadLetter letter =
                (DeadLetter)
                        decoder(new JsonClickDecoder())
                                .with(true, privacy())
                                .decode(raw("{\"ip\":\"192.0.2.7\",\"userid\":[1]}"));

        assertThat(letter.reason()).isEqualTo(Reason.MALFORMED);
        assertThat(letter.raw().bytes())
                .asString(UTF_8)
                .isEqualTo("{\"ip\":\"192.0.2.0\",\"userid\":[1]}");
    }

    @Test
    void withholdsWhatAddressesCanNotBeFoundIn() {
        DeadLetter letter =
                (DeadLetter)
                        decoder(new JsonClickDecoder())
                                .with(true, privacy())
                                .decode(raw("{\"ip\":\"192.0.2.7\",\"userid\":a192.0.2.7}"));

        assertThat(letter.reason()).isEqualTo(Reason.MALFORMED);
        assertThat(letter.detail())
                .startsWith("not JSON: Unrecognized token 'a192'")
                .doesNotContain("192.0.2.7")
                .endsWith(
                        "; its 38 bytes are withheld, because the job cannot find the IP"
                                + " addresses in them");
        assertThat(letter.raw().bytes()).isEmpty();
        assertThat(letter.raw().json()).isNull();
        assertThat(letter.raw().offset()).isEqualTo("42");
    }

    private static IpPrivacy privacy() {
        return new IpPrivacy(
                JobConfig.parse(PropertyGroups.smallest().group("privacy").build())
                        .privacy()
                        .orElseThrow());
    }

    @Test
    void saysWhyAPackedRecordCanNotBeUnpacked() {
        byte[] whole = GzipRecords.gzip(json("1", NOON, "order", ""));

        assertThat(unpacked(Arrays.copyOf(whole, whole.length - 4)))
                .isEqualTo("MALFORMED the record is truncated gzip");
        assertThat(unpacked(new byte[] {0x1f, (byte) 0x8b, 9, 9, 9}))
                .startsWith("MALFORMED the record is gzip that cannot be decompressed: ");
        assertThat(unpacked(GzipRecords.gzip("x".repeat(MAX_BYTES + 1))))
                .isEqualTo(
                        "TOO_LARGE 40 bytes of gzip that decompress to more than 5000 bytes, the"
                                + " maximum");
        byte[] bomb = GzipRecords.gzip("x".repeat(20_000_000));
        assertThatThrownBy(() -> new PackedRecords(MAX_BYTES).unpack(bomb))
                .hasMessageEndingWith("more than 16777216 bytes, the maximum");
        assertThat(unpacked(GzipRecords.gzip("click"))).startsWith("MALFORMED not JSON: ");
        assertThat(
                        unpacked(
                                GzipRecords.gzip(
                                        GzipRecords.envelope(
                                                "CONTROL_MESSAGE",
                                                "CWL CONTROL MESSAGE: Checking health of"
                                                        + " destination Firehose."))))
                .isEqualTo(
                        "MALFORMED the record is a CloudWatch Logs message of type"
                                + " CONTROL_MESSAGE, which contains no clicks; only the type"
                                + " DATA_MESSAGE does");
        assertThat(unpacked(GzipRecords.gzip(GzipRecords.cloudWatchLogs())))
                .isEqualTo("MALFORMED the record is a CloudWatch Logs envelope without events");
        assertThat(
                        unpacked(
                                GzipRecords.gzip(
                                        GzipRecords.cloudWatchLogs("{\"x\":\"§\"}")
                                                .replace("§", "\\ud83d"))))
                .isEqualTo("MALFORMED not JSON: invalid UTF-8 at byte 6");
        assertThat(unpacked(GzipRecords.gzip(GzipRecords.cloudWatchLogs(""))))
                .isEqualTo("MALFORMED empty");
        assertThat(
                        unpacked(
                                GzipRecords.gzip(
                                        GzipRecords.cloudWatchLogs(json("1", NOON, "order", ""))
                                                + "{}")))
                .isEqualTo("MALFORMED there is more data after the JSON object");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "null",
                "[{\"message\":\"x\"}]",
                "\"message\"",
                "{}",
                "{\"message\":5}",
                "{\"message\":null}",
                "{\"message\":{\"message\":\"x\"}}",
            })
    void anEventWithoutAMessageRefusesItsEnvelope(String event) {
        String whole = GzipRecords.cloudWatchLogs("a", "b", "c");
        int second = whole.indexOf("{\"id\"", whole.indexOf("\"message\":\"a\""));
        int third = whole.indexOf("{\"id\"", second + 1);

        String envelope = whole.substring(0, second) + event + "," + whole.substring(third);

        assertThat(unpacked(GzipRecords.gzip(envelope)))
                .isEqualTo(
                        "MALFORMED the record is a CloudWatch Logs envelope whose event 1 has no"
                                + " string `message`; each event must have one");
    }

    @Test
    void anEnvelopeOfTooManyEventsIsOneDeadLetter() {
        RecordDecoder decoder = decoder(new JsonClickDecoder(), 1_000_000).unpacking(true);
        String zeros = "{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[0" + ",0".repeat(999_999);
        String[] messages = new String[10_001];
        Arrays.fill(messages, "");

        assertThat(unpacked(decoder, GzipRecords.gzip(zeros + "]}")))
                .containsExactly(
                        "TOO_LARGE the record is a CloudWatch Logs envelope with 1000000 events;"
                                + " at most 10000 are allowed");
        assertThat(unpacked(decoder, GzipRecords.gzip(GzipRecords.cloudWatchLogs(messages))))
                .containsExactly(
                        "TOO_LARGE the record is a CloudWatch Logs envelope with 10001 events;"
                                + " at most 10000 are allowed");
        messages = Arrays.copyOf(messages, 10_000);
        assertThat(unpacked(decoder, GzipRecords.gzip(GzipRecords.cloudWatchLogs(messages))))
                .hasSize(10_000)
                .containsOnly("MALFORMED empty");
    }

    @Test
    void unpacksAnyNumberOfMembers() {
        RecordDecoder decoder = decoder(new JsonClickDecoder(), 1_000_000).unpacking(true);
        byte[] empty = GzipRecords.emptyMembers(20_000);
        byte[] click = GzipRecords.gzip(json("1", NOON, "order", ""));

        assertThat(unpacked(decoder, empty)).containsExactly("MALFORMED empty");
        assertThat(unpacked(decoder, ArrayUtils.addAll(empty, click)))
                .containsExactly("click " + NOON);
        assertThat(unpacked(decoder, ArrayUtils.addAll(click, empty)))
                .containsExactly("click " + NOON);
        assertThat(unpacked(decoder, ArrayUtils.addAll(click, new byte[700])))
                .containsExactly("click " + NOON);
    }

    @Test
    void saysWhatIsWrongBehindAMember() {
        byte[] click = GzipRecords.gzip(json("1", NOON, "order", ""));
        byte[] cut = Arrays.copyOf(click, 5);
        byte[] flipped = click.clone();
        flipped[click.length - 5] ^= 1;

        assertThat(unpacked(ArrayUtils.addAll(click, cut)))
                .isEqualTo("MALFORMED the record is truncated gzip");
        assertThat(unpacked(ArrayUtils.addAll(click, "rest".getBytes(UTF_8))))
                .isEqualTo(
                        "MALFORMED the record is gzip that cannot be decompressed: there is"
                                + " something other than gzip where a member must begin");
        assertThat(unpacked(ArrayUtils.addAll(click, flipped)))
                .isEqualTo(
                        "MALFORMED the record is gzip that cannot be decompressed: the checksum"
                                + " of a member is wrong");
    }

    @Test
    void leavesEnvelopesAloneThatAreNotPackedAndRecordsThatOnlyLookLikeSome() {
        assertThat(decoder(new JsonClickDecoder()).unpacking(true).unpacks("{}".getBytes(UTF_8)))
                .isFalse();
        assertThat(decoder(new JsonClickDecoder()).unpacks(GzipRecords.gzip("{}"))).isFalse();
        String like =
                "{\"userid\":1,\"eventtimestamp\":5,\"messageType\":\"DATA_MESSAGE\",\"logEvents\":7}";

        assertThat(unpacked(GzipRecords.gzip(like))).isEqualTo("click 5");
    }

    private static String unpacked(byte[] bytes) {
        List<String> found = unpacked(decoder(new JsonClickDecoder()).unpacking(true), bytes);
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    private static List<String> unpacked(RecordDecoder decoder, byte[] bytes) {
        List<String> found = new ArrayList<>();
        assertThat(decoder.unpacks(bytes)).isTrue();
        decoder.unpack(
                new RawRecord("clicks", 3, 42, bytes),
                each ->
                        found.add(
                                each instanceof Click click
                                        ? "click " + click.timestamp()
                                        : ((DeadLetter) each).reason()
                                                + " "
                                                + ((DeadLetter) each).detail()));
        return found;
    }

    private static RecordDecoder decoder(ClickDecoder format, int maxBytes) {
        return new RecordDecoder(
                format, Set.of(), BotSigns.NONE, maxBytes, Duration.ofMillis(SKEW), CLOCK);
    }

    private static RecordDecoder decoder(ClickDecoder format) {
        return decoder(format, Set.of("order_checkout"));
    }

    private static RecordDecoder decoder(ClickDecoder format, Set<String> checkouts) {
        return new RecordDecoder(
                format, checkouts, BotSigns.NONE, MAX_BYTES, Duration.ofMillis(SKEW), CLOCK);
    }

    private static RawRecord raw(String record) {
        return new RawRecord("clicks", 3, 42, record.getBytes(UTF_8));
    }
}
