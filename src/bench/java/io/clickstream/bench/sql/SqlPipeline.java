package io.clickstream.bench.sql;

import io.clickstream.event.Click;
import io.clickstream.event.Session;
import io.clickstream.event.WindowCount;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.bridge.java.StreamStatementSet;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.api.config.ExecutionConfigOptions;
import org.apache.flink.table.api.config.OptimizerConfigOptions;
import org.apache.flink.table.data.RowData;

/**
 * The aggregates in Flink SQL: a session window of each user, and tumbling windows over the
 * sessions. Three statements in one set share one session window, since the planner is told to look
 * for blocks that are the same. Mini-batches are on, as Flink's tuning guide has it. Clicks come as
 * rows of binary data, so that none is converted.
 *
 * <p>What SQL does not say: how many visits were at or before the last checkout ({@code
 * orderCheckoutEventCount}). Neither an aggregate nor a window of the language can, since clicks
 * come in any order; the field is 0 here and is left out of the comparison.
 */
public final class SqlPipeline {

    private static final String SESSIONS =
            """
            CREATE TEMPORARY VIEW user_sessions AS
            SELECT
              user_id,
              window_start AS session_begin,
              window_end AS session_end,
              window_time AS session_time,
              COUNT(department) AS visits,
              MAX(checkout) AS checkout,
              COLLECT(DISTINCT department) AS departments
            FROM TABLE(
              SESSION(TABLE clicks PARTITION BY user_id, DESCRIPTOR(click_time), %s))
            GROUP BY user_id, window_start, window_end, window_time
            """;

    private static final String CHECKOUTS =
            """
            INSERT INTO results.aggregates.checkouts
            SELECT user_id, session_begin, session_end, visits, departments
            FROM user_sessions WHERE checkout = 1
            """;

    private static final String TOTALS =
            """
            INSERT INTO results.aggregates.totals
            SELECT '', window_start, window_end, COUNT(*), SUM(checkout)
            FROM TABLE(TUMBLE(TABLE user_sessions, DESCRIPTOR(session_time), %s))
            GROUP BY window_start, window_end
            """;

    private static final String DEPARTMENTS =
            """
            INSERT INTO results.aggregates.departments
            SELECT department, window_start, window_end, COUNT(*), SUM(checkout)
            FROM TABLE(TUMBLE(TABLE department_visits, DESCRIPTOR(session_time), %s))
            GROUP BY department, window_start, window_end
            """;

    private static final String VISITS =
            """
            CREATE TEMPORARY VIEW department_visits AS
            SELECT department, checkout, session_time
            FROM user_sessions CROSS JOIN UNNEST(departments) AS visited (department)
            """;

    private static final String COUNTS_TABLE =
            """
            CREATE TABLE results.aggregates.%s (
              department STRING,
              window_begin TIMESTAMP(3),
              window_end TIMESTAMP(3),
              sessions BIGINT,
              checkouts INT)
            WITH ('connector' = 'results')
            """;

    private static final String CHECKOUTS_TABLE =
            """
            CREATE TABLE results.aggregates.checkouts (
              user_id BIGINT,
              session_begin TIMESTAMP(3),
              session_end TIMESTAMP(3),
              visits BIGINT,
              departments MULTISET<STRING>)
            WITH ('connector' = 'results')
            """;

    private static final String LIVE =
            """
            INSERT INTO results.aggregates.live
            SELECT window_start, window_end, COUNT(DISTINCT user_id), COUNT(*), SUM(checkout)
            FROM TABLE(HOP(TABLE clicks, DESCRIPTOR(click_time), %s, %s))
            GROUP BY window_start, window_end
            """;

    private static final String LIVE_TABLE =
            """
            CREATE TABLE results.aggregates.live (
              window_begin TIMESTAMP(3),
              window_end TIMESTAMP(3),
              active_users BIGINT,
              clicks BIGINT,
              checkouts INT)
            WITH ('connector' = 'results')
            """;

