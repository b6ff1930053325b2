package io.clickstream.local.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may see a run and act on it, and what they are told if they may not. */
class PageServerTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<String> done = new ArrayList<>();
    private Optional<String> obstacle = Optional.empty();
    private HttpServer openSearch;
    private PageServer page;

    @BeforeEach
    void start() throws IOException {
        openSearch =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        openSearch.createContext(
                "/",
                exchange -> {
                    byte[] answer = "{\"error\":\"no\"}".getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(429, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        openSearch.start();
        URI node = URI.create("http://127.0.0.1:" + openSearch.getAddress().getPort());
        page = PageServer.start(0, new Run(), node);
    }

    @AfterEach
    void stop() {
        page.close();
        openSearch.stop(0);
    }

    private HttpResponse<String> send(String method, String address, String body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(page.address().resolve(address))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String token() {
        return page.address().getQuery();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/run",
        "GET, /api/status",
        "GET, /api/letters?token=",
        "GET, /api/dashboard?id=clickstream-live-counts&token=0123",
        "POST, /api/disturb?id=break",
        "POST, /api/visit"
    })
    void nothingIsToldOrDoneWithoutTheToken(String method, String address) throws Exception {
        HttpResponse<String> answer = send(method, address, "");

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"error\":\"the token is missing or wrong: open the address that the run"
                                + " printed\"}");
        assertThat(done).isEmpty();
    }

    /** The JDK's server would warn on the terminal, in the middle of the status of the run. */
    @Test
    void answerToHeadIsWithoutWarning() throws Exception {
        List<String> warnings = new CopyOnWriteArrayList<>();
        Handler handler =
                new StreamHandler() {
                    @Override
                    public synchronized void publish(LogRecord entry) {
                        warnings.add(entry.getMessage());
                    }
                };
        Logger logger = Logger.getLogger("com.sun.net.httpserver");
        logger.addHandler(handler);
        try {
            assertThat(send("HEAD", "/", "").statusCode()).isEqualTo(404);
            assertThat(send("HEAD", "/api/run", "").statusCode()).isEqualTo(403);
        } finally {
            logger.removeHandler(handler);
        }

        assertThat(warnings).isEmpty();
    }

    @Test
    void siteThatPointsItsNameHereIsRefused() throws Exception {
        URI address = page.address();
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            socket.getOutputStream()
                    .write(
                            ("GET /api/run?"
                                            + token()
                                            + " HTTP/1.1\r\nHost: evil.example:"
                                            + address.getPort()
                                            + "\r\nConnection: close\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 403").contains("at 127.0.0.1:");
        }
    }

    @Test
    void filesOfThePageComeFromHereOnly() throws Exception {
        for (String file : List.of("/", "/page.css", "/page.js", "/panels.js", "/echarts.js")) {
            HttpResponse<String> answer = send("GET", file, "");
            assertThat(answer.statusCode()).as(file).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
                    .startsWith("default-src 'none'; script-src 'self'");
        }
        assertThat(send("GET", "/../pom.xml", "").statusCode()).isEqualTo(404);
        assertThat(send("GET", "/none", "").body()).contains("there is nothing at /none");
    }

    @Test
    void buttonActsOnce() throws Exception {
        HttpResponse<String> answer = send("POST", "/api/disturb?id=break&" + token(), "");

        assertThat(answer.body()).isEqualTo("{\"message\":\"It is broken\"}");
        assertThat(done).containsExactly("break");
        assertThat(send("GET", "/api/disturb?id=break&" + token(), "").statusCode()).isEqualTo(404);
        assertThat(send("POST", "/api/disturb?id=other&" + token(), "").body())
                .contains("there is no button other");
        obstacle = Optional.of("It is broken already");
        assertThat(send("POST", "/api/disturb?id=break&" + token(), "").body())
                .isEqualTo("{\"error\":\"It is broken already\"}");
        assertThat(done).containsExactly("break");
    }

    @Test
    void panelSaysWhatOpenSearchAnswers() throws Exception {
        JsonNode dashboard =
                JSON.readTree(
                        send(
                                        "GET",
                                        "/api/dashboard?id=clickstream-live-counts&range=5m&"
                                                + token(),
                                        "")
                                .body());

        assertThat(dashboard.path("panels")).hasSize(3);
        dashboard
                .path("panels")
                .forEach(
                        panel ->
                                assertThat(panel.path("error").asText())
                                        .startsWith("OpenSearch answered with 429"));
        assertThat(send("GET", "/api/dashboard?id=none&" + token(), "").body())
                .contains("there is no saved object dashboard none");
        assertThat(
                        send(
                                        "GET",
                                        "/api/dashboard?id=clickstream-live-counts&range=9y&"
                                                + token(),
                                        "")
                                .body())
                .contains("range is 9y, and can only be start or one of [15m, 1h, 24h, 5m]");
    }

    @Test
    void panelSaysThatOpenSearchIsGone() throws Exception {
        openSearch.stop(0);
        String answer =
                send("GET", "/api/dashboard?id=clickstream-live-counts&" + token(), "").body();

        assertThat(answer).contains("OpenSearch does not answer");
    }

    @Test
    void runWithoutAShopTakesNoVisits() throws Exception {
        assertThat(send("POST", "/api/visit?" + token(), "{\"name\":\"Ada\"}").body())
                .contains("this run does not make its own clicks");
        assertThat(send("POST", "/api/visit?" + token(), "{").body()).contains("is not JSON");
        assertThat(send("POST", "/api/visit?" + token(), "x".repeat(70_000)).body())
                .contains("at most 65,536 bytes");
    }

    private final class Run implements PageRun {

        @Override
        public String name() {
            return "test";
        }

        @Override
        public Instant start() {
            return Instant.now();
        }

        @Override
        public boolean isCompared() {
            return true;
        }

        @Override
        public RunStatus status() {
            return new RunStatus(
                    "running",
                    0,
                    0,
                    0,
                    null,
                    null,
                    null,
                    null,
                    0,
                    0,
                    Map.of(),
                    null,
                    0,
                    0,
                    new RunStatus.Verdict(0, null, null, null));
        }

        @Override
        public Set<String> indices() {
            return Set.of("live");
        }

        @Override
        public List<JsonNode> deadLetters() {
            return List.of();
        }

        @Override
        public Optional<Visits> visits() {
            return Optional.empty();
        }

        @Override
        public List<Disturbance> disturbances() {
            return List.of(
                    new Disturbance() {
                        @Override
                        public String id() {
                            return "break";
                        }

                        @Override
                        public String label() {
                            return "Break";
                        }

                        @Override
                        public Optional<String> obstacle() {
                            return obstacle;
                        }

                        @Override
                        public String perform() {
                            done.add("break");
                            return "It is broken";
                        }
                    });
        }
    }
}
