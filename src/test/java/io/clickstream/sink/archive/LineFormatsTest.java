package io.clickstream.sink.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.event.ArchivedBatch;
import io.clickstream.event.ArchivedRecord;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.RawRecord;
import io.clickstream.testing.StrictCsv;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

class LineFormatsTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long TIME = Instant.parse("2019-11-03T22:24:19.281Z").toEpochMilli();

    @Test
    void aLineOfJsonIsTheRecord() throws Exception {
        ArchivedBatch batch = new ArchivedBatch("dt=2019-11-03");
        assertThat(line(new JsonLines(), batch)).isEmpty();
        batch.add(record("{\"a\": 1.50}"));
        batch.add(record("{}"));

        assertThat(line(new JsonLines(), batch)).isEqualTo("{\"a\": 1.50}\n{}\n");
    }

    @Test
    void csvBeginsWithTheNamesOfItsColumns() throws Exception {
        assertThat(csv().header()).asString(UTF_8).isEqualTo("id,\"the, \"\"name\"\"\",item\r\n");
    }

    @Test
    void csvHasValuesAsTheyAre() throws Exception {
        LineFormat<ArchivedRecord> csv = InstantiationUtil.clone(csv());

        assertThat(line(csv, record("{\"id\":1.50,\"n\":{\"name\":\"Zoë\"},\"items\":[7]}")))
                .isEqualTo("1.50,Zoë,7\r\n");
        assertThat(
                        line(
                                csv,
                                record(
                                        "{\"id\":9007199254740993,\"n\":{\"name\":\"a\\r"
                                                + "\\n"
                                                + "b,\\\"\"},\"items\":[{\"x\":[1]}]}")))
                .isEqualTo("9007199254740993,\"a\r\nb,\"\"\",\"{\"\"x\"\":[1]}\"\r\n");
        assertThat(line(csv, record("{\"id\":true,\"n\":{\"name\":null}}")))
                .isEqualTo("true,,\r\n");
    }

    /** A decoder may refuse it, and the archive still has it. */
    @Test
    void csvAndLogsTakeAnyNumber() throws Exception {
        LogLines log = new LogLines(JsonPointer.compile("/id"), ArchivedRecord::arrival);
        for (String number : List.of("1e99999999999", "-1e-99999999999", "1e-2147483648")) {
            ArchivedRecord record =
                    record("{\"id\":" + number + ",\"items\":[[" + number + "]],\"x\":1.50}");

            assertThat(line(csv(), record)).isEqualTo(number + ",,[" + number + "]\r\n");
            assertThat(line(log, record)).endsWith("," + number + "\n");
        }
    }

    @Test
    void csvOfNothingIsStillARow() throws Exception {
        assertThat(StrictCsv.parse(line(csv(), record("{}")))).containsExactly(List.of("", "", ""));
        CsvLines one = new CsvLines(Map.of("id", JsonPointer.compile("/id")));

        assertThat(StrictCsv.parse(line(one, record("{}")))).containsExactly(List.of(""));
    }

    @Property(tries = 300)
    void csvIsReadAsItWasWritten(@ForAll List<String> names) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String name : names) {
            String json = JSON.writeValueAsString(name);
            csv().write(record("{\"id\":1,\"n\":{\"name\":" + json + "}}"), out);
        }

        assertThat(StrictCsv.parse(out.toString(UTF_8)).stream().map(row -> row.get(1)))
                // A half of a pair of surrogates is no character, and UTF-8 has none for it.
                .isEqualTo(
                        names.stream()
                                .map(name -> new String(name.getBytes(UTF_8), UTF_8))
                                .toList());
    }

    @Test
    void aLineOfALogIsTimeAndText() throws Exception {
        LineFormat<ArchivedRecord> log =
                InstantiationUtil.clone(
                        new LogLines(JsonPointer.compile("/message"), ArchivedRecord::arrival));

        assertThat(line(log, record("{\"message\": 6}"))).isEqualTo("2019/11/03 22:24:19.281,6\n");
        assertThat(line(log, record("{\"message\":\"a,\\\"b\\\"\\r\\nc\\\\\"}")))
                .isEqualTo("2019/11/03 22:24:19.281,a,\"b\"\\r\\nc\\\\\n");
        assertThat(line(log, record("{\"other\":1}"))).isEqualTo("2019/11/03 22:24:19.281,\n");
    }

    @Test
    void aMalformedRecordIsWholeHoweverLongItIs() throws Exception {
        byte[] bytes = new byte[3_000_000];
        bytes[0] = (byte) 0xFF;
        DeadLetter letter =
                new DeadLetter(
                        DeadLetter.Reason.TOO_LARGE,
                        "much",
                        new RawRecord("clicks", 3, 42, bytes),
                        TIME);

        assertThat(line(new MalformedLines(), letter))
                .isEqualTo(
                        "{\"reason\":\"too-large\",\"detail\":\"much\",\"source\":\"clicks\","
                                + "\"partition\":\"3\",\"offset\":\"42\",\"time\":"
                                + TIME
                                + ",\"size\":3000000,\"base64\":\""
                                + Base64.getEncoder().encodeToString(bytes)
                                + "\"}\n");
    }

    private static CsvLines csv() {
        Map<String, JsonPointer> columns = new LinkedHashMap<>();
        columns.put("id", JsonPointer.compile("/id"));
        columns.put("the, \"name\"", JsonPointer.compile("/n/name"));
        columns.put("item", JsonPointer.compile("/items/0"));
        return new CsvLines(columns);
    }

    private static ArchivedRecord record(String json) {
        return new ArchivedRecord(json.getBytes(UTF_8), ArchivedRecord.NO_TIME, TIME);
    }

    private static <T> String line(LineFormat<T> format, T value) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        format.write(value, out);
        return out.toString(UTF_8);
    }
}
