package io.clickstream.bench;

import com.amazonaws.services.schemaregistry.deserializers.GlueSchemaRegistryKafkaDeserializer;
import io.clickstream.config.JobConfig;
import io.clickstream.config.OptionalFields;
import io.clickstream.format.ClickFields;
import io.clickstream.format.MalformedRecordException;
import io.clickstream.format.registry.RegistryClickDecoder;
import io.clickstream.local.server.GlueRegistry;
import io.clickstream.local.server.RegistryEncoders;
import io.clickstream.local.server.RegistryEncoders.VersionedEncoder;
import io.clickstream.local.server.WriterVersion;
import io.clickstream.tools.traffic.GeneratedClick;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.util.Utf8;

/**
 * Measures the decoder of registered schemas against the deserializer of Glue's own serde, over the
 * same records, in turns, in one thread. Both give the four fields that the job needs.
 */
final class RegistryBenchmark implements Callable<Integer> {

    private static final String TOPIC = "ExampleTopic";
    private static final int RECORDS = 100_000;
    private static final int ROUNDS = 7;
    private static final int WARM_UPS = 3;
    private static final long ROUND_NANOS = 1_000_000_000;
    private static final int WRONG = 1;

    private final PrintStream out = System.out;

    /** Decodes one record, and returns a number that all its fields are in. */
    private interface Peer {
        long decode(byte[] record) throws MalformedRecordException;
    }

    /** Returns 0 only if both decoders read the same. */
    @Override
    public Integer call() throws Exception {
        GlueRegistry.logIn();
        try (GlueRegistry registry = GlueRegistry.start();
                GlueSchemaRegistryKafkaDeserializer serde = serde(registry)) {
            Peer theirs = record -> checksum((GenericRecord) serde.deserialize(TOPIC, record));
            RegistryClickDecoder decoder = decoder(registry);
            ClickFields fields = new ClickFields();
            Peer ours =
                    record -> {
                        decoder.decode(record, fields);
                        return checksum(fields);
                    };
            VersionedEncoder plain = RegistryEncoders.glue(registry, TOPIC, false);
            VersionedEncoder packed = RegistryEncoders.glue(registry, TOPIC, true);
            out.printf(
                    "records/s, one thread, medians of %d rounds in turns%n%n"
                            + "| records | ours | Glue's serde | ours is |%n|:--|--:|--:|--:|%n",
                    ROUNDS);
            boolean right = true;
            right &=
                    compare(
                            "one schema",
                            click -> plain.encode(WriterVersion.NEWER, click),
                            ours,
                            theirs);
            right &= compare("two schemas in turns", plain.mixed()::encode, ours, theirs);
            right &= compare("two schemas in turns, zlib", packed.mixed()::encode, ours, theirs);
            return right ? 0 : WRONG;
        }
    }

    private boolean compare(
            String name, Function<GeneratedClick, byte[]> encoder, Peer ours, Peer theirs)
            throws MalformedRecordException {
        List<byte[]> records = records(encoder);
        for (byte[] record : records) {
            if (ours.decode(record) != theirs.decode(record)) {
                out.println(name + ": the fields of a record differ: " + Arrays.toString(record));
                return false;
            }
        }
        double[] oursPerSecond = new double[ROUNDS];
        double[] theirsPerSecond = new double[ROUNDS];
        for (int round = -WARM_UPS; round < ROUNDS; round++) {
            double rateOfOurs = rate(ours, records);
            double rateOfTheirs = rate(theirs, records);
            if (round >= 0) {
                oursPerSecond[round] = rateOfOurs;
                theirsPerSecond[round] = rateOfTheirs;
            }
        }
        Arrays.sort(oursPerSecond);
        Arrays.sort(theirsPerSecond);
        double fast = oursPerSecond[ROUNDS / 2];
        double slow = theirsPerSecond[ROUNDS / 2];
        out.printf("| %s | %,.0f | %,.0f | %.1f x |%n", name, fast, slow, fast / slow);
        return true;
    }

    private static List<byte[]> records(Function<GeneratedClick, byte[]> encoder) {
        List<byte[]> records = new ArrayList<>(RECORDS);
        ClickGenerator.generate(
                Workload.LAB,
                click -> {
                    if (records.size() < RECORDS) {
                        records.add(encoder.apply(click));
                    }
                });
        return records;
    }

    /** Records per second, over all of them as often as they fit into a round. */
    private static double rate(Peer peer, List<byte[]> records) throws MalformedRecordException {
        long begin = System.nanoTime();
        long decoded = 0;
        long checksum = 0;
        long elapsed;
        do {
            for (byte[] record : records) {
                checksum += peer.decode(record);
            }
            decoded += records.size();
            elapsed = System.nanoTime() - begin;
        } while (elapsed < ROUND_NANOS);
        if (checksum == 0) {
            throw new IllegalStateException("Can't happen; but the JVM must not know");
        }
        return decoded * 1e9 / elapsed;
    }

    private static long checksum(ClickFields fields) {
        return checksum(
                fields.user().number(),
                fields.time(),
                fields.eventType().length(),
                fields.department().length());
    }

    private static long checksum(GenericRecord record) {
        return checksum(
                ((Number) record.get("userid")).longValue(),
                (long) record.get("eventtimestamp"),
                // Names are ASCII here.
                ((Utf8) record.get("event_type")).getByteLength(),
                ((Utf8) record.get("product_type")).getByteLength());
    }

    private static long checksum(long user, long time, long eventType, long department) {
        return ((user * 31 + time) * 31 + eventType) * 31 + department;
    }

    private static RegistryClickDecoder decoder(GlueRegistry registry) {
        JobConfig config =
                JobConfig.parse(
                        Map.of(
                                "source.kafka",
                                Map.of("bootstrap-servers", "none", "topic", TOPIC),
                                "sink.kafka",
                                Map.of(),
                                "registry",
                                registry.properties()));
        return new RegistryClickDecoder(
                config.registry().orElseThrow(),
                OptionalFields.NONE,
                config.format().maxRecordBytes());
    }

    private static GlueSchemaRegistryKafkaDeserializer serde(GlueRegistry registry) {
        Map<String, Object> settings = RegistryEncoders.glueSettings(registry);
        GlueSchemaRegistryKafkaDeserializer serde =
                new GlueSchemaRegistryKafkaDeserializer(RegistryEncoders.credentials(), settings);
        serde.configure(settings, false);
        return serde;
    }
}
