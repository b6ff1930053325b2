package io.clickstream.local.server;

import io.clickstream.tools.command.Project;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.connector.aws.util.AWSClientUtil;
import org.apache.flink.connector.aws.util.AWSGeneralUtil;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ScalingType;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StreamDescriptionSummary;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/**
 * A Kinesis-compatible server in a child process: npm's {@code kinesis-local}, which is installed
 * into the build's folder at the first start. It listens on the loopback address only, on free
 * ports, and ends with this process, however that ends.
 */
public final class KinesisServer implements AutoCloseable {

    private static final String REGION = "us-east-1";
    private static final long INSTALL_TIMEOUT_SECONDS = 180;
    private static final int START_ATTEMPTS = 3;
    private static final long START_TIMEOUT_MILLIS = 120_000;
    private static final long ANSWER_TIMEOUT_SECONDS = 5;
    private static final long STREAM_TIMEOUT_MILLIS = 30_000;
    private static final int MAX_BATCH = 500;

    private final ChildProcess process;
    private final URI uri;
    private final SdkAsyncHttpClient http;
    private final KinesisAsyncClient client;

    private KinesisServer(ChildProcess process, URI uri) {
        this.process = process;
        this.uri = uri;
        Properties properties = clientProperties();
        http = AWSGeneralUtil.createAsyncHttpClient(properties);
        client =
                AWSClientUtil.createAwsAsyncClient(
                        properties, http, KinesisAsyncClient.builder(), "%s %s", "no.prefix");
    }

