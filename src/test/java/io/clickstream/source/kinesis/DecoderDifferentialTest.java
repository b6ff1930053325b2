package io.clickstream.source.kinesis;

import static io.clickstream.testing.PropertyGroups.smallest;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.config.JobConfig;
import io.clickstream.event.Click;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.event.Incoming;
import io.clickstream.event.UserId;
import io.clickstream.format.ClickDecoder;
import io.clickstream.format.ClickDecoders;
import io.clickstream.format.registry.RegistryClickDecoder;
import io.clickstream.local.server.ConfluentRegistry;
import io.clickstream.local.server.GlueRegistry;
import io.clickstream.source.BotSigns;
import io.clickstream.source.RecordDecoder;
import io.clickstream.source.kinesis.ReferenceDecoder.Refused;
import io.clickstream.testing.AwsCredentials;
import io.clickstream.testing.Clicks;
import io.clickstream.testing.GzipRecords;
import io.clickstream.testing.JsonShape;
import io.clickstream.testing.MutatedJson;
import io.clickstream.testing.PackedRecord;
import io.clickstream.testing.PropertyGroups;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.avro.Schema;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.SourceOutput;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.Record;

/**
 * Records of all formats, most of them damaged, against a slow reference: the same click or a
 * letter with the same reason, for each record that went in, and no exception.
 *
 * <p>{@code -Ddecode.cases=2000000} makes it as many cases as one has time for.
 */
class DecoderDifferentialTest {

    private static final int CASES = 60_000;
    private static final int SHOWN = 10;

    private static final int MAX_BYTES = 4096;
    private static final long NOW = Clicks.time("12:00:00");
    private static final long SKEW = 60_000;
    private static final long EARLIEST = 1_000_000_000_000L;
    private static final long[] EDGES = {EARLIEST, NOW + SKEW, NOW - 3_000_000_000L};
    private static final Set<String> CHECKOUT = Set.of("order_checkout");

    /** All that writers may think of. */
    private static final String RICH =
            """
            {"type": "record", "name": "Click", "namespace": "shop", "fields": [
              {"name": "tags", "type": {"type": "array", "items": "string"}},
              {"name": "nulls", "type": {"type": "array", "items": "null"}},
              {"name": "map", "type": {"type": "map", "values": {"type": "map", "values": "bytes"}}},
              {"name": "userid", "type": ["null", "int", "string", "long"]},
              {"name": "eventtimestamp",
               "type": [{"type": "long", "logicalType": "timestamp-micros"}, "null"]},
              {"name": "four", "type": {"type": "fixed", "name": "Four", "size": 4}},
              {"name": "event_type", "type": ["null", "boolean", "double", "string",
                {"type": "enum", "name": "Kind", "symbols": ["view", "order_checkout"]}]},
              {"name": "parent", "type": ["null", "Click"]},
              {"name": "product_type", "type": ["string", "null", "float", "long", "Kind"]},
              {"name": "event_id", "type": ["null", "string", "long", "int"]},
              {"name": "user_agent", "type": ["null", "string"]}]}
            """;

    private static final String WITHOUT_USER =
            "{\"type\":\"record\",\"name\":\"Visit\",\"fields\":["
                    + "{\"name\":\"eventtimestamp\",\"type\":\"long\"}]}";

    /** A decoder, its reference, and what makes records for both. */
    private record Subject(
            String name,
            ClickEmitter emitter,
            ReferenceDecoder reference,
            Supplier<byte[]> records) {}

    private final Random random = new Random();
    private final MutatedJson json = new MutatedJson(random, EDGES);
    private final MutatedAvro avro = new MutatedAvro(random, EDGES);
    private final Map<Reason, Long> letters = new EnumMap<>(Reason.class);
    private long clicks;
    private final ConfluentRegistry confluent = ConfluentRegistry.start();
    private final GlueRegistry glue = GlueRegistry.start();
    private final AwsCredentials credentials = AwsCredentials.some();

    @AfterEach
    void close() {
        credentials.close();
        confluent.close();
        glue.close();
    }

