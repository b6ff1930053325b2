package io.clickstream.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.clickstream.testing.AwsCredentials;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsTest {

    private static final String ENDPOINT = "aws.endpointUrlSecretsManager";
    private static final String ARN =
            "arn:aws:secretsmanager:eu-west-3:111122223333:secret:AmazonMSK_shop-AbCdEf";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What Secrets Manager was asked for, and in which region. */
    private final List<String> asked = new CopyOnWriteArrayList<>();

    private final Secrets secrets = new Secrets(Map.of("SHOP_PASSWORD", "from the env"));
    private AwsCredentials credentials;
    private HttpServer server;

    @BeforeEach
    void startSecretsManager() throws Exception {
        credentials = AwsCredentials.some();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    JsonNode request = JSON.readTree(exchange.getRequestBody());
                    String name = request.get("SecretId").asText();
                    String signature = exchange.getRequestHeaders().getFirst("Authorization");
                    asked.add(name + " in " + signature.split("/", 4)[2]);
                    boolean known = !name.equals("nothing");
                    String secret =
                            name.equals("plain")
                                    ? "s3cret text"
                                    : "{\"username\":\"ann\",\"password\":\"s3cret\",\"port\":1}";
                    byte[] answer =
                            JSON.writeValueAsBytes(
                                    known
                                            ? Map.of("Name", name, "SecretString", secret)
                                            : Map.of(
                                                    "__type",
                                                    "ResourceNotFoundException",
                                                    "Message",
                                                    "can't find the specified secret."));
                    exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.1");
                    exchange.sendResponseHeaders(known ? 200 : 400, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        server.start();
        System.setProperty(ENDPOINT, "http://127.0.0.1:" + server.getAddress().getPort());
        System.setProperty("aws.region", "eu-central-1");
    }

    @AfterEach
    void stopSecretsManager() {
        System.clearProperty(ENDPOINT);
        System.clearProperty("aws.region");
        server.stop(0);
        credentials.close();
    }

    @Test
    void takesOtherTextForTheSecretItself() {
        assertThat(secrets.resolve("pass:word#1")).isEqualTo("pass:word#1");
    }

    @Test
    void readsFilesWithoutTheirLastLineEnd(@TempDir Path folder) throws Exception {
        Path file = Files.write(folder.resolve("password"), " päss\nword \r\n".getBytes(UTF_8));

        assertThat(secrets.resolve("file:" + file)).isEqualTo(" päss\nword ");
    }

    @Test
    void readsTheEnvironment() {
        assertThat(secrets.resolve("env:SHOP_PASSWORD")).isEqualTo("from the env");
    }

    @Test
    void asksSecretsManagerOnceForTheKeysOfASecret() {
        assertThat(secrets.resolve("secretsmanager:AmazonMSK_shop#username")).isEqualTo("ann");
        assertThat(secrets.resolve("secretsmanager:AmazonMSK_shop#password")).isEqualTo("s3cret");
        assertThat(secrets.resolve("secretsmanager:plain")).isEqualTo("s3cret text");

        assertThat(asked)
                .containsExactly("AmazonMSK_shop in eu-central-1", "plain in eu-central-1");
    }

    @Test
    void asksInTheRegionOfAnArn() {
        assertThat(secrets.resolve("secretsmanager:" + ARN + "#password")).isEqualTo("s3cret");

        assertThat(asked).containsExactly(ARN + " in eu-west-3");
    }

    @Test
    void saysWhatIsWrongWithoutTheSecret(@TempDir Path folder) throws Exception {
        Path empty = Files.writeString(folder.resolve("empty"), "\n");

        assertProblem("file:" + empty, "refers to 'file:" + empty + "', which is empty");
        assertProblem(
                "file:/no/such/file",
                "refers to the file '/no/such/file', which can't be read (NoSuchFileException)");
        assertProblem(
                "env:NO_SUCH_PASSWORD",
                "refers to the environment variable 'NO_SUCH_PASSWORD', which is not set");
        assertProblem(
                "secretsmanager:nothing#password",
                "refers to the secret 'nothing', which Secrets Manager does not return: can't"
                        + " find the specified secret.");
        assertProblem(
                "secretsmanager:shop#passwort",
                "refers to 'passwort' in the secret 'shop', which has no string of this name");
        assertProblem(
                "secretsmanager:shop#port",
                "refers to 'port' in the secret 'shop', which has no string of this name");
        assertProblem(
                "secretsmanager:plain#password",
                "refers to 'password' in the secret 'plain', which is not JSON");
    }

    private void assertProblem(String reference, String problem) {
        assertThatThrownBy(() -> secrets.resolve(reference))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .startsWith(problem)
                .doesNotContain("s3cret");
    }
}