    /**
     * Starts a server without streams; returns when it answers.
     *
     * @param log the file that it logs to
     */
    public static KinesisServer start(Path log) {
        Path home = install();
        for (int attempt = 1; ; attempt++) {
            try {
                return startOnFreePorts(home, log);
            } catch (IllegalStateException e) {
                // Another process may have taken a port in the meantime.
                if (attempt == START_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static KinesisServer startOnFreePorts(Path home, Path log) {
        int plainPort;
        int tlsPort;
        try (ServerSocket plain = freePort();
                ServerSocket tls = freePort()) {
            plainPort = plain.getLocalPort();
            tlsPort = tls.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("there is no free port on the loopback address", e);
        }
        ProcessBuilder builder =
                new ProcessBuilder("node", "--require", home.resolve("loopback.js").toString());
        builder.command().add("main.js");
        builder.directory(home.resolve("node_modules/kinesis-local").toFile());
        Map<String, String> environment = builder.environment();
        environment.put("KINESIS_MOCK_PLAIN_PORT", Integer.toString(plainPort));
        environment.put("KINESIS_MOCK_TLS_PORT", Integer.toString(tlsPort));
        environment.put("LOG_LEVEL", "WARN");
        environment.put("SHARD_LIMIT", "1000");
        for (String duration :
                List.of(
                        "CREATE_STREAM",
                        "SPLIT_SHARD",
                        "MERGE_SHARDS",
                        "UPDATE_SHARD_COUNT",
                        "REGISTER_STREAM_CONSUMER")) {
            environment.put(duration + "_DURATION", "50ms");
        }
        return start(builder, plainPort, log);
    }

    /**
     * Starts another implementation, moto's of Python, which knows no enhanced fan-out. Clients
     * must speak JSON with it: system property {@code aws.cborEnabled} must be {@code false}.
     *
     * @param log the file that it logs to
     * @return empty if there is no moto_server on this machine
     */
    public static Optional<KinesisServer> startMoto(Path log) {
        try {
            Process trial =
                    new ProcessBuilder("moto_server", "--help")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            if (!trial.waitFor(INSTALL_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    || trial.exitValue() != 0) {
                return Optional.empty();
            }
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while looking for moto_server", e);
        }
        int port;
        try (ServerSocket plain = freePort()) {
            port = plain.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("there is no free port on the loopback address", e);
        }
        return Optional.of(
                start(
                        new ProcessBuilder(
                                "moto_server", "-H", "127.0.0.1", "-p", Integer.toString(port)),
                        port,
                        log));
    }

    private static KinesisServer start(ProcessBuilder builder, int port, Path log) {
        ChildProcess process = ChildProcess.start("the Kinesis server", builder, log);
        KinesisServer server = new KinesisServer(process, URI.create("http://127.0.0.1:" + port));
        server.awaitAnswer();
        return server;
    }

    private static ServerSocket freePort() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    /** Installs the server, unless it is there. */
    private static synchronized Path install() {
        Path files = Project.file("src/local/kinesis");
        Path home = Project.file("target/kinesis-server");
        Path installed = home.resolve("installed");
        try {
            boolean current =
                    Files.exists(installed)
                            && Files.mismatch(
                                            files.resolve("package-lock.json"),
                                            home.resolve("package-lock.json"))
                                    == -1;
            Files.createDirectories(home);
            for (String name : List.of("package.json", "package-lock.json", "loopback.js")) {
                Files.copy(
                        files.resolve(name),
                        home.resolve(name),
                        StandardCopyOption.REPLACE_EXISTING);
            }
            if (!current) {
                run(home, "node", "--version");
                run(home, "npm", "ci", "--no-audit", "--no-fund");
                Files.writeString(installed, "");
            }
            return home;
        } catch (IOException e) {
            throw new UncheckedIOException("the Kinesis server can't be installed", e);
        }
    }

    private static void run(Path folder, String... command) throws IOException {
        Path log = folder.resolve("install.log");
        Process process;
        try {
            process =
                    new ProcessBuilder(command)
                            .directory(folder.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
        } catch (IOException e) {
            throw new IllegalStateException(
                    command[0]
                            + " is missing: the Kinesis server needs Node.js 18 or later with npm"
                            + " (on Debian or Ubuntu: apt-get install nodejs npm; else"
                            + " https://nodejs.org)",
                    e);
        }
        try {
            if (!process.waitFor(INSTALL_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IllegalStateException(String.join(" ", command) + " failed, see " + log);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while installing the Kinesis server", e);
        }
    }

    private void awaitAnswer() {
        try {
            await(
                    "the Kinesis server does not answer, see " + process.log(),
                    START_TIMEOUT_MILLIS,
                    this::answers);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private boolean answers() {
        if (!process.isAlive()) {
            throw new IllegalStateException(
                    "the Kinesis server ended by itself, see " + process.log());
        }
        try {
            // One that is still loading may leave its first request without an answer.
            client.listStreams().orTimeout(ANSWER_TIMEOUT_SECONDS, TimeUnit.SECONDS).join();
            return true;
        } catch (CompletionException e) {
            if (e.getCause() instanceof SdkException || e.getCause() instanceof TimeoutException) {
                return false;
            }
            throw e;
        }
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds();
    }

    private static void await(String otherwise, long timeoutMillis, Condition condition) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(otherwise);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
    }

    /** What a client must be told: endpoint, region, login, and HTTP 1.1. */
    public Properties clientProperties() {
        Properties properties = new Properties();
        properties.putAll(loginSettings());
        properties.setProperty("aws.region", REGION);
        properties.setProperty("aws.endpoint", uri.toString());
        // HTTP/2 is negotiated while a connection is encrypted.
        properties.setProperty("aws.http.protocol.version", "HTTP1_1");
        return properties;
    }

    /** The same as a property group of the job, {@code source.kinesis} or {@code sink.kinesis}. */
    public Map<String, String> properties() {
        Map<String, String> properties = new HashMap<>(loginSettings());
        properties.put("region", REGION);
        properties.put("endpoint", uri.toString());
        return properties;
    }

    private static Map<String, String> loginSettings() {
        return Map.of(
                "aws.credentials.provider",
                "BASIC",
                "aws.credentials.provider.basic.accesskeyid",
                "local",
                "aws.credentials.provider.basic.secretkey",
                "local");
    }

    /** Where the server answers, without TLS. */
    public URI uri() {
        return uri;
    }

    /** The child process. */
    public long pid() {
        return process.pid();
    }

    /** Whether the child process still runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** The file that the server logs to. */
    public Path log() {
        return process.log();
    }

    /** Creates a stream; returns when it can be used. */
    public void createStream(String name, int shards) {
        client.createStream(request -> request.streamName(name).shardCount(shards)).join();
        awaitActive(name);
    }

    /** Splits or merges shards until there are as many, all of the same share of keys. */
    public void reshard(String stream, int shards) {
        client.updateShardCount(
                        request ->
                                request.streamName(stream)
                                        .targetShardCount(shards)
                                        .scalingType(ScalingType.UNIFORM_SCALING))
                .join();
        awaitActive(stream);
    }

    private void awaitActive(String stream) {
        await(
                "stream " + stream + " does not become active",
                STREAM_TIMEOUT_MILLIS,
                () -> summary(stream).streamStatus() == StreamStatus.ACTIVE);
    }

    private StreamDescriptionSummary summary(String stream) {
        return client.describeStreamSummary(request -> request.streamName(stream))
                .join()
                .streamDescriptionSummary();
    }

    /** How many shards of a stream are open. */
    public int openShards(String stream) {
        return summary(stream).openShardCount();
    }

    /** All shards that a stream has or had. */
    public List<Shard> shards(String stream) {
        return client.listShards(request -> request.streamName(stream)).join().shards();
    }

    /** A record to put. */
    public static PutRecordsRequestEntry entry(String partitionKey, byte[] data) {
        return PutRecordsRequestEntry.builder()
                .partitionKey(partitionKey)
                .data(SdkBytes.fromByteArray(data))
                .build();
    }

    /** Puts records, in their order, each exactly once; returns when the server has them all. */
    public void put(String stream, List<PutRecordsRequestEntry> entries) {
        for (int i = 0; i < entries.size(); i += MAX_BATCH) {
            List<PutRecordsRequestEntry> batch =
                    entries.subList(i, Math.min(entries.size(), i + MAX_BATCH));
            PutRecordsResponse response =
                    client.putRecords(request -> request.streamName(stream).records(batch)).join();
            if (response.failedRecordCount() != null && response.failedRecordCount() > 0) {
                throw new IllegalStateException(
                        "stream " + stream + " refused records: " + response.records());
            }
        }
    }

    /** Where the oldest record of a shard is. */
    public String firstIterator(String stream, String shardId) {
        return client.getShardIterator(
                        request ->
                                request.streamName(stream)
                                        .shardId(shardId)
                                        .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                .join()
                .shardIterator();
    }

    /** The next records, and where those behind them are. */
    public GetRecordsResponse read(String iterator) {
        return client.getRecords(request -> request.shardIterator(iterator)).join();
    }

    /** All records that are in a stream now, in the order of each shard. */
    public List<Record> records(String stream) {
        List<Record> records = new ArrayList<>();
        for (Shard shard : shards(stream)) {
            String iterator = firstIterator(stream, shard.shardId());
            while (iterator != null) {
                GetRecordsResponse response = read(iterator);
                records.addAll(response.records());
                iterator = response.records().isEmpty() ? null : response.nextShardIterator();
            }
        }
        return records;
    }

    /** The same as {@link #records}, as text. */
    public List<String> values(String stream) {
        return records(stream).stream().map(record -> record.data().asUtf8String()).toList();
    }

    /** Ends the child process. */
    @Override
    public void close() {
        client.close();
        http.close();
        process.close();
    }
}
