package io.clickstream.tools.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShopTrafficTest {

    private static final long START = 1_700_000_000_000L;

    private static final Map<String, Set<String>> STEPS =
            Map.of(
                    "home_page", Set.of("product_catalog", ""),
                    "product_catalog", Set.of("product_detail", "product_catalog", ""),
                    "product_detail", Set.of("add_to_cart", "product_catalog", ""),
                    "add_to_cart", Set.of("order", "remove_from_cart", "product_catalog", ""),
                    "remove_from_cart", Set.of("product_catalog", ""),
                    "order", Set.of("order_checkout", "product_catalog", ""),
                    "order_checkout", Set.of("product_catalog", ""));

    @ParameterizedTest
    @ValueSource(doubles = {1, 50, 2_000, 20_000})
    void rateIsMetOverAllAndFromTheFirstSecondsOn(double rate) {
        int seconds = rate < 10 ? 3_600 : 60;
        List<GeneratedClick> clicks = clicks(1, rate, 10_000, seconds);

        assertThat((double) clicks.size() / seconds).isCloseTo(rate, within(rate * 0.1));
        if (rate >= 2_000) {
            long inFirst5 = clicks.stream().filter(c -> c.eventTimestamp() < START + 5_000).count();
            assertThat(inFirst5 / 5.0).isCloseTo(rate, within(rate * 0.15));
        }
    }

    @Test
    void sameSeedGivesTheSameClicksHoweverTimeIsCut() {
        List<GeneratedClick> inOneGo = clicks(7, 500, 1_000, 30);
        List<GeneratedClick> inSteps = new ArrayList<>();
        ShopTraffic traffic = new ShopTraffic(7, 500, 1_000, START);
        for (long time = START; time <= START + 30_000; time += 7) {
            traffic.until(time, inSteps::add);
        }
        traffic.until(START + 30_000, inSteps::add);

        assertThat(inSteps).isEqualTo(inOneGo);
        assertThat(clicks(8, 500, 1_000, 30)).isNotEqualTo(inOneGo);
    }

    @Test
    void visitsGoThroughTheShopStepByStep() {
        Map<Long, GeneratedClick> bySequence = new HashMap<>();
        List<GeneratedClick> clicks = inOrder(clicks(2, 1_000, 5_000, 60));
        Set<String> departments = new HashSet<>();
        int pauses = 0;
        for (GeneratedClick click : clicks) {
            bySequence.put(click.globalSeq(), click);
            if (click.prevGlobalSeq() == 0) {
                assertThat(click.eventType()).isEqualTo("home_page");
                assertThat(click.productType()).isEqualTo("N/A");
                continue;
            }
            GeneratedClick previous = bySequence.get(click.prevGlobalSeq());
            if (previous == null) {
                // Held back beyond the end of this test.
                continue;
            }
            assertThat(STEPS.get(previous.eventType())).contains(click.eventType());
            assertThat(click.userId()).isEqualTo(previous.userId());
            assertThat(click.ip()).isEqualTo(previous.ip());
            assertThat(click.deviceType()).isEqualTo(previous.deviceType());
            long step = click.eventTimestamp() - previous.eventTimestamp();
            if (step > 500) {
                assertThat(step).isBetween(2_000L, 5_000L);
                pauses++;
            } else {
                assertThat(step).isGreaterThanOrEqualTo(20);
            }
            if (click.eventType().isEmpty()) {
                assertThat(click.productType()).isEmpty();
            } else {
                departments.add(click.productType());
            }
        }
        assertThat(departments)
                .containsExactlyInAnyOrder(
                        "cell phones",
                        "laptops",
                        "ear phones",
                        "soundbars",
                        "cd players",
                        "AirPods",
                        "video games",
                        "cameras");
        assertThat((double) pauses / clicks.size()).isBetween(0.01, 0.02);
    }

    @Test
    void userHasOneVisitAtATime() {
        Map<Integer, Long> openVisit = new HashMap<>();
        ShopTraffic traffic = new ShopTraffic(3, 1_000, 320, START);
        List<GeneratedClick> clicks = new ArrayList<>();
        traffic.until(START + 60_000, clicks::add);
        traffic.flush(clicks::add);
        for (GeneratedClick click : inOrder(clicks)) {
            if (click.prevGlobalSeq() == 0) {
                assertThat(openVisit).doesNotContainKey(click.userId());
            } else {
                assertThat(openVisit).containsEntry(click.userId(), click.prevGlobalSeq());
            }
            openVisit.put(click.userId(), click.globalSeq());
            if (click.eventType().isEmpty()) {
                openVisit.remove(click.userId());
            }
        }
        assertThat(openVisit.keySet()).allMatch(user -> user >= 1 && user <= 320);
    }

    @Test
    void someClicksComeLaterThanTheirTimeButNeverTooLate() {
        List<GeneratedClick> clicks = clicks(4, 1_000, 5_000, 60);
        long newest = 0;
        long maxDelay = 0;
        int behind = 0;
        for (GeneratedClick click : clicks) {
            newest = Math.max(newest, click.eventTimestamp());
            maxDelay = Math.max(maxDelay, newest - click.eventTimestamp());
            if (click.eventTimestamp() < newest) {
                behind++;
            }
        }
        assertThat((double) behind / clicks.size()).isBetween(0.04, 0.06);
        assertThat(maxDelay).isBetween(4_000L, ShopTraffic.MAX_DELAY.toMillis());
    }

    @Test
    void oneByOneClicksAreInOrderAndNoneIsHeldBack() {
        ShopTraffic traffic = new ShopTraffic(5, 1_000, 5_000, START);
        long last = START;
        for (int i = 1; i <= 10_000; i++) {
            GeneratedClick click = traffic.next();
            assertThat(click.globalSeq()).isEqualTo(i);
            assertThat(click.eventTimestamp()).isGreaterThanOrEqualTo(last);
            last = click.eventTimestamp();
        }
        assertThat(traffic.time()).isEqualTo(last);
        assertThat(last - START).isBetween(9_000L, 11_000L);
        assertThat(traffic.takeGlobalSeq()).isEqualTo(10_001);
        assertThat(traffic.next().globalSeq()).isEqualTo(10_002);
    }

    @Test
    void sequenceNumbersHaveNoGaps() {
        ShopTraffic traffic = new ShopTraffic(5, 1_000, 5_000, START);
        List<GeneratedClick> clicks = new ArrayList<>();
        traffic.until(START + 10_000, clicks::add);
        traffic.flush(clicks::add);

        List<GeneratedClick> sorted = inOrder(clicks);
        for (int i = 0; i < sorted.size(); i++) {
            assertThat(sorted.get(i).globalSeq()).isEqualTo(i + 1);
        }
    }

    @Test
    void averagesAreThoseThatTheRateIsComputedFrom() {
        List<GeneratedClick> clicks = clicks(6, 20_000, 20_000, 300);
        long visits = clicks.stream().filter(c -> c.eventType().isEmpty()).count();
        long checkouts =
                clicks.stream().filter(c -> c.eventType().equals("order_checkout")).count();

        assertThat((double) clicks.size() / visits).isCloseTo(ShopTraffic.MEAN_CLICKS, within(0.3));
        // The lab's conversion is 39 %; some visits have more than one checkout.
        assertThat((double) checkouts / visits).isBetween(0.3, 0.6);
    }

    @Test
    void skippedTimeHasNoClicksAndShiftsAllVisits() {
        ShopTraffic traffic = new ShopTraffic(9, 1_000, 5_000, START);
        List<GeneratedClick> before = new ArrayList<>();
        traffic.until(START + 5_000, before::add);
        traffic.skipTo(START + 60_000, before::add);
        List<GeneratedClick> after = new ArrayList<>();
        traffic.until(START + 61_000, after::add);

        assertThat(before).allMatch(click -> click.eventTimestamp() <= START + 5_000);
        assertThat(after).allMatch(click -> click.eventTimestamp() > START + 60_000);
        assertThat(after).hasSizeBetween(800, 1_200);
    }

    @Test
    void tooFewUsersAreRefused() {
        assertThatThrownBy(() -> new ShopTraffic(1, 2_000, 10, START))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("10 users are too few for 2000.0 clicks/s: it takes at");
    }

    private static List<GeneratedClick> clicks(long seed, double rate, int users, int seconds) {
        List<GeneratedClick> clicks = new ArrayList<>();
        new ShopTraffic(seed, rate, users, START).until(START + seconds * 1_000L, clicks::add);
        return clicks;
    }

    private static List<GeneratedClick> inOrder(List<GeneratedClick> clicks) {
        return clicks.stream().sorted(Comparator.comparing(GeneratedClick::globalSeq)).toList();
    }
}
