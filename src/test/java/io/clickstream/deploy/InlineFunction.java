package io.clickstream.deploy;

import static io.clickstream.deploy.Template.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.clickstream.testing.AwsCredentials;
import io.clickstream.testing.Certificate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Runs the functions in the template {@code full} as Lambda does, against local servers. */
final class InlineFunction {

    /** The function has its own time: that of the template. */
    static final int OWN_TIME = 0;

    static final String REGION = "eu-central-1";

    private static final String ACCOUNT = ":eu-central-1:111122223333:";
    static final String DOMAIN_ARN = "arn:aws:es" + ACCOUNT + "domain/shop-domain";
    static final String UI_ARN = "arn:aws:opensearch" + ACCOUNT + "application/a1b2";
    static final String CLUSTER = "arn:aws:kafka" + ACCOUNT + "cluster/shop/0a1b-2";
    static final String DATASET_GROUP = "arn:aws:personalize" + ACCOUNT + "dataset-group/shop";
    static final String TRACKER = "arn:aws:personalize" + ACCOUNT + "event-tracker/1";
    static final String KEY = "arn:aws:kms" + ACCOUNT + "key/of-the-jar";

    static final String SOURCE =
            "{\"saved_objects\":[{\"id\":\"d1\",\"attributes\":{\"title\":\"shop-domain\"}}]}";

    private static final Path RESOURCES = Path.of("src/test/resources/deploy").toAbsolutePath();
    private static final Path FULL = Path.of("cloudformation", "full.yaml");

    /** A stack that has all functions. */
    private static final Map<String, String> PARAMETERS =
            FullTemplateTest.with(
                    "Source", "msk",
                    "Personalize", "true",
                    "Item", "/itemId",
                    "DomainName", "shop-domain",
                    "JarKmsKeyArn", KEY,
                    "AdminArn", "arn:aws:iam::111122223333:role/analyst");

    private static final Map<String, String> ATTRIBUTES =
            Map.of("Cluster", CLUSTER, "DatasetGroup", DATASET_GROUP, "Domain.Arn", DOMAIN_ARN);

    private final Path folder;
    private final Certificate certificate;
    private final int servicePort;
    private final int cloudFormationPort;

    InlineFunction(Path folder, Certificate certificate, int servicePort, int cloudFormationPort) {
        this.folder = folder;
        this.certificate = certificate;
        this.servicePort = servicePort;
        this.cloudFormationPort = cloudFormationPort;
    }

    static Map<String, Map<String, Object>> resources() throws IOException {
        return Template.read(FULL, PARAMETERS, ATTRIBUTES).resources();
    }

    /** Returns the name of the function that makes a resource. */
    static String of(String resource) throws IOException {
        return map(resources().get(resource).get("Properties"))
                .get("ServiceToken")
                .toString()
                .replace("arn:of:", "");
    }

    /** A jar that has nothing but what is put onto OpenSearch. */
    static byte[] jar() throws IOException {
        Path assets = Path.of("src/main/opensearch");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes);
                Stream<Path> files = Files.walk(assets)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                zip.putNextEntry(new ZipEntry("opensearch/" + assets.relativize(file)));
                zip.write(Files.readAllBytes(file));
            }
        }
        return bytes.toByteArray();
    }

    /**
     * Runs a function.
     *
     * @param resource what the function makes
     * @param properties of the resource, as JSON
     * @param seconds the function's time, {@link #OWN_TIME} for that of the template
     * @return what it printed
     */
    String run(String resource, String request, String properties, String id, int seconds)
            throws IOException, InterruptedException {
        Map<String, Map<String, Object>> resources = resources();
        Map<String, Object> function = map(resources.get(of(resource)).get("Properties"));
        String code = map(function.get("Code")).get("ZipFile").toString();
        Path file = Files.writeString(folder.resolve("index.py"), code);
        String event =
                """
                {"RequestType": "%s", "ResourceType": "%s", "ResourceProperties": %s, "StackId": "arn:stack",
                 "RequestId": "7", "LogicalResourceId": "%s", "ResponseURL": "http://127.0.0.1:%d/response"%s}
                """
                        .formatted(
                                request,
                                resources.get(resource).get("Type"),
                                properties,
                                resource,
                                cloudFormationPort,
                                id == null ? "" : ", \"PhysicalResourceId\": \"" + id + "\"");
        Path output = folder.resolve("output");
        List<String> command =
                List.of(
                        "python3",
                        RESOURCES.resolve("run_function.py").toString(),
                        file.toString(),
                        Files.writeString(folder.resolve("event.json"), event).toString(),
                        seconds == OWN_TIME
                                ? function.get("Timeout").toString()
                                : Integer.toString(seconds));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("AWS_"));
        environment.put("AWS_ACCESS_KEY_ID", AwsCredentials.ACCESS_KEY);
        environment.put("AWS_SECRET_ACCESS_KEY", AwsCredentials.SECRET_KEY);
        environment.put("AWS_REGION", REGION);
        environment.put("AWS_DEFAULT_REGION", REGION);
        environment.put("AWS_ENDPOINT_URL", "https://127.0.0.1:" + servicePort);
        environment.put("AWS_CA_BUNDLE", certificate.certificate());
        environment.put("AWS_MAX_ATTEMPTS", "1");
        environment.put("SSL_CERT_FILE", certificate.certificate());
        environment.put("PYTHONPATH", RESOURCES.toString());
        environment.put("PYTHONDONTWRITEBYTECODE", "1");
        environment.put("no_proxy", "127.0.0.1");
        Process python;
        try {
            python = builder.start();
        } catch (IOException e) {
            assumeTrue(false, "there is no python3 on this machine");
            throw e;
        }
        assertThat(python.waitFor(3, TimeUnit.MINUTES)).isTrue();
        String printed = Files.readString(output);
        assumeTrue(!printed.contains("No module named 'boto"), "there is no boto3 on this machine");
        assertThat(python.exitValue()).as(printed).isZero();
        return printed;
    }
}
