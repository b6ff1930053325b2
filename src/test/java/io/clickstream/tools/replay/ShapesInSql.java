package io.clickstream.tools.replay;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** What the aggregates of a sample must be, by plain SQL in DuckDB over the same file. */
final class ShapesInSql implements AutoCloseable {

    private static final long GAP_MILLIS = 30 * 60 * 1000;
    private static final long WINDOW_MILLIS = 10_000;

    /** The default of {@code event-time / earliest}. */
    private static final long EARLIEST_MILLIS = 1_000_000_000_000L;

    /** Clicks of a user that have the same time are peers, and so are in the same session. */
    private static final String TABLES =
            """
            CREATE TABLE clicks AS
            SELECT user, time, nullif(nullif(department, ''), 'N/A') AS department, checkout
            FROM (%1$s)
            WHERE user IS NOT NULL AND time >= %2$d;

            CREATE TABLE numbered AS
            SELECT *, sum(begins) OVER (PARTITION BY user ORDER BY time) AS number
            FROM (
                SELECT *,
                       CASE WHEN time - lag(time) OVER (PARTITION BY user ORDER BY time) <= %3$d
                            THEN 0 ELSE 1 END AS begins
                FROM clicks);

            CREATE TABLE sessions AS
            SELECT user, number, min(time) AS first, max(time) + %3$d AS last,
                   max(time) FILTER (checkout) AS checkout,
                   (max(time) + %3$d - 1) // %4$d * %4$d AS window_begin
            FROM numbered
            GROUP BY user, number;
            """;

    private static final String DEPARTMENTS =
            """
            SELECT to_json({
                departmentName: department,
                departmentCount: count(DISTINCT (user, number)),
                windowBeginTime: window_begin,
                windowEndTime: window_begin + %1$d})
            FROM numbered JOIN sessions USING (user, number)
            WHERE department IS NOT NULL
            GROUP BY department, window_begin
            """;

    private static final String SESSIONS =
            """
            SELECT to_json({
                userSessionCount: count(*),
                userSessionCountWithOrderCheckout: count(checkout),
                percentSessionswithBuy: (100 * count(checkout) // count(*))::DOUBLE,
                windowBeginTime: window_begin,
                windowEndTime: window_begin + %1$d})
            FROM sessions
            GROUP BY window_begin
            """;

    private static final String CHECKOUTS =
            """
            SELECT to_json({
                userId: user,
                eventCount: count(department),
                orderCheckoutEventCount: count(department) FILTER (time <= sessions.checkout),
                deptList: coalesce(
                    list_sort(list(DISTINCT department) FILTER (department IS NOT NULL)), []),
                eventKey: 1,
                windowBeginTime: first,
                windowEndTime: last})
            FROM numbered JOIN sessions USING (user, number)
            WHERE sessions.checkout IS NOT NULL
            GROUP BY user, number, first, last
            """;

    private final Connection connection;

    ShapesInSql(PublicShape shape) throws SQLException {
        connection = DriverManager.getConnection("jdbc:duckdb:");
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    TABLES.formatted(shape.query(), EARLIEST_MILLIS, GAP_MILLIS, WINDOW_MILLIS));
        }
    }

    /** How many records are clicks. */
    int clicks() throws SQLException {
        return Integer.parseInt(query("SELECT count(*) FROM clicks").get(0));
    }

    /** The largest number of sessions of a user. */
    int sessionsOfAUser() throws SQLException {
        return Integer.parseInt(query("SELECT max(number)::INT FROM sessions").get(0));
    }

    List<String> departments() throws SQLException {
        return query(DEPARTMENTS.formatted(WINDOW_MILLIS));
    }

    List<String> sessions() throws SQLException {
        return query(SESSIONS.formatted(WINDOW_MILLIS));
    }

    List<String> checkouts() throws SQLException {
        return query(CHECKOUTS);
    }

    private List<String> query(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            while (found.next()) {
                rows.add(found.getString(1));
            }
        }
        return rows;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
