package io.clickstream.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class StatusLineTest {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    @Test
    void statusIsOneLine() {
        assertThat(
                        new Status(
                                        Duration.ofSeconds(83),
                                        1_234_567,
                                        2_001.4,
                                        45_678,
                                        9_876,
                                        5,
                                        7,
                                        OptionalLong.of(20_350))
                                .line())
                .isEqualTo(
                        "1:23  clicks 1,234,567 (2,001/s)  sessions 45,678  checkouts 9,876  late 5"
                                + "  dead letters 7  watermark lag 20.4 s")
                .hasSizeLessThan(120);
    }

    @Test
    void lagIsUnknownBeforeTheFirstWatermark() {
        assertThat(new Status(Duration.ZERO, 0, 0, 0, 0, 0, 0, OptionalLong.empty()).line())
                .isEqualTo(
                        "0:00  clicks 0 (0/s)  sessions 0  checkouts 0  late 0  dead letters 0"
                                + "  watermark lag -");
    }

    @Test
    void onTerminalItIsWrittenOverItselfAndCutToTheWidth() {
        StatusLine line = new StatusLine(out, OptionalInt.of(11));
        line.show("0123456789abc", 0);
        line.print("stays");
        line.show("next", 1);
        line.end();

        assertThat(written())
                .isEqualTo("\r\u001b[K0123456789\r\u001b[Kstays\n0123456789\r\u001b[Knext\n");
    }

    @Test
    void elsewhereThereIsALineEveryTenSeconds() {
        StatusLine line = new StatusLine(out, OptionalInt.empty());
        for (long now = 0; now <= 20_000; now += 500) {
            line.show("at " + now, now);
        }
        line.print("stays");
        line.end();

        assertThat(written()).isEqualTo("at 0\nat 10000\nat 20000\nstays\n");
    }

    private String written() {
        return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }
}