    @Test
    void decidesAsTheReferenceDoes() throws Exception {
        long seed = Long.getLong("decode.seed", System.nanoTime());
        int cases = Integer.getInteger("decode.cases", CASES);
        List<String> differences = new ArrayList<>();
        long expected = 0;
        List<Subject> subjects = subjects();
        for (int i = 0; i < cases && differences.size() < SHOWN; i++) {
            random.setSeed(seed + i);
            Subject subject = subjects.get(i % subjects.size());
            byte[] record = packedAtTimes(subject);
            List<String> right = subject.reference.decode(record);
            List<String> found = decide(subject.emitter, record);
            expected += right.size();
            if (!found.equals(right)) {
                differences.add(
                        "%s, -Ddecode.seed=%d -Ddecode.cases=%d: %s must be %s, found %s"
                                .formatted(subject.name, seed, i + 1, shown(record), right, found));
            }
        }
        assertThat(differences).isEmpty();
        assertThat(clicks + letters.values().stream().mapToLong(n -> n).sum()).isEqualTo(expected);
        System.out.printf(
                "seed %d: %d records, %d clicks, letters %s%n", seed, expected, clicks, letters);
        if (cases >= CASES) {
            assertThat(clicks).isBetween(expected / 5, expected * 4 / 5);
            assertThat(letters)
                    .containsOnlyKeys(
                            Reason.MALFORMED,
                            Reason.MISSING_USER,
                            Reason.MISSING_TIME,
                            Reason.BEFORE_1970,
                            Reason.IMPLAUSIBLE_TIME,
                            Reason.FUTURE,
                            Reason.TOO_LARGE,
                            Reason.UNKNOWN_SCHEMA);
        }
    }

    private List<Subject> subjects() throws IOException {
        List<Subject> subjects = new ArrayList<>();
        for (JsonShape shape : JsonShape.ALL) {
            subjects.add(ofJson(shape, false));
        }
        subjects.add(ofJson(JsonShape.ALL.get(0), true));
        Schema wire =
                new Schema.Parser()
                        .parse(Files.readString(Path.of("src/main/avro/ClickEvent.avsc")));
        Schema rich = new Schema.Parser().parse(RICH);
        subjects.add(ofAvro("Avro", wire, 1));
        subjects.add(ofAvro("rich Avro", rich, 1000));
        subjects.add(ofConfluent(confluent, wire, rich));
        subjects.add(ofGlue(glue, wire, rich));
        return subjects;
    }

    private Subject ofJson(JsonShape shape, boolean unpacksGzip) {
        Supplier<byte[]> records = () -> json.record(shape);
        return subject(
                shape.name(),
                shape.configuration(),
                null,
                new ReferenceJson(shape)::read,
                shape.checkouts(),
                unpacksGzip,
                unpacksGzip ? () -> gzipped(records) : records);
    }

    private Subject ofAvro(String name, Schema schema, long unitsPerMilli) {
        return subject(
                name,
                withFilters()
                        .with("format", "type", "avro")
                        .with("format", "writer-schema", schema.toString()),
                null,
                new ReferenceAvro(schema, unitsPerMilli)::read,
                CHECKOUT,
                false,
                () -> avro.datum(schema, unitsPerMilli));
    }

    private Subject ofConfluent(ConfluentRegistry registry, Schema wire, Schema rich) {
        Map<Integer, ReferenceAvro> known =
                Map.of(
                        registry.register("a", wire.toString()),
                        new ReferenceAvro(wire, 1),
                        registry.register("b", rich.toString()),
                        new ReferenceAvro(rich, 1000));
        int unusable = registry.register("c", WITHOUT_USER);
        return subject(
                "Confluent's frames",
                withFilters()
                        .with("registry", "type", "confluent")
                        .with("registry", "url", registry.uri().toString()),
                "registry",
                record -> {
                    if (record.length < 5 || record[0] != 0) {
                        throw new Refused(Reason.MALFORMED);
                    }
                    int id = ByteBuffer.wrap(record, 1, 4).getInt();
                    if (id == unusable || !known.containsKey(id)) {
                        throw new Refused(
                                id == unusable ? Reason.MALFORMED : Reason.UNKNOWN_SCHEMA);
                    }
                    return known.get(id).read(Arrays.copyOfRange(record, 5, record.length));
                },
                CHECKOUT,
                false,
                () -> {
                    boolean isWire = random.nextBoolean();
                    int id = random.nextInt(20) == 0 ? random.nextInt(9) - 2 : isWire ? 1 : 2;
                    byte[] datum = isWire ? avro.datum(wire, 1) : avro.datum(rich, 1000);
                    return damagedAtTimes(
                            ByteBuffer.allocate(5 + datum.length)
                                    .put((byte) 0)
                                    .putInt(id)
                                    .put(datum)
                                    .array());
                });
    }

