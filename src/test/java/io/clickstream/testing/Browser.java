package io.clickstream.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/** A Chromium without a window, on one page. */
public final class Browser implements AutoCloseable {

    /** A laptop's window. */
    public static final int WIDE = 1280;

    /** A telephone. */
    public static final int NARROW = 390;

    private static final int HEIGHT = 900;
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /** Starts the browser of this machine; the test is skipped if there is none. */
    public static Browser start() {
        Optional<File> chromium = onPath("chromium");
        Optional<File> chromeDriver = onPath("chromedriver");
        assumeTrue(
                chromium.isPresent() && chromeDriver.isPresent(),
                "there is no chromium on this machine");
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.orElseThrow());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--hide-scrollbars");
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        Browser browser =
                new Browser(
                        new ChromeDriver(
                                new ChromeDriverService.Builder()
                                        .usingDriverExecutable(chromeDriver.orElseThrow())
                                        .build(),
                                options));
        browser.show(WIDE, false);
        return browser;
    }

    private static Optional<File> onPath(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> new File(folder, program))
                .filter(File::canExecute)
                .findFirst();
    }

    /** Opens a page. */
    public void open(URI page) {
        driver.get(page.toString());
    }

    /** Shows the page at some width in px, in the light or dark theme. */
    public void show(int width, boolean isDark) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of(
                        "width",
                        width,
                        "height",
                        HEIGHT,
                        "deviceScaleFactor",
                        1,
                        "mobile",
                        width == NARROW));
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(
                                Map.of(
                                        "name",
                                        "prefers-color-scheme",
                                        "value",
                                        isDark ? "dark" : "light"),
                                // A picture must not show bars that still grow.
                                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
    }

    /** Writes what the window shows to a PNG file. */
    public void picture(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
    }

    /** The elements of a CSS selector. */
    public List<WebElement> all(String selector) {
        return driver.findElements(By.cssSelector(selector));
    }

    /** The first element of a CSS selector, as soon as it is there. */
    public WebElement first(String selector) {
        return new WebDriverWait(driver, PATIENCE)
                .until(any -> driver.findElement(By.cssSelector(selector)));
    }

    /** Waits for an element of a CSS selector. */
    public void await(String selector, Duration patience) {
        new WebDriverWait(driver, patience).until(any -> !all(selector).isEmpty());
    }

    /** Presses a button. */
    public void press(String selector) {
        // Not a click of the mouse: the button may be below what the window shows.
        driver.executeScript("arguments[0].click()", first(selector));
    }

    /** What a script returns. */
    public Object run(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    /** What the browser's console has complained of so far. */
    public List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(LogEntry::getMessage)
                .toList();
    }

    @Override
    public void close() {
        driver.quit();
    }
}
