package io.clickstream.local.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.clickstream.tools.command.Project;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.annotation.Nullable;

/**
 * A Flink cluster as in production: a job manager and task managers, each a process of its own,
 * with Flink's own jars on their class path and nothing of the job, which is uploaded over REST.
 * All ports are on the loopback address; all processes end with this one.
 *
 * <p>It runs with the settings of {@code flink-conf/config.yaml} and those that are given.
 */
public final class FlinkCluster implements AutoCloseable {

    /** What a Flink distribution has in its lib folder: itself, its libraries, and logging. */
    private static final Pattern OF_FLINK =
            Pattern.compile(
                    "(flink-(?!connector-(aws|kafka|kinesis|opensearch)|parquet|test|table).*"
                            + "|(log4j|slf4j|kryo|minlog|objenesis|frocksdbjni|commons-cli"
                            + "|commons-collections|commons-compress|commons-io|commons-lang3"
                            + "|commons-math3|commons-text|jsr305|lz4-java|snakeyaml-engine"
                            + "|snappy-java|javax.activation-api|chill-java)-.*)"
                            + "(?<!-tests)\\.jar");

    private static final Pattern JOB_JAR = Pattern.compile("clickstream-analytics-.*\\.jar");

    private static final String LOOPBACK = "127.0.0.1";
    private static final Duration START_TIMEOUT = Duration.ofMinutes(1);
    private static final Duration REQUEST_TIMEOUT = Duration.ofMinutes(2);

    /**
     * A savepoint waits for requests to Kinesis that are under way. The Kinesis-compatible server
     * of the local run needs up to half a minute for each if other processes use the machine.
     */
    private static final Duration SAVEPOINT_TIMEOUT = Duration.ofMinutes(6);

    private static final long STOP_TIMEOUT_SECONDS = 15;
    private static final long RETRY_MILLIS = 500;

    /** What Flink says when a savepoint is asked for while a job starts. */
    private static final String NOT_ALL_RUN = "Not all required tasks are currently running";

    private static final String BOUNDARY = "clickstream-jar";

    /** What Flink opens for itself on Java 17, as in a distribution's config.yaml. */
    private static final List<String> OPENED =
            Stream.of(
                            "lang",
                            "net",
                            "io",
                            "nio",
                            "lang.reflect",
                            "text",
                            "time",
                            "util",
                            "util.concurrent",
                            "util.concurrent.atomic",
                            "util.concurrent.locks")
                    .map(name -> "--add-opens=java.base/java." + name + "=ALL-UNNAMED")
                    .toList();

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * How the processes are started.
     *
     * @param prefix a command that is followed by the command of a process, and runs it; empty for
     *     none
     * @param jars Flink's, and the libraries that a distribution has beside them
     */
    public record Launch(List<String> prefix, List<Path> jars) {

        /** With the version of Flink of this process. */
        public static Launch own() {
            return new Launch(List.of(), ofFlink(System.getProperty("java.class.path")));
        }

        /**
         * With the version of Flink of another build.
         *
         * @param build its folder
         */
        public static Launch ofBuild(Path build) throws IOException {
            return new Launch(
                    List.of(), ofFlink(Files.readString(build.resolve("local.classpath"))));
        }

        /** Each process by another command. */
        public Launch by(List<String> command) {
            return new Launch(command, jars);
        }

        private static List<Path> ofFlink(String classPath) {
            List<Path> jars =
                    Arrays.stream(classPath.trim().split(File.pathSeparator, -1))
                            .map(Path::of)
                            .filter(jar -> OF_FLINK.matcher(jar.getFileName().toString()).matches())
                            .toList();
            if (jars.isEmpty()) {
                throw new IllegalStateException("Flink's jars are not on the class path");
            }
            return jars;
        }

        private String classPath() {
            return jars.stream()
                    .map(Path::toString)
                    .collect(Collectors.joining(File.pathSeparator));
        }
    }

    private final Path folder;
    private final Path logs;
    private final Launch launch;
    private final Map<String, String> settings;
    private final Map<String, String> environment;
    private final int rpcPort;
    private final URI rest;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, Process> taskManagers = new LinkedHashMap<>();
    private Process jobManager;
    private int started;

    private FlinkCluster(
            Path folder,
            Path logs,
            Map<String, String> settings,
            Map<String, String> environment,
            Launch launch)
            throws IOException {
        this.launch = launch;
        this.folder = Files.createDirectories(folder);
        this.logs = Files.createDirectories(logs);
        this.settings = new TreeMap<>(settings);
        this.environment = Map.copyOf(environment);
        try (ServerSocket rpc = freePort();
                ServerSocket web = freePort()) {
            rpcPort = rpc.getLocalPort();
            rest = URI.create("http://" + LOOPBACK + ":" + web.getLocalPort());
        }
    }

