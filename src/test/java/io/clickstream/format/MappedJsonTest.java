package io.clickstream.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.config.ClickField;
import io.clickstream.config.ReplayConfig;
import io.clickstream.event.UserId;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.testing.CapturedLog;
import io.clickstream.testing.OperatorCounters;
import io.clickstream.testing.PropertyGroups;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.flink.util.InstantiationUtil;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON records whose fields are where the configuration says. */
class MappedJsonTest {

    private static final String CLICK =
            "{\"userid\":7496,\"eventtimestamp\":1655183298630,\"a\":{\"b\":[1,{}]},"
                    + "\"event_type\":\"home_page\",\"product_type\":\"N/A\"}";

    private final ClickFields fields = new ClickFields();

    @Test
    void readsAnInteraction() throws Exception {
        decode(
                preset("interactions"),
                "{\"sessionId\": 17, \"userId\": 204, \"itemId\": 731, \"eventType\": \"CLICK\","
                        + " \"sentAt\": 1585200123}");

        assertFields(UserId.ofNumber(204), "2020-03-26T05:22:03Z", "CLICK", null);
    }

    @Test
    void readsARequestToAWebServer() throws Exception {
        decode(
                preset("web-access"),
                "{\"name\": \"Emma Brown\", \"path\": \"/products\", \"action\": \"products\","
                        + " \"timestamp\": \"2024-07-04T01:02:03.456Z\"}");

        assertFields(
                UserId.ofString("Emma Brown"), "2024-07-04T01:02:03.456Z", "products", "/products");
    }

    @Test
    void readsATicker() throws Exception {
        decode(
                preset("ticker"),
                "{\"EVENT_TIME\": \"2020-03-11T06:27:36.443754\", \"TICKER\": \"AAPL\", \"PRICE\":"
                        + " 54.96}");

        assertFields(UserId.ofString("AAPL"), "2020-03-11T06:27:36.443Z", null, "AAPL");
    }

    @Test
    void readsARecordOfAnotherShop() throws Exception {
        PropertyGroups shop =
                json().with("format", "user", "/user_id")
                        .with("format", "time", "/event_time")
                        .with("format", "time-format", "yyyy-MM-dd HH:mm:ss 'UTC'")
                        .with("format", "event-types", "view=product_detail,cart=add_to_cart")
                        .with("format", "department", "/category_code")
                        .with("format", "department-cut", ".");

        decode(
                shop,
                "{\"event_time\": \"2019-10-01 00:00:01 UTC\", \"event_type\": \"view\","
                        + " \"category_code\": \"furniture.living_room.sofa\", \"user_id\": 519}");
        assertFields(UserId.ofNumber(519), "2019-10-01T00:00:01Z", "product_detail", "furniture");

        decode(
                shop,
                "{\"event_time\": \"2019-10-01 00:00:01 UTC\", \"event_type\": \"remove\","
                        + " \"category_code\": null, \"user_id\": \"519\"}");
        assertFields(UserId.ofString("519"), "2019-10-01T00:00:01Z", "remove", null);
    }

