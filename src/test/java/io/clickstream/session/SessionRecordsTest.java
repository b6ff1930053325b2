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
import net.jqwik.api.constraints.IntRange;

class SessionRecordsTest {

    private static final DepartmentNames NAMES = new DepartmentNames(1, Map.of());
    private final SessionRecords records = new SessionRecords(512 << 10);
    private static final UserId ANN = UserId.ofString("ann");

    /** In ms: more than fits an int. */
    private static final long MONTH = 31L * 24 * 3600 * 1000;

    @Example
    void eventsAndTheTouchStayApart() {
        SessionRecords records = new SessionRecords(512 << 10);
        int session = records.open(5);
        records.setTouch(session, -1);
        records.set(session, 5, SessionRecords.NO_CHECKOUT, 0, SessionRecords.MAX_EVENTS - 1);
        records.add(session, 6, null, 0, false);
        assertThat(records.events(session)).isEqualTo(SessionRecords.MAX_EVENTS);

        records.add(session, 7, null, 0, false);

        assertThat(records.events(session)).isEqualTo(SessionRecords.MAX_EVENTS);
        assertThat(records.touch(session)).isEqualTo(-1);
        records.setTouch(session, 7);
        assertThat(records.events(session)).isEqualTo(SessionRecords.MAX_EVENTS);
        assertThat(records.touch(session)).isEqualTo(7);
    }

    @Property
    void knowsHowLongAnEntryOfTheLogIs(@ForAll @IntRange(min = 9) int bytes) {
        int session = records.open(5);
        assertThat(records.loggedBytes(session)).isZero();

        records.setLogged(session, bytes);

        assertThat(records.loggedBytes(session)).isBetween((long) (bytes * 0.875), (long) bytes);
        records.free(session);
    }

    @Example
    void countsVisitsAtOrBeforeTheLastCheckout() {
        int session = records.open(5);

        add(session, click("ann").at(10).in("Books"));
        add(session, click("ann").at(20).in("Books"));
        add(session, click("ann").at(21).in("Games"));
        add(session, click("ann").at(20).checkingOut());

        assertThat(close(session)).isEqualTo(session(3, 2, true, "Books", "Games"));
    }

    @Example
    void countsACheckoutInADepartmentAsAVisit() {
        int session = records.open(5);

        add(session, click("ann").at(10).in("Books").checkingOut());

        assertThat(close(session)).isEqualTo(session(1, 1, true, "Books"));
    }

    @Example
    void countsACheckoutAtTimeZero() {
        int session = records.open(5);

        add(session, click("ann").at(0).in("Books"));
        add(session, click("ann").at(0).checkingOut());
        add(session, click("ann").at(1).in("Books"));

        assertThat(close(session)).isEqualTo(session(2, 1, true, "Books"));
    }

    @Example
    void keepsTheLastOfSeveralCheckouts() {
        int session = records.open(5);

        add(session, click("ann").at(30).checkingOut());
        add(session, click("ann").at(20).in("Books"));
        add(session, click("ann").at(10).checkingOut());
        add(session, click("ann").at(31).in("Books"));
        add(session, click("ann").at(30).in("Books"));

        assertThat(close(session)).isEqualTo(session(3, 2, true, "Books"));
    }

    @Example
    void forgetsTheTimesOfVisitsBeforeACheckout() {
        int session = records.open(5);

        for (int time = 0; time < 100; time++) {
            add(session, click("ann").at(time).in("Books"));
        }
        assertThat(records.laterVisitCount(session)).isEqualTo(100);
        add(session, click("ann").at(98).checkingOut());

        assertThat(records.laterVisitCount(session)).isEqualTo(1);
        records.forEachLaterVisit(
                session,
                (time, count) -> {
                    assertThat(time).isEqualTo(99);
                    assertThat(count).isEqualTo(1);
                });
        assertThat(records.visitsUpToCheckout(session)).isEqualTo(99);
    }

