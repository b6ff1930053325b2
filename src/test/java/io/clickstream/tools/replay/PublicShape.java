package io.clickstream.tools.replay;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Clicks as well-known tools and data sets have them: what a user types to replay them, and how
 * DuckDB reads the same file. The samples are made up; their shapes are those of the public
 * documentation.
 */
enum PublicShape {
    GA4(
            "Google Analytics 4, its BigQuery export as JSON",
            "ga4.jsonl",
            "--preset ga4",
            """
            SELECT to_json(user_pseudo_id) AS user,
                   try_cast(event_timestamp AS BIGINT) // 1000 AS time,
                   items[1].item_category AS department,
                   event_name = 'purchase' AS checkout
            FROM read_json('%s', format = 'newline_delimited', ignore_errors = true, columns =
                {user_pseudo_id: 'VARCHAR', event_timestamp: 'VARCHAR', event_name: 'VARCHAR',
                 items: 'STRUCT(item_category VARCHAR)[]'})
            """),
    SEGMENT(
            "Segment, `track` calls",
            "segment.jsonl",
            "--preset segment",
            """
            SELECT to_json(nullif(coalesce(userId, anonymousId), '')) AS user,
                   epoch_ms(try_strptime(timestamp, '%%Y-%%m-%%dT%%H:%%M:%%S.%%gZ')) AS time,
                   coalesce(properties.category, properties.products[1].category) AS department,
                   event = 'Order Completed' AS checkout
            FROM read_json('%s', format = 'newline_delimited', ignore_errors = true, columns =
                {userId: 'VARCHAR', anonymousId: 'VARCHAR', timestamp: 'VARCHAR', event: 'VARCHAR',
                 properties: 'STRUCT(category VARCHAR, products STRUCT(category VARCHAR)[])'})
            """),
    SNOWPLOW(
            "Snowplow, enriched events as JSON",
            "snowplow.jsonl",
            "--preset snowplow",
            """
            SELECT to_json(domain_userid) AS user,
                   epoch_ms(try_strptime(derived_tstamp, '%%Y-%%m-%%dT%%H:%%M:%%S.%%gZ')) AS time,
                   split_part(
                       contexts_com_snowplowanalytics_snowplow_ecommerce_product_1[1].category,
                       '/', 1) AS department,
                   coalesce(
                       unstruct_event_com_snowplowanalytics_snowplow_ecommerce\
            _snowplow_ecommerce_action_1.type = 'transaction', false) AS checkout
            FROM read_json('%s', format = 'newline_delimited', ignore_errors = true, columns =
                {domain_userid: 'VARCHAR', derived_tstamp: 'VARCHAR',
                 contexts_com_snowplowanalytics_snowplow_ecommerce_product_1:
                     'STRUCT(category VARCHAR)[]',
                 unstruct_event_com_snowplowanalytics_snowplow_ecommerce\
            _snowplow_ecommerce_action_1: 'STRUCT(type VARCHAR)'})
            """),
    REES46_CSV(
            "REES46's multi-category store, CSV",
            "rees46.csv",
            "--preset rees46",
            """
            SELECT to_json(user_id) AS user,
                   epoch_ms(try_strptime(event_time, '%%Y-%%m-%%d %%H:%%M:%%S UTC')) AS time,
                   split_part(category_code, '.', 1) AS department,
                   event_type = 'purchase' AS checkout
            FROM read_csv('%s', header = true, delim = ',', quote = '"', auto_detect = false,
                ignore_errors = true, columns =
                {event_time: 'VARCHAR', event_type: 'VARCHAR', product_id: 'VARCHAR',
                 category_id: 'VARCHAR', category_code: 'VARCHAR', brand: 'VARCHAR',
                 price: 'VARCHAR', user_id: 'VARCHAR', user_session: 'VARCHAR'})
            """),
    REES46_JSON(
            "The same as JSON",
            "rees46.jsonl",
            REES46_CSV.options,
            """
            SELECT to_json(user_id) AS user,
                   epoch_ms(try_strptime(event_time, '%%Y-%%m-%%d %%H:%%M:%%S UTC')) AS time,
                   split_part(category_code, '.', 1) AS department,
                   event_type = 'purchase' AS checkout
            FROM read_json('%s', format = 'newline_delimited', ignore_errors = true, columns =
                {event_time: 'VARCHAR', event_type: 'VARCHAR', category_code: 'VARCHAR',
                 user_id: 'BIGINT'})
            """),
    TAOBAO(
            "Taobao's UserBehavior, CSV without a header",
            "taobao.csv",
            "--columns user,item,category,behavior,timestamp --map user=/user --map time=/timestamp"
                    + " --map time-format=epoch-s --map event-type=/behavior"
                    + " --map checkout-event-types=buy --map department=/category",
            """
            SELECT to_json(u) AS user, 1000 * try_cast(t AS BIGINT) AS time, c AS department,
                   b = 'buy' AS checkout
            FROM read_csv('%s', header = false, delim = ',', auto_detect = false,
                ignore_errors = true, columns =
                {u: 'VARCHAR', i: 'VARCHAR', c: 'VARCHAR', b: 'VARCHAR', t: 'VARCHAR'})
            """),
    RETAIL_ROCKET(
            "RetailRocket's events, CSV (each item is a department: they have no category)",
            "retailrocket.csv",
            "--map user=/visitorid --map time=/timestamp --map event-type=/event"
                    + " --map checkout-event-types=transaction --map department=/itemid",
            """
            SELECT to_json(visitorid) AS user, try_cast(timestamp AS BIGINT) AS time,
                   itemid AS department, event = 'transaction' AS checkout
            FROM read_csv('%s', header = true, delim = ',', auto_detect = false,
                ignore_errors = true, columns =
                {timestamp: 'VARCHAR', visitorid: 'VARCHAR', event: 'VARCHAR', itemid: 'VARCHAR',
                 transactionid: 'VARCHAR'})
            """);

    /** A word of a command line, as far as these have quotes. */
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

    private final String title;
    private final String file;
    private final String options;
    private final String sql;

    PublicShape(String title, String file, String options, String sql) {
        this.title = title;
        this.file = file;
        this.options = options;
        this.sql = sql;
    }

    /** What the README calls it. */
    String title() {
        return title;
    }

    /** The sample. */
    Path file() {
        return Path.of("src/test/resources/shapes", file);
    }

    /** Whether the sample's first line is no record. */
    boolean hasHeader() {
        return sql.contains("header = true");
    }

    /** What a user types behind {@code scripts/replay.sh --input FILE --output DIR}. */
    String options() {
        return options;
    }

    /** The same as a shell hands it on. */
    List<String> words() {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(options);
        while (matcher.find()) {
            words.add(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
        }
        return words;
    }

    /**
     * A query of the sample, for DuckDB: a record's user as JSON, its time in ms, its department
     * and whether it is a checkout. What the record lacks, or can't be read, is null.
     */
    String query() {
        return sql.formatted(file());
    }
}