    private Subject ofGlue(GlueRegistry registry, Schema wire, Schema rich) {
        UUID ofWire = registry.register("a", "AVRO", wire.toString());
        UUID ofRich = registry.register("b", "AVRO", rich.toString());
        Map<UUID, ReferenceAvro> known =
                Map.of(ofWire, new ReferenceAvro(wire, 1), ofRich, new ReferenceAvro(rich, 1000));
        return subject(
                "Glue's frames",
                withFilters()
                        .with("registry", "type", "glue")
                        .with("registry", "region", GlueRegistry.REGION)
                        .with("registry", "endpoint", registry.uri().toString()),
                "registry",
                record -> {
                    if (record.length < 18
                            || record[0] != 3
                            || (record[1] != 0 && record[1] != 5)) {
                        throw new Refused(Reason.MALFORMED);
                    }
                    ByteBuffer id = ByteBuffer.wrap(record, 2, 16);
                    ReferenceAvro reader = known.get(new UUID(id.getLong(), id.getLong()));
                    if (reader == null) {
                        throw new Refused(Reason.UNKNOWN_SCHEMA);
                    }
                    byte[] body = Arrays.copyOfRange(record, 18, record.length);
                    return reader.read(
                            record[1] == 0 ? body : ReferenceDecoder.inflate(body, MAX_BYTES));
                },
                CHECKOUT,
                false,
                () -> {
                    boolean isWire = random.nextBoolean();
                    boolean isPacked = random.nextBoolean();
                    byte[] datum = isWire ? avro.datum(wire, 1) : avro.datum(rich, 1000);
                    if (random.nextInt(100) == 0) {
                        datum = Arrays.copyOf(datum, MAX_BYTES - 1 + random.nextInt(4));
                    }
                    byte[] body = isPacked ? deflated(datum) : datum;
                    UUID id = isWire ? ofWire : ofRich;
                    return damagedAtTimes(
                            ByteBuffer.allocate(18 + body.length)
                                    .put((byte) 3)
                                    .put((byte) (isPacked ? 5 : 0))
                                    .putLong(id.getMostSignificantBits())
                                    .putLong(id.getLeastSignificantBits())
                                    .put(body)
                                    .array());
                });
    }

    private static PropertyGroups withFilters() {
        return smallest()
                .with("duplicates", "id", "/event_id")
                .with("bots", "user-agents", JsonShape.BOT);
    }

