package io.clickstream.tools.replay;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Carts of a sample, which has no removals, against plain SQL over the same file. */
class CartsInSqlITCase {

    private static final PublicShape SHAPE = PublicShape.REES46_JSON;
    private static final long ABANDONED_AFTER = 10 * 60 * 1000;

    /** A cart has the number of purchases before it. At the same time an addition is before one. */
    private static final String CARTS =
            """
            WITH events AS (
                SELECT user_id AS user, event_type = 'purchase' AS purchase, product_id AS item,
                       price,
                       epoch_ms(try_strptime(event_time, '%%Y-%%m-%%d %%H:%%M:%%S UTC')) AS time
                FROM read_json('%1$s', format = 'newline_delimited', ignore_errors = true, columns =
                    {event_time: 'VARCHAR', event_type: 'VARCHAR', product_id: 'VARCHAR',
                     price: 'DECIMAL(18, 6)', user_id: 'BIGINT'})
                WHERE event_type IN ('cart', 'purchase')),
            numbered AS (
                SELECT *, sum(purchase::INT) OVER (PARTITION BY user ORDER BY time, purchase
                    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - purchase::INT AS number
                FROM events
                WHERE user IS NOT NULL AND time IS NOT NULL),
            steps AS (
                SELECT *, lead(time) OVER (PARTITION BY user, number ORDER BY time, purchase) AS next
                FROM numbered),
            abandoned AS (
                SELECT user, number, min(time) AS last
                FROM steps
                WHERE NOT purchase AND (next IS NULL OR next - time >= %2$d)
                GROUP BY user, number),
            outcomes AS (
                SELECT user, number, 'abandoned' AS outcome, last AS until, last + %2$d AS time
                FROM abandoned
                UNION ALL
                SELECT user, number, 'recovered', time, time
                FROM abandoned JOIN numbered USING (user, number)
                WHERE purchase),
            items AS (
                SELECT user, number, outcome, outcomes.time, item, min(numbered.time) AS since,
                       max(numbered.time) AS last, arg_max(price, (numbered.time, price)) AS price
                FROM outcomes JOIN numbered USING (user, number)
                WHERE NOT purchase AND numbered.time <= until
                GROUP BY ALL)
            SELECT concat_ws(' ', min(since) || '-' || user, outcome, count(*),
                list_sort(list(item)), sum(price), max(last), time)
            FROM items
            GROUP BY user, number, outcome, time
            """;

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void abandonedAndRecoveredCartsAreThoseOfSql(int parallelism) throws Exception {
        List<String> carts = carts(SHAPE.file(), parallelism);

        assertThat(carts).isEqualTo(sql()).hasSizeGreaterThan(10);
        assertThat(carts).anyMatch(cart -> cart.contains(" recovered "));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void theOrderOfRecordsDoesNotMatter(long seed) throws Exception {
        assertThat(carts(ReplayedSample.shuffled(SHAPE, folder, seed), 2)).isEqualTo(sql());
    }

    private List<String> carts(Path input, int parallelism) throws IOException {
        return ReplayedSample.results(
                        SHAPE,
                        input,
                        folder.resolve("out"),
                        "Carts",
                        parallelism,
                        "--set",
                        "carts/abandoned-after=" + ABANDONED_AFTER + " ms")
                .stream()
                .map(CartsInSqlITCase::described)
                .sorted()
                .toList();
    }

    private static String described(JsonNode cart) {
        List<String> ids = new ArrayList<>();
        cart.path("itemIds").forEach(id -> ids.add(id.asText()));
        return String.join(
                " ",
                cart.path("cartId").asText(),
                cart.path("outcome").asText(),
                cart.path("items").asText(),
                ids.toString(),
                new BigDecimal(cart.path("value").asText()).setScale(6).toString(),
                cart.path("lastChange").asText(),
                cart.path("windowEndTime").asText());
    }

    private static List<String> sql() throws SQLException {
        return ReplayedSample.sql(CARTS.formatted(SHAPE.file(), ABANDONED_AFTER));
    }
}
