package io.clickstream.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.testing.Browser;
import io.clickstream.testing.LocalRunProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What people see and do at the page of a local run with every optional aggregate. */
@Execution(ExecutionMode.CONCURRENT)
class LocalRunPageITCase {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern NODE =
            Pattern.compile("OpenSearch +(http://127\\.0\\.0\\.1:\\d+)");
    private static final Pattern PAGE =
            Pattern.compile("Dashboards +(http://127\\.0\\.0\\.1:\\d+/\\?token=[0-9a-f]{32})");
    private static final Pattern LAST = Pattern.compile("clicks \\d+, sessions (\\d+), (.*)");

    /** Where pictures are kept, to be looked at. */
    private static final Path PICTURES = Path.of("target", "page");

    /** The picture in the README, which is written with -Dpicture.update. */
    private static final Path PICTURE = Path.of("src", "local", "page", "page.png");

    private static final int PICTURE_BYTES = 300_000;

    @TempDir Path temporary;

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    @Test
    @Timeout(value = 8, unit = TimeUnit.MINUTES)
    void showsTheRunAndActsOnIt() throws Exception {
        Instant start = Instant.now();
        SetupScript script = new SetupScript(Files.createDirectory(temporary.resolve("script")));
        List<String> options = new ArrayList<>();
        Collections.addAll(options, "--rate", "500", "--duration", "70s");
        Collections.addAll(options, "--late", "2", "--malformed", "1", "--keep");
        // An optional aggregate has an option that is named like its property group.
        StackResult.optional().forEach(each -> options.add("--" + each.group().orElseThrow()));
        Process run =
                LocalRunProcess.start(
                        Files.createDirectory(temporary.resolve("folders")),
                        temporary.resolve("run.log"),
                        options.toArray(new String[0]));
        Thread reader = new Thread(() -> read(run), "output of the run");
        reader.start();
        try (Browser browser = Browser.start()) {
            URI page = URI.create(match(PAGE).group(1));
            URI node = URI.create(match(NODE).group(1));
            // The node has neither index state management nor Dashboards.
            assertThat(List.of(script.run(node).exitCode(), script.run(node).exitCode()))
                    .containsOnly(3);

            browser.open(page);
            actOn(browser);
            refusesStrangers(page);

            String letters = await(line -> line.startsWith("dead letters {"));
            assertThat(letters).contains("late=", "malformed=", "before-1970=", "future=");
            Matcher last = match(LAST);
            assertThat(last.group(2)).isEqualTo("equal");
            browser.await("#verdict[data-end=equal]", Duration.ofSeconds(20));
            assertThat(browser.first("#verdict").getText()).isEqualTo("Finished: equal");
            assertThat(browser.first("#shop-steps button").isEnabled()).isFalse();
            showsAllNumbers(browser, page, Long.parseLong(last.group(1)));
            takePictures(browser, page);
            namesWhatItCanNotDraw(browser);
            assertThat(browser.complaints()).isEmpty();

            List<Panels.Answer> answers =
                    Panels.ask(
                            node,
                            start.minus(Duration.ofMinutes(5)),
                            start.plus(Duration.ofHours(1)));
            assertThat(answers).hasSize(Panels.inDashboards().size());
            answers.forEach(Panels::assertHasData);

            run.destroy();
            assertThat(run.waitFor()).isZero();
        } finally {
            run.descendants().forEach(ProcessHandle::destroyForcibly);
            run.destroyForcibly();
            reader.join();
        }
    }