    private static Subject subject(
            String name,
            PropertyGroups groups,
            String registry,
            ReferenceDecoder.Reader reader,
            Set<String> checkouts,
            boolean unpacksGzip,
            Supplier<byte[]> records) {
        JobConfig config = JobConfig.parse(groups.build());
        ClickDecoder decoder =
                registry == null
                        ? ClickDecoders.of(config.format(), config.optionalFields())
                        : new RegistryClickDecoder(
                                config.registry().orElseThrow(),
                                config.optionalFields(),
                                MAX_BYTES);
        RecordDecoder whole =
                new RecordDecoder(
                                decoder,
                                config.format().checkoutEventTypes(),
                                BotSigns.of(config.filters()),
                                MAX_BYTES,
                                Duration.ofMillis(SKEW),
                                Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC))
                        .notBefore(config.eventTime().earliest())
                        .unpacking(unpacksGzip);
        return new Subject(
                name,
                new ClickEmitter("clicks", whole),
                new ReferenceDecoder(
                        reader, checkouts, unpacksGzip, MAX_BYTES, EARLIEST, NOW + SKEW),
                records);
    }

    /** One in eight is a package of several, which may be damaged, with a right sum or without. */
    private byte[] packedAtTimes(Subject subject) {
        if (random.nextInt(8) > 0) {
            return subject.records.get();
        }
        List<byte[]> records = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            records.add(subject.records.get());
        }
        byte[] packed = PackedRecord.of("key", records);
        return switch (random.nextInt(6)) {
            case 0 -> avro.mutated(packed);
            case 1, 2 ->
                    PackedRecord.of(
                            avro.mutated(Arrays.copyOfRange(packed, 4, packed.length - 16)));
            default -> packed;
        };
    }

    private byte[] damagedAtTimes(byte[] record) {
        return random.nextInt(8) == 0 ? avro.mutated(record) : record;
    }

    /** Records as gzip, alone or in an envelope of CloudWatch Logs, and some that are not. */
    private byte[] gzipped(Supplier<byte[]> records) {
        byte[] content = random.nextInt(3) == 0 ? records.get() : envelope(records);
        if (random.nextInt(6) == 0) {
            return content;
        }
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        write(content, packed);
        return damagedAtTimes(packed.toByteArray());
    }

    private byte[] envelope(Supplier<byte[]> records) {
        String[] messages = new String[random.nextInt(4)];
        for (int i = 0; i < messages.length; i++) {
            messages[i] = new String(records.get(), UTF_8);
        }
        String type = random.nextInt(12) == 0 ? "CONTROL_MESSAGE" : "DATA_MESSAGE";
        byte[] envelope = GzipRecords.envelope(type, messages).getBytes(UTF_8);
        return random.nextInt(3) == 0 ? avro.mutated(envelope) : envelope;
    }

    private static void write(byte[] content, ByteArrayOutputStream packed) {
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] deflated(byte[] body) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new DeflaterOutputStream(packed)) {
            out.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }

    private List<String> decide(ClickEmitter emitter, byte[] bytes) {
        Record record =
                Record.builder().sequenceNumber("7").data(SdkBytes.fromByteArray(bytes)).build();
        List<String> outcomes = new ArrayList<>();
        try {
            emitter.emitRecord(
                    record,
                    new Emitted(outcomes),
                    new ShardState(
                            new ShardSplit("shard-1", List.of(), ShardPosition.TRIM_HORIZON)));
        } catch (RuntimeException e) {
            outcomes.add("threw " + e);
        }
        return outcomes;
    }

    /** In the words of the reference. */
    private String line(Incoming incoming) {
        if (incoming instanceof DeadLetter letter) {
            letters.merge(letter.reason(), 1L, Long::sum);
            boolean isDefect =
                    letter.detail().startsWith("the decoder failed")
                            || letter.detail().contains("\n");
            return isDefect ? letter.detail() : letter.reason().label();
        }
        clicks++;
        Click click = (Click) incoming;
        UserId user = click.user();
        return ReferenceDecoder.line(
                (user.isQuoted() ? ReferenceDecoder.TEXT : ReferenceDecoder.NUMBER) + user.asText(),
                click.timestamp(),
                click.department(),
                click.isCheckout(),
                click.id(),
                click.item(),
                click.botSign() != null);
    }

    private static String shown(byte[] record) {
        String text = new String(record, UTF_8);
        return (text.length() < 300 ? text : text.substring(0, 300) + "…")
                + " ("
                + HexFormat.of().formatHex(record, 0, Math.min(200, record.length))
                + ")";
    }

    private final class Emitted implements SourceOutput<Incoming> {

        private final List<String> outcomes;

        Emitted(List<String> outcomes) {
            this.outcomes = outcomes;
        }

        @Override
        public void collect(Incoming record) {
            outcomes.add(line(record));
        }

        @Override
        public void collect(Incoming record, long timestamp) {
            collect(record);
        }

        @Override
        public void emitWatermark(Watermark watermark) {
            throw new UnsupportedOperationException("A record is no watermark");
        }

        @Override
        public void markIdle() {
            throw new UnsupportedOperationException("A record is not idle");
        }

        @Override
        public void markActive() {
            throw new UnsupportedOperationException("A record is not idle");
        }
    }
}
