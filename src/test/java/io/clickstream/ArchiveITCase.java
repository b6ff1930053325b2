package io.clickstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.config.JobConfig;
import io.clickstream.deploy.Calls;
import io.clickstream.deploy.S3Gate;
import io.clickstream.event.DeadLetter;
import io.clickstream.local.results.Results;
import io.clickstream.local.server.KinesisServer;
import io.clickstream.local.server.S3Server;
import io.clickstream.metrics.ClickstreamMetrics;
import io.clickstream.sink.archive.ArchiveStartCheck;
import io.clickstream.testing.ArchiveFiles;
import io.clickstream.testing.Await;
import io.clickstream.testing.LocalJob;
import io.clickstream.testing.PropertyGroups;
import io.clickstream.testing.SavepointStates;
import io.clickstream.testing.StrictCsv;
import io.clickstream.tools.command.ToolCommand;
import io.clickstream.tools.flink.LocalFileSystems;
import io.clickstream.tools.oracle.TrafficLedger;
import io.clickstream.tools.replay.Replay;
import io.clickstream.tools.traffic.ClickEncoder;
import io.clickstream.tools.traffic.GeneratedClick;
import io.clickstream.tools.traffic.ShopTraffic;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * Every record is in the archive once, in order, whatever happens to the job; and can be replayed.
 */
class ArchiveITCase {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final Duration GAP = Duration.ofSeconds(1);
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final Duration OUTAGE = Duration.ofSeconds(Long.getLong("archive.outage", 15));
    private static final int PARTITIONS = 3;
    private static final List<String> TOPICS =
            List.of(Results.DEPARTMENTS_TOPIC, Results.SESSIONS_TOPIC, Results.CHECKOUTS_TOPIC);

    /** Rights that no run needed, and why the role has them. */
    private static final Map<String, String> UNSEEN_AT_S3 =
            new TreeMap<>(
                    Map.of(
                            "s3:AbortMultipartUpload",
                            "the client ends an upload that fails for good",
                            "s3:ListBucketMultipartUploads",
                            "Amazon's guide to multipart uploads names it for who goes on with one",
                            "s3:ListMultipartUploadParts",
                            "the same guide names it, too"));

    @TempDir private static Path serverFolder;
    private static KinesisServer server;

    @BeforeAll
    static void startServer() {
        server = KinesisServer.start(serverFolder.resolve("kinesis.log"));
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    /** Two days of requests to a web server, with all that a CSV file has to escape. */
    @Test
    void webRequestsAreRowsOfADayOnceEachThoughTheTaskManagerIsLost(@TempDir Path folder)
            throws Exception {
        int requests = 10_000;
        Path archive = folder.resolve("archive");
        long midnight =
                LocalDate.now(ZoneOffset.UTC)
                        .atStartOfDay()
                        .toInstant(ZoneOffset.UTC)
                        .toEpochMilli();
        Map<String, List<List<String>>> expected = new TreeMap<>();
        List<PutRecordsRequestEntry> entries = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            Instant time = Instant.ofEpochMilli(midnight - 30_000 + i * 5L);
            String name = i % 3 == 0 ? "Zoë \"Z\" O’Hara, 学" : "Emma\r\nBrown " + i % 7;
            String path = i % 5 == 0 ? "/a,b;\"c\"\n" : "/products/" + i;
            List<String> row =
                    List.of(
                            Integer.toString(i),
                            name,
                            path,
                            i % 2 == 0 ? "" : "buy",
                            time.toString());
            expected.computeIfAbsent(
                            "dt=" + time.toString().substring(0, 10), day -> new ArrayList<>())
                    .add(row);
            Map<String, Object> request = new HashMap<>();
            request.put("id", i);
            request.put("name", name);
            request.put("request", Map.of("path", path));
            request.put("action", i % 2 == 0 ? null : "buy");
            request.put("timestamp", time.toString());
            entries.add(
                    KinesisServer.entry("shard key " + i % 40, JSON.writeValueAsBytes(request)));
        }

        try (LocalJob job = new LocalJob(folder, 1)) {
            server.createStream("requests", 4);
            job.readStream(server, "requests")
                    .set("event-time", "max-future-skew", "2 d")
                    .set("format", "preset", "web-access")
                    .set("format", "department", "/request/path");
            archive(job, archive)
                    .set("sink.archive", "format", "csv")
                    .set(
                            "sink.archive",
                            "columns",
                            "id=/id,name=/name,path=/request/path,action=/action,time=/timestamp")
                    .set("sink.archive", "layout", "day")
                    .start(folder, 4);
            server.put("requests", entries.subList(0, requests / 2));
            awaitRecords(job, 100);
            Await.until("a file", SOON, () -> !ArchiveFiles.finished(archive).isEmpty());
            job.flink().loseTaskManager();
            server.put("requests", entries.subList(requests / 2, requests));
            Await.until("a restart", SOON, () -> job.flink().restarts() > 0);

            Await.until("all rows", SOON, () -> rows(archive).size() >= requests);
            Map<String, List<List<String>>> found = new TreeMap<>();
            for (Path file : ArchiveFiles.finished(archive)) {
                assertThat(file.getFileName().toString()).endsWith(".csv");
                List<List<String>> rows = StrictCsv.parse(Files.readString(file));
                assertThat(rows.get(0)).containsExactly("id", "name", "path", "action", "time");
                found.computeIfAbsent(
                                archive.relativize(file.getParent()).toString(),
                                day -> new ArrayList<>())
                        .addAll(rows.subList(1, rows.size()));
                assertOrderPerShard(rows.subList(1, rows.size()));
            }
            found.values().forEach(rows -> rows.sort(ArchiveITCase::byId));
            assertThat(found).isEqualTo(expected);
            assertThat(expected).hasSize(2);
        }
    }

