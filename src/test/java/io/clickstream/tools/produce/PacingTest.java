package io.clickstream.tools.produce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** By a clock that goes only when the one who paces waits, or stalls. */
class PacingTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final List<Long> sendTimes = new ArrayList<>();
    private long now;

    /** Sends from now on until an index, each wait 60 µs longer than asked for. */
    private void send(Pacing pacing, int until) {
        for (int index = sendTimes.size(); index < until; index++) {
            long wait = pacing.waitNanos(index, now);
            while (wait > 0) {
                now += wait + 60_000;
                wait = pacing.waitNanos(index, now);
            }
            sendTimes.add(now);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 3, 1_000, 30_000})
    void recordsGoWhenTheyAreDueHoweverManyThereAre(double rate) {
        send(new Pacing(rate), 10_000);

        for (int index = 0; index < sendTimes.size(); index++) {
            assertThat(sendTimes.get(index))
                    .isCloseTo(Math.round(index * SECOND / rate), within(MILLI / 5));
        }
    }

    @Test
    void whatAShortStallMissedGoesAtOnce() {
        Pacing pacing = new Pacing(1_000);
        send(pacing, 1_000);
        now += 40 * MILLI;
        send(pacing, 2_000);

        assertThat(sendTimes.get(1_030) - sendTimes.get(1_000)).isZero();
        assertThat(sendTimes.get(1_100)).isCloseTo(1_100 * MILLI, within(MILLI));
        assertThat(pacing.skippedNanos()).isZero();
    }

    @Test
    void whatALongerStallMissedGoesAtTwiceTheRate() {
        Pacing pacing = new Pacing(1_000);
        send(pacing, 1_000);
        now += SECOND;
        long resumed = now;
        send(pacing, 5_000);

        for (int second = 0; second < 8; second++) {
            long begin = resumed + second * SECOND / 8;
            long sent =
                    sendTimes.stream().filter(t -> t >= begin && t < begin + SECOND / 8).count();
            assertThat(sent).as("records in an eighth of a second").isBetween(230L, 310L);
        }
        // After as long as the stall was, the schedule is met again, and nothing is missing.
        assertThat(sendTimes.get(3_100)).isCloseTo(3_100 * MILLI, within(MILLI));
        assertThat(pacing.skippedNanos()).isZero();
    }

    @Test
    void whatIsTooFarBehindIsLeftOut() {
        Pacing pacing = new Pacing(1_000);
        send(pacing, 1_000);
        now += 5 * SECOND;
        long resumed = now;
        send(pacing, 2_000);

        assertThat(pacing.skippedNanos()).isCloseTo(5 * SECOND, within(2 * MILLI));
        assertThat(sendTimes.get(1_000)).isEqualTo(resumed);
        for (int index = 1_000; index < 2_000; index++) {
            assertThat(sendTimes.get(index))
                    .isCloseTo(resumed + (index - 1_000) * MILLI, within(MILLI));
        }
    }

    @Test
    void aRateThatIsOutOfReachLeavesTimeOutAndNeverFallsFurtherBehind() {
        Pacing pacing = new Pacing(10_000);
        // A record takes a millisecond: a tenth of the rate is possible.
        for (int index = 0; index < 20_000; index++) {
            assertThat(pacing.waitNanos(index, now)).isZero();
            now += MILLI;
            long lag = now - pacing.skippedNanos() - Pacing.dueNanos(index, 10_000);
            assertThat(lag).isLessThanOrEqualTo(Pacing.MAX_LAG_NANOS + 2 * MILLI);
        }
        assertThat(pacing.skippedNanos()).isGreaterThan(15 * SECOND);
    }

    @Test
    void aClockThatIsSetBackHoldsRecordsUntilItIsThereAgain() {
        Pacing pacing = new Pacing(1_000);
        send(pacing, 1_000);
        now -= SECOND / 2;
        send(pacing, 1_001);

        assertThat(sendTimes.get(1_000)).isCloseTo(SECOND, within(MILLI));
    }
}
