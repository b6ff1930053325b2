package io.clickstream.tools.replay;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The funnel of a sample, against plain SQL over the same file. */
class FunnelInSqlITCase {

    private static final PublicShape SHAPE = PublicShape.REES46_JSON;
    private static final long GAP = 30 * 60 * 1000;
    private static final long WINDOW = 20 * 60 * 1000;

    private static final String FUNNEL =
            """
            WITH events AS (
                SELECT user_id AS user,
                       CASE event_type WHEN 'view' THEN 1 WHEN 'cart' THEN 2 WHEN 'purchase' THEN 3
                       END AS step,
                       epoch_ms(try_strptime(event_time, '%%Y-%%m-%%d %%H:%%M:%%S UTC')) AS time
                FROM read_json('%1$s', format = 'newline_delimited', ignore_errors = true, columns =
                    {event_time: 'VARCHAR', event_type: 'VARCHAR', user_id: 'BIGINT'})),
            marked AS (
                SELECT *, CASE WHEN time - lag(time) OVER (PARTITION BY user ORDER BY time) > %2$d
                    THEN 1 ELSE 0 END AS begins
                FROM events
                WHERE user IS NOT NULL AND time IS NOT NULL),
            numbered AS (
                SELECT *, sum(begins) OVER (PARTITION BY user ORDER BY time) AS session
                FROM marked),
            windows AS (
                SELECT user, session, (max(time) + %2$d - 1) // %3$d * %3$d AS begin
                FROM numbered
                GROUP BY ALL),
            viewed AS (
                SELECT user, session, min(time) AS moment
                FROM numbered
                WHERE step = 1
                GROUP BY ALL),
            added AS (
                SELECT user, session, viewed.moment AS earlier, min(time) AS moment
                FROM viewed JOIN numbered USING (user, session)
                WHERE step = 2 AND time >= viewed.moment
                GROUP BY ALL),
            bought AS (
                SELECT user, session, added.moment AS earlier, min(time) AS moment
                FROM added JOIN numbered USING (user, session)
                WHERE step = 3 AND time >= added.moment
                GROUP BY ALL),
            reached AS (
                SELECT user, session, 1 AS step, NULL::BIGINT AS millis FROM viewed
                UNION ALL
                SELECT user, session, 2, moment - earlier FROM added
                UNION ALL
                SELECT user, session, 3, moment - earlier FROM bought)
            SELECT concat_ws(' ', begin, step, count(*), floor(median(millis))::BIGINT)
            FROM reached JOIN windows USING (user, session)
            GROUP BY begin, step
            """;

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void theStepsAreThoseOfSql(int parallelism) throws Exception {
        List<String> steps = steps(SHAPE.file(), parallelism);

        assertThat(steps).isEqualTo(sql()).hasSizeGreaterThan(5);
        assertThat(steps).anyMatch(step -> step.matches("\\d+ 3 [1-9].*"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void theOrderOfRecordsDoesNotMatter(long seed) throws Exception {
        assertThat(steps(ReplayedSample.shuffled(SHAPE, folder, seed), 2)).isEqualTo(sql());
    }

    private List<String> steps(Path input, int parallelism) throws IOException {
        return ReplayedSample.results(
                        SHAPE,
                        input,
                        folder.resolve("out"),
                        "Funnel",
                        parallelism,
                        "--session-gap",
                        GAP + "ms",
                        "--window",
                        WINDOW + "ms",
                        "--set",
                        "funnel/steps=view=product_detail,cart=add_to_cart,paid=order_checkout")
                .stream()
                .filter(step -> step.path("sessions").asLong() > 0)
                .map(FunnelInSqlITCase::described)
                .sorted()
                .toList();
    }

    private static String described(JsonNode step) {
        return String.join(
                        " ",
                        step.path("windowBeginTime").asText(),
                        step.path("step").asText(),
                        step.path("sessions").asText(),
                        step.path("medianMillis").asText())
                .trim();
    }

    private static List<String> sql() throws SQLException {
        return ReplayedSample.sql(FUNNEL.formatted(SHAPE.file(), GAP, WINDOW));
    }
}
