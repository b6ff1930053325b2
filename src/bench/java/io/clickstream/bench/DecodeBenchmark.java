package io.clickstream.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.bench.json.JsonRows;
import io.clickstream.bench.json.LabShape;
import io.clickstream.bench.json.NestedShape;
import io.clickstream.bench.json.RecordShape;
import io.clickstream.bench.json.RecordShape.Found;
import io.clickstream.bench.json.ShopShape;
import io.clickstream.config.ClickField;
import io.clickstream.config.JobConfig;
import io.clickstream.event.UserId;
import io.clickstream.format.ClickDecoder;
import io.clickstream.format.ClickDecoders;
import io.clickstream.format.ClickFields;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Measures the decoder of JSON clicks against others that read the same fields, over the same
 * records, in turns, in one thread: Jackson's streaming parser, Jackson's tree, and the format of
 * Flink SQL. A pass that only looks at each byte shows how much of the time is the reading itself.
 * The time is that of the thread on a processor, so that other programs disturb it less.
 */
final class DecodeBenchmark implements Callable<Integer> {

    private static final int RECORDS = 20_000;
    private static final int ROUNDS = 7;
    private static final int WARM_UPS = 3;
    private static final long ROUND_NANOS = 1_000_000_000;
    private static final int WRONG = 1;

    private static final List<RecordShape> SHAPES =
            List.of(new LabShape(), new ShopShape(), new NestedShape());

    private static final String OURS = "ours";
    private static final String EACH_BYTE = "each byte";

    private final PrintStream out = System.out;
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    /** Reads one record, and returns a number that all its fields are in. */
    private interface Peer {
        long read(byte[] record) throws Exception;
    }

    /** Returns 0 only if all programs read the same. */
    @Override
    public Integer call() throws Exception {
        out.printf("records/s, one thread, medians of %d rounds in turns%n%n", ROUNDS);
        boolean hasHeader = false;
        double ofLab = 0;
        for (RecordShape shape : SHAPES) {
            List<byte[]> records = records(shape);
            Map<String, Peer> peers = peers(shape);
            for (byte[] record : records) {
                if (!agree(peers, record)) {
                    out.println(
                            shape.label()
                                    + ": the fields of a record differ: "
                                    + Arrays.toString(record));
                    return WRONG;
                }
            }
            Map<String, Double> rates = measure(peers, records);
            if (!hasHeader) {
                out.println(
                        "| records | bytes | "
                                + String.join(" | ", rates.keySet())
                                + " | ours of the first |");
                out.println("|:--|--:|" + "--:|".repeat(rates.size() + 1));
                ofLab = rates.get(OURS);
                hasHeader = true;
            }
            StringBuilder row = new StringBuilder();
            row.append("| %s | %,d |".formatted(shape.label(), bytes(records)));
            rates.values().forEach(rate -> row.append(" %,.0f |".formatted(rate)));
            out.println(row.append(" %.2f |".formatted(rates.get(OURS) / ofLab)));
        }
        return 0;
    }

    private static List<byte[]> records(RecordShape shape) {
        List<byte[]> records = new ArrayList<>(RECORDS);
        ClickGenerator.generate(
                Workload.LAB,
                click -> {
                    if (records.size() < RECORDS) {
                        records.add(shape.encode(click));
                    }
                });
        return records;
    }

    private static long bytes(List<byte[]> records) {
        return records.stream().mapToLong(record -> record.length).sum() / records.size();
    }

    private static Map<String, Peer> peers(RecordShape shape) {
        Map<String, Peer> peers = new LinkedHashMap<>();
        peers.put(EACH_BYTE, DecodeBenchmark::sum);
        peers.put(OURS, ours(shape));
        JsonFactory factory = new JsonFactory();
        peers.put(
                "Jackson's parser",
                record -> {
                    try (JsonParser parser = factory.createParser(record)) {
                        return shape.parse(parser).checksum();
                    }
                });
        ObjectMapper mapper = new ObjectMapper();
        peers.put("Jackson's tree", record -> shape.pick(mapper.readTree(record)).checksum());
        JsonRows rows = new JsonRows(shape.rowType());
        peers.put("Flink SQL's format", record -> shape.pick(rows.read(record)).checksum());
        return peers;
    }

    private static long sum(byte[] record) {
        long sum = 1;
        for (byte each : record) {
            sum = 31 * sum + each;
        }
        return sum;
    }

    private static Peer ours(RecordShape shape) {
        Map<String, Map<String, String>> groups = new HashMap<>(shape.settings());
        // The configuration wants a source and a sink.
        groups.put("source.kafka", Map.of("bootstrap-servers", "none:1", "topic", "none"));
        groups.put("sink.kafka", Map.of());
        JobConfig config = JobConfig.parse(groups);
        ClickDecoder decoder = ClickDecoders.of(config.format(), config.optionalFields());
        ClickFields fields = new ClickFields();
        return record -> {
            decoder.decode(record, fields);
            UserId user = fields.user();
            return new Found(
                            user.text() == null ? user.number() : user.text().length(),
                            fields.time(),
                            fields.eventType(),
                            fields.department(),
                            fields.get(ClickField.ITEM))
                    .checksum();
        };
    }

    private static boolean agree(Map<String, Peer> peers, byte[] record) throws Exception {
        long ours = peers.get(OURS).read(record);
        for (Map.Entry<String, Peer> peer : peers.entrySet()) {
            if (!peer.getKey().equals(EACH_BYTE) && peer.getValue().read(record) != ours) {
                return false;
            }
        }
        return true;
    }

    private Map<String, Double> measure(Map<String, Peer> peers, List<byte[]> records)
            throws Exception {
        Map<String, double[]> rates = new LinkedHashMap<>();
        peers.keySet().forEach(name -> rates.put(name, new double[ROUNDS]));
        for (int round = -WARM_UPS; round < ROUNDS; round++) {
            for (Map.Entry<String, Peer> peer : peers.entrySet()) {
                double rate = rate(peer.getValue(), records);
                if (round >= 0) {
                    rates.get(peer.getKey())[round] = rate;
                }
            }
        }
        Map<String, Double> medians = new LinkedHashMap<>();
        rates.forEach((name, all) -> medians.put(name, Measurement.median(all)));
        return medians;
    }

    /** Records per second, over all of them as often as they fit into a round. */
    private double rate(Peer peer, List<byte[]> records) throws Exception {
        long begin = threads.getCurrentThreadCpuTime();
        long read = 0;
        long checksum = 0;
        long elapsed;
        do {
            for (byte[] record : records) {
                checksum += peer.read(record);
            }
            read += records.size();
            elapsed = threads.getCurrentThreadCpuTime() - begin;
        } while (elapsed < ROUND_NANOS);
        if (checksum == 0) {
            throw new IllegalStateException("Can't happen; but the JVM must not know");
        }
        return read * 1e9 / elapsed;
    }
}
