package io.clickstream.tools.produce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.config.FormatConfig;
import io.clickstream.config.JsonMapping;
import io.clickstream.config.OptionalFields;
import io.clickstream.event.Click;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.Incoming;
import io.clickstream.event.RawRecord;
import io.clickstream.event.UserId;
import io.clickstream.format.AvroClickDecoder;
import io.clickstream.format.ClickDecoder;
import io.clickstream.format.JsonClickDecoder;
import io.clickstream.source.BotSigns;
import io.clickstream.source.RecordDecoder;
import io.clickstream.tools.oracle.OracleClick;
import io.clickstream.tools.traffic.ClickEncoder;
import io.clickstream.tools.traffic.GeneratedClick;
import io.clickstream.tools.traffic.ShopTraffic;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import samples.clickstream.avro.ClickEvent;

/** Each shape against the lines that it must be, and against what the job reads from it. */
class JsonShapeTest {

    private static final long START = Instant.parse("2024-07-04T01:02:03.456Z").toEpochMilli();

    private static final GeneratedClick HOME =
            new GeneratedClick("66.249.1.133", START, "tablet", "home_page", "N/A", 7496, 2, 0);
    private static final GeneratedClick PRODUCT =
            new GeneratedClick(
                    "66.249.1.133",
                    START + 600,
                    "tablet",
                    "product_detail",
                    "cell phones",
                    7496,
                    3,
                    2);
    private static final GeneratedClick CHECKOUT =
            new GeneratedClick(
                    "66.249.1.133",
                    START + 1_000,
                    "tablet",
                    "order_checkout",
                    "cameras",
                    7496,
                    4,
                    3);
    private static final GeneratedClick END =
            new GeneratedClick("66.249.1.133", START + 1_100, "tablet", "", "", 7496, 5, 4);

    @Test
    void labIsTheLabs() {
        assertThat(lines(Preset.LAB))
                .containsExactly(
                        "{\"ip\":\"66.249.1.133\",\"eventtimestamp\":1720054923456,"
                                + "\"devicetype\":\"tablet\",\"event_type\":\"home_page\","
                                + "\"product_type\":\"N/A\",\"userid\":7496,\"globalseq\":2,"
                                + "\"prevglobalseq\":0}",
                        "{\"ip\":\"66.249.1.133\",\"eventtimestamp\":1720054924056,"
                                + "\"devicetype\":\"tablet\",\"event_type\":\"product_detail\","
                                + "\"product_type\":\"cell phones\",\"userid\":7496,"
                                + "\"globalseq\":3,\"prevglobalseq\":2}",
                        "{\"ip\":\"66.249.1.133\",\"eventtimestamp\":1720054924456,"
                                + "\"devicetype\":\"tablet\",\"event_type\":\"order_checkout\","
                                + "\"product_type\":\"cameras\",\"userid\":7496,"
                                + "\"globalseq\":4,\"prevglobalseq\":3}",
                        "{\"ip\":\"66.249.1.133\",\"eventtimestamp\":1720054924556,"
                                + "\"devicetype\":\"tablet\",\"event_type\":\"\","
                                + "\"product_type\":\"\",\"userid\":7496,\"globalseq\":5,"
                                + "\"prevglobalseq\":4}");
    }

    @Test
    void interactionsHaveSecondsAndNumbers() {
        assertThat(lines(Preset.INTERACTIONS))
                .containsExactly(
                        "{\"sessionId\":1,\"userId\":7496,\"itemId\":28,"
                                + "\"eventType\":\"PAGE_VIEW\",\"sentAt\":1720054923}",
                        "{\"sessionId\":1,\"userId\":7496,\"itemId\":128,"
                                + "\"eventType\":\"CLICK\",\"sentAt\":1720054924}",
                        "{\"sessionId\":1,\"userId\":7496,\"itemId\":828,"
                                + "\"eventType\":\"CLICK\",\"sentAt\":1720054924}",
                        "{\"sessionId\":1,\"userId\":7496,\"itemId\":28,"
                                + "\"eventType\":\"PAGE_VIEW\",\"sentAt\":1720054924}");
    }

    @Test
    void webAccessHasPagesAndNames() {
        assertThat(lines(Preset.WEB_ACCESS))
                .containsExactly(
                        "{\"name\":\"Lucas Novak 8\",\"path\":\"/\",\"action\":\"home\","
                                + "\"timestamp\":\"2024-07-04T01:02:03.456Z\"}",
                        "{\"name\":\"Lucas Novak 8\",\"path\":\"/products/cell-phones\","
                                + "\"action\":\"product_detail\","
                                + "\"timestamp\":\"2024-07-04T01:02:04.056Z\"}",
                        "{\"name\":\"Lucas Novak 8\",\"path\":\"/order/checkout\","
                                + "\"action\":\"order_checkout\","
                                + "\"timestamp\":\"2024-07-04T01:02:04.456Z\"}",
                        "{\"name\":\"Lucas Novak 8\",\"path\":\"/logout\",\"action\":\"logout\","
                                + "\"timestamp\":\"2024-07-04T01:02:04.556Z\"}");
    }