    /** Records of one key are in one shard, and their ids go up. */
    private static void assertOrderPerShard(List<List<String>> rows) {
        Map<Integer, Integer> last = new HashMap<>();
        for (List<String> row : rows) {
            int id = Integer.parseInt(row.get(0));
            assertThat(id).isGreaterThan(last.getOrDefault(id % 40, -1));
            last.put(id % 40, id);
        }
    }

    private static int byId(List<String> one, List<String> other) {
        return Integer.compare(Integer.parseInt(one.get(0)), Integer.parseInt(other.get(0)));
    }

    private static List<List<String>> rows(Path archive) throws Exception {
        List<List<String>> all = new ArrayList<>();
        for (Path file : ArchiveFiles.finished(archive)) {
            List<List<String>> rows = StrictCsv.parse(Files.readString(file));
            all.addAll(rows.subList(1, rows.size()));
        }
        return all;
    }

    /** What a hundred producers put at once is no click, and is kept like all else. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void linesOfALogAreInTheOrderOfEachShard(int shards, @TempDir Path folder) throws Exception {
        Path archive = folder.resolve("archive");
        String stream = "messages-" + shards;
        try (LocalJob job = new LocalJob(folder, 1)) {
            server.createStream(stream, shards);
            archive(job.readStream(server, stream), archive)
                    .set("sink.archive", "format", "log")
                    .set("sink.archive", "text", "/message")
                    .set("sink.archive", "layout", "firehose")
                    .start(folder, 2);
            putAtOnce(stream, i -> "{\"message\": 6}");
            // As many that can be told apart.
            putAtOnce(stream, i -> "{\"message\": \"of " + i + "\"}");

            Await.until("all lines", SOON, () -> ArchiveFiles.lines(archive).size() >= 200);
            List<Record> records = server.records(stream);
            assertThat(records).hasSize(200);
            assertThat(ArchiveFiles.lines(archive).stream().sorted())
                    .isEqualTo(records.stream().map(ArchiveITCase::logLine).sorted().toList());
            assertThat(job.deadLetterCount(DeadLetter.Reason.MISSING_USER)).isEqualTo(200);
            assertThat(archive.resolve("_malformed")).doesNotExist();
            for (Path file : ArchiveFiles.finished(archive)) {
                assertOrder(Files.readAllLines(file), records, server.shards(stream));
            }
        }
    }

    private static void putAtOnce(String stream, IntFunction<String> message) throws Exception {
        ExecutorService producers = Executors.newFixedThreadPool(100);
        List<Future<?>> all = new ArrayList<>();
        CountDownLatch go = new CountDownLatch(1);
        for (int i = 0; i < 100; i++) {
            int producer = i;
            all.add(
                    producers.submit(
                            () -> {
                                go.await();
                                byte[] bytes = message.apply(producer).getBytes(UTF_8);
                                server.put(
                                        stream,
                                        List.of(KinesisServer.entry("key " + producer, bytes)));
                                return null;
                            }));
        }
        go.countDown();
        for (Future<?> each : all) {
            each.get();
        }
        producers.shutdown();
    }

    /** The server says when a record arrived. */
    private static String logLine(Record record) {
        return DateTimeFormatter.ofPattern("yyyy/MM/dd HH:mm:ss.SSS")
                        .format(record.approximateArrivalTimestamp().atOffset(ZoneOffset.UTC))
                + ","
                + message(record);
    }

