package io.clickstream.deploy;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * An AWS account on this machine, which the aws command reaches over HTTP: moto's services, and the
 * managed service for Apache Flink by {@code account.py}, which checks requests and answers against
 * botocore's model. Its statuses are what we read in the reference.
 */
final class DeployAccount {

    private static final Path PROGRAMS =
            Path.of("src", "test", "resources", "deploy").toAbsolutePath();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int START_SECONDS = 60;
    private static final Path SCRIPT_FILES = Path.of("scripts", "deploy").toAbsolutePath();

    /** Where Python reads and writes compiled files instead of beside their sources. */
    private static final String COMPILED_FILES = "PYTHONPYCACHEPREFIX";

    /** The service's region. */
    static final String REGION = "eu-central-1";

    /** {@code true}: starts the aws command anew for each call, which takes four times as long. */
    private static final boolean STARTS_AWS = Boolean.getBoolean("deploy.aws.start");

    private static final ThreadLocal<DeployAccount> OF_THREAD = new ThreadLocal<>();

    private final HttpClient client = HttpClient.newHttpClient();
    private final URI uri;
    private final Path programs;
    private final Path aws;
    private final Path socket;
    private final Path compiled;

    private DeployAccount(URI uri, Path programs, Path aws, Path socket, Path compiled) {
        this.uri = uri;
        this.programs = programs;
        this.aws = aws;
        this.socket = socket;
        this.compiled = compiled;
    }

    /**
     * The account, which is empty. All tests of a thread have the same one, after each other. Where
     * aws and moto are not installed, tests are skipped.
     */
    static DeployAccount empty() throws IOException, InterruptedException {
        DeployAccount account = OF_THREAD.get();
        if (account == null) {
            account = start();
            OF_THREAD.set(account);
        }
        account.reset();
        return account;
    }

    private static DeployAccount start() throws IOException, InterruptedException {
        // The programs of the Python that has moto: a version manager's shims would take longer.
        String find =
                "import sys, os, moto, botocore, flask; print(os.path.join(sys.prefix, 'bin'))";
        List<String> lines = output(List.of("python3", "-c", find));
        boolean found =
                !lines.isEmpty() && Files.isExecutable(Path.of(lines.get(lines.size() - 1), "aws"));
        assumeTrue(found, "there is no moto_server on this machine");
        Path programs = Path.of(lines.get(lines.size() - 1));
        String python = programs.resolve("python3").toString();
        Path folder = Files.createTempDirectory("account");
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path log = folder.resolve("account.log");
        Process process = run(log, python, "account.py", Integer.toString(port));
        Path aws = programs.resolve("aws");
        Path socket = folder.resolve("aws");
        Path compiled = Files.createDirectory(folder.resolve("compiled"));
        compile(python, compiled);
        if (!STARTS_AWS) {
            aws = folder.resolve("aws.sh");
            Path client = PROGRAMS.resolve("aws_client.py");
            Files.writeString(aws, "#!/bin/sh\nexec " + python + " -I -S " + client + " \"$@\"\n");
            aws.toFile().setExecutable(true);
            Process server = run(folder.resolve("aws.log"), python, "aws_server.py", socket + "");
            await(server, folder.resolve("aws.log"), () -> Files.exists(socket));
        }
        // By this name moto knows templates of its own S3.
        DeployAccount account =
                new DeployAccount(
                        URI.create("http://localhost:" + port), programs, aws, socket, compiled);
        await(process, log, account::answers);
        return account;
    }

