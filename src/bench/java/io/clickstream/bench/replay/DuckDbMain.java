package io.clickstream.bench.replay;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;

/**
 * Computes the aggregates of a file of clicks in DuckDB, and writes them as JSON lines, as a replay
 * does. Sessions are found by window functions over the clicks of each user.
 */
final class DuckDbMain {

    static final String DEPARTMENTS = "departments.jsonl";
    static final String SESSIONS = "sessions.jsonl";
    static final String CHECKOUTS = "checkouts.jsonl";

    private static final long GAP_MILLIS = 1_000;
    private static final long WINDOW_MILLIS = 10_000;

    private static final String FIELDS =
            "{userid: 'BIGINT', eventtimestamp: 'BIGINT', event_type: 'VARCHAR',"
                    + " product_type: 'VARCHAR'}";

    /** Parsed once per record, into a struct of the fields. */
    private static final String FIELDS_OF_RECORD =
            "'{\"userid\": \"BIGINT\", \"eventtimestamp\": \"BIGINT\", \"event_type\":"
                    + " \"VARCHAR\", \"product_type\": \"VARCHAR\"}'";

    private static final String[] STATEMENTS = {
        """
        CREATE TABLE clicks AS
        SELECT userid AS user, eventtimestamp AS time, event_type = 'order_checkout' AS checkout,
               CASE WHEN product_type NOT IN ('', 'N/A') THEN product_type END AS department
        FROM (%1$s)
        """,
        """
        CREATE TABLE numbered AS
        SELECT user, time, checkout, department,
               count(*) FILTER (begins) OVER (PARTITION BY user ORDER BY time) AS number
        FROM (
            SELECT *, time - coalesce(lag(time) OVER (PARTITION BY user ORDER BY time), 0)
                      > %2$d AS begins
            FROM clicks)
        """,
        """
        CREATE TABLE sessions AS
        SELECT user, number, min(time) AS first, max(time) + %2$d AS last,
               max(time) FILTER (checkout) AS checkout,
               (max(time) + %2$d - 1) // %3$d * %3$d AS window_begin
        FROM numbered
        GROUP BY user, number
        """,
        """
        COPY (
            SELECT department AS "departmentName", count(*) AS "departmentCount",
                   window_begin AS "windowBeginTime", window_begin + %3$d AS "windowEndTime"
            FROM (
                SELECT DISTINCT user, number, department
                FROM numbered
                WHERE department IS NOT NULL)
            JOIN sessions USING (user, number)
            GROUP BY department, window_begin
        ) TO '%4$s' (FORMAT JSON)
        """,
        """
        COPY (
            SELECT count(*) AS "userSessionCount",
                   count(checkout) AS "userSessionCountWithOrderCheckout",
                   (100 * count(checkout) // count(*))::DOUBLE AS "percentSessionswithBuy",
                   window_begin AS "windowBeginTime", window_begin + %3$d AS "windowEndTime"
            FROM sessions
            GROUP BY window_begin
        ) TO '%5$s' (FORMAT JSON)
        """,
        """
        COPY (
            SELECT user AS "userId", count(department) AS "eventCount",
                   count(department) FILTER (time <= sessions.checkout)
                       AS "orderCheckoutEventCount",
                   coalesce(
                       list_sort(list(DISTINCT department) FILTER (department IS NOT NULL)), [])
                       AS "deptList",
                   1 AS "eventKey", first AS "windowBeginTime", last AS "windowEndTime"
            FROM numbered JOIN sessions USING (user, number)
            WHERE sessions.checkout IS NOT NULL
            GROUP BY user, number, first, last
        ) TO '%6$s' (FORMAT JSON)
        """
    };

    /** What files of clicks are made of, for DuckDB. */
    enum Source {
        JSON_LINES {
            @Override
            String table(String file) {
                return "SELECT * FROM read_json('%s', format = 'newline_delimited', columns = %s)"
                        .formatted(file, FIELDS);
            }
        },
        RECORDS_IN_PARQUET {
            @Override
            String table(String file) {
                return "SELECT unnest(from_json(record, %s)) FROM read_parquet('%s')"
                        .formatted(FIELDS_OF_RECORD, file);
            }
        };

        abstract String table(String file);
    }

    /**
     * Computes the aggregates.
     *
     * @param args the source, the file, the folder for results, the folder for temporary files, the
     *     number of threads, and the limit of memory
     */
    public static void main(String[] args) throws SQLException {
        String clicks = Source.valueOf(args[0]).table(args[1]);
        Path results = Path.of(args[2]);
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("SET temp_directory = '" + args[3] + "'");
            statement.execute("SET threads = " + args[4]);
            statement.execute("SET memory_limit = '" + args[5] + "'");
            statement.execute("SET preserve_insertion_order = false");
            for (String each : STATEMENTS) {
                statement.execute(
                        String.format(
                                Locale.ROOT,
                                each,
                                clicks,
                                GAP_MILLIS,
                                WINDOW_MILLIS,
                                results.resolve(DEPARTMENTS),
                                results.resolve(SESSIONS),
                                results.resolve(CHECKOUTS)));
            }
        }
    }

    private DuckDbMain() {}
}