    @Test
    void tickersHaveMicrosecondsAndPrices() {
        assertThat(lines(Preset.TICKER))
                .containsExactly(
                        "{\"EVENT_TIME\":\"2024-07-04T01:02:03.456000\",\"TICKER\":\"AAPL\","
                                + "\"PRICE\":54.57}",
                        "{\"EVENT_TIME\":\"2024-07-04T01:02:04.056517\",\"TICKER\":\"AMZN\","
                                + "\"PRICE\":109.76}",
                        "{\"EVENT_TIME\":\"2024-07-04T01:02:04.456019\",\"TICKER\":\"TSLA\","
                                + "\"PRICE\":494.14}",
                        "{\"EVENT_TIME\":\"2024-07-04T01:02:04.556814\",\"TICKER\":\"AAPL\","
                                + "\"PRICE\":55.01}");
    }

    @Test
    void publicEventsHaveTheFieldsOfTheirDocumentation() {
        assertThat(lines(Preset.GA4).get(1))
                .isEqualTo(
                        "{\"event_date\":\"20240704\",\"event_timestamp\":\"1720054924056000\","
                                + "\"event_name\":\"view_item\",\"event_params\":[{\"key\":"
                                + "\"ga_session_number\",\"value\":{\"int_value\":\"1\"}}],"
                                + "\"user_id\":null,\"user_pseudo_id\":\"7496.1700000000\","
                                + "\"device\":{\"category\":\"tablet\"},\"platform\":\"WEB\","
                                + "\"items\":[{\"item_id\":\"sku-1\",\"item_category\":"
                                + "\"cell phones\",\"price\":19.0}]}");
        assertThat(lines(Preset.GA4).get(0)).endsWith("\"platform\":\"WEB\",\"items\":[]}");
        assertThat(lines(Preset.SEGMENT).get(2))
                .isEqualTo(
                        "{\"type\":\"track\",\"event\":\"Order Completed\",\"messageId\":\"ajs-4\","
                            + "\"userId\":\"user-7496\",\"timestamp\":\"2024-07-04T01:02:04.456Z\","
                            + "\"context\":{\"ip\":\"66.249.1.133\"},\"properties\":{"
                            + "\"products\":[{\"product_id\":\"sku-8\",\"category\":\"cameras\","
                            + "\"price\":85.5}]}}");
        assertThat(lines(Preset.SNOWPLOW).get(2))
                .contains(
                        "snowplow_ecommerce_action_1\":{\"type\":\"transaction\"}",
                        "product_1\":[{\"id\":\"sku-8\",\"category\":\"cameras/all\","
                                + "\"price\":85.5}]");
        assertThat(lines(Preset.REES46).get(1))
                .isEqualTo(
                        "{\"event_time\":\"2024-07-04 01:02:04 UTC\",\"event_type\":\"view\","
                                + "\"product_id\":1,\"category_code\":\"cell phones.all\","
                                + "\"price\":19.0,\"user_id\":7496,\"user_session\":"
                                + "\"00000000-0000-0001-0000-000000001d48\"}");
    }

    @Test
    void extrasAreBehindTheFields() {
        String line =
                text(
                        JsonShape.of(Preset.WEB_ACCESS)
                                .encode(END, new RecordShape.Extras("a-1", "Firefox")));

        assertThat(line)
                .endsWith(
                        "\"timestamp\":\"2024-07-04T01:02:04.556Z\",\"eventId\":\"a-1\","
                                + "\"user_agent\":\"Firefox\"}");
    }

    @Test
    void aUserHasASessionPerVisitAndANameOfItsOwn() {
        JsonShape interactions = JsonShape.of(Preset.INTERACTIONS);
        JsonShape webAccess = JsonShape.of(Preset.WEB_ACCESS);
        assertThat(text(interactions.encode(HOME, RecordShape.Extras.NONE)))
                .contains("\"sessionId\":1,");
        assertThat(text(interactions.encode(HOME, RecordShape.Extras.NONE)))
                .contains("\"sessionId\":2,");
        Set<Object> names = new HashSet<>();
        for (int user = 1; user <= 20_000; user++) {
            names.add(webAccess.forOracle(userAt(user)).user());
        }
        assertThat(names).hasSize(20_000);
    }

    private static GeneratedClick userAt(int user) {
        return new GeneratedClick("ip", START, "mobile", "home_page", "N/A", user, 1, 0);
    }

    /** So that an aggregate can use any of them. */
    @Test
    void theOracleSeesAllFieldsOfTheLabsClick() throws Exception {
        Set<String> components = Set.of("userid", "eventtimestamp", "event_type", "product_type");
        List<RecordShape> shapes =
                List.of(
                        JsonShape.of(Preset.LAB),
                        RecordShape.of(ClickEncoder.json()),
                        RecordShape.of(ClickEncoder.avro()));
        GeneratedClick click = new ShopTraffic(3, 100, 1_000, START).next();
        JsonNode record = new ObjectMapper().readTree(ClickEncoder.json().encode(click));

        for (RecordShape shape : shapes) {
            OracleClick seen = shape.forOracle(click);
            record.fields()
                    .forEachRemaining(
                            field -> {
                                if (!components.contains(field.getKey())) {
                                    assertThat(String.valueOf(seen.other(field.getKey())))
                                            .isEqualTo(field.getValue().asText());
                                }
                            });
            assertThatThrownBy(() -> seen.other("device"))
                    .hasMessage("a click has no other field device");
        }
    }

