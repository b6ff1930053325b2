package io.clickstream.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class MaxRateTest {

    private static final MaxRate TEN_IN_A_SECOND = MaxRate.of(10, Duration.ofSeconds(1));

    @Test
    void isExceededByMoreClicks() {
        assertThat(TEN_IN_A_SECOND.isExceeded(10, 1_000)).isFalse();
        assertThat(TEN_IN_A_SECOND.isExceeded(11, 1_000)).isTrue();
    }

    @Test
    void isAnAverage() {
        assertThat(TEN_IN_A_SECOND.isExceeded(600, 60_000)).isFalse();
        assertThat(TEN_IN_A_SECOND.isExceeded(601, 60_000)).isTrue();
    }

    @Test
    void takesAShorterSessionForOneOfItsTime() {
        assertThat(TEN_IN_A_SECOND.isExceeded(1, 0)).isFalse();
        assertThat(TEN_IN_A_SECOND.isExceeded(10, 0)).isFalse();
        assertThat(TEN_IN_A_SECOND.isExceeded(11, 0)).isTrue();
    }

    @Test
    void isNeverExceededWhereThereIsNone() {
        assertThat(MaxRate.NONE.isExceeded(Long.MAX_VALUE, 0)).isFalse();
    }

    @Test
    void holdsForAnyNumbers() {
        MaxRate highest = MaxRate.of(Integer.MAX_VALUE, Duration.ofDays(3650));

        assertThat(highest.isExceeded(Integer.MAX_VALUE, Long.MAX_VALUE / 2)).isFalse();
        assertThat(highest.isExceeded(1L << 40, 0)).isTrue();
    }

    @Test
    void isAtLeastAClickPerMillisecond() {
        assertThatThrownBy(() -> MaxRate.of(0, Duration.ofSeconds(1)))
                .hasMessage("A rate must be at least 1 click per ms or longer, not 0 per PT1S");
        assertThatThrownBy(() -> MaxRate.of(1, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