    private static String message(Record record) {
        String json = record.data().asUtf8String();
        return json.substring(json.indexOf(':') + 2, json.length() - 1).replace("\"", "");
    }

    /** The records are listed shard by shard, so that their places say the order within each. */
    private static void assertOrder(List<String> lines, List<Record> records, List<Shard> shards)
            throws Exception {
        Map<String, Record> byMessage = new HashMap<>();
        records.forEach(record -> byMessage.put(message(record), record));
        Map<String, Integer> last = new HashMap<>();
        for (String line : lines) {
            String message = line.substring(line.indexOf(',') + 1);
            if (!message.equals("6")) {
                Record record = byMessage.get(message);
                int place = records.indexOf(record);
                String shard = shardOf(record.partitionKey(), shards);
                assertThat(place).isGreaterThan(last.getOrDefault(shard, -1));
                last.put(shard, place);
            }
        }
    }

    private static String shardOf(String key, List<Shard> shards) throws Exception {
        BigInteger hash =
                new BigInteger(1, MessageDigest.getInstance("MD5").digest(key.getBytes(UTF_8)));
        return shards.stream()
                .filter(
                        shard ->
                                hash.compareTo(
                                                        new BigInteger(
                                                                shard.hashKeyRange()
                                                                        .startingHashKey()))
                                                >= 0
                                        && hash.compareTo(
                                                        new BigInteger(
                                                                shard.hashKeyRange()
                                                                        .endingHashKey()))
                                                <= 0)
                .findFirst()
                .orElseThrow()
                .shardId();
    }