    /** Compiles the script's Python files: each run of it would, and it runs hundreds of times. */
    private static void compile(String python, Path compiled)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(python, "-m", "compileall", "-q", SCRIPT_FILES.toString())
                        .inheritIO();
        builder.environment().put(COMPILED_FILES, compiled.toString());
        int exit = builder.start().waitFor();
        if (exit != 0) {
            throw new IllegalStateException("compileall ended with " + exit);
        }
    }

    /** Runs a program of ours as long as this JVM. */
    private static Process run(Path log, String python, String program, String argument)
            throws IOException {
        Process process =
                new ProcessBuilder(python, "-B", PROGRAMS.resolve(program).toString(), argument)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return process;
    }

    private static void await(Process process, Path log, Callable<Boolean> ready)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        try {
            while (!ready.call()) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new IllegalStateException("no start: " + Files.readString(log));
                }
                process.waitFor(100, TimeUnit.MILLISECONDS);
            }
        } catch (IOException | InterruptedException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean answers() throws InterruptedException {
        try {
            state();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static List<String> output(List<String> command)
            throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            // There is no such program.
            return List.of();
        }
        List<String> lines =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .toList();
        return process.waitFor() == 0 ? lines : List.of();
    }

    /** Where python3 is. */
    Path programs() {
        return programs;
    }

    /** The aws command. */
    Path aws() {
        return aws;
    }

    /** What the script and the aws command need to know to come here. */
    Map<String, String> environment() {
        return Map.of(
                COMPILED_FILES,
                compiled.toString(),
                "AWS_SERVER",
                socket.toString(),
                "AWS_ENDPOINT_URL",
                uri.toString(),
                "AWS_ACCESS_KEY_ID",
                "local",
                "AWS_SECRET_ACCESS_KEY",
                "local",
                "AWS_DEFAULT_REGION",
                REGION,
                "AWS_CONFIG_FILE",
                "/dev/null",
                "AWS_SHARED_CREDENTIALS_FILE",
                "/dev/null");
    }

    /** Empties the account. */
    void reset() throws IOException, InterruptedException {
        send("POST", "/moto-api/reset", "");
        control(Map.of("reset", true));
    }

    /** What happened: calls, refusals, requests that don't fit the model, and applications. */
    JsonNode state() throws IOException, InterruptedException {
        return JSON.readTree(send("GET", "/_account", ""));
    }

    JsonNode application(String name) throws IOException, InterruptedException {
        return state().get("applications").get(name);
    }

    /** Calls of the managed service, in their order. */
    List<String> calls() throws IOException, InterruptedException {
        return texts(state().get("calls"));
    }

    static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }

    /** Says what is to happen; see account.py. */
    void control(Map<String, ?> wanted) throws IOException, InterruptedException {
        send("POST", "/_account", JSON.writeValueAsString(wanted));
    }

    /** The application goes through these statuses, one at each look; it has the first one now. */
    void status(String application, String... statuses) throws IOException, InterruptedException {
        control(Map.of("statuses", Map.of(application, List.of(statuses))));
    }

    /** The next operation of this name leads through these statuses. */
    void path(String operation, String... statuses) throws IOException, InterruptedException {
        control(Map.of("paths", Map.of(operation, List.of(statuses))));
    }

    void put(String bucketAndKey, String content) throws IOException, InterruptedException {
        control(Map.of("objects", Map.of(bucketAndKey, content)));
    }

    void makeStack(String name, Path template, Map<String, String> parameters)
            throws IOException, InterruptedException {
        control(
                Map.of(
                        "stacks",
                        List.of(
                                Map.of(
                                        "name",
                                        name,
                                        "template",
                                        template.toAbsolutePath().toString(),
                                        "parameters",
                                        parameters))));
    }

    /**
     * Makes a stack what it is after something went wrong.
     *
     * @param gone resources that are not there
     */
    void changeStack(String name, String status, boolean outputs, String... gone)
            throws IOException, InterruptedException {
        control(
                Map.of(
                        "changed_stacks",
                        List.of(
                                Map.of(
                                        "name",
                                        name,
                                        "status",
                                        status,
                                        "outputs",
                                        outputs,
                                        "gone",
                                        List.of(gone),
                                        "failures",
                                        gone.length == 0
                                                ? Map.of()
                                                : Map.of(gone[0], "No more roles")))));
    }

    /** A stack with an application that runs this jar; an older stack of the name is no more. */
    void remake(String name, Path template, String key) throws IOException, InterruptedException {
        control(Map.of("forget_stack", name));
        makeStack(
                name,
                template,
                Map.of(
                        "JarBucket",
                        "jars",
                        "JarKey",
                        key,
                        "Source",
                        "kinesis",
                        "StreamArn",
                        "arn:aws:kinesis:eu-central-1:123456789012:stream/clicks"));
        status(name, "RUNNING");
    }

    /**
     * The next query of Athena gives these rows, of which the first is the head; none if it has no
     * result.
     */
    @SafeVarargs
    final void answerQuery(List<String>... rows) throws IOException, InterruptedException {
        List<Map<String, Object>> data = new ArrayList<>();
        for (List<String> row : rows) {
            data.add(
                    Map.of(
                            "Data",
                            row.stream().map(value -> Map.of("VarCharValue", value)).toList()));
        }
        List<Map<String, String>> columns =
                (rows.length == 0 ? List.<String>of() : rows[0])
                        .stream().map(name -> Map.of("Name", name, "Type", "varchar")).toList();
        Map<String, Object> result = Map.of("rows", data, "column_info", columns);
        send(
                "POST",
                "/moto-api/static/athena/query-results",
                JSON.writeValueAsString(
                        Map.of(
                                "account_id",
                                "123456789012",
                                "region",
                                REGION,
                                "results",
                                List.of(result))));
    }

    private String send(String method, String path, String body)
            throws IOException, InterruptedException {
        HttpResponse<String> response =
                client.send(
                        HttpRequest.newBuilder(uri.resolve(path))
                                .method(method, HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() / 100 != 2) {
            throw new IllegalStateException(path + " " + body + ": " + response.body());
        }
        return response.body();
    }
}
