package io.clickstream.local.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.tools.command.Project;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("moves the folder that all tests find the servers' class path in")
class OpenSearchNodeITCase {

    @TempDir Path folder;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void documentsAreReadBackAndTheProcessEndsWithTheNode() throws Exception {
        CompletableFuture<ProcessHandle> ended;
        try (OpenSearchNode node = OpenSearchNode.start(folder)) {
            ended = ProcessHandle.of(node.pid()).orElseThrow().onExit();
            assertThat(send(node, "PUT", "/shop/_doc/1", "{\"a\":1}")).contains("\"created\"");
            assertThat(send(node, "GET", "/shop/_doc/1", "")).contains("\"_source\":{\"a\":1}");
            // Green: no replica waits for a second node.
            assertThat(send(node, "GET", "/_cluster/health", "")).contains("\"green\"");

            assertThat(ListeningSockets.of(node.pid())).hasSize(2);
            assertThat(ListeningSockets.notLoopback(node.pid())).isEmpty();
            assertThat(node.log()).isNotEmptyFile();
        }
        assertThat(ended.get(30, TimeUnit.SECONDS).isAlive()).isFalse();
    }

    @Test
    void missingClassPathIsAnErrorThatSaysWhatToDo() {
        String before = System.getProperty(Project.PROPERTY);
        System.setProperty(Project.PROPERTY, folder.toString());
        try {
            assertThatThrownBy(() -> OpenSearchNode.start(folder))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageEndingWith(
                            "servers.classpath is missing: run mvn package in the project's folder,"
                                    + " which writes it");
        } finally {
            if (before == null) {
                System.clearProperty(Project.PROPERTY);
            } else {
                System.setProperty(Project.PROPERTY, before);
            }
        }
    }

    private String send(OpenSearchNode node, String method, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(node.uri() + path))
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
}
