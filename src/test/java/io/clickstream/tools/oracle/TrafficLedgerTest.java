package io.clickstream.tools.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.tools.traffic.ShopTraffic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrafficLedgerTest {

    private static final Duration GAP = Duration.ofSeconds(1);
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final long START = 1_700_000_000_000L;

    @Test
    void sessionsCountedOnTheWayAreThoseOfTheOracle() {
        ShopTraffic traffic = new ShopTraffic(1, 1_000, 2_000, START);
        TrafficLedger ledger = new TrafficLedger(GAP, WINDOW);
        List<OracleClick> all = new ArrayList<>();
        for (long time = START; time <= START + 60_000; time += 1_000) {
            traffic.until(
                    time,
                    click -> {
                        all.add(click.forOracle());
                        ledger.sent(click.forOracle());
                    });
            ledger.completeUntil(time - ShopTraffic.MAX_DELAY.toMillis());
        }

        assertThat(ledger.clicks()).isEqualTo(all.size());
        Expected expected = ledger.expected();
        assertThat(expected).isEqualTo(Oracle.expect(all, GAP, WINDOW));
        assertThat(expected.sessionTotal()).isGreaterThan(1_000);
        assertThat(expected.checkouts()).isNotEmpty();
    }

    @Test
    void clickExactlyOneGapAfterTheOthersStillJoins() {
        TrafficLedger ledger = new TrafficLedger(GAP, WINDOW);
        ledger.sent(new OracleClick(1L, 5_000, "home_page", "N/A"));
        ledger.completeUntil(6_000);
        ledger.sent(new OracleClick(1L, 6_000, "home_page", "N/A"));

        assertThat(ledger.expected().sessionTotal()).isEqualTo(1);
        assertThat(ledger.newestTime()).isEqualTo(6_000);
    }

    @Test
    void clickOfATimeThatWasCompleteIsAnError() {
        TrafficLedger ledger = new TrafficLedger(GAP, WINDOW);
        ledger.completeUntil(6_000);

        assertThatThrownBy(() -> ledger.sent(new OracleClick(1L, 5_999, "home_page", "N/A")))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void clicksOfTheLongPastCountWhateverIsComplete() {
        TrafficLedger ledger = new TrafficLedger(GAP, WINDOW);
        ledger.sent(new OracleClick(1L, START, "home_page", "N/A"));
        ledger.completeUntil(START + 60_000);
        List<OracleClick> past =
                List.of(
                        new OracleClick(1L, START - 3_600_000, "order_checkout", "Books"),
                        new OracleClick(2L, START - 3_600_500, "home_page", "Toys"),
                        new OracleClick(1L, START - 3_600_900, "home_page", "Toys"));
        past.forEach(ledger::sentLongPast);

        List<OracleClick> all = new ArrayList<>(past);
        all.add(new OracleClick(1L, START, "home_page", "N/A"));
        assertThat(ledger.clicks()).isEqualTo(4);
        assertThat(ledger.newestTime()).isEqualTo(START);
        assertThat(ledger.expected()).isEqualTo(Oracle.expect(all, GAP, WINDOW));
    }
}