    private void read(Process run) {
        try (BufferedReader output =
                new BufferedReader(
                        new InputStreamReader(run.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add("the output can't be read: " + e);
        }
        lines.add("the run has ended");
    }

    private String await(Predicate<String> wanted) throws InterruptedException {
        List<String> seen = new ArrayList<>();
        while (true) {
            String line = lines.poll(4, TimeUnit.MINUTES);
            seen.add(line);
            assertThat(line).as("%s", seen).isNotNull().isNotEqualTo("the run has ended");
            if (wanted.test(line)) {
                return line;
            }
        }
    }

    private Matcher match(Pattern pattern) throws InterruptedException {
        Matcher matcher = pattern.matcher(await(line -> pattern.matcher(line).matches()));
        assertThat(matcher.matches()).isTrue();
        return matcher;
    }

    /** Visits the shop, and breaks what can be broken. */
    private static void actOn(Browser browser) {
        browser.await(".panel[data-state=drawn]", Duration.ofSeconds(60));
        browser.run("document.getElementById('shop-name').value = 'Ada'");
        for (String type : List.of("product_detail", "add_to_cart", "order", "order_checkout")) {
            browser.press("#shop-steps button[data-type=" + type + "]");
        }
        browser.press("#shop-send");
        browser.press("#disturbances button[data-id=send-malformed]:enabled");
        browser.press("#disturbances button[data-id=send-future]:enabled");
        browser.press("#disturbances button[data-id=freeze-opensearch]:enabled");
        browser.press("#disturbances button[data-id=kill-task-manager]:enabled");
        browser.press("#disturbances button[data-id=send-late]:enabled");

        browser.await("#visit[data-state=found]", Duration.ofSeconds(90));
        String visit = browser.first("#visit").getText();
        assertThat(visit)
                .contains("4 of 4 clicks sent as user Ada", "Your session closed at")
                .contains("\"userId\": \"Ada\"", "\"eventCount\": 4", "\"cell phones\"")
                .contains("\"orderCheckoutEventCount\": 4")
                .doesNotContain("comes with the next checkpoint", "is on its way");
        browser.await("#letters details", Duration.ofSeconds(20));
        assertThat(browser.first("#events").getText())
                .contains("4 clicks of Ada are on their way")
                .contains("The task manager is killed", "The job runs again")
                .contains("OpenSearch is frozen", "OpenSearch answers again")
                .contains("A late click is sent", "A malformed click", "A future click");
    }

    /** Nobody without the token, or under another name, learns of the run or acts on it. */
    private static void refusesStrangers(URI page) throws Exception {
        URI withoutToken = page.resolve("/api/disturb?id=kill-task-manager");
        HttpClient http = HttpClient.newHttpClient();
        HttpResponse<String> answer =
                http.send(
                        HttpRequest.newBuilder(withoutToken)
                                .POST(HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("open the address that the run printed");
    }

    private void showsAllNumbers(Browser browser, URI page, long sessions) throws Exception {
        Set<String> drawn = new TreeSet<>();
        for (JsonNode dashboard : call(page, "run", "").path("dashboards")) {
            String id = dashboard.path("id").asText();
            browser.press("#tabs [data-id=" + id + "]");
            browser.await("#panels[data-dashboard=" + id + "]", Duration.ofSeconds(20));
            JsonNode answer = call(page, "dashboard", "&id=" + id + "&range=start");
            Map<String, List<Double>> expected = new TreeMap<>();
            PanelNumbers.byId(answer)
                    .forEach((panel, json) -> expected.put(panel, PanelNumbers.of(json)));
            Map<String, List<Double>> shown = new TreeMap<>();
            for (String panel : expected.keySet()) {
                browser.await(
                        ".panel[data-id=" + panel + "][data-state=drawn]", Duration.ofSeconds(20));
                shown.put(panel, numbers(browser, panel));
            }
            assertThat(shown).isEqualTo(expected);
            expected.forEach((panel, numbers) -> assertThat(numbers).as(panel).isNotEmpty());
            drawn.addAll(expected.keySet());
            if (shown.containsKey("clickstream-session-totals")) {
                assertThat(shown.get("clickstream-session-totals")).contains((double) sessions);
            }
        }
        assertThat(drawn).isEqualTo(Panels.inDashboards());
    }

    private static List<Double> numbers(Browser browser, String panel) {
        List<?> texts =
                (List<?>)
                        browser.run(
                                "return [...document.querySelectorAll(arguments[0])]"
                                        + ".map((node) => node.dataset.value)",
                                ".panel[data-id=" + panel + "] [data-value]");
        return texts.stream().map(text -> Double.parseDouble((String) text)).sorted().toList();
    }

    private static JsonNode call(URI page, String name, String parameters) throws Exception {
        URI address = page.resolve("/api/" + name + "?" + page.getQuery() + parameters);
        return JSON.readTree(
                HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(address).build(),
                                HttpResponse.BodyHandlers.ofByteArray())
                        .body());
    }

    /** A kind of panel that a user may add to the dashboards. */
    private static void namesWhatItCanNotDraw(Browser browser) {
        Object text =
                browser.run(
                        "const panel = {id: 'tags', title: 'Tags', kind: 'tagcloud',"
                                + " grid: {x: 0, y: 0, w: 8, h: 8},"
                                + " answer: {aggregations: {}, hits: {total: {value: 1}}}};"
                                + "const view = Panels.create(panel);"
                                + "Panels.update(view, panel, {});"
                                + "return view.box.textContent;");
        assertThat((String) text).contains("Tags", "does not draw panels of the kind “tagcloud”");
    }

    private static void takePictures(Browser browser, URI page) throws Exception {
        for (boolean isDark : List.of(false, true)) {
            for (int width : List.of(Browser.WIDE, Browser.NARROW)) {
                browser.show(width, isDark);
                browser.open(
                        page.resolve(
                                "/?" + page.getQuery() + "#clickstream-sessions-and-departments"));
                browser.run("location.reload()");
                browser.await(".panel[data-state=drawn] svg", Duration.ofSeconds(20));
                Path file = PICTURES.resolve(width + (isDark ? "-dark" : "-light") + ".png");
                browser.picture(file);
                assertThat(Files.size(file)).isBetween(20_000L, (long) PICTURE_BYTES);
                assertThat((Long) browser.run("return document.documentElement.scrollWidth"))
                        .as("the page is no wider than the window")
                        .isLessThanOrEqualTo(width);
            }
        }
        if (System.getProperty("picture.update") != null) {
            Files.copy(
                    PICTURES.resolve(Browser.WIDE + "-light.png"),
                    PICTURE,
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
