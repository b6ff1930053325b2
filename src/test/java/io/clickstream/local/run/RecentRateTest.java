package io.clickstream.local.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecentRateTest {

    private final RecentRate rate = new RecentRate();

    @Test
    void rateIsThatOfTheLastSeconds() {
        assertThat(rate.add(0, 100)).isZero();
        assertThat(rate.add(1_000, 300)).isEqualTo(200);
        assertThat(rate.add(5_000, 300)).isEqualTo(40);
        assertThat(rate.add(6_000, 300)).isZero();
    }

    @Test
    void jobThatStartsAgainIsNotReadBackwards() {
        rate.add(0, 100_000);
        rate.add(1_000, 102_000);

        assertThat(rate.add(2_000, 0)).isZero();
        assertThat(rate.add(3_000, 500)).isEqualTo(500);
    }
}
