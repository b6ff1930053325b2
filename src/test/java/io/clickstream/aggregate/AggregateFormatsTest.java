package io.clickstream.aggregate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.event.Session;
import io.clickstream.event.UserId;
import io.clickstream.event.WindowCount;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The lab's own records, byte for byte. */
class AggregateFormatsTest {

    private static final long WINDOW_BEGIN = 1_655_183_300_000L;
    private static final long WINDOW_END = 1_655_183_310_000L;

    private final DepartmentCountFormat departments = new DepartmentCountFormat();
    private final SessionCountFormat sessions = new SessionCountFormat();
    private final CheckoutFormat checkouts = new CheckoutFormat();

    @Test
    void writesDepartmentsAsTheLabDoes() {
        WindowCount count = new WindowCount("AirPods", WINDOW_BEGIN, WINDOW_END, 125, 17);

        assertThat(text(departments, count))
                .isEqualTo(
                        "{\"departmentName\":\"AirPods\",\"departmentCount\":125,"
                                + "\"windowBeginTime\":1655183300000,"
                                + "\"windowEndTime\":1655183310000}");
        assertThat(departments.key(count)).asString(UTF_8).isEqualTo("AirPods");
        assertThat(departments.documentId(count)).isEqualTo("1655183300000-AirPods");
        assertThat(departments.timestamp(count)).isEqualTo(WINDOW_END - 1);
        assertThat(departments.windowBegin(count)).isEqualTo(WINDOW_BEGIN);
    }

    @Test
    void writesSessionCountsAsTheLabDoes() {
        WindowCount count = new WindowCount(WindowCount.TOTAL, WINDOW_BEGIN, WINDOW_END, 256, 100);

        assertThat(text(sessions, count))
                .isEqualTo(
                        "{\"userSessionCount\":256,\"userSessionCountWithOrderCheckout\":100,"
                                + "\"percentSessionswithBuy\":39.0,"
                                + "\"windowBeginTime\":1655183300000,"
                                + "\"windowEndTime\":1655183310000}");
        assertThat(sessions.key(count)).asString(UTF_8).isEqualTo("1655183300000");
        assertThat(sessions.documentId(count)).isEqualTo("1655183300000");
        assertThat(sessions.timestamp(count)).isEqualTo(WINDOW_END - 1);
        assertThat(sessions.windowBegin(count)).isEqualTo(WINDOW_BEGIN);
    }

    @Test
    void writesCheckoutsAsTheLabDoesWithDepartmentsInOrder() {
        Session session =
                new Session(
                        UserId.ofNumber(2552),
                        1_655_183_299_648L,
                        1_655_183_300_767L,
                        39,
                        39,
                        true,
                        new String[] {"AirPods", "cameras", "cd players"});

        assertThat(text(checkouts, session))
                .isEqualTo(
                        "{\"userId\":2552,\"eventCount\":39,\"orderCheckoutEventCount\":39,"
                                + "\"deptList\":[\"AirPods\",\"cameras\",\"cd players\"],"
                                + "\"eventKey\":1,\"windowBeginTime\":1655183299648,"
                                + "\"windowEndTime\":1655183300767}");
        assertThat(checkouts.key(session)).asString(UTF_8).isEqualTo("2552");
        assertThat(checkouts.documentId(session)).isEqualTo("1655183299648-2552");
        assertThat(checkouts.timestamp(session)).isEqualTo(1_655_183_300_766L);
        assertThat(checkouts.windowBegin(session)).isEqualTo(1_655_183_299_648L);
    }

    @ParameterizedTest
    @CsvSource({
        "1,0,0.0",
        "1,1,100.0",
        "3,1,33.0",
        "3,2,66.0",
        "200,199,99.0",
        "1000,9,0.0",
        "1000,10,1.0"
    })
    void roundsPercentagesDown(long all, long withCheckout, String percent) {
        assertThat(text(sessions, new WindowCount("", 0, 10, all, withCheckout)))
                .contains("\"percentSessionswithBuy\":" + percent + ",");
    }

    @Test
    void writesUsersAsTheyCame() {
        assertThat(text(checkouts, sessionOf(UserId.ofString("7"))))
                .startsWith(
                        "{\"userId\":\"7\",\"eventCount\":0,\"orderCheckoutEventCount\":0,"
                                + "\"deptList\":[],");
        assertThat(text(checkouts, sessionOf(UserId.ofNumber(-7)))).startsWith("{\"userId\":-7,");
        assertThat(text(checkouts, sessionOf(UserId.ofNumberLiteral("1.50"))))
                .startsWith("{\"userId\":1.50,");
        assertThat(text(checkouts, sessionOf(UserId.ofString("Zoë \"学\"\n"))))
                .startsWith("{\"userId\":\"Zoë \\\"学\\\"\\n\",");
    }

    @Test
    void givesEveryUserADocumentOfItsOwn() {
        assertThat(checkouts.documentId(sessionOf(UserId.ofNumber(7)))).isEqualTo("5-7");
        assertThat(checkouts.documentId(sessionOf(UserId.ofString("7")))).isEqualTo("5-\"7\"");
        assertThat(checkouts.documentId(sessionOf(UserId.ofString("7\""))))
                .isEqualTo("5-\"7\\\"\"");
        assertThat(checkouts.key(sessionOf(UserId.ofString("Zoë"))))
                .asString(UTF_8)
                .isEqualTo("Zoë");
    }

    @Test
    void escapesDepartments() {
        WindowCount count = new WindowCount("a\"b\\c\nMöbel", 0, 10, 1, 0);

        assertThat(text(departments, count))
                .startsWith("{\"departmentName\":\"a\\\"b\\\\c\\nMöbel\",");
        assertThat(departments.key(count)).asString(UTF_8).isEqualTo("a\"b\\c\nMöbel");
    }

    private static Session sessionOf(UserId user) {
        return new Session(user, 5, 1005, 0, 0, true, new String[0]);
    }

    @Test
    void oneValueBehindAnotherIsWrittenAlone() {
        AggregateJson<WindowCount> json = new AggregateJson<>(new DepartmentCountFormat());

        for (int sessions = 1; sessions <= 3; sessions++) {
            WindowCount count = new WindowCount("Books", 0, 10_000, sessions, 0);
            assertThat(json.toBytes(count))
                    .asString(UTF_8)
                    .isEqualTo(text(new DepartmentCountFormat(), count))
                    .startsWith("{")
                    .endsWith("}");
        }
    }

    private static <T> String text(AggregateFormat<T> format, T value) {
        return new String(new AggregateJson<>(format).toBytes(value), UTF_8);
    }
}
