package io.clickstream.source;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.clickstream.config.JobConfig;
import io.clickstream.event.Click;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.Incoming;
import io.clickstream.event.RawRecord;
import io.clickstream.format.ClickDecoders;
import io.clickstream.testing.GzipRecords;
import io.clickstream.testing.PropertyGroups;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/**
 * Sends a decoder what should fill the heap, in a process of its own with a small one. Prints for
 * each kind of record what became of it.
 */
final class HostileRecords {

    /** Just below the limit of a record's size. */
    private static final int LONG = 900_000;

    /** Times {@link #LONG}, more than the heap. */
    private static final int RECORDS = 100;

    private static final List<String> FIELDS =
            List.of(
                    "userid",
                    "event_type",
                    "product_type",
                    "event_id",
                    "user_agent",
                    "ip",
                    "item",
                    "other");

    /** The program's entry point. */
    public static void main(String[] args) throws Exception {
        RecordDecoder json = decoder("json");
        for (String field : FIELDS) {
            run("long " + field, json, RECORDS, i -> object(field, text(i, LONG)).getBytes(UTF_8));
        }
        run("long names in UTF-8", json, RECORDS, i -> names(i, LONG / 45_000, 45_000, UTF_8));
        run("long names in UTF-16", json, RECORDS, i -> names(i, LONG / 90_000, 45_000, UTF_16LE));
        run(
                "long names in gzip",
                json.unpacking(true),
                RECORDS,
                i -> GzipRecords.gzip(new String(names(i, LONG / 45_000, 45_000, UTF_8), UTF_8)));
        run("many names in UTF-8", json, 10, i -> names(i, LONG / 1_030, 1_024, UTF_8));
        run("many names in UTF-16", json, 30, i -> names(i, LONG / 2_060, 1_024, UTF_16LE));
        for (String field : FIELDS) {
            run(
                    "longest " + field,
                    json,
                    5_000,
                    i -> object(field, text(i, 1_024)).getBytes(UTF_8));
        }
        RecordDecoder avro = decoder("avro");
        for (String field : List.of("event_type", "product_type", "user_agent")) {
            run("long Avro " + field, avro, RECORDS, i -> avro(field, text(i, LONG)));
            run("longest Avro " + field, avro, 5_000, i -> avro(field, text(i, 1_024)));
        }
    }

    private static RecordDecoder decoder(String type) {
        PropertyGroups groups =
                PropertyGroups.smallest()
                        .with("format", "type", type)
                        .with("duplicates", "id", "/event_id")
                        .with("bots", "user-agents", "crawler")
                        .with("bots", "ip-ranges", "192.0.2.0/24");
        JobConfig config =
                JobConfig.parse(
                        (type.equals("avro")
                                        ? groups.with(
                                                "format", "writer-schema", schema().toString())
                                        : groups.with("format", "item", "/item")
                                                .with("trending", "field", "item"))
                                .build());
        return new RecordDecoder(
                        ClickDecoders.of(config.format(), config.optionalFields()),
                        config.format().checkoutEventTypes(),
                        BotSigns.of(config.filters()),
                        config.format().maxRecordBytes(),
                        config.eventTime().maxFutureSkew(),
                        Clock.systemUTC())
                .with(true, null);
    }

    private static void run(
            String kind, RecordDecoder decoder, int records, IntFunction<byte[]> make) {
        Map<String, Integer> outcomes = new TreeMap<>();
        for (int i = 0; i < records; i++) {
            RawRecord raw = new RawRecord("clicks", 0, i, make.apply(i));
            if (decoder.unpacks(raw.bytes())) {
                decoder.unpack(raw, outcome -> count(outcome, outcomes));
            } else {
                count(decoder.decode(raw), outcomes);
            }
        }
        System.out.println(kind + ": " + outcomes);
    }

    private static void count(Incoming outcome, Map<String, Integer> outcomes) {
        outcomes.merge(
                outcome instanceof Click ? "click" : ((DeadLetter) outcome).reason().label(),
                1,
                Integer::sum);
    }

    private static String object(String field, String text) {
        return "{\"userid\":1,\"eventtimestamp\":1655183298630,\"" + field + "\":\"" + text + "\"}";
    }

    private static byte[] names(int record, int count, int length, Charset charset) {
        StringBuilder json = new StringBuilder("{\"userid\":1,\"eventtimestamp\":1655183298630");
        for (int i = 0; i < count; i++) {
            json.append(",\"").append(text(record * count + i, length)).append("\":0");
        }
        return json.append('}').toString().getBytes(charset);
    }

    /** Different ones differ at both ends. */
    private static String text(int number, int length) {
        String end = "n" + number + "n";
        return end + "x".repeat(length - 2 * end.length()) + end;
    }

    private static Schema schema() {
        return SchemaBuilder.record("Click")
                .fields()
                .requiredInt("userid")
                .requiredLong("eventtimestamp")
                .requiredString("event_type")
                .requiredString("product_type")
                .requiredString("user_agent")
                .endRecord();
    }

    private static byte[] avro(String field, String text) {
        GenericRecord record = new GenericData.Record(schema());
        record.put("userid", 1);
        record.put("eventtimestamp", 1655183298630L);
        for (String each : List.of("event_type", "product_type", "user_agent")) {
            record.put(each, each.equals(field) ? text : "");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        try {
            new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new IllegalStateException("Can't happen: nothing is written but memory", e);
        }
        return bytes.toByteArray();
    }

    private HostileRecords() {}
}
