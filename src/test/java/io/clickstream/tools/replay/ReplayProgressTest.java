package io.clickstream.tools.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReplayProgressTest {

    private static final long MEBIBYTE = 1024 * 1024;

    private final ReplayProgress progress = new ReplayProgress(100 * MEBIBYTE, 0);

    @Test
    void estimatesTheRestFromWhatIsRead() {
        assertThat(line(25 * MEBIBYTE, 0, 30))
                .isEqualTo("25 of 100 MiB  records 1,000 (33/s)  1:30 left to read");
    }

    @Test
    void estimatesNothingWhileTheJvmIsStarting() {
        assertThat(line(MEBIBYTE, 0, 4)).isEqualTo("1 of 100 MiB  records 1,000 (250/s)");
    }

    @Test
    void sortsWhenAllIsRead() {
        assertThat(line(100 * MEBIBYTE, 0, 10))
                .isEqualTo("100 of 100 MiB  records 1,000 (100/s)  sorting");
    }

    @Test
    void countsSessionsAfterThat() {
        assertThat(line(100 * MEBIBYTE, 1234, 10))
                .isEqualTo("100 of 100 MiB  records 1,000 (100/s)  sessions 1,234");
    }

    private String line(long bytes, long sessions, int seconds) {
        return progress.line(bytes, 1000, sessions, TimeUnit.SECONDS.toNanos(seconds));
    }
}
