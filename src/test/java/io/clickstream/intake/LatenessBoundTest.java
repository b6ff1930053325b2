package io.clickstream.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.testing.Clicks;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LatenessBoundTest {

    private static final long NOON = Clicks.time("12:00:00");
    private static final Duration OUT_OF_ORDERNESS = Duration.ofSeconds(20);
    private static final Duration SKEW = Duration.ofSeconds(5);

    @Test
    void namesNothingBeforeTheFirstWatermark() {
        assertThat(bound(Long.MIN_VALUE).highestWatermark(NOON)).isEqualTo(Long.MIN_VALUE);
    }

    @Test
    void isTheSubtasksOwnWatermark() {
        LatenessBound bound = bound(Long.MIN_VALUE);

        bound.sent(NOON - 20_001);

        assertThat(bound.followsTheClock()).isFalse();
        assertThat(bound.highestWatermark(NOON)).isEqualTo(NOON - 20_001);
    }

    @Test
    void neverGoesBack() {
        LatenessBound bound = bound(Long.MIN_VALUE);

        bound.sent(NOON);
        bound.sent(NOON - 1);

        assertThat(bound.highestWatermark(NOON)).isEqualTo(NOON);
    }

    @Test
    void followsTheClockFromTheFirstIdlenessOn() {
        LatenessBound bound = bound(Long.MIN_VALUE);
        bound.sent(NOON - 60_000);

        bound.idle();
        bound.sent(NOON - 30_000);

        assertThat(bound.followsTheClock()).isTrue();
        // 10 s on the way and 5 s of skew, less 20 s of disorder.
        assertThat(bound.highestWatermark(NOON)).isEqualTo(NOON - 5_000);
        assertThat(bound.highestWatermark(NOON + 1_000)).isEqualTo(NOON - 4_000);
    }

    @Test
    void isNeverBelowTheSubtasksOwnWatermark() {
        LatenessBound bound = bound(Long.MIN_VALUE);

        bound.idle();
        bound.sent(NOON + 1);

        assertThat(bound.highestWatermark(NOON)).isEqualTo(NOON + 1);
    }

    @Test
    void beginsWhereTheCheckpointLeftEventTime() {
        LatenessBound bound = bound(NOON - 7_000);

        bound.sent(NOON - 8_000);

        assertThat(bound.highestWatermark(NOON)).isEqualTo(NOON - 7_000);
    }

    private static LatenessBound bound(long restored) {
        return new LatenessBound(OUT_OF_ORDERNESS, SKEW, restored);
    }
}
