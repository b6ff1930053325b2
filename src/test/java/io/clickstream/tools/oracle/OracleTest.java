package io.clickstream.tools.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.AggregateJson;
import io.clickstream.aggregate.Aggregates;
import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import io.clickstream.event.WindowCount;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import javax.annotation.Nullable;
import org.junit.jupiter.api.Test;

class OracleTest {

    private static final Duration GAP = Duration.ofSeconds(1);
    private static final Duration WINDOW = Duration.ofSeconds(10);

    @Test
    void noClicksGiveNothing() {
        Expected nothing = expect();

        assertThat(nothing.aggregates())
                .containsExactlyInAnyOrder(
                        Aggregates.DEPARTMENT_COUNTS,
                        Aggregates.SESSION_COUNTS,
                        Aggregates.CHECKOUT_SESSIONS);
        assertThat(nothing.lines().values()).allMatch(List::isEmpty);
        assertThat(nothing.sessionTotal()).isZero();
    }

    @Test
    void clicksExactlyOneGapApartAreOneSession() {
        assertThat(expect(view(7L, 5_000, "Books"), view(7L, 6_000, "Books")).sessions())
                .containsExactly(total(1, 0, "0.0", 0));
    }

    @Test
    void clicksOneMillisecondFurtherApartAreTwo() {
        Expected expected = expect(view(7L, 5_000, "Books"), view(7L, 6_001, "Books"));

        assertThat(expected.sessions()).containsExactly(total(2, 0, "0.0", 0));
        assertThat(expected.departments()).containsExactly(department("Books", 2, 0));
        assertThat(expected.sessionTotal()).isEqualTo(2);
    }

    @Test
    void lastMillisecondDecidesTheWindow() {
        // Ends at 10,000: its last millisecond is 9,999.
        assertThat(expect(view(7L, 9_000, null)).sessions()).containsExactly(total(1, 0, "0.0", 0));
        assertThat(expect(view(7L, 9_001, null)).sessions())
                .containsExactly(total(1, 0, "0.0", 10_000));
    }

    @Test
    void sessionAcrossWindowsCountsOnceInItsLast() {
        Expected expected =
                expect(
                        view(7L, 8_500, "Books"),
                        view(7L, 9_500, "Toys"),
                        view(7L, 10_500, null),
                        view(8L, 1_000, "Toys"));

        assertThat(expected.sessions())
                .containsExactly(total(1, 0, "0.0", 0), total(1, 0, "0.0", 10_000));
        assertThat(expected.departments())
                .containsExactly(
                        department("Books", 1, 10_000),
                        department("Toys", 1, 0),
                        department("Toys", 1, 10_000));
    }

    @Test
    void checkoutCountsVisitsUntilTheLastOne() {
        Expected expected =
                expect(
                        view(7L, 1_000, "cameras"),
                        checkout(7L, 1_500, "N/A"),
                        view(7L, 2_000, "AirPods"),
                        checkout(7L, 2_500, "laptops"),
                        // At the very moment of the checkout, and one after it.
                        view(7L, 2_500, "cameras"),
                        view(7L, 2_501, "soundbars"));

        assertThat(expected.checkouts())
                .containsExactly(
                        "{\"userId\":7,\"eventCount\":5,\"orderCheckoutEventCount\":4,"
                            + "\"deptList\":[\"AirPods\",\"cameras\",\"laptops\",\"soundbars\"],"
                            + "\"eventKey\":1,\"windowBeginTime\":1000,\"windowEndTime\":3501}");
        assertThat(expected.sessions()).containsExactly(total(1, 1, "100.0", 0));
    }

    @Test
    void nullEmptyAndNotAvailableAreNoDepartment() {
        Expected expected =
                expect(
                        view(7L, 1_000, null),
                        view(7L, 1_100, ""),
                        view(7L, 1_200, "N/A"),
                        checkout(7L, 1_300, null));

        assertThat(expected.departments()).isEmpty();
        assertThat(expected.checkouts())
                .containsExactly(
                        "{\"userId\":7,\"eventCount\":0,\"orderCheckoutEventCount\":0,\"deptList\":[],"
                            + "\"eventKey\":1,\"windowBeginTime\":1000,\"windowEndTime\":2300}");
    }