    /**
     * Adds a flow that only counts active users, clicks, and checkouts, as the job's live counts
     * do.
     */
    public static void defineLive(
            StreamExecutionEnvironment env,
            DataStream<Click> clicks,
            Duration every,
            Duration span,
            Sink<RowData> results) {
        StreamTableEnvironment tables = tables(env, clicks);
        register(tables, Map.of("live", rows -> rows.sinkTo(results)));
        tables.executeSql(LIVE_TABLE);
        StreamStatementSet statements = tables.createStatementSet();
        statements.addInsertSql(LIVE.formatted(interval(every), interval(span)));
        statements.attachAsDataStream();
    }

    /** Adds the flow from the clicks, with their timestamps and watermarks, to the sinks. */
    public static void define(
            StreamExecutionEnvironment env,
            DataStream<Click> clicks,
            Duration gap,
            Duration window,
            Sink<WindowCount> departments,
            Sink<WindowCount> totals,
            Sink<Session> checkouts) {
        StreamTableEnvironment tables = tables(env, clicks);
        register(
                tables,
                Map.of(
                        "departments",
                        rows -> rows.map(new RowsToCounts()).sinkTo(departments),
                        "totals",
                        rows -> rows.map(new RowsToCounts()).sinkTo(totals),
                        "checkouts",
                        rows -> rows.map(new RowsToSessions()).sinkTo(checkouts)));
        tables.executeSql(COUNTS_TABLE.formatted("departments"));
        tables.executeSql(COUNTS_TABLE.formatted("totals"));
        tables.executeSql(CHECKOUTS_TABLE);

        tables.executeSql(SESSIONS.formatted(interval(gap)));
        tables.executeSql(VISITS);
        StreamStatementSet statements = tables.createStatementSet();
        statements.addInsertSql(CHECKOUTS);
        statements.addInsertSql(TOTALS.formatted(interval(window)));
        statements.addInsertSql(DEPARTMENTS.formatted(interval(window)));
        statements.attachAsDataStream();
    }

    /** An environment that has the clicks as a table. */
    private static StreamTableEnvironment tables(
            StreamExecutionEnvironment env, DataStream<Click> clicks) {
        StreamTableEnvironment tables = StreamTableEnvironment.create(env);
        tables.getConfig()
                .set(
                        OptimizerConfigOptions
                                .TABLE_OPTIMIZER_REUSE_OPTIMIZE_BLOCK_WITH_DIGEST_ENABLED,
                        true)
                .set(ExecutionConfigOptions.TABLE_EXEC_MINIBATCH_ENABLED, true)
                .set(
                        ExecutionConfigOptions.TABLE_EXEC_MINIBATCH_ALLOW_LATENCY,
                        Duration.ofSeconds(1))
                .set(ExecutionConfigOptions.TABLE_EXEC_MINIBATCH_SIZE, 5_000L)
                .setLocalTimeZone(java.time.ZoneOffset.UTC);
        tables.createTemporaryView(
                "clicks",
                clicks.map(new ClickRows()).returns(ClickRows.TYPE),
                Schema.newBuilder()
                        .column("user_id", DataTypes.BIGINT())
                        .column("department", DataTypes.STRING())
                        .column("checkout", DataTypes.INT())
                        .columnByMetadata("click_time", DataTypes.TIMESTAMP_LTZ(3), "rowtime", true)
                        .watermark("click_time", "SOURCE_WATERMARK()")
                        .build());

        return tables;
    }

    @SuppressWarnings(
            "deprecation") // The newer way finds catalogs only by files in the class path.
    private static void register(
            StreamTableEnvironment tables, Map<String, ResultCatalog.End> ends) {
        tables.registerCatalog("results", new ResultCatalog(ends));
    }

    /** A literal of SQL, to the millisecond. */
    static String interval(Duration duration) {
        return "INTERVAL '%d.%03d' SECOND(9)"
                .formatted(duration.toSeconds(), duration.toMillisPart());
    }

    private SqlPipeline() {}
}
