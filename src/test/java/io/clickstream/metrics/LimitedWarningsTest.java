package io.clickstream.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.testing.CapturedLog;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LimitedWarningsTest {

    private final CapturedLog log = new CapturedLog(Level.WARN);
    private long seconds = Long.MAX_VALUE / 1_000_000_000 - 5;
    private final LimitedWarnings warnings =
            new LimitedWarnings(
                    LoggerFactory.getLogger(LimitedWarningsTest.class),
                    () -> TimeUnit.SECONDS.toNanos(1) * seconds);

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void warnsOnceInTenSecondsAndSaysHowManyWereLeftOut() {
        for (int i = 0; i < 5; i++) {
            warnings.warn("Record {} is bad", i, new IllegalStateException("oops"));
        }
        seconds += 9;
        warnings.warn("Record {} is bad", 5);
        assertThat(log.lines())
                .containsExactly("Record 0 is badjava.lang.IllegalStateException: oops");

        seconds += 1;
        warnings.warn("Record {} is bad", 6);
        seconds += 10;
        warnings.warn("Record {} is bad", 7);

        assertThat(log.lines())
                .endsWith(
                        "Record 6 is bad (5 more such warnings were suppressed before)",
                        "Record 7 is bad")
                .hasSize(3);
    }

    @Test
    void limitsEachKindByItself() {
        warnings.warn("one {}", 1);
        warnings.warn("other {}", 2);
        warnings.warn("one {}", 3);

        assertThat(log.lines()).containsExactly("one 1", "other 2");
    }
}
