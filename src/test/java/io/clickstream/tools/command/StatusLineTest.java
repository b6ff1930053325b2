package io.clickstream.tools.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class StatusLineTest {

    private static final String CLEAR = "\r\u001b[K";

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
    void shortLineFitsIntoEightyColumns() {
        assertThat(
                        new Status(
                                        Duration.ofMinutes(83),
                                        9_999_999,
                                        2_001.4,
                                        745_678,
                                        9_876,
                                        5,
                                        7,
                                        OptionalLong.of(20_350))
                                .shortLine())
                .isEqualTo(
                        "83:00 9999k clicks 2001/s 745k sessions 9876 checkouts 5 late 7 dead lag"
                                + " 20.4 s")
                .hasSizeLessThan(80);
    }

    @Test
    void onTerminalItIsWrittenOverItselfAndFitsTheWidth() {
        String longLine = at(1).line();
        StatusLine wide = new StatusLine(out, OptionalInt.of(200));
        wide.show(at(1), 0);
        wide.print("stays");
        wide.end();
        assertThat(written()).isEqualTo(CLEAR + longLine + CLEAR + "stays\n" + longLine + "\n");

        bytes.reset();
        StatusLine narrow = new StatusLine(out, OptionalInt.of(80));
        narrow.show(at(1), 0);
        assertThat(written()).isEqualTo(CLEAR + at(1).shortLine());

        bytes.reset();
        StatusLine tiny = new StatusLine(out, OptionalInt.of(11));
        tiny.show(at(1), 0);
        assertThat(written()).isEqualTo(CLEAR + at(1).shortLine().substring(0, 10));
    }

    @Test
    void elsewhereThereIsALineEveryTenSeconds() {
        StatusLine line = new StatusLine(out, OptionalInt.empty());
        for (int seconds = 0; seconds <= 20; seconds++) {
            line.show(at(seconds), seconds * 1_000L);
        }
        line.print("stays");
        line.end();

        assertThat(written().lines())
                .containsExactly(at(0).line(), at(10).line(), at(20).line(), "stays");
    }

    private static Status at(int seconds) {
        return new Status(Duration.ofSeconds(seconds), 0, 0, 0, 0, 0, 0, OptionalLong.empty());
    }

    private String written() {
        return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }
}
