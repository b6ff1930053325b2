package io.clickstream.local.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.local.page.RunStatus;
import io.clickstream.local.results.OutputReader;
import io.clickstream.tools.oracle.OracleClick;
import io.clickstream.tools.oracle.TrafficLedger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Windows are compared while the run goes on, each one once it is final. */
class RunningComparisonTest {

    private static final RunningComparison.Names NAMES =
            new RunningComparison.Names("departments", "sessions", "checkouts", "letters", "live");

    private final Map<String, List<String>> topics = new HashMap<>();
    private final TrafficLedger ledger =
            new TrafficLedger(Duration.ofSeconds(1), Duration.ofSeconds(10));
    private RunningComparison comparison;

    @BeforeEach
    void start() {
        NAMES.all().forEach(name -> topics.put(name, new ArrayList<>()));
        comparison =
                new RunningComparison(
                        new OutputReader() {
                            @Override
                            public void readCommitted() {}

                            @Override
                            public List<String> values(String name) {
                                return topics.get(name);
                            }

                            @Override
                            public List<String> take(String name) {
                                return topics.replace(name, new ArrayList<>());
                            }

                            @Override
                            public void close() {}
                        },
                        NAMES,
                        ledger);
        ledger.sent(new OracleClick(7L, 1_000, "order_checkout", "Books"));
        ledger.sent(new OracleClick("seven", 11_000, "product_detail", "Toys"));
    }

    private static String department(String name, long begin) {
        return "{\"departmentName\":\"%s\",\"departmentCount\":1,\"windowBeginTime\":%d,\"windowEndTime\":%d}"
                .formatted(name, begin, begin + 10_000);
    }

    private static String sessions(long count, long checkouts, double percent, long begin) {
        return ("{\"userSessionCount\":%d,\"userSessionCountWithOrderCheckout\":%d,"
                    + "\"percentSessionswithBuy\":%s,\"windowBeginTime\":%d,\"windowEndTime\":%d}")
                .formatted(count, checkouts, percent, begin, begin + 10_000);
    }

    private RunStatus.Verdict verdict() {
        comparison.readOn();
        return comparison.verdict();
    }

    @Test
    void windowIsComparedWhenItIsFinalOnBothSides() {
        topics.get("departments").add(department("Books", 0));
        topics.get("sessions").add(sessions(1, 1, 100.0, 0));
        assertThat(verdict().windows()).as("the sender goes on").isZero();

        ledger.completeUntil(10_001);
        assertThat(verdict()).isEqualTo(new RunStatus.Verdict(1, null, null, null));
        ledger.completeUntil(30_000);
        assertThat(verdict().windows()).as("the job has not put it out yet").isEqualTo(1);

        topics.get("departments").add(department("Toys", 10_000));
        assertThat(verdict().windows()).as("only one of two topics").isEqualTo(1);
        topics.get("sessions").add(sessions(1, 0, 0.0, 10_000));
        assertThat(verdict().windows()).isEqualTo(2);
        assertThat(comparison.sessions()).isEqualTo(2);
        assertThat(comparison.checkouts()).isEqualTo(1);
    }

    @Test
    void unexpectedResultIsNotCalledEqual() {
        ledger.completeUntil(10_001);
        topics.get("departments").add(department("Books", 0));
        topics.get("departments").add(department("Books", 0));
        topics.get("sessions").add(sessions(1, 1, 100.0, 0));

        assertThat(verdict().windows()).isZero();
    }

    @Test
    void countsAndShowsDeadLetters() {
        for (int i = 0; i < 30; i++) {
            topics.get("letters").add("{\"reason\":\"late\",\"offset\":\"%d\"}".formatted(i));
        }
        topics.get("letters").add("{\"reason\":\"malformed\"}");
        comparison.readOn();

        assertThat(comparison.deadLetters()).isEqualTo(Map.of("late", 30L, "malformed", 1L));
        assertThat(comparison.latestLetters()).hasSize(20);
        assertThat(comparison.latestLetters().get(0).path("reason").asText())
                .isEqualTo("malformed");
        assertThat(comparison.latestLetters().get(1).path("offset").asText()).isEqualTo("29");
    }

    @Test
    void activeUsersAreThoseOfAllDepartments() {
        topics.get("live").add("{\"activeUsers\":5}");
        topics.get("live").add("{\"departmentName\":\"Books\",\"activeUsers\":3}");
        comparison.readOn();

        assertThat(comparison.activeUsers()).isEqualTo(5);
    }
}