    @Test
    void numberAndStringAreTwoUsersAndWrittenAsTheyCame() {
        Expected expected =
                expect(checkout(7L, 1_000, "Bücher"), checkout("7", 1_000, "a \"b\" \\ c"));

        assertThat(expected.checkouts())
                .containsExactly(
                        "{\"userId\":\"7\",\"eventCount\":1,\"orderCheckoutEventCount\":1,"
                                + "\"deptList\":[\"a \\\"b\\\" \\\\ c\"],"
                                + "\"eventKey\":1,\"windowBeginTime\":1000,\"windowEndTime\":2000}",
                        "{\"userId\":7,\"eventCount\":1,\"orderCheckoutEventCount\":1,"
                            + "\"deptList\":[\"Bücher\"],"
                            + "\"eventKey\":1,\"windowBeginTime\":1000,\"windowEndTime\":2000}");
        assertThat(expected.sessionTotal()).isEqualTo(2);
    }

    @Test
    void percentageIsRoundedDown() {
        assertThat(
                        expect(
                                        checkout(1L, 1_000, null),
                                        checkout(2L, 1_000, null),
                                        view(3L, 1_000, null))
                                .sessions())
                .containsExactly(total(3, 2, "66.0", 0));
    }

    @Test
    void emptyEventTypeExtendsTheSession() {
        assertThat(
                        expect(
                                        view(7L, 1_000, "Books"),
                                        new OracleClick(7L, 2_000, "", null),
                                        view(7L, 3_000, "Books"))
                                .sessions())
                .containsExactly(total(1, 0, "0.0", 0));
    }

    @Test
    void orderOfClicksDoesNotMatter() {
        List<OracleClick> clicks = new ArrayList<>();
        Random random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            clicks.add(
                    new OracleClick(
                            (long) random.nextInt(20),
                            random.nextInt(200_000),
                            random.nextInt(20) == 0 ? "order_checkout" : "product_detail",
                            "d" + random.nextInt(4)));
        }
        Expected expected = Oracle.expect(clicks, GAP, WINDOW);
        Collections.shuffle(clicks, random);

        assertThat(Oracle.expect(clicks, GAP, WINDOW)).isEqualTo(expected);
        assertThat(expected.checkouts()).isNotEmpty();
    }

    /** The job writes characters outside of the basic plane as escapes. */
    @Test
    void linesAreThoseOfTheJobByteByByte() {
        Expected expected = expect(checkout("Zoë 🚀", 1_000, "沙发 🛋"));

        assertThat(expected.checkouts())
                .containsExactly(
                        job(
                                Aggregates.CHECKOUT_SESSIONS,
                                new Session(
                                        UserId.ofString("Zoë 🚀"),
                                        1_000,
                                        2_000,
                                        1,
                                        1,
                                        true,
                                        new String[] {"沙发 🛋"})));
        assertThat(expected.departments())
                .containsExactly(
                        job(
                                Aggregates.DEPARTMENT_COUNTS,
                                new WindowCount("沙发 🛋", 0, 10_000, 1, 1)));
    }

    private static <T> String job(Aggregate<T> aggregate, T value) {
        return new String(
                new AggregateJson<>(aggregate.format()).toBytes(value), StandardCharsets.UTF_8);
    }

    @Test
    void otherTypesOfUserAreRefused() {
        assertThatThrownBy(() -> new OracleClick(7, 1_000, null, null))
                .hasMessage("a user is a Long or a String, not 7");
    }

    private static Expected expect(OracleClick... clicks) {
        return Oracle.expect(List.of(clicks), GAP, WINDOW);
    }

    private static OracleClick view(Object user, long time, @Nullable String department) {
        return new OracleClick(user, time, "product_detail", department);
    }

    private static OracleClick checkout(Object user, long time, @Nullable String department) {
        return new OracleClick(user, time, "order_checkout", department);
    }

    private static String department(String name, long count, long begin) {
        return "{\"departmentName\":\"%s\",\"departmentCount\":%d,\"windowBeginTime\":%d,\"windowEndTime\":%d}"
                .formatted(name, count, begin, begin + 10_000);
    }

    private static String total(long sessions, long checkouts, String percent, long begin) {
        return "{\"userSessionCount\":%d,\"userSessionCountWithOrderCheckout\":%d,\"percentSessionswithBuy\":%s,\"windowBeginTime\":%d,\"windowEndTime\":%d}"
                .formatted(sessions, checkouts, percent, begin, begin + 10_000);
    }
}
