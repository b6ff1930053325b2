package io.clickstream.config;

import static io.clickstream.testing.PropertyGroups.smallest;
import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.aggregate.Aggregates;
import io.clickstream.event.CarriedText;
import io.clickstream.event.EventMarks;
import io.clickstream.funnel.Funnel;
import io.clickstream.testing.PropertyGroups;
import io.clickstream.trend.TrendField;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.MemorySize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every key and its default, through the objects that the job gets. */
class JobConfigTest {

    @Test
    void hasDefaults() {
        JobConfig config = parse(smallest());

        assertThat(config.kafkaSource().orElseThrow().bootstrapServers()).isEqualTo("broker:9092");
        assertThat(config.kafkaSource().orElseThrow().topics()).containsExactly("clicks");
        assertThat(config.kafkaSource().orElseThrow().groupId()).isEqualTo("clickstream");
        assertThat(config.kafkaSource().orElseThrow().start().kind())
                .isEqualTo(StartPosition.Kind.COMMITTED);
        assertThat(config.kafkaSource().orElseThrow().clientProperties()).isEmpty();

        assertThat(config.format().type()).isEqualTo(FormatConfig.Type.AVRO);
        assertThat(config.format().preset()).isEqualTo(FormatConfig.Preset.LAB);
        assertThat(config.format().writerSchema()).isEmpty();
        assertThat(config.format().maxRecordBytes()).isEqualTo(1_048_576);
        assertThat(config.format().compression()).isEqualTo(FormatConfig.Compression.NONE);
        assertThat(config.format().checkoutEventTypes()).containsExactly("order_checkout");
        assertThat(described(config.format().mapping()))
                .isEqualTo(
                        "/userid /eventtimestamp epoch-ms Z /event_type {} /product_type - - -"
                                + " -");

        assertThat(config.eventTime().outOfOrderness()).hasSeconds(20);
        assertThat(config.eventTime().idleTimeout()).hasSeconds(15);
        assertThat(config.eventTime().maxFutureSkew()).hasSeconds(10);
        assertThat(config.eventTime().earliest()).isEqualTo("2001-09-09T01:46:40Z");

        assertThat(config.optionalFields().isEmpty()).isTrue();
        assertThat(config.filters().duplicateSpan()).isEmpty();
        assertThat(config.filters().botUserAgents()).isEmpty();
        assertThat(config.filters().botIpRanges()).isEmpty();
        assertThat(config.filters().botClicks()).isEmpty();

        assertThat(config.aggregates().sessionGap()).hasSeconds(1);
        assertThat(config.aggregates().window()).hasSeconds(10);
        assertThat(config.aggregates().maxSessionsOnHeap()).isEmpty();
        assertThat(config.aggregates().maxDeptListBytes()).isEqualTo(512 * 1024);

        assertThat(config.trending()).isEmpty();
        assertThat(config.deadLetters().topic()).isEqualTo("DeadLetters");
        assertThat(config.deadLetters().createTopic()).isTrue();
        assertThat(config.checkpointInterval()).hasMinutes(1);
        assertThat(config.maxParallelism()).isEmpty();
    }

    @Test
    void hasDefaultsForTopics() {
        KafkaSinkConfig topics = parse(smallest()).kafkaSink().orElseThrow();

        assertThat(topics.bootstrapServers()).isEqualTo("broker:9092");
        assertThat(topics.topic(Aggregates.DEPARTMENT_COUNTS)).isEqualTo("Departments_Agg");
        assertThat(topics.topic(Aggregates.SESSION_COUNTS))
                .isEqualTo("ClickEvents_UserId_Agg_Result");
        assertThat(topics.topic(Aggregates.CHECKOUT_SESSIONS))
                .isEqualTo("User_Sessions_Aggregates_With_Order_Checkout");
        assertThat(topics.topic(Aggregates.TRENDING)).isEqualTo("Trending");
        assertThat(topics.delivery()).isEqualTo(KafkaSinkConfig.Delivery.EXACTLY_ONCE);
        assertThat(topics.transactionTimeout()).hasMinutes(15);
        assertThat(topics.transactionalIdPrefix()).isEqualTo("clickstream");
        assertThat(topics.createTopics()).isFalse();
        assertThat(topics.partitions()).isEmpty();
        assertThat(topics.replicationFactor()).isEmpty();
        assertThat(topics.clientProperties()).isEmpty();
    }

