package io.clickstream.session;

import static io.clickstream.testing.Clicks.click;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.Click;
import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import io.clickstream.testing.Clicks;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class OpenSessionTest {

    private static final DepartmentNames NAMES = new DepartmentNames(1, Map.of());
    private static final UserId ANN = UserId.ofString("ann");

    @Example
    void countsVisitsAtOrBeforeTheLastCheckout() {
        OpenSession session = new OpenSession(5);

        add(session, click("ann").at(10).in("Books"));
        add(session, click("ann").at(20).in("Books"));
        add(session, click("ann").at(21).in("Games"));
        add(session, click("ann").at(20).checkingOut());

        assertThat(close(session)).isEqualTo(session(3, 2, true, "Books", "Games"));
    }

    @Example
    void countsACheckoutInADepartmentAsAVisit() {
        OpenSession session = new OpenSession(5);

        add(session, click("ann").at(10).in("Books").checkingOut());

        assertThat(close(session)).isEqualTo(session(1, 1, true, "Books"));
    }

    @Example
    void countsACheckoutAtTimeZero() {
        OpenSession session = new OpenSession(5);

        add(session, click("ann").at(0).in("Books"));
        add(session, click("ann").at(0).checkingOut());
        add(session, click("ann").at(1).in("Books"));

        assertThat(close(session)).isEqualTo(session(2, 1, true, "Books"));
    }

    @Example
    void keepsTheLastOfSeveralCheckouts() {
        OpenSession session = new OpenSession(5);

        add(session, click("ann").at(30).checkingOut());
        add(session, click("ann").at(20).in("Books"));
        add(session, click("ann").at(10).checkingOut());
        add(session, click("ann").at(31).in("Books"));
        add(session, click("ann").at(30).in("Books"));

        assertThat(close(session)).isEqualTo(session(3, 2, true, "Books"));
    }

    @Example
    void forgetsTheTimesOfVisitsBeforeACheckout() {
        OpenSession session = new OpenSession(5);

        for (int time = 0; time < 100; time++) {
            add(session, click("ann").at(time).in("Books"));
        }
        assertThat(session.laterVisitCount()).isEqualTo(100);
        add(session, click("ann").at(98).checkingOut());

        assertThat(session.laterVisitCount()).isEqualTo(1);
        assertThat(session.sortedLaterVisits()[0]).isEqualTo(99);
        assertThat(session.visitsUpToCheckout()).isEqualTo(99);
    }

    @Example
    void sortsDepartmentsByCharacters() {
        OpenSession session = new OpenSession(5);

        for (String name : List.of("b", "Z", "学", "a", "Ä", "b", "aa", "a")) {
            add(session, click("ann").at(1).in(name));
        }

        assertThat(close(session)).isEqualTo(session(8, 0, false, "Z", "a", "aa", "b", "Ä", "学"));
    }

    /** Whatever the order of clicks, and however they are merged, the session is the same. */
    @Property(tries = 1000)
    void comesToTheSameInAnyOrder(@ForAll("clicks") List<Clicks> clicks, @ForAll long seed) {
        Random random = new Random(seed);
        OpenSession merged = new OpenSession(5);
        List<OpenSession> parts = List.of(merged, new OpenSession(5), new OpenSession(5));
        for (Clicks click : clicks) {
            add(parts.get(random.nextInt(3)), click);
        }
        merged.join(parts.get(2));
        merged.join(parts.get(1));

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

    private static void add(OpenSession session, Clicks clicks) {
        Click click = clicks.build();
        String department = click.department();
        // Every other name has no number, as beyond the limit.
        int number =
                department == null || department.length() % 2 == 0
                        ? DepartmentNames.NO_NUMBER
                        : NAMES.number(department);
        session.add(click.timestamp(), department, number, click.isCheckout());
    }

    /** Without the times of begin and end, which {@link SessionOperatorTest} looks at. */
    private static Session close(OpenSession session) {
        Session closed = session.close(ANN, 1000, NAMES);
        return new Session(
                ANN,
                0,
                0,
                closed.visits(),
                closed.checkoutVisits(),
                closed.hasCheckout(),
                IntStream.range(0, closed.departmentCount())
                        .mapToObj(closed::department)
                        .toArray(String[]::new));
    }

    private static Session session(
            long visits, long checkoutVisits, boolean checkout, String... departments) {
        return new Session(ANN, 0, 0, visits, checkoutVisits, checkout, departments);
    }
}