    @Test
    void otherPresetsHaveNoOtherFields() {
        GeneratedClick click = new ShopTraffic(3, 100, 1_000, START).next();

        assertThat(JsonShape.of(Preset.TICKER).forOracle(click).other("devicetype")).isNull();
    }

    @ParameterizedTest
    @EnumSource(Preset.class)
    void theJobReadsWhatTheOracleSees(Preset preset) {
        JsonShape shape = JsonShape.of(preset);
        RecordDecoder decoder = decoder(new JsonClickDecoder(mapping(preset), OptionalFields.NONE));
        ShopTraffic traffic = new ShopTraffic(3, 100, 1_000, START);
        Set<String> departments = new HashSet<>();
        for (int i = 0; i < 5_000; i++) {
            GeneratedClick click = traffic.next();
            OracleClick seen = shape.forOracle(click);
            Incoming read = decode(decoder, shape.encode(click, new RecordShape.Extras("1", "x")));

            assertThat(read).isInstanceOf(Click.class);
            Click found = (Click) read;
            assertThat(found.user())
                    .isEqualTo(
                            seen.user() instanceof Long number
                                    ? UserId.ofNumber(number)
                                    : UserId.ofString((String) seen.user()));
            assertThat(found.timestamp()).isEqualTo(seen.time());
            assertThat(found.isCheckout()).isEqualTo("order_checkout".equals(seen.eventType()));
            String department = seen.department();
            assertThat(found.department())
                    .isEqualTo(
                            department == null || department.isEmpty() || department.equals("N/A")
                                    ? null
                                    : department);
            departments.add(String.valueOf(found.department()));
        }
        assertThat(departments)
                .hasSize(
                        switch (preset) {
                            case LAB, TICKER, GA4, SEGMENT, SNOWPLOW, REES46 -> 9;
                            case INTERACTIONS -> 1;
                            case WEB_ACCESS -> 14;
                        });
    }

    @ParameterizedTest
    @EnumSource(Preset.class)
    void theJobRefusesWhatIsWrongForThatReason(Preset preset) {
        JsonShape shape = JsonShape.of(preset);
        RecordDecoder decoder = decoder(new JsonClickDecoder(mapping(preset), OptionalFields.NONE));

        assertThat(shape.faults()).containsExactly(Fault.values());
        for (GeneratedClick click : List.of(HOME, PRODUCT, CHECKOUT, END)) {
            for (Fault fault : shape.faults()) {
                byte[] record =
                        shape.encodeWrong(click, new RecordShape.Extras("1", "Firefox"), fault);
                assertThat(reason(decode(decoder, record)))
                        .as("%s: %s", fault, text(record))
                        .isEqualTo(fault.reason());
                assertThat(text(record)).isNotBlank().doesNotContain("\n");
            }
        }
    }

    @Test
    void theJobRefusesWrongAvroForThatReason() {
        RecordShape shape = RecordShape.of(ClickEncoder.avro());
        RecordDecoder decoder = decoder(new AvroClickDecoder(ClickEvent.getClassSchema()));

        assertThat(shape.faults()).hasSize(3);
        for (GeneratedClick click : List.of(HOME, PRODUCT, CHECKOUT, END)) {
            for (Fault fault : shape.faults()) {
                byte[] record = shape.encodeWrong(click, RecordShape.Extras.NONE, fault);
                assertThat(reason(decode(decoder, record))).isEqualTo(fault.reason());
            }
        }
    }

    private static List<String> lines(Preset preset) {
        JsonShape shape = JsonShape.of(preset);
        return List.of(HOME, PRODUCT, CHECKOUT, END).stream()
                .map(click -> text(shape.encode(click, RecordShape.Extras.NONE)))
                .toList();
    }

    private static String text(byte[] record) {
        return new String(record, StandardCharsets.UTF_8);
    }

    static JsonMapping mapping(Preset preset) {
        return JsonMapping.of(FormatConfig.Preset.valueOf(preset.name()));
    }

    static RecordDecoder decoder(ClickDecoder clicks) {
        return new RecordDecoder(
                clicks,
                Set.of("order_checkout"),
                BotSigns.NONE,
                1 << 20,
                Duration.ofSeconds(10),
                Clock.systemUTC());
    }

    static Incoming decode(RecordDecoder decoder, byte[] record) {
        return decoder.decode(new RawRecord("test", "0", "0", record));
    }

    static String reason(Incoming incoming) {
        assertThat(incoming).isInstanceOf(DeadLetter.class);
        return ((DeadLetter) incoming).reason().name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