    /** Clicks and records that are none; a failure, and a savepoint at another parallelism. */
    @ParameterizedTest
    @CsvSource({
        "json,json,false,false",
        "json,json,true,true",
        "avro,json,false,true",
        "json,parquet,false,false",
        "avro,parquet,false,true"
    })
    void aReplayOfTheArchiveGivesTheSameResults(
            String type, String format, boolean gzip, boolean privacy, @TempDir Path folder)
            throws Exception {
        Path archive = folder.resolve("archive");
        TrafficLedger ledger = new TrafficLedger(GAP, WINDOW);
        ClickEncoder encoder = type.equals("json") ? ClickEncoder.json() : ClickEncoder.avro();
        List<String> jsonLines = new ArrayList<>();
        long start = Clock.systemUTC().millis() - 70_000;
        ShopTraffic traffic = new ShopTraffic(7, 400, 3_000, start);
        try (LocalJob job = new LocalJob(folder, PARTITIONS)) {
            archive(job, archive)
                    .set("format", "type", type)
                    .set("sink.archive", "format", format)
                    .set("sink.archive", "gzip", Boolean.toString(gzip));
            if (privacy) {
                job.set("privacy", "mode", "truncate");
            }
            job.start(folder, 2);

            send(job, traffic, start + 20_000, encoder, ledger, jsonLines);
            job.send(0, List.of(new byte[] {1, 2, (byte) 0xFF}, new byte[0]));
            Await.until("first windows", SOON, () -> !job.topic(Results.SESSIONS_TOPIC).isEmpty());
            job.flink().loseTaskManager();
            send(job, traffic, start + 40_000, encoder, ledger, jsonLines);
            Await.until("a restart", SOON, () -> job.flink().restarts() > 0);
            int before = job.topic(Results.SESSIONS_TOPIC).size();
            send(job, traffic, start + 50_000, encoder, ledger, jsonLines);
            Await.until(
                    "more windows", SOON, () -> job.topic(Results.SESSIONS_TOPIC).size() > before);
            String savepoint = job.flink().stopWithSavepoint(folder.resolve("savepoint"));
            job.flink().close();
            job.startFrom(savepoint, folder.resolve("after"), 3);
            SavepointStates.assertReadableByLaterFlink(savepoint);
            send(job, traffic, start + 60_000, encoder, ledger, jsonLines);
            List<GeneratedClick> rest = new ArrayList<>();
            traffic.flush(rest::add);
            send(job, rest, encoder, ledger, jsonLines);
            job.awaitTopics(ledger.expected(), SOON);

            Await.until(
                    "all lines",
                    SOON,
                    () -> ArchiveFiles.lines(archive).size() >= jsonLines.size());
            assertThat(ArchiveFiles.lines(archive).stream().sorted())
                    .isEqualTo(
                            jsonLines.stream()
                                    .map(line -> privacy ? withoutLastOctet(line) : line)
                                    .sorted()
                                    .toList());
            Await.until(
                    "the malformed",
                    SOON,
                    () -> ArchiveFiles.lines(archive.resolve("_malformed")).size() >= 2);
            assertThat(ArchiveFiles.lines(archive.resolve("_malformed")))
                    .extracting(line -> JSON.readTree(line).path("base64").asText())
                    .containsExactlyInAnyOrder(privacy ? "" : "AQL/", "");
            assertThat(job.deadLetters())
                    .extracting(letter -> letter.path("base64").asText())
                    .containsExactlyInAnyOrder(privacy ? "" : "AQL/", "");

            assertThat(
                            ToolCommand.commandLine("replay", new Replay())
                                    .execute(
                                            "--input",
                                            archive.toString(),
                                            "--output",
                                            folder.resolve("replayed").toString()))
                    .isZero();
            for (String topic : TOPICS) {
                assertThat(ArchiveFiles.lines(folder.resolve("replayed").resolve(topic)).stream())
                        .as(topic)
                        .containsExactlyInAnyOrderElementsOf(job.topic(topic));
                assertThat(job.topic(topic)).isNotEmpty();
            }
            assertThat(ArchiveFiles.lines(folder.resolve("replayed/dead-letters"))).isEmpty();
        }
    }

    private static String withoutLastOctet(String line) {
        return line.replaceFirst("(?<net>\"ip\":\"(\\d+\\.){3})\\d+\"", "${net}0\"");
    }