    /**
     * Starts a cluster; returns when all its slots are there.
     *
     * @param folder for configuration, logs, checkpoints and state, which {@link #close()} leaves
     *     as it is
     * @param taskManagers how many, with one slot each
     * @param settings Flink's, such as the checkpoint interval; they win over {@code flink-conf}
     */
    public static FlinkCluster start(
            Path folder, Path logs, int taskManagers, Map<String, String> settings)
            throws IOException, InterruptedException {
        return start(folder, logs, taskManagers, settings, Map.of(), Launch.own());
    }

    /**
     * Starts a cluster whose processes have more variables in their environment.
     *
     * @param environment such as {@code FLINK_PLUGINS_DIR}
     * @param launch how its processes are started
     * @see #start(Path, Path, int, Map)
     */
    public static FlinkCluster start(
            Path folder,
            Path logs,
            int taskManagers,
            Map<String, String> settings,
            Map<String, String> environment,
            Launch launch)
            throws IOException, InterruptedException {
        FlinkCluster cluster = new FlinkCluster(folder, logs, settings, environment, launch);
        try {
            cluster.writeConfiguration();
            cluster.startJobManager();
            for (int i = 0; i < taskManagers; i++) {
                cluster.startTaskManager();
            }
            cluster.awaitSlots(taskManagers);
            return cluster;
        } catch (IOException | InterruptedException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /**
     * The jar of the job that was built last.
     *
     * @throws IllegalStateException if there is none
     */
    public static Path jobJar() throws IOException {
        return jobJar(Project.built(""));
    }

    /**
     * The jar of the job in the folder of a build.
     *
     * @throws IllegalStateException if there is none
     */
    public static Path jobJar(Path target) throws IOException {
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(file -> JOB_JAR.matcher(file.getFileName().toString()).matches())
                    .findFirst()
                    .orElseThrow(
                            () ->
                                    new IllegalStateException(
                                            "there is no jar in " + target + ": run mvn package"));
        }
    }

    private static ServerSocket freePort() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    private void writeConfiguration() throws IOException {
        Path conf = Files.createDirectories(folder.resolve("conf"));
        Files.copy(
                Project.file("flink-conf/config.yaml"),
                conf.resolve("config.yaml"),
                StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(
                conf.resolve("log4j2.properties"),
                """
                rootLogger.level = INFO
                rootLogger.appenderRef.file.ref = file
                appender.file.type = Console
                appender.file.name = file
                appender.file.layout.type = PatternLayout
                appender.file.layout.pattern = %d{HH:mm:ss,SSS} %-5p %c{1} %m%n
                """);
    }

    private void startJobManager() throws IOException {
        List<String> arguments = new ArrayList<>();
        arguments.addAll(List.of("--configDir", folder.resolve("conf").toString()));
        arguments.addAll(
                dynamic(
                        Map.of(
                                "jobmanager.memory.enable-jvm-direct-memory-limit", "false",
                                "web.upload.dir", folder.resolve("upload").toString(),
                                "web.tmpdir", folder.resolve("web").toString())));
        jobManager =
                process(
                        "jobmanager",
                        "512m",
                        "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
                        arguments);
    }

    /** Starts one more task manager, with one slot; returns at once. */
    public void startTaskManager() throws IOException {
        String name = "taskmanager-" + ++started;
        List<String> arguments = new ArrayList<>();
        arguments.addAll(List.of("--configDir", folder.resolve("conf").toString()));
        // The scripts of a distribution compute these; the process itself asks for all of them.
        arguments.addAll(
                dynamic(
                        Map.ofEntries(
                                Map.entry("taskmanager.resource-id", name),
                                Map.entry("taskmanager.cpu.cores", "1.0"),
                                Map.entry("taskmanager.numberOfTaskSlots", "1"),
                                Map.entry("taskmanager.memory.framework.heap.size", "128m"),
                                Map.entry("taskmanager.memory.task.heap.size", "512m"),
                                Map.entry("taskmanager.memory.framework.off-heap.size", "128m"),
                                Map.entry("taskmanager.memory.task.off-heap.size", "0"),
                                Map.entry("taskmanager.memory.managed.size", "128m"),
                                Map.entry("taskmanager.memory.network.min", "64m"),
                                Map.entry("taskmanager.memory.network.max", "64m"),
                                Map.entry("taskmanager.memory.jvm-metaspace.size", "256m"),
                                Map.entry("taskmanager.memory.jvm-overhead.min", "64m"),
                                Map.entry("taskmanager.memory.jvm-overhead.max", "64m"))));
        taskManagers.put(
                name,
                process(
                        name,
                        "640m",
                        "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
                        arguments));
    }

    private List<String> dynamic(Map<String, String> more) {
        Map<String, String> all = new TreeMap<>(settings);
        all.putAll(
                Map.of(
                        "jobmanager.rpc.address", LOOPBACK,
                        "jobmanager.bind-host", LOOPBACK,
                        "jobmanager.rpc.port", Integer.toString(rpcPort),
                        "rest.address", LOOPBACK,
                        "rest.bind-address", LOOPBACK,
                        "rest.port", Integer.toString(rest.getPort()),
                        "taskmanager.host", LOOPBACK,
                        "taskmanager.bind-host", LOOPBACK,
                        "io.tmp.dirs", folder.resolve("tmp").toString(),
                        "execution.checkpointing.dir",
                                folder.resolve("checkpoints").toUri().toString()));
        all.putAll(more);
        return all.entrySet().stream()
                .flatMap(each -> List.of("-D", each.getKey() + "=" + each.getValue()).stream())
                .toList();
    }

    private Process process(String name, String heap, String main, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>(launch.prefix());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(OPENED);
        command.addAll(
                List.of(
                        "-Xmx" + heap,
                        "-XX:+UseSerialGC",
                        "-Dlog4j2.configurationFile="
                                + folder.resolve("conf/log4j2.properties").toUri(),
                        "-cp",
                        launch.classPath(),
                        main));
        command.addAll(arguments);
        Files.createDirectories(folder.resolve("tmp"));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log(name).toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return process;
    }

    /** The file that a process logs to: {@code jobmanager}, {@code taskmanager-1}. */
    public Path log(String name) {
        return logs.resolve(name + ".log").toAbsolutePath();
    }

    /** The web UI and REST API. */
    public URI webUi() {
        return rest;
    }

    /** Waits until so many slots are there. */
    public void awaitSlots(int slots) throws IOException, InterruptedException {
        await(
                slots + " slots",
                START_TIMEOUT,
                () -> {
                    if (!jobManager.isAlive()) {
                        throw new IllegalStateException(
                                "the job manager ended by itself, see " + log("jobmanager"));
                    }
                    try {
                        return get("/overview").path("slots-total").asInt() >= slots;
                    } catch (IOException e) {
                        return false;
                    }
                });
    }

    /**
     * Kills a task manager without a word (SIGKILL): of those that run tasks the one that was
     * started first.
     */
    public void killTaskManager() throws IOException, InterruptedException {
        Set<String> busy = new HashSet<>();
        for (JsonNode each : get("/taskmanagers").path("taskmanagers")) {
            if (each.path("freeSlots").asInt() < each.path("slotsNumber").asInt()) {
                busy.add(each.path("id").asText());
            }
        }
        String name =
                taskManagers.keySet().stream()
                        .filter(busy::contains)
                        .findFirst()
                        .orElseThrow(
                                () -> new IllegalStateException("no task manager runs a task"));
        taskManagers.remove(name).destroyForcibly().waitFor();
    }

    /**
     * Uploads a jar.
     *
     * @return the id by which it can be run
     */
    public String upload(Path jar) throws IOException, InterruptedException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(
                ("--"
                                + BOUNDARY
                                + "\r\nContent-Disposition: form-data; name=\"jarfile\";"
                                + " filename=\""
                                + jar.getFileName()
                                + "\"\r\nContent-Type: application/x-java-archive\r\n\r\n")
                        .getBytes(StandardCharsets.UTF_8));
        body.write(Files.readAllBytes(jar));
        body.write(("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8));
        HttpRequest request =
                HttpRequest.newBuilder(rest.resolve("/jars/upload"))
                        .timeout(REQUEST_TIMEOUT)
                        .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                        .POST(BodyPublishers.ofByteArray(body.toByteArray()))
                        .build();
        String file = Path.of(send(request).path("filename").asText()).getFileName().toString();
        if (file.isEmpty()) {
            throw new IOException("the cluster did not say where the jar is");
        }
        return file;
    }

    /**
     * Runs an uploaded jar's main.
     *
     * @param savepoint where to go on; null to begin
     * @return the job's id
     */
    public String run(
            String jarId, List<String> arguments, int parallelism, @Nullable Path savepoint)
            throws IOException, InterruptedException {
        ObjectNode body = JSON.createObjectNode();
        body.put("parallelism", parallelism);
        if (savepoint != null) {
            body.put("savepointPath", savepoint.toUri().toString());
        }
        ArrayNode list = body.putArray("programArgsList");
        arguments.forEach(list::add);
        return post("/jars/" + jarId + "/run", body).path("jobid").asText();
    }

    /** A job's state, such as {@code RUNNING}. */
    public String state(String job) throws IOException, InterruptedException {
        return get("/jobs/" + job).path("state").asText();
    }

    /** How many of a job's tasks run. */
    public boolean allTasksRun(String job) throws IOException, InterruptedException {
        JsonNode vertices = get("/jobs/" + job).path("vertices");
        for (JsonNode vertex : vertices) {
            if (!vertex.path("status").asText().equals("RUNNING")) {
                return false;
            }
        }
        return !vertices.isEmpty();
    }

    /** How often a job has started again. */
    public int restarts(String job) throws IOException, InterruptedException {
        JsonNode metrics = get("/jobs/" + job + "/metrics?get=numRestarts");
        return metrics.isEmpty() ? 0 : metrics.get(0).path("value").asInt();
    }

    /** Checkpoints that are complete. */
    public int checkpoints(String job) throws IOException, InterruptedException {
        return get("/jobs/" + job + "/checkpoints").path("counts").path("completed").asInt();
    }

    /**
     * Stops a job as one does before an upgrade, with event time as it is.
     *
     * <p>The cluster's answers are up to three seconds old ({@code web.refresh-interval}), so that
     * a job that seems to run may still be starting again after a failure. Then there is another
     * try.
     *
     * @param savepoints the folder below which the savepoint is written
     * @return the savepoint
     */
    public Path stopWithSavepoint(String job, Path savepoints)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + SAVEPOINT_TIMEOUT.toNanos();
        while (true) {
            JsonNode operation = stop(job, savepoints);
            String location = operation.path("location").asText();
            if (!location.isEmpty()) {
                await(
                        "the end of job " + job,
                        SAVEPOINT_TIMEOUT,
                        () -> state(job).equals("FINISHED"));
                return Path.of(URI.create(location));
            }
            String cause = operation.at("/failure-cause/stack-trace").asText();
            if (!cause.contains(NOT_ALL_RUN) || System.nanoTime() > deadline) {
                throw new IOException(
                        "no savepoint of job "
                                + job
                                + " was made: "
                                + cause.lines().findFirst().orElse(operation.toString()));
            }
            TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
        }
    }

    private JsonNode stop(String job, Path savepoints) throws IOException, InterruptedException {
        ObjectNode body = JSON.createObjectNode();
        body.put("drain", false);
        body.put("targetDirectory", savepoints.toUri().toString());
        String trigger = post("/jobs/" + job + "/stop", body).path("request-id").asText();
        JsonNode[] operation = new JsonNode[1];
        await(
                "the savepoint of job " + job,
                SAVEPOINT_TIMEOUT,
                () -> {
                    JsonNode answer = get("/jobs/" + job + "/savepoints/" + trigger);
                    operation[0] = answer.path("operation");
                    return answer.path("status").path("id").asText().equals("COMPLETED");
                });
        return operation[0];
    }

    /** Cancels a job; returns when it has ended. */
    public void cancel(String job) throws IOException, InterruptedException {
        send(
                HttpRequest.newBuilder(rest.resolve("/jobs/" + job + "?mode=cancel"))
                        .timeout(REQUEST_TIMEOUT)
                        .method("PATCH", BodyPublishers.noBody())
                        .build());
        await("the end of job " + job, START_TIMEOUT, () -> state(job).equals("CANCELED"));
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        return send(
                HttpRequest.newBuilder(rest.resolve(path)).timeout(REQUEST_TIMEOUT).GET().build());
    }

    private JsonNode post(String path, ObjectNode body) throws IOException, InterruptedException {
        return send(
                HttpRequest.newBuilder(rest.resolve(path))
                        .timeout(REQUEST_TIMEOUT)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body.toString()))
                        .build());
    }

    private JsonNode send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> response =
                http.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        if (response.statusCode() >= 300) {
            throw new IOException(
                    request.method()
                            + " "
                            + request.uri()
                            + " answers "
                            + response.statusCode()
                            + ": "
                            + response.body());
        }
        return response.body().isEmpty() ? JSON.createObjectNode() : JSON.readTree(response.body());
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    private static void await(String what, Duration timeout, Condition condition)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        what + ": not within " + timeout.toSeconds() + " s");
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    /** Ends all processes. */
    @Override
    public void close() {
        List<Process> all = new ArrayList<>(taskManagers.values());
        if (jobManager != null) {
            all.add(jobManager);
        }
        all.forEach(Process::destroy);
        try {
            for (Process process : all) {
                if (!process.waitFor(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            }
        } catch (InterruptedException e) {
            all.forEach(Process::destroyForcibly);
            Thread.currentThread().interrupt();
        }
    }
}
