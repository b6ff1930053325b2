package io.clickstream.bench.textbook;

import static io.clickstream.testing.Clicks.click;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import io.clickstream.testing.Clicks;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class SessionAccumulatorTest {

    private static final UserId ANN = UserId.ofString("ann");

    @Example
    void isEmptyAtFirst() {
        assertThat(close(new SessionAccumulator())).isEqualTo(session(0, 0, false));
    }

    @Example
    void countsVisitsAtOrBeforeTheLastCheckout() {
        SessionAccumulator session = new SessionAccumulator();

        session.add(click("ann").at(10).in("Books").build());
        session.add(click("ann").at(20).in("Books").build());
        session.add(click("ann").at(21).in("Games").build());
        session.add(click("ann").at(20).checkingOut().build());

        assertThat(close(session)).isEqualTo(session(3, 2, true, "Books", "Games"));
    }

    @Example
    void countsACheckoutInADepartmentAsAVisit() {
        SessionAccumulator session = new SessionAccumulator();

        session.add(click("ann").at(10).in("Books").checkingOut().build());

        assertThat(close(session)).isEqualTo(session(1, 1, true, "Books"));
    }

    @Example
    void countsACheckoutAtTimeZero() {
        SessionAccumulator session = new SessionAccumulator();

        session.add(click("ann").at(0).in("Books").build());
        session.add(click("ann").at(0).checkingOut().build());
        session.add(click("ann").at(1).in("Books").build());

        assertThat(close(session)).isEqualTo(session(2, 1, true, "Books"));
    }

    @Example
    void keepsTheLastOfSeveralCheckouts() {
        SessionAccumulator session = new SessionAccumulator();

        session.add(click("ann").at(30).checkingOut().build());
        session.add(click("ann").at(20).in("Books").build());
        session.add(click("ann").at(10).checkingOut().build());
        session.add(click("ann").at(31).in("Books").build());
        session.add(click("ann").at(30).in("Books").build());

        assertThat(close(session)).isEqualTo(session(3, 2, true, "Books"));
    }

    @Example
    void forgetsTheTimesOfVisitsBeforeACheckout() {
        SessionAccumulator session = new SessionAccumulator();

        for (int time = 0; time < 100; time++) {
            session.add(click("ann").at(time).in("Books").build());
        }
        assertThat(session.laterVisits()).hasSize(100);
        session.add(click("ann").at(98).checkingOut().build());

        assertThat(session.laterVisits()).containsExactly(99);
        assertThat(session.visitsUpToCheckout()).isEqualTo(99);
    }

    @Example
    void sortsDepartmentsByCharacters() {
        SessionAccumulator session = new SessionAccumulator();

        for (String name : List.of("b", "Z", "学", "a", "Ä", "b", "aa", "a")) {
            session.add(click("ann").at(1).in(name).build());
        }

        assertThat(close(session)).isEqualTo(session(8, 0, false, "Z", "a", "aa", "b", "Ä", "学"));
    }

    @Example
    void copiesWhatChanges() {
        SessionAccumulator session = new SessionAccumulator();
        session.add(click("ann").at(1).in("Books").build());
        SessionAccumulator copy = session.copy();
        assertThat(copy).isEqualTo(session).hasSameHashCodeAs(session);

        session.add(click("ann").at(2).in("Games").checkingOut().build());

        assertThat(copy).isNotEqualTo(session);
        assertThat(close(copy)).isEqualTo(session(1, 0, false, "Books"));
    }

    /** Whatever the order of clicks, and however they are merged, the session is the same. */
    @Property(tries = 1000)
    void comesToTheSameInAnyOrder(@ForAll("clicks") List<Clicks> clicks, @ForAll long seed) {
        Random random = new Random(seed);
        List<SessionAccumulator> parts =
                List.of(
                        new SessionAccumulator(),
                        new SessionAccumulator(),
                        new SessionAccumulator());
        for (Clicks click : clicks) {
            parts.get(random.nextInt(3)).add(click.build());
        }

        SessionAccumulator merged = parts.get(0).merge(parts.get(2)).merge(parts.get(1));

        assertThat(close(merged)).isEqualTo(expected(clicks));
    }

    @Provide
    Arbitrary<List<Clicks>> clicks() {
        return Combinators.combine(
                        Arbitraries.longs().between(0, 20),
                        Arbitraries.of("Books", "Games", "N/A", "Möbel").injectNull(0.2),
                        Arbitraries.of("order", "order", "order_checkout"))
                .as((time, department, type) -> click("ann").at(time).in(department).ofType(type))
                .list()
                .ofMaxSize(40);
    }

    /** As the design says it. */
    private static Session expected(List<Clicks> clicks) {
        var built = clicks.stream().map(Clicks::build).toList();
        long lastCheckout =
                built.stream()
                        .filter(click -> click.isCheckout())
                        .mapToLong(click -> click.timestamp())
                        .max()
                        .orElse(-1);
        var visits = built.stream().filter(click -> click.department() != null).toList();
        return session(
                visits.size(),
                visits.stream().filter(click -> click.timestamp() <= lastCheckout).count(),
                lastCheckout >= 0,
                visits.stream()
                        .map(click -> click.department())
                        .distinct()
                        .sorted()
                        .toArray(String[]::new));
    }

    private static Session close(SessionAccumulator session) {
        return session.close(ANN, 5, 1005);
    }

    private static Session session(
            long visits, long checkoutVisits, boolean checkout, String... departments) {
        return new Session(ANN, 5, 1005, visits, checkoutVisits, checkout, departments);
    }
}
