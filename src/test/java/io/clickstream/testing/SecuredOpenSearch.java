package io.clickstream.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.clickstream.local.server.OpenSearchNode;
import io.clickstream.tools.command.Project;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An OpenSearch node with OpenSearch's own security plugin, which checks logins and roles as a
 * domain with fine-grained access control does. The user {@code admin} may do everything.
 */
public final class SecuredOpenSearch implements AutoCloseable {

    /** Password of {@code admin}, by the plugin's sample configuration. */
    public static final String ADMIN_PASSWORD = "admin";

    /** Where the build unpacks the plugin. */
    private static final Path PLUGIN = Project.built("opensearch-security");

    private static final String PLUGIN_CLASS = "org.opensearch.security.OpenSearchSecurityPlugin";

    private final OpenSearchNode node;
    private final HttpClient http = HttpClient.newHttpClient();

    private SecuredOpenSearch(OpenSearchNode node) {
        this.node = node;
    }

    /** Starts a node in an empty folder. Returns when it knows its users. */
    public static SecuredOpenSearch start(Path folder) throws Exception {
        Certificate certificate = Certificate.make(folder, "node");
        Path config = Files.createDirectories(folder.resolve("node/node_1/config"));
        Files.writeString(config.resolve("node.pem"), certificate.pem());
        Files.copy(Path.of(certificate.certificate()), config.resolve("ca.pem"));
        Path roles = Files.createDirectories(config.resolve("opensearch-security"));
        try (Stream<Path> files = Files.list(PLUGIN.resolve("config"))) {
            for (Path file : files.filter(each -> each.toString().endsWith(".yml")).toList()) {
                Files.copy(file, roles.resolve(file.getFileName()));
            }
        }
        Path settings =
                Files.writeString(
                        folder.resolve("settings.properties"),
                        """
                        plugins.security.ssl.transport.pemcert_filepath=ca.pem
                        plugins.security.ssl.transport.pemkey_filepath=node.pem
                        plugins.security.ssl.transport.pemtrustedcas_filepath=ca.pem
                        plugins.security.ssl.transport.enforce_hostname_verification=false
                        plugins.security.ssl.http.enabled=false
                        plugins.security.allow_default_init_securityindex=true
                        plugins.security.restapi.roles_enabled=all_access
                        plugins.security.nodes_dn=CN=node
                        plugins.security.authcz.admin_dn=CN=admin
                        plugins.security.audit.type=noop
                        """);
        OpenSearchNode node =
                OpenSearchNode.start(
                        folder,
                        folder.resolve("opensearch.log"),
                        jarsOfPlugin(),
                        List.of(PLUGIN_CLASS, settings.toString()));
        SecuredOpenSearch secured = new SecuredOpenSearch(node);
        Await.until(
                "the users",
                Duration.ofMinutes(1),
                () -> secured.send("GET", "/", "").statusCode() == 200);
        return secured;
    }

    /** Those that the node's class path lacks: a class must not be there twice. */
    private static List<Path> jarsOfPlugin() throws IOException {
        Set<String> present =
                Stream.of(
                                Files.readString(Project.built("servers.classpath"))
                                        .strip()
                                        .split(File.pathSeparator))
                        .map(jar -> artifact(Path.of(jar)))
                        .collect(Collectors.toSet());
        try (Stream<Path> files = Files.list(PLUGIN)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .filter(jar -> !present.contains(artifact(jar)))
                    .sorted()
                    .toList();
        }
    }

    private static String artifact(Path jar) {
        return jar.getFileName().toString().replaceFirst("-[0-9].*", "");
    }

    public URI uri() {
        return node.uri();
    }

    /** Sends a request as {@code admin}. */
    public HttpResponse<String> send(String method, String path, String body)
            throws IOException, InterruptedException {
        String login = "admin:" + ADMIN_PASSWORD;
        return http.send(
                HttpRequest.newBuilder(URI.create(uri() + path))
                        .header("Content-Type", "application/json")
                        .header(
                                "Authorization",
                                "Basic "
                                        + Base64.getEncoder().encodeToString(login.getBytes(UTF_8)))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        node.close();
    }
}