    /**
     * S3 is away for a while, and the task manager is lost; then a part is replayed. The property
     * {@code archive.outage} makes it longer than the few seconds of a build: the seconds.
     */
    @Test
    void aRangeIsReplayedFromS3(@TempDir Path folder) throws Exception {
        TrafficLedger ledger = new TrafficLedger(GAP, WINDOW);
        long start = Clock.systemUTC().millis() - 70_000;
        ShopTraffic traffic = new ShopTraffic(9, 400, 3_000, start);
        ClickEncoder encoder = ClickEncoder.json();
        List<String> lines = new ArrayList<>();
        try (S3Server s3 = S3Server.start(folder.resolve("s3.log"));
                S3Gate role =
                        S3Gate.open(
                                s3, Map.of("ArchiveBucket", "archive", "ArchivePrefix", "clicks"));
                LocalJob job = new LocalJob(folder, PARTITIONS)) {
            s3.createBucket("archive");
            LocalFileSystems.initialize(role.settings());
            assertThat(
                            ArchiveStartCheck.problems(
                                    JobConfig.parse(
                                                    PropertyGroups.smallest()
                                                            .with(
                                                                    "sink.archive",
                                                                    "path",
                                                                    "s3://archive/clicks")
                                                            .build())
                                            .archive()
                                            .orElseThrow()))
                    .isEmpty();
            archive(job, folder)
                    .set("sink.archive", "path", "s3://archive/clicks")
                    .start(folder, 2);
            send(job, traffic, start + 20_000, encoder, ledger, lines);
            job.send(1, "no JSON");
            Await.until("first windows", SOON, () -> !job.topic(Results.SESSIONS_TOPIC).isEmpty());
            s3.goAway();
            send(job, traffic, start + 30_000, encoder, ledger, lines);
            Thread.sleep(OUTAGE.toMillis());
            s3.comeBack();
            job.flink().loseTaskManager();
            send(job, traffic, start + 40_000, encoder, ledger, lines);
            Await.until("a restart", SOON, () -> job.flink().restarts() > 0);
            send(job, traffic, start + 60_000, encoder, ledger, lines);
            List<GeneratedClick> rest = new ArrayList<>();
            traffic.flush(rest::add);
            send(job, rest, encoder, ledger, lines);
            job.awaitTopics(ledger.expected(), SOON);
            Await.until(
                    "all lines",
                    SOON,
                    () -> ArchiveFiles.linesAt("s3://archive/clicks").size() >= lines.size());
            assertThat(ArchiveFiles.linesAt("s3://archive/clicks").stream().sorted())
                    .isEqualTo(lines.stream().sorted().toList());
            Await.until(
                    "the malformed",
                    SOON,
                    () -> !ArchiveFiles.linesAt("s3://archive/clicks/_malformed").isEmpty());

            assertThat(role.refused()).isEmpty();
            Calls.assertRecorded("archive", role.accesses());
            Set<String> unused = new TreeSet<>(role.granted());
            unused.removeAll(role.actions());
            assertThat(unused).isEqualTo(UNSEEN_AT_S3.keySet());
            long from = start + 15_000;
            long to = start + 42_345;
            List<String> arguments = new ArrayList<>();
            s3.settings()
                    .forEach(
                            (key, value) -> {
                                arguments.add("--file-system");
                                arguments.add(key + "=" + value);
                            });
            arguments.addAll(
                    List.of(
                            "--input",
                            "s3://archive/clicks",
                            "--output",
                            folder.resolve("replayed").toString(),
                            "--from",
                            Instant.ofEpochMilli(from).toString(),
                            "--to",
                            Instant.ofEpochMilli(to).toString()));
            assertThat(
                            ToolCommand.commandLine("replay", new Replay())
                                    .execute(arguments.toArray(new String[0])))
                    .isZero();
            for (String topic : TOPICS) {
                List<String> live =
                        job.topic(topic).stream()
                                .filter(result -> isIn(result, from, to))
                                .sorted()
                                .toList();
                assertThat(live).as(topic).isNotEmpty().hasSizeLessThan(job.topic(topic).size());
                assertThat(ArchiveFiles.lines(folder.resolve("replayed").resolve(topic)).stream())
                        .as(topic)
                        .containsExactlyInAnyOrderElementsOf(live);
            }
        }
    }

    private static boolean isIn(String result, long from, long to) {
        try {
            long last = JSON.readTree(result).get("windowEndTime").asLong() - 1;
            return last >= from && last < to;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(result, e);
        }
    }

    private static void send(
            LocalJob job,
            ShopTraffic traffic,
            long until,
            ClickEncoder encoder,
            TrafficLedger ledger,
            List<String> jsonLines)
            throws Exception {
        List<GeneratedClick> clicks = new ArrayList<>();
        traffic.until(until, clicks::add);
        send(job, clicks, encoder, ledger, jsonLines);
    }

    private static void send(
            LocalJob job,
            List<GeneratedClick> clicks,
            ClickEncoder encoder,
            TrafficLedger ledger,
            List<String> jsonLines)
            throws Exception {
        ClickEncoder json = ClickEncoder.json();
        for (int i = 0; i < PARTITIONS; i++) {
            List<byte[]> records = new ArrayList<>();
            for (GeneratedClick click : clicks) {
                if (click.userId() % PARTITIONS == i) {
                    records.add(encoder.encode(click));
                    ledger.sent(click.forOracle());
                    jsonLines.add(new String(json.encode(click), UTF_8));
                }
            }
            job.send(i, records);
        }
    }

    /** An archive whose files end soon. */
    private static LocalJob archive(LocalJob job, Path folder) {
        return job.set("sink.archive", "path", folder.toUri().toString())
                .set("sink.archive", "roll-interval", "2 s")
                .set("sink.archive", "inactivity", "1 s");
    }

    private static void awaitRecords(LocalJob job, long count) throws Exception {
        Await.until("records", SOON, () -> job.count(ClickstreamMetrics.RECORDS_IN) >= count);
    }
}