    @Example
    void holdsAnyNumberOfVisitsOverAnyTime() {
        int session = records.open(MONTH);

        for (int i = 0; i < 100; i++) {
            add(session, click("ann").at(MONTH + i).in("Books"));
        }
        add(session, click("ann").at(2 * MONTH).in("Books"));
        add(session, click("ann").at(0).in("Books"));
        add(session, click("ann").at(MONTH + 9).checkingOut());

        assertThat(close(session)).isEqualTo(session(102, 11, true, "Books"));
        assertThat(records.begin(session)).isZero();
        assertThat(records.last(session)).isEqualTo(2 * MONTH);
    }

    @Example
    void keepsVisitsWhenAnEarlierOneMovesTheBeginningFarBack() {
        int session = records.open(MONTH);

        add(session, click("ann").at(MONTH).in("Books"));
        add(session, click("ann").at(0).in("Books"));
        add(session, click("ann").at(MONTH - 1).checkingOut());

        assertThat(close(session)).isEqualTo(session(2, 1, true, "Books"));
    }

    @Example
    void joinsWithAnEarlierSession() {
        int later = records.open(MONTH);
        add(later, click("ann").at(MONTH).in("Books"));
        add(later, click("ann").at(MONTH + 1).in("Toys"));
        int earlier = records.open(7);
        add(earlier, click("ann").at(7).in("Books"));
        add(earlier, click("ann").at(8).checkingOut());
        add(earlier, click("ann").at(9).in("Games"));

        records.join(later, earlier);
        add(later, click("ann").at(MONTH).checkingOut());

        assertThat(close(later)).isEqualTo(session(4, 3, true, "Books", "Games", "Toys"));
        assertThat(records.begin(later)).isEqualTo(7);
    }

    @Example
    void leavesNothingBehindInARecordThatIsUsedAgain() {
        int first = records.open(5);
        records.setHead(first, ANN);
        records.setLogged(first, 100);
        for (int i = 0; i < 100; i++) {
            add(first, click("ann").at(i).in("department " + i));
        }
        add(first, click("ann").at(50).checkingOut());
        records.free(first);

        int second = records.open(7);
        records.setHead(second, UserId.ofNumber(7));

        assertThat(second).isEqualTo(first);
        assertThat(records.isLogged(second)).isFalse();
        assertThat(records.isOf(second, UserId.ofNumber(7))).isTrue();
        assertThat(records.isOf(second, ANN)).isFalse();
        assertThat(close(second)).isEqualTo(session(0, 0, false));
    }

    @Example
    void sortsDepartmentsByCharacters() {
        int session = records.open(5);

        for (String name : List.of("b", "Z", "学", "a", "Ä", "b", "aa", "a")) {
            add(session, click("ann").at(1).in(name));
        }

        assertThat(close(session)).isEqualTo(session(8, 0, false, "Z", "a", "aa", "b", "Ä", "学"));
    }

    /** Whatever the order of clicks, and however they are merged, the session is the same. */
    @Property(tries = 1000)
    void comesToTheSameInAnyOrder(@ForAll("clicks") List<Clicks> clicks, @ForAll long seed) {
        Random random = new Random(seed);
        int merged = records.open(5);
        List<Integer> parts = List.of(merged, records.open(5), records.open(5));
        for (Clicks click : clicks) {
            add(parts.get(random.nextInt(3)), click);
        }
        records.join(merged, parts.get(2));
        records.join(merged, parts.get(1));

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

    private void add(int session, Clicks clicks) {
        Click click = clicks.build();
        String department = click.department();
        // Every other name has no number, as beyond the limit.
        int number =
                department == null || department.length() % 2 == 0
                        ? DepartmentNames.NO_NUMBER
                        : NAMES.number(department);
        records.add(session, click.timestamp(), department, number, click.isCheckout());
    }

    /** Without the times of begin and end, which {@link SessionOperatorTest} looks at. */
    private Session close(int session) {
        Session closed = records.close(session, ANN, 1000, NAMES);
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