    @Test
    void findsFieldsAtAnyDepthAndByAnyName() throws Exception {
        PropertyGroups deep =
                json().with("format", "user", "/detail/who/0/id")
                        .with("format", "time", "/detail/a~1b/m~0n")
                        .with("format", "event-type", "/detail/who/2")
                        .with("format", "department", "//1");

        decode(
                deep,
                "{\"x\":{\"detail\":1},\"detail\":{\"who\":[{\"id\":\"ann\",\"x\":[{}]},9,\"buy\",[1]],"
                    + "\"a/b\":{\"m~n\":5}},\"\":{\"1\":\"Books\",\"0\":[]},\"userid\":3}");

        assertFields(UserId.ofString("ann"), "1970-01-01T00:00:00.005Z", "buy", "Books");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"detail\":null}",
                "{\"detail\":7}",
                "{\"detail\":\"ann\"}",
                "{\"detail\":[{\"user\":1}]}",
                "{\"detail\":{\"user\":null,\"time\":null,\"type\":null}}",
                "{\"detail\":{\"user\":1,\"time\":1,\"type\":\"a\",\"dep\":\"b\"},\"detail\":{}}",
                "{\"detail\":{\"user\":1,\"time\":1,\"type\":\"a\",\"dep\":\"b\"},\"detail\":5}"
            })
    void findsNothingWhereThePointersLeadNowhere(String record) throws Exception {
        decode(inside(), record);

        assertThat(fields.user()).isNull();
        assertThat(fields.hasTime()).isFalse();
        assertThat(fields.eventType()).isNull();
        assertThat(fields.department()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"userId\":\"ann\",\"anonymousId\":\"x\"}|\"ann\"",
                "{\"anonymousId\":\"x\",\"userId\":\"ann\"}|\"ann\"",
                "{\"anonymousId\":\"x\"}|\"x\"",
                "{\"userId\":null,\"anonymousId\":\"x\"}|\"x\"",
                "{\"anonymousId\":\"x\",\"userId\":null}|\"x\"",
                "{\"userId\":\"\",\"anonymousId\":\"x\"}|\"x\"",
                "{\"userId\":\"ann\",\"userId\":null,\"anonymousId\":\"x\"}|\"x\"",
                "{\"userId\":0,\"anonymousId\":\"x\"}|0",
                "{\"userId\":null,\"anonymousId\":null,\"device\":{\"id\":7}}|7",
                "{\"device\":{\"id\":7},\"device\":{}}|null",
                "{\"device\":{\"id\":7},\"device\":5,\"userId\":null}|null",
                "{}|null"
            })
    void takesTheFirstUserThatIsThere(String record, String user) throws Exception {
        JsonClickDecoder decoder =
                decoder(json().with("format", "user", "/userId, /anonymousId,/device/id"));
        // What one record has must not show in the next.
        decoder.decode(
                "{\"userId\":1,\"anonymousId\":2,\"device\":{\"id\":3}}"
                        .getBytes(StandardCharsets.UTF_8),
                fields);

        decoder.decode(record.getBytes(StandardCharsets.UTF_8), fields);

        assertThat(String.valueOf(fields.user())).isEqualTo(user);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"category\":\"Books\",\"products\":[{\"category\":\"Toys\"}]}|Books",
                "{\"products\":[{\"category\":\"Toys\"},{\"category\":\"x\"}],\"category\":\"Books\"}|Books",
                "{\"products\":[{\"category\":\"Toys\"}]}|Toys",
                "{\"category\":null,\"products\":[{\"category\":5}]}|5",
                "{\"category\":\"\",\"products\":[{\"category\":\"Toys\"}]}|~~",
                "{\"category\":\"a.b\",\"products\":[]}|a",
                "{\"products\":[{\"category\":\"Toys\"}],\"products\":[]}|"
            })
    void takesTheFirstDepartmentThatIsThere(String properties, String department) throws Exception {
        decode(
                json().with(
                                "format",
                                "department",
                                "/properties/category,/properties/products/0/category")
                        .with("format", "department-cut", "."),
                "{\"userid\":1,\"properties\":" + properties + "}");

        assertThat(fields.department()).isEqualTo(department);
        assertThat(fields.user()).isEqualTo(UserId.ofNumber(1));
    }

    @Test
    void takesOneFieldForTheUserAndAsTheSecondDepartment() throws Exception {
        decode(
                json().with("format", "user", "/none,/shop")
                        .with("format", "department", "/shop,/category"),
                "{\"category\":\"Books\",\"shop\":\"Berlin\"}");

        assertThat(fields.user()).isEqualTo(UserId.ofString("Berlin"));
        assertThat(fields.department()).isEqualTo("Berlin");
    }

    @Test
    void namesAllPointersOfAFieldOfAWrongType() {
        assertMalformed(
                json().with("format", "user", "/a,/b"),
                "{\"a\":1,\"b\":{}}",
                "/a or /b must be a number or a string, found an object");
    }

    @Test
    void warnsOnceOfAPointerThatLedNowhere() throws Exception {
        PropertyGroups groups =
                json().with("format", "user", "/userid,/watched/nowhere")
                        .with("format", "department", "/watched/0/late")
                        .with("format", "event-type", "/watched/null");
        try (CapturedLog log = new CapturedLog(Level.WARN)) {
            for (int subtask = 0; subtask < 2; subtask++) {
                JsonClickDecoder decoder = decoder(groups);
                decoder.open(new OperatorCounters().environment().getMetricGroup());
                for (int i = 1; i < PointerWatch.RECORDS; i++) {
                    decode(
                            decoder,
                            "{\"userid\":1,\"eventtimestamp\":2,\"watched\":{\"null\":null}}");
                }
                decode(decoder, "{\"watched\":[{\"late\":\"x\"}]}");
                decode(decoder, "{\"watched\":{\"nowhere\":1}}");
            }

            assertThat(log.lines())
                    .containsExactly(
                            "`format / user` is '/watched/nowhere', which found nothing in the"
                                    + " first 10000 records of a subtask. If no record has"
                                    + " this field, correct the pointer or remove it");
        }
    }

    private void decode(JsonClickDecoder decoder, String record) throws MalformedRecordException {
        decoder.decode(record.getBytes(StandardCharsets.UTF_8), fields);
    }

    @Test
    void takesTheLastOfTwoObjects() throws Exception {
        decode(
                inside(),
                "{\"detail\":{\"user\":1,\"time\":1,\"type\":\"a\",\"dep\":\"b\"},"
                        + "\"detail\":{\"user\":2,\"time\":2,\"time\":3}}");

        assertFields(UserId.ofNumber(2), "1970-01-01T00:00:00.003Z", null, null);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"detail\":{\"user\":true}}|/detail/user must be a number or a string, found a"
                        + " boolean",
                "{\"detail\":{\"time\":\"x\"}}|/detail/time must be an integer (ms since 1970),"
                        + " found 'x'",
                "{\"detail\":{\"type\":{}}}|/detail/type must be a string, a number, a boolean,"
                        + " or null, found an object",
                "{\"detail\":{\"dep\":[]}}|/detail/dep must be a string, a number, a boolean, or"
                        + " null, found an array",
                "{\"detail\":{\"user\":1|not JSON: Unexpected end-of-input",
                "{\"detail\":[1,|not JSON: Unexpected end-of-input",
                "{\"detail\":{\"user\":1}}}|not JSON: Unexpected close marker '}'",
                "{\"detail\":{}} 1|there is more data after the JSON object"
            })
    void saysWhatIsWrongAndWhere(String record, String problem) {
        assertMalformed(inside(), record, problem);
    }

    @ParameterizedTest
    @CsvSource({
        "epoch-ms,1655183298630,2022-06-14T05:08:18.630Z",
        "epoch-s,1585200123,2020-03-26T05:22:03Z",
        "epoch-s,1585200123.4567,2020-03-26T05:22:03.456Z",
        "epoch-s,1.585200123e9,2020-03-26T05:22:03Z",
        "epoch-s,0.0,1970-01-01T00:00:00Z",
        "epoch-s,9996075219607521.835,+292278994-08-17T07:12:55.807Z",
        "epoch-s,-9996075219607521.835,-292275055-05-16T16:47:04.192Z",
        "epoch-s,9996075219607521835E-03,+292278994-08-17T07:12:55.807Z",
        "epoch-s,'\"9996075219607521\"',+292278994-08-17T07:12:55.807Z",
        "epoch-s,-0.0001,1969-12-31T23:59:59.999Z",
        "epoch-us,1601471600123456,2020-09-30T13:13:20.123Z",
        "epoch-us,-1,1969-12-31T23:59:59.999Z",
        "epoch-ns,1601471600123456789,2020-09-30T13:13:20.123Z",
        "epoch-ms,'\"1655183298630\"',2022-06-14T05:08:18.630Z",
        "epoch-ms,'\"-1\"',1969-12-31T23:59:59.999Z",
        "epoch-s,'\"1585200123\"',2020-03-26T05:22:03Z",
        "epoch-s,'\"1585200123.4567\"',2020-03-26T05:22:03.456Z",
        "epoch-us,'\"1601471600123456\"',2020-09-30T13:13:20.123Z",
        "epoch-ns,'\"1601471600123456789\"',2020-09-30T13:13:20.123Z",
        "iso-8601,'\"2024-07-04T01:02:03.456Z\"',2024-07-04T01:02:03.456Z",
        "iso-8601,'\"2024-07-04T01:02:03z\"',2024-07-04T01:02:03Z",
        "iso-8601,'\"2024-07-04T01:02:03.456789+02:00\"',2024-07-03T23:02:03.456Z",
        "iso-8601,'\"2024-07-04T01:02:03-0530\"',2024-07-04T06:32:03Z",
        "iso-8601,'\"2024-07-04T01:02:03\"',2024-07-04T01:02:03Z",
        "iso-8601,'\"2024-07-04T01:02\"',2024-07-04T01:02:00Z",
        "iso-8601,'\"2024-07-04 01:02:03.456789+02:00\"',2024-07-03T23:02:03.456Z",
        "iso-8601,'\"2024-07-04 01:02:03\"',2024-07-04T01:02:03Z",
        "iso-8601,'\"2024-02-29 01:02Z\"',2024-02-29T01:02:00Z",
        "dd/MMM/yyyy:HH:mm:ss Z,'\"04/Jul/2024:01:02:03 +0200\"',2024-07-03T23:02:03Z",
        "yyyy-MM-dd HH:mm:ss.SSS z,'\"2024-07-04 01:02:03.456 UTC\"',2024-07-04T01:02:03.456Z",
        "yyyyMMddHHmmss,'\"20240704010203\"',2024-07-04T01:02:03Z",
        "yyyy-MM-dd HH:mm:ss z,'\"2024-07-04 01:02:03 GMT\"',2024-07-04T01:02:03Z",
        "yyyy-MM-dd HH:mm:ss zzz,'\"2024-07-04 01:02:03 Z\"',2024-07-04T01:02:03Z",
        "yyyy-MM-dd HH:mm:ss z,'\"2024-07-04 01:02:03 +02:00\"',2024-07-03T23:02:03Z",
        "yyyy-MM-dd HH:mm:ss z,'\"2024-07-04 01:02:03 UTC+02:00\"',2024-07-03T23:02:03Z",
        "yyyy-MM-dd HH:mm:ss zzzz,'\"2024-07-04 01:02:03 Europe/Berlin\"',2024-07-03T23:02:03Z",
        "yyyy-MM-dd HH:mm:ss v,'\"2024-07-04 01:02:03 America/Argentina/Ushuaia\"',"
                + "2024-07-04T04:02:03Z",
        "yyyy-MM-dd HH:mm:ss VV,'\"2024-07-04 01:02:03 Europe/Berlin\"',2024-07-03T23:02:03Z",
        "yyyy-MM-dd HH:mm:ss[ z],'\"2024-07-04 01:02:03\"',2024-07-04T01:02:03Z",
        "yyyy-MM-dd HH:mm:ss[.SSS],'\"2024-07-04 01:02:03\"',2024-07-04T01:02:03Z",
        "yyyy-MM-dd HH:mm:ss[.SSS],'\"2024-07-04 01:02:03.456\"',2024-07-04T01:02:03.456Z",
        "yyyy-MM-dd HH:mm:ss 'zone',\"2024-07-04 01:02:03 zone\",2024-07-04T01:02:03Z",
        "uuuu-MM-dd HH:mm:ss,'\"2024-07-04 01:02:03\"',2024-07-04T01:02:03Z",
        "dd MMM yy hh:mm a,'\"04 Jul 24 01:02 PM\"',2024-07-04T13:02:00Z",
        "mm:HH dd/MM/yyyy,'\"02:01 04/07/2024\"',2024-07-04T01:02:00Z",
        "EEE MMM dd HH:mm:ss yyyy G,'\"Thu Jul 04 01:02:03 2024 AD\"',2024-07-04T01:02:03Z"
    })
    void readsTimes(String format, String value, Instant time) throws Exception {
        decode(json().with("format", "time-format", format), "{\"eventtimestamp\":" + value + "}");

        assertThat(Instant.ofEpochMilli(fields.time())).isEqualTo(time);
        assertThat(fields.hasTime()).isTrue();
    }

    @Test
    void readsTimesWithoutAZoneInTheConfiguredOne() throws Exception {
        PropertyGroups berlin =
                json().with("format", "time-format", "iso-8601")
                        .with("format", "time-zone", "Europe/Berlin");

        decode(berlin, "{\"eventtimestamp\":\"2024-07-04T01:02:03\"}");
        assertThat(Instant.ofEpochMilli(fields.time())).isEqualTo("2024-07-03T23:02:03Z");
        decode(berlin, "{\"eventtimestamp\":\"2024-07-04T01:02:03Z\"}");
        assertThat(Instant.ofEpochMilli(fields.time())).isEqualTo("2024-07-04T01:02:03Z");
        decode(berlin, "{\"eventtimestamp\":\"2024-07-04T01:02:03+05:00\"}");
        assertThat(Instant.ofEpochMilli(fields.time())).isEqualTo("2024-07-03T20:02:03Z");
    }

    /** On 2024-03-31 Berlin goes from 02:00 to 03:00, on 2024-10-27 from 03:00 back to 02:00. */
    @ParameterizedTest
    @CsvSource({
        "2024-03-31T01:59:59,2024-03-31T00:59:59Z,0,0",
        "2024-03-31T02:00:00,2024-03-31T01:00:00Z,1,0",
        "2024-03-31T02:30:00,2024-03-31T01:30:00Z,1,0",
        "2024-03-31T03:00:00,2024-03-31T01:00:00Z,0,0",
        "2024-10-27T01:59:59,2024-10-26T23:59:59Z,0,0",
        "2024-10-27T02:30:00,2024-10-27T00:30:00Z,0,1",
        "2024-10-27 02:30:00,2024-10-27T00:30:00Z,0,1",
        "2024-10-27T02:30:00+01:00,2024-10-27T01:30:00Z,0,0",
        "2024-10-27T03:00:00,2024-10-27T02:00:00Z,0,0"
    })
    void countsTimesThatAZoneSkipsOrRepeats(String value, Instant time, long skipped, long repeated)
            throws Exception {
        OperatorCounters counters = new OperatorCounters();
        JsonClickDecoder decoder =
                decoder(
                        json().with("format", "time-format", "iso-8601")
                                .with("format", "time-zone", "Europe/Berlin"));
        decoder.open(counters.environment().getMetricGroup());

        decoder.decode(
                ("{\"eventtimestamp\":\"" + value + "\"}").getBytes(StandardCharsets.UTF_8),
                fields);

        assertThat(Instant.ofEpochMilli(fields.time())).isEqualTo(time);
        assertThat(counters.counted())
                .containsEntry(ClickstreamMetrics.SKIPPED_TIMES, skipped)
                .containsEntry(ClickstreamMetrics.REPEATED_TIMES, repeated);
    }

    @ParameterizedTest
    @CsvSource({
        "epoch-s,9223372036854775807,9223372036854775807",
        "epoch-s,-9223372036854775808,-9223372036854775808",
        "epoch-s,9223372036854775808,9223372036854775807",
        "epoch-s,-99999999999999999999999999,-9223372036854775808",
        "epoch-ms,9223372036854775808,9223372036854775807",
        "epoch-ms,16551832986300000000,9223372036854775807",
        "epoch-ms,'\"16551832986300000000\"',9223372036854775807",
        "epoch-us,16551832986300000000,9223372036854775807",
        "epoch-ns,'\"-16551832986300000000\"',-9223372036854775808",
        "epoch-s,'\"9223372036854775808\"',9223372036854775807",
        "epoch-ms,-99999999999999999999999999,-9223372036854775808"
    })
    void takesWhatIsOutOfReachForTheFarthestTime(String format, String number, long millis)
            throws Exception {
        decode(json().with("format", "time-format", format), "{\"eventtimestamp\":" + number + "}");

        assertThat(fields.time()).isEqualTo(millis);
    }

    @ParameterizedTest
    @CsvSource({
        "epoch-ms,1.5,'an integer (ms since 1970), found a fraction'",
        "epoch-s,'\"soon\"','a number (s since 1970), found ''soon'''",
        "epoch-s,'\"\"','a number (s since 1970), found '''''",
        "epoch-s,'\"1e9\"','a number (s since 1970), found ''1e9'''",
        "epoch-ms,'\"1.5\"','an integer (ms since 1970), found ''1.5'''",
        "epoch-ms,'\"-\"','an integer (ms since 1970), found ''-'''",
        "epoch-ms,'\" 5\"','an integer (ms since 1970), found '' 5'''",
        "epoch-ms,'\"٣\"','an integer (ms since 1970), found ''٣'''",
        "epoch-us,1.5,'an integer (microseconds since 1970), found a fraction'",
        "epoch-ns,true,'an integer (nanoseconds since 1970), found a boolean'",
        "epoch-s,1e400,'a number (s since 1970), found one that is out of range in milliseconds'",
        "epoch-s,1e-4000,'a number (s since 1970), found one that is out of range in"
                + " milliseconds'",
        "epoch-s,1e999999999,'a number (s since 1970), found one that is out of range in"
                + " milliseconds'",
        "epoch-s,1e99999999999,'a number (s since 1970), found ''1e99999999999'''",
        "epoch-s,-1e-99999999999,'a number (s since 1970), found ''-1e-99999999999'''",
        "epoch-ms,1e99999999999,'an integer (ms since 1970), found a fraction'",
        "iso-8601,1e99999999999,'a time in ISO 8601, found a fraction'",
        "epoch-s,{},'a number (s since 1970), found an object'",
        "iso-8601,5,'a time in ISO 8601, found an integer'",
        "iso-8601,'\"\"','a time in ISO 8601, found '''''",
        "iso-8601,'\"2024-07-04\"','a time in ISO 8601, found ''2024-07-04'''",
        "iso-8601,'\"2024-02-30T00:00:00Z\"','a time in ISO 8601, found ''2024-02-30T00:00:00Z'''",
        "iso-8601,'\"2024-07-04_01:02:03\"','a time in ISO 8601, found ''2024-07-04_01:02:03'''",
        "iso-8601,'\"2024-07-0401:02:03\"','a time in ISO 8601, found ''2024-07-0401:02:03'''",
        "iso-8601,'\"2024-07-04T01:02:03 01:02:03\"','a time in ISO 8601, found"
                + " ''2024-07-04T01:02:03 01:02:03'''",
        "iso-8601,'\"2024-07-04T01:02:03ZZ\"','a time in ISO 8601, found"
                + " ''2024-07-04T01:02:03ZZ'''",
        "iso-8601,'\"2024-07-04T01:02:03+02:00+02\"','a time in ISO 8601, found"
                + " ''2024-07-04T01:02:03+02:00+02'''",
        "yyyy-MM-dd HH:mm:ss 'UTC',\"2019-02-30 00:00:01 UTC\",'a time with the pattern"
                + " yyyy-MM-dd HH:mm:ss ''UTC'', found ''2019-02-30 00:00:01 UTC'''",
        "yyyy-MM-dd HH:mm,'\"2019-02-28 24:00\"','a time with the pattern yyyy-MM-dd HH:mm,"
                + " found ''2019-02-28 24:00'''",
        "yyyy-MM-dd HH:mm z,'\"2019-02-28 01:00 BST\"','a time with the pattern yyyy-MM-dd HH:mm"
                + " z, found ''2019-02-28 01:00 BST''; allowed zones are UTC, GMT, Z, offsets,"
                + " and regions such as Europe/Berlin'",
        "yyyy-MM-dd HH:mm z,'\"2019-02-28 01:00 IST\"','a time with the pattern yyyy-MM-dd HH:mm"
                + " z, found ''2019-02-28 01:00 IST''; allowed zones are UTC,'",
        "yyyy-MM-dd HH:mm z,'\"2019-02-28 01:00 EST\"','a time with the pattern yyyy-MM-dd HH:mm"
                + " z, found ''2019-02-28 01:00 EST''; allowed zones are UTC,'",
        "yyyy-MM-dd HH:mm v,'\"2019-02-28 01:00 CET\"','a time with the pattern yyyy-MM-dd HH:mm"
                + " v, found ''2019-02-28 01:00 CET''; allowed zones are UTC,'",
        "yyyy-MM-dd HH:mm z,'\"2019-02-28 01:00 Pacific Standard Time\"','a time with the"
                + " pattern yyyy-MM-dd HH:mm z, found'",
        "iso-8601,'\"a\\nb\"','a time in ISO 8601, found ''a?b'''",
        "iso-8601,'\"+999999999-01-01T00:00:00Z\"','a time in ISO 8601, found"
                + " ''+999999999-01-01T00:00:00Z'''",
        "yyyy-MM-dd HH:mm,'\"2019-10-01 00:00:00\"','a time with the pattern yyyy-MM-dd HH:mm,"
                + " found ''2019-10-01 00:00:00'''"
    })
    void refusesWhatIsNoTime(String format, String value, String problem) {
        assertMalformed(
                json().with("format", "time-format", format),
                "{\"eventtimestamp\":" + value + "}",
                "/eventtimestamp must be " + problem);
    }

    @ParameterizedTest
    @CsvSource({
        "furniture.living_room.sofa,.,furniture",
        "furniture,.,furniture",
        ".furniture,.,''",
        "'',.,''",
        "a/b,/,a",
        "a--b--c,--,a",
        "a::b,::,a",
        "a:b,::,a:b",
        "a:,::,a:"
    })
    void cutsTheDepartment(String department, String cut, String expected) throws Exception {
        decode(
                json().with("format", "department-cut", cut),
                "{\"product_type\":\"" + department + "\"}");

        assertThat(fields.department()).isEqualTo(expected);
    }

    @Test
    void leavesOutFieldsThatRecordsDoNotHave() throws Exception {
        decode(
                json().with("format", "event-type", "none").with("format", "department", "none"),
                "{\"userid\":1,\"eventtimestamp\":2,\"event_type\":5,\"product_type\":{}}");

        assertFields(UserId.ofNumber(1), "1970-01-01T00:00:00.002Z", null, null);
    }

    @Test
    void worksAfterItsWayToATaskManager() throws Exception {
        JsonClickDecoder travelled =
                InstantiationUtil.clone(
                        decoder(
                                preset("ticker")
                                        .with("format", "department-cut", "A")
                                        .with("format", "event-types", "a=b")));

        travelled.decode(
                "{\"EVENT_TIME\":\"2020-03-11T06:27:36\",\"TICKER\":\"MAX\"}"
                        .getBytes(StandardCharsets.UTF_8),
                fields);

        assertFields(UserId.ofString("MAX"), "2020-03-11T06:27:36Z", null, "M");
    }

    /** A cut that never comes changes nothing. */
    @Property(tries = 2000)
    void readsTheLabAsAnyOtherMapping(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] record = CLICK.getBytes(StandardCharsets.UTF_8);
        for (int i = random.nextInt(4); i > 0; i--) {
            record[random.nextInt(record.length)] = (byte) random.nextInt(32, 127);
        }

        assertThat(outcome(decoder(json().with("format", "department-cut", "~never~")), record))
                .isEqualTo(outcome(new JsonClickDecoder(), record));
    }

    private static String outcome(JsonClickDecoder decoder, byte[] record) {
        ClickFields found = new ClickFields();
        try {
            decoder.decode(record, found);
        } catch (MalformedRecordException e) {
            return e.getMessage();
        }
        return String.join(
                "|",
                String.valueOf(found.user()),
                String.valueOf(found.hasTime()),
                String.valueOf(found.time()),
                String.valueOf(found.eventType()),
                String.valueOf(found.department()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "7|7",
                "1.50|1.50",
                "\"abc\"|abc",
                "\"7\"|\"7",
                "\"-x\"|\"-x",
                "\"\\\"7\"|\"\"7",
                "\"\"|",
                "null|"
            })
    void readsAnIdForTheFilterOfDuplicates(String id, String found) throws Exception {
        PropertyGroups groups = json().with("duplicates", "id", "/event/id");

        decode(groups, "{\"event\":{\"id\":%s},\"userid\":7,\"eventtimestamp\":5}".formatted(id));

        assertThat(fields.get(ClickField.ID)).isEqualTo(found);
    }

    @Test
    void takesTheLastIdOfTheSameName() throws Exception {
        PropertyGroups groups = json().with("duplicates", "id", "/event/id");

        decode(groups, "{\"event\":{\"id\":1},\"userid\":7,\"eventtimestamp\":5,\"event\":{}}");

        assertThat(fields.get(ClickField.ID)).isNull();
    }

    @Test
    void refusesAFieldOfAFilterThatIsOfNoUse() {
        PropertyGroups groups =
                json().with("duplicates", "id", "/id").with("bots", "user-agents", "bot");

        assertMalformed(groups, "{\"id\":{}}", "/id must be a number or a string, found an object");
        assertMalformed(
                groups, "{\"id\":true}", "/id must be a number or a string, found a boolean");
        assertMalformed(
                groups,
                "{\"user_agent\":7}",
                "/user_agent must be a string or null, found an integer");
    }

    private static PropertyGroups json() {
        return PropertyGroups.none().with("format", "type", "json");
    }

    private static PropertyGroups preset(String name) {
        return json().with("format", "preset", name);
    }

    private static PropertyGroups inside() {
        return json().with("format", "user", "/detail/user")
                .with("format", "time", "/detail/time")
                .with("format", "event-type", "/detail/type")
                .with("format", "department", "/detail/dep");
    }

    private static JsonClickDecoder decoder(PropertyGroups groups) {
        ReplayConfig config = ReplayConfig.parse(groups.build());
        return (JsonClickDecoder) ClickDecoders.of(config.format(), config.optionalFields());
    }

    private void decode(PropertyGroups groups, String record) throws MalformedRecordException {
        decoder(groups).decode(record.getBytes(StandardCharsets.UTF_8), fields);
    }

    private void assertMalformed(PropertyGroups groups, String record, String problem) {
        assertThatThrownBy(() -> decode(groups, record))
                .isInstanceOf(MalformedRecordException.class)
                .message()
                .startsWith(problem)
                .doesNotContain("\n");
    }

    private void assertFields(UserId user, String time, String eventType, String department) {
        assertThat(fields.user()).isEqualTo(user);
        assertThat(fields.hasTime()).isTrue();
        assertThat(Instant.ofEpochMilli(fields.time())).isEqualTo(time);
        assertThat(fields.eventType()).isEqualTo(eventType);
        assertThat(fields.department()).isEqualTo(department);
    }
}
