package io.clickstream.personalize;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallRateTest {

    private static final long MILLI = 1_000_000;

    @ParameterizedTest
    @CsvSource({"1000,10000", "250,2500", "1,10", "0.5,5"})
    void isNotExceededHoweverOftenOneAsks(double perSecond, int inTenSeconds) {
        CallRate rate = new CallRate(perSecond);
        int calls = 0;
        for (long now = 0; now < 10_000 * MILLI; now += MILLI / 2) {
            while (rate.allows(now)) {
                rate.count(now);
                calls++;
            }
        }

        assertThat(calls).isBetween(inTenSeconds - 1, inTenSeconds + 1);
    }

    @Test
    void makesUpForATenthOfASecondAtMost() {
        CallRate rate = new CallRate(1000);
        rate.count(-5_000_000_000L);
        int calls = 0;
        while (rate.allows(0)) {
            rate.count(0);
            calls++;
        }

        assertThat(calls).isEqualTo(101);
    }
}