    @Test
    void hasDefaultsForIndices() {
        OpenSearchConfig indices =
                parse(smallest().with("sink.opensearch", "endpoint", "https://search:9200"))
                        .openSearch()
                        .orElseThrow();

        assertThat(indices.endpoints()).containsExactly(URI.create("https://search:9200"));
        assertThat(indices.index(Aggregates.DEPARTMENT_COUNTS)).isEqualTo("departments_count");
        assertThat(indices.index(Aggregates.SESSION_COUNTS)).isEqualTo("user_session_counts");
        assertThat(indices.index(Aggregates.CHECKOUT_SESSIONS)).isEqualTo("user_session_details");
        assertThat(indices.index(Aggregates.TRENDING)).isEqualTo("trending");
        assertThat(indices.indexPeriod()).isEqualTo(OpenSearchConfig.IndexPeriod.NONE);
        assertThat(indices.auth()).isEqualTo(OpenSearchConfig.Auth.NONE);
        assertThat(indices.bulkMaxActions()).isEqualTo(1000);
        assertThat(indices.bulkMaxSize()).isEqualTo(MemorySize.ofMebiBytes(5));
        assertThat(indices.bulkInterval()).hasMillis(500);
        assertThat(indices.isCommittedOnly()).isFalse();
    }

    @Test
    void readsEveryKeyOfSourceAndFormat() {
        String schema = "{\"type\": \"record\", \"name\": \"Click\", \"fields\": []}";
        JobConfig config =
                parse(
                        smallest()
                                .with("source.kafka", "bootstrap-servers", "a:1,b:2")
                                .with("source.kafka", "topic", "clicks, more.clicks")
                                .with("source.kafka", "group-id", "shop")
                                .with("source.kafka", "start", "2022-06-14T05:08:18.630Z")
                                .with("source.kafka", "kafka.security.protocol", "SASL_SSL")
                                .with("format", "type", "avro")
                                .with("format", "preset", "lab")
                                .with("format", "writer-schema", schema)
                                .with("format", "max-record-size", "512 kb"));

        assertThat(config.kafkaSource().orElseThrow().bootstrapServers()).isEqualTo("a:1,b:2");
        assertThat(config.kafkaSource().orElseThrow().topics())
                .containsExactly("clicks", "more.clicks");
        assertThat(config.kafkaSource().orElseThrow().groupId()).isEqualTo("shop");
        assertThat(config.kafkaSource().orElseThrow().start().timestamp())
                .hasValue(1_655_183_298_630L);
        assertThat(config.kafkaSource().orElseThrow().clientProperties())
                .isEqualTo(properties(Map.of("security.protocol", "SASL_SSL")));
        assertThat(config.format().writerSchema()).contains(schema);
        assertThat(config.format().maxRecordBytes()).isEqualTo(524_288);
        assertThat(parse(smallest().with("format", "type", "json")).format().type())
                .isEqualTo(FormatConfig.Type.JSON);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "interactions | /userId /sentAt epoch-s Z /eventType {} - - /itemId - /sessionId",
                "web-access | /name /timestamp iso-8601 Z /action {} /path - - - -",
                "ticker | /TICKER /EVENT_TIME iso-8601 Z - {} /TICKER - /TICKER - -",
                "ga4 | /user_pseudo_id /event_timestamp epoch-us Z /event_name"
                        + " {purchase=order_checkout, view_item=product_detail}"
                        + " /items/0/item_category - /items/0/item_id /items/0/price -",
                "segment | /userId,/anonymousId /timestamp iso-8601 Z /event"
                        + " {Order Completed=order_checkout, Product Added=add_to_cart,"
                        + " Product Removed=remove_from_cart, Product Viewed=product_detail}"
                        + " /properties/category,/properties/products/0/category -"
                        + " /properties/product_id /properties/price -",
                "snowplow | /domain_userid /derived_tstamp iso-8601 Z"
                        + " /unstruct_event_com_snowplowanalytics_snowplow_ecommerce"
                        + "_snowplow_ecommerce_action_1/type"
                        + " {product_view=product_detail, transaction=order_checkout}"
                        + " /contexts_com_snowplowanalytics_snowplow_ecommerce_product_1/0/category"
                        + " / /contexts_com_snowplowanalytics_snowplow_ecommerce_product_1/0/id"
                        + " /contexts_com_snowplowanalytics_snowplow_ecommerce_product_1/0/price"
                        + " /domain_sessionid",
                "rees46 | /user_id /event_time yyyy-MM-dd HH:mm:ss 'UTC' Z /event_type"
                        + " {cart=add_to_cart, purchase=order_checkout, view=product_detail}"
                        + " /category_code . /product_id /price /user_session"
            })
    void knowsPresets(String preset, String fields) {
        JobConfig config =
                parse(smallest().with("format", "type", "json").with("format", "preset", preset));

        assertThat(described(config.format().mapping())).isEqualTo(fields);
    }

    @Test
    void readsEveryKeyOfAMapping() {
        FormatConfig format =
                parse(
                                smallest()
                                        .with("format", "type", "json")
                                        .with("format", "preset", "interactions")
                                        .with("format", "user", "/a/0")
                                        .with("format", "time", "/b")
                                        .with("format", "time-format", "yyyy-MM-dd HH:mm:ss 'UTC'")
                                        .with("format", "time-zone", "Europe/Berlin")
                                        .with("format", "event-type", "/c")
                                        .with("format", "event-types", "buy = order_checkout")
                                        .with("format", "department", "/d~1e")
                                        .with("format", "department-cut", ".")
                                        .with("format", "item", "/f")
                                        .with("format", "session-id", "none")
                                        .with("format", "checkout-event-types", "buy, paid"))
                        .format();

        assertThat(described(format.mapping()))
                .isEqualTo(
                        "/a/0 /b yyyy-MM-dd HH:mm:ss 'UTC' Europe/Berlin /c {buy=order_checkout}"
                                + " /d~1e . /f - -");
        assertThat(format.checkoutEventTypes()).containsExactlyInAnyOrder("buy", "paid");
    }

    @Test
    void hasDefaultsForFilters() {
        FilterConfig filters =
                parse(
                                smallest()
                                        .with("duplicates", "id", "/globalseq")
                                        .with("bots", "user-agents", "bot")
                                        .with("bots", "ip-ranges", "192.0.2.1")
                                        .with("bots", "max-clicks", "100"))
                        .filters();

        assertThat(filters.addTo(OptionalFields.NONE).pointer(ClickField.ID))
                .hasToString("Optional[/globalseq]");
        assertThat(filters.addTo(OptionalFields.NONE).pointer(ClickField.USER_AGENT))
                .hasToString("Optional[/user_agent]");
        assertThat(filters.addTo(OptionalFields.NONE).pointer(ClickField.IP))
                .hasToString("Optional[/ip]");
        assertThat(filters.duplicateSpan()).contains(Duration.ofMinutes(10));
        assertThat(filters.botPer()).hasSeconds(10);
    }

    @Test
    void readsEveryKeyOfFilters() {
        FilterConfig filters =
                parse(
                                smallest()
                                        .with("format", "type", "json")
                                        .with("duplicates", "id", "/event/id")
                                        .with("duplicates", "span", "1 h")
                                        .with("bots", "user-agent", "/client/agent")
                                        .with("bots", "user-agents", "bot, Spider")
                                        .with("bots", "ip", "/client/ip")
                                        .with("bots", "ip-ranges", "192.0.2.1, 2001:db8::/32")
                                        .with("bots", "max-clicks", "20")
                                        .with("bots", "per", "1 s"))
                        .filters();

        assertThat(filters.addTo(OptionalFields.NONE).pointer(ClickField.ID))
                .hasToString("Optional[/event/id]");
        assertThat(filters.addTo(OptionalFields.NONE).pointer(ClickField.USER_AGENT))
                .hasToString("Optional[/client/agent]");
        assertThat(filters.addTo(OptionalFields.NONE).pointer(ClickField.IP))
                .hasToString("Optional[/client/ip]");
        assertThat(filters.duplicateSpan()).contains(Duration.ofHours(1));
        assertThat(filters.botUserAgents()).containsExactly("bot", "Spider");
        assertThat(filters.botIpRanges())
                .extracting(IpRange::toString)
                .containsExactly("192.0.2.1/32", "2001:db8:0:0:0:0:0:0/32");
        assertThat(filters.botClicks()).hasValue(20);
        assertThat(filters.botPer()).hasSeconds(1);
    }

    @Test
    void hasDefaultsForTrends() {
        TrendingConfig trending = parse(smallest().group("trending")).trending().orElseThrow();

        assertThat(trending.field()).isEqualTo(TrendField.DEPARTMENT);
        assertThat(trending.top()).isEqualTo(10);
        assertThat(trending.span()).hasMinutes(5);
        assertThat(trending.slide()).hasSeconds(10);
    }

    @Test
    void hasDefaultsForLiveCountsAndFunnels() {
        JobConfig config = parse(smallest().group("live").group("funnel"));

        LiveConfig live = config.live().orElseThrow();
        assertThat(live.every()).hasSeconds(10);
        assertThat(live.span()).hasMinutes(5);
        assertThat(live.isByDepartment()).isFalse();
        FunnelConfig funnel = config.funnel().orElseThrow();
        assertThat(funnel.funnel().size()).isEqualTo(4);
        assertThat(funnel.funnel().step(3).name()).isEqualTo("paid");
        assertThat(funnel.funnel().within()).isNull();
        assertThat(funnel.isByDepartment()).isFalse();
        assertThat(config.eventMarks().of("add_to_cart"))
                .isEqualTo(EventMarks.CART | EventMarks.ofStep(1));
        assertThat(config.eventMarks().of("home_page")).isZero();
        assertThat(parse(smallest()).eventMarks().of("add_to_cart")).isZero();
    }

    @Test
    void readsEveryKeyOfFunnels() {
        FunnelConfig config =
                parse(
                                smallest()
                                        .with(
                                                "funnel",
                                                "steps",
                                                "view = product|list, coupon? = coupon,paid=pay")
                                        .with("funnel", "within", "30 min")
                                        .with("funnel", "by", "department"))
                        .funnel()
                        .orElseThrow();

        Funnel funnel = config.funnel();
        assertThat(funnel.size()).isEqualTo(3);
        assertThat(funnel.step(0).name()).isEqualTo("view");
        assertThat(funnel.step(0).eventTypes()).containsExactlyInAnyOrder("product", "list");
        assertThat(funnel.step(1).name()).isEqualTo("coupon");
        assertThat(funnel.step(1).isOptional()).isTrue();
        assertThat(funnel.step(2).isOptional()).isFalse();
        assertThat(funnel.requiredBefore(2)).isZero();
        assertThat(funnel.within()).hasMinutes(30);
        assertThat(config.isByDepartment()).isTrue();
    }

    @Test
    void readsEveryKeyOfTrends() {
        JobConfig config =
                parse(
                        smallest()
                                .with("format", "type", "json")
                                .with("format", "preset", "interactions")
                                .with("trending", "field", "item")
                                .with("trending", "top", "3")
                                .with("trending", "span", "1 h")
                                .with("trending", "slide", "1 min")
                                .with("sink.kafka", "trending-topic", "t"));

        TrendingConfig trending = config.trending().orElseThrow();
        assertThat(trending.field()).isEqualTo(TrendField.ITEM);
        assertThat(trending.top()).isEqualTo(3);
        assertThat(trending.span()).hasHours(1);
        assertThat(trending.slide()).hasMinutes(1);
        assertThat(config.kafkaSink().orElseThrow().topic(Aggregates.TRENDING)).isEqualTo("t");
        assertThat(config.optionalFields().pointer(ClickField.ITEM))
                .hasToString("Optional[/itemId]");
    }

    @Test
    void fillsInTheDefaultsOfCarts() {
        CartsConfig carts = parse(smallest().group("carts")).carts().orElseThrow();

        assertThat(carts.abandonedAfter()).hasMinutes(30);
        assertThat(carts.recoveredWithin()).hasDays(7);
        assertThat(parse(smallest()).carts()).isEmpty();
    }

    @Test
    void readsEveryKeyOfCarts() {
        JobConfig config =
                parse(
                        smallest()
                                .with("format", "type", "json")
                                .with("format", "item", "/product/id")
                                .with("format", "value", "/product/price")
                                .with("format", "cart-removal-event-types", "take_out,drop")
                                .with("carts", "abandoned-after", "1 h")
                                .with("carts", "recovered-within", "2 d")
                                .with("sink.kafka", "carts-topic", "t"));

        CartsConfig carts = config.carts().orElseThrow();
        assertThat(carts.abandonedAfter()).hasHours(1);
        assertThat(carts.recoveredWithin()).hasDays(2);
        assertThat(config.kafkaSink().orElseThrow().topic(Aggregates.CARTS)).isEqualTo("t");
        assertThat(config.optionalFields().pointer(ClickField.ITEM))
                .hasToString("Optional[/product/id]");
        assertThat(config.optionalFields().pointer(ClickField.VALUE))
                .hasToString("Optional[/product/price]");
        EventMarks marks = config.eventMarks();
        assertThat(marks.of("drop")).isEqualTo(EventMarks.CART_REMOVAL);
        assertThat(marks.of("add_to_cart")).isEqualTo(EventMarks.CART);
        assertThat(marks.of("remove_from_cart")).isZero();
    }

    /** Other clicks cross the network without them. */
    @Test
    void onlyClicksThatNeedItemsAndValuesCarryThem() {
        PropertyGroups properties =
                smallest()
                        .with("format", "type", "json")
                        .with("format", "item", "/item")
                        .with("format", "value", "/price")
                        .group("carts");
        EventMarks ofCarts = parse(properties).eventMarks();
        EventMarks ofRankings = parse(properties.with("trending", "field", "item")).eventMarks();

        assertThat(ofCarts.carries(CarriedText.ITEM, 0)).isFalse();
        assertThat(ofCarts.carries(CarriedText.ITEM, EventMarks.CART)).isTrue();
        assertThat(ofCarts.carries(CarriedText.ITEM, EventMarks.CART_REMOVAL)).isTrue();
        assertThat(ofCarts.carries(CarriedText.VALUE, EventMarks.CART)).isTrue();
        assertThat(ofCarts.carries(CarriedText.VALUE, EventMarks.CART_REMOVAL)).isFalse();
        assertThat(ofCarts.carries(CarriedText.ID, 0)).isTrue();
        assertThat(ofRankings.carries(CarriedText.ITEM, 0)).isTrue();
        assertThat(ofRankings.carries(CarriedText.VALUE, 0)).isFalse();
        assertThat(EventMarks.NONE.carries(CarriedText.ITEM, 0)).isTrue();
    }

    @Test
    void readsOnlyTheFieldsOfFiltersThatAreOn() {
        FilterConfig filters = parse(smallest().with("bots", "max-clicks", "100")).filters();

        assertThat(filters.addTo(OptionalFields.NONE).isEmpty()).isTrue();
    }

    private static String described(JsonMapping mapping) {
        return Stream.of(
                        joined(mapping.users()),
                        mapping.time(),
                        mapping.timeFormat(),
                        mapping.timeZone(),
                        orDash(mapping.eventType()),
                        new TreeMap<>(mapping.eventTypes()),
                        joined(mapping.departments()),
                        orDash(mapping.departmentCut()),
                        orDash(mapping.item()),
                        orDash(mapping.value()),
                        orDash(mapping.sessionId()))
                .map(Object::toString)
                .collect(Collectors.joining(" "));
    }

    private static String joined(List<?> pointers) {
        return pointers.isEmpty()
                ? "-"
                : pointers.stream().map(Object::toString).collect(Collectors.joining(","));
    }

    private static String orDash(Optional<?> field) {
        return field.map(Object::toString).orElse("-");
    }

    @ParameterizedTest
    @CsvSource({
        "earliest,EARLIEST,",
        "latest,LATEST,",
        "committed,COMMITTED,",
        "1655183300000,TIMESTAMP,1655183300000",
        "2022-06-14T05:08:20Z,TIMESTAMP,1655183300000",
        "2022-06-14T07:08:20+02:00,TIMESTAMP,1655183300000"
    })
    void startsAt(String start, StartPosition.Kind kind, Long timestamp) {
        StartPosition position =
                parse(smallest().with("source.kafka", "start", start))
                        .kafkaSource()
                        .orElseThrow()
                        .start();

        assertThat(position.kind()).isEqualTo(kind);
        if (timestamp == null) {
            assertThat(position.timestamp()).isEmpty();
        } else {
            assertThat(position.timestamp()).hasValue(timestamp);
        }
    }

    @Test
    void readsEveryKeyOfTimeAndAggregates() {
        JobConfig config =
                parse(
                        smallest()
                                .with("format", "compression", "gzip")
                                .with("event-time", "out-of-orderness", "0 s")
                                .with("event-time", "idle-timeout", "500 ms")
                                .with("event-time", "max-future-skew", "0 s")
                                .with("event-time", "earliest", "2019-10-01T00:00:00Z")
                                .with("aggregates", "session-gap", "30 min")
                                .with("aggregates", "window", "1 h")
                                .with("aggregates", "max-sessions-on-heap", "5000")
                                .with("aggregates", "max-dept-list-size", "16 kb")
                                .with("dead-letters", "topic", "bad")
                                .with("dead-letters", "create-topic", "false")
                                .with("job", "checkpoint-interval", "10 s")
                                .with("job", "max-parallelism", "512"));

        assertThat(config.format().compression()).isEqualTo(FormatConfig.Compression.GZIP);
        assertThat(config.eventTime().outOfOrderness()).isZero();
        assertThat(config.eventTime().idleTimeout()).hasMillis(500);
        assertThat(config.eventTime().maxFutureSkew()).isZero();
        assertThat(config.eventTime().earliest()).isEqualTo("2019-10-01T00:00:00Z");
        assertThat(config.aggregates().sessionGap()).hasMinutes(30);
        assertThat(config.aggregates().window()).hasHours(1);
        assertThat(config.aggregates().maxSessionsOnHeap()).hasValue(5_000);
        assertThat(config.aggregates().maxDeptListBytes()).isEqualTo(16 * 1024);
        assertThat(config.deadLetters().topic()).isEqualTo("bad");
        assertThat(config.deadLetters().createTopic()).isFalse();
        assertThat(config.checkpointInterval()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.maxParallelism()).hasValue(512);
    }

    @Test
    void readsEveryKeyOfTopics() {
        KafkaSinkConfig topics =
                parse(
                                smallest()
                                        .with("sink.kafka", "bootstrap-servers", "out:9092")
                                        .with("sink.kafka", "departments-topic", "d")
                                        .with("sink.kafka", "sessions-topic", "s")
                                        .with("sink.kafka", "checkouts-topic", "c")
                                        .with("sink.kafka", "delivery", "at-least-once")
                                        .with("sink.kafka", "transaction-timeout", "5 min")
                                        .with("sink.kafka", "transactional-id-prefix", "shop")
                                        .with("sink.kafka", "create-topics", "true")
                                        .with("sink.kafka", "partitions", "6")
                                        .with("sink.kafka", "replication-factor", "3")
                                        .with("sink.kafka", "kafka.linger.ms", "50")
                                        .with("sink.kafka", "kafka.ssl.key.password", ""))
                        .kafkaSink()
                        .orElseThrow();

        assertThat(topics.bootstrapServers()).isEqualTo("out:9092");
        assertThat(topics.topic(Aggregates.DEPARTMENT_COUNTS)).isEqualTo("d");
        assertThat(topics.topic(Aggregates.SESSION_COUNTS)).isEqualTo("s");
        assertThat(topics.topic(Aggregates.CHECKOUT_SESSIONS)).isEqualTo("c");
        assertThat(topics.delivery()).isEqualTo(KafkaSinkConfig.Delivery.AT_LEAST_ONCE);
        assertThat(topics.transactionTimeout()).hasMinutes(5);
        assertThat(topics.transactionalIdPrefix()).isEqualTo("shop");
        assertThat(topics.createTopics()).isTrue();
        assertThat(topics.partitions()).hasValue(6);
        assertThat(topics.replicationFactor()).hasValue(3);
        assertThat(topics.clientProperties())
                .isEqualTo(properties(Map.of("linger.ms", "50", "ssl.key.password", "")));
    }

    @Test
    void readsEveryKeyOfIndices() {
        OpenSearchConfig indices =
                parse(
                                smallest()
                                        .with("sink.opensearch", "endpoint", "http://a:1, http://b")
                                        .with("sink.opensearch", "departments-index", "d")
                                        .with("sink.opensearch", "sessions-index", "s")
                                        .with("sink.opensearch", "checkouts-index", "c")
                                        .with("sink.opensearch", "index-period", "day")
                                        .with("sink.opensearch", "auth", "basic")
                                        .with("sink.opensearch", "username", "ann")
                                        .with("sink.opensearch", "password", "s3cret")
                                        .with("sink.opensearch", "bulk-max-actions", "10")
                                        .with("sink.opensearch", "bulk-max-size", "100 mb")
                                        .with("sink.opensearch", "bulk-interval", "1 d")
                                        .with("sink.opensearch", "delivery", "committed"))
                        .openSearch()
                        .orElseThrow();

        assertThat(indices.endpoints())
                .containsExactly(URI.create("http://a:1"), URI.create("http://b"));
        assertThat(indices.index(Aggregates.DEPARTMENT_COUNTS)).isEqualTo("d");
        assertThat(indices.index(Aggregates.SESSION_COUNTS)).isEqualTo("s");
        assertThat(indices.index(Aggregates.CHECKOUT_SESSIONS)).isEqualTo("c");
        assertThat(indices.indexPeriod()).isEqualTo(OpenSearchConfig.IndexPeriod.DAY);
        assertThat(indices.auth()).isEqualTo(OpenSearchConfig.Auth.BASIC);
        assertThat(indices.username()).isEqualTo("ann");
        assertThat(indices.password()).isEqualTo("s3cret");
        assertThat(indices.bulkMaxActions()).isEqualTo(10);
        assertThat(indices.bulkMaxSize()).isEqualTo(MemorySize.ofMebiBytes(100));
        assertThat(indices.bulkInterval()).hasDays(1);
        assertThat(indices.isCommittedOnly()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "https://search.shop.example,,,NONE,",
        "https://search.shop.example,sigv4,es,SIGV4,ES",
        "https://vpc-shop.eu-central-1.es.amazonaws.com,,,SIGV4,ES",
        "https://vpc-shop.cn-north-1.es.amazonaws.com.cn,,,SIGV4,ES",
        "https://abc.eu-central-1.aoss.amazonaws.com,,,SIGV4,AOSS",
        "https://abc.eu-central-1.aoss.amazonaws.com,auto,es,SIGV4,ES",
        "https://vpc-shop.eu-central-1.es.amazonaws.com,none,,NONE,"
    })
    void choosesHowRequestsAreAuthenticated(
            String endpoint,
            String auth,
            String service,
            OpenSearchConfig.Auth expected,
            OpenSearchConfig.SigningService expectedService) {
        PropertyGroups groups =
                smallest()
                        .with("sink.opensearch", "endpoint", endpoint)
                        .with("sink.opensearch", "region", "eu-central-1");
        if (auth != null) {
            groups.with("sink.opensearch", "auth", auth);
        }
        if (service != null) {
            groups.with("sink.opensearch", "service", service);
        }

        OpenSearchConfig config = parse(groups).openSearch().orElseThrow();

        assertThat(config.auth()).isEqualTo(expected);
        if (expected == OpenSearchConfig.Auth.SIGV4) {
            assertThat(config.region()).isEqualTo("eu-central-1");
            assertThat(config.signingService()).isEqualTo(expectedService);
        }
    }

    @Test
    void takesBasicAuthWhereThereIsAUserName() {
        OpenSearchConfig config =
                parse(
                                smallest()
                                        .with(
                                                "sink.opensearch",
                                                "endpoint",
                                                "https://shop.eu-central-1.es.amazonaws.com")
                                        .with("sink.opensearch", "username", "ann")
                                        .with("sink.opensearch", "password", "s3cret"))
                        .openSearch()
                        .orElseThrow();

        assertThat(config.auth()).isEqualTo(OpenSearchConfig.Auth.BASIC);
    }

    @Test
    void turnsOffSinksWhoseGroupIsAbsent() {
        JobConfig topicsOnly = parse(smallest());
        JobConfig indicesOnly =
                parse(
                        PropertyGroups.none()
                                .with("source.kafka", "bootstrap-servers", "broker:9092")
                                .with("source.kafka", "topic", "clicks")
                                .with("sink.opensearch", "endpoint", "http://search"));

        assertThat(topicsOnly.kafkaSink()).isPresent();
        assertThat(topicsOnly.openSearch()).isEmpty();
        assertThat(indicesOnly.kafkaSink()).isEmpty();
        assertThat(indicesOnly.openSearch()).isPresent();
        assertThat(indicesOnly.deadLetterCluster().orElseThrow().bootstrapServers())
                .isEqualTo("broker:9092");
    }

    @Test
    void ignoresSpacesAroundValues() {
        assertThat(parse(smallest().with("format", "type", " json ")).format().type())
                .isEqualTo(FormatConfig.Type.JSON);
    }

    @Test
    void readsTheExampleInTheRepository() {
        JobConfig config =
                JobConfig.parse(
                        PropertyGroupsFile.read(
                                Path.of("flink-conf", "application_properties.json")));

        assertThat(config.kafkaSource().orElseThrow().bootstrapServers())
                .isEqualTo("localhost:9092");
        assertThat(config.kafkaSource().orElseThrow().topics()).containsExactly("ExampleTopic");
        assertThat(config.format().type()).isEqualTo(FormatConfig.Type.JSON);
        assertThat(config.kafkaSink().orElseThrow().createTopics()).isTrue();
        assertThat(config.openSearch().orElseThrow().endpoints())
                .containsExactly(URI.create("http://localhost:9200"));
    }

    private static JobConfig parse(PropertyGroups groups) {
        return JobConfig.parse(groups.build());
    }

    private static Properties properties(Map<String, String> expected) {
        return expected.entrySet().stream()
                .collect(
                        Collectors.toMap(
                                Map.Entry::getKey,
                                Map.Entry::getValue,
                                (one, other) -> one,
                                Properties::new));
    }
}
