package io.clickstream.config;

import static io.clickstream.config.Parsers.DURATION;
import static io.clickstream.config.Parsers.SIZE;
import static io.clickstream.config.Parsers.labels;
import static io.clickstream.config.Parsers.oneOf;

import com.fasterxml.jackson.core.JsonPointer;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All settings that there are, in the order of the README's table. */
public final class ConfigKeys {

    static final String KAFKA_SOURCE = "source.kafka";
    static final String KINESIS_SOURCE = "source.kinesis";
    static final String FORMAT = "format";
    static final String REGISTRY = "registry";
    static final String EVENT_TIME = "event-time";
    static final String DUPLICATES = "duplicates";
    static final String BOTS = "bots";
    static final String PRIVACY = "privacy";
    static final String AGGREGATES = "aggregates";
    static final String TRENDING = "trending";
    static final String KAFKA_SINK = "sink.kafka";
    static final String KINESIS_SINK = "sink.kinesis";
    static final String OPENSEARCH_SINK = "sink.opensearch";
    static final String ARCHIVE_SINK = "sink.archive";
    static final String PERSONALIZE_SINK = "sink.personalize";
    static final String DEAD_LETTERS = "dead-letters";
    static final String JOB = "job";

    private static final String POINTER = "a JSON pointer";
    private static final String SEVERAL = "several separated by commas";
    private static final String OPTIONAL_POINTER = "a JSON pointer, or `none`";

    /** What stands behind it goes to Kafka's clients as it is. */
    static final String CLIENT_PREFIX = "kafka.";

    /** What begins with it goes to the clients of Kinesis, whose own settings begin with it. */
    static final String AWS_PREFIX = "aws.";

    /** Groups that hand keys on to clients, and what these keys begin with. */
    static final Map<String, String> PASS_THROUGH =
            Map.of(
                    KAFKA_SOURCE, CLIENT_PREFIX,
                    KAFKA_SINK, CLIENT_PREFIX,
                    KINESIS_SOURCE, AWS_PREFIX,
                    KINESIS_SINK, AWS_PREFIX);

    private static final String STREAM = "a stream's name or ARN";
    private static final String UP_TO_A_DAY = "a duration up to `1 d`, such as `500 ms`, `20 s`";
    private static final String REGION = "a region, such as `eu-central-1`";

    static final Key<String> SOURCE_BOOTSTRAP_SERVERS =
            Key.of(
                    KAFKA_SOURCE,
                    "bootstrap-servers",
                    Parsers::text,
                    "`host:port,…`",
                    "The brokers to read from.");
    static final Key<List<String>> SOURCE_TOPIC =
            Key.of(
                    KAFKA_SOURCE,
                    "topic",
                    Parsers::list,
                    "a topic, or several separated by commas",
                    "The topics of clicks.");
    static final Key<String> SOURCE_GROUP_ID =
            Key.of(
                    KAFKA_SOURCE,
                    "group-id",
                    Parsers::text,
                    "a name",
                    "clickstream",
                    "The consumer group that offsets are committed to with every checkpoint.");
    static final Key<StartPosition> SOURCE_START =
            Key.of(
                    KAFKA_SOURCE,
                    "start",
                    StartPosition::parse,
                    StartPosition.ALLOWED,
                    "committed",
                    "Where to begin without a snapshot. `committed` begins at the group's offsets,"
                            + " at the earliest where there are none.");

    static final KafkaLoginKeys SOURCE_LOGIN = new KafkaLoginKeys(KAFKA_SOURCE, "");

    static final Key<KinesisStreamName> KINESIS_STREAM =
            Key.of(
                    KINESIS_SOURCE,
                    "stream",
                    KinesisStreamName::parse,
                    STREAM,
                    "The stream of clicks.");
    static final Key<String> KINESIS_REGION =
            Key.of(
                    KINESIS_SOURCE,
                    "region",
                    Parsers::text,
                    REGION,
                    "Where the stream is; an ARN says it.");
    static final Key<List<URI>> KINESIS_ENDPOINT =
            Key.of(
                    KINESIS_SOURCE,
                    "endpoint",
                    Parsers::httpUris,
                    "`https://host[:port]`",
                    "Another address than the region's, such as that of a VPC endpoint.");
    static final Key<KinesisStart> KINESIS_START =
            Key.of(
                    KINESIS_SOURCE,
                    "start",
                    KinesisStart::parse,
                    KinesisStart.ALLOWED,
                    "trim-horizon",
                    "Where to begin without a snapshot. `trim-horizon` is the oldest record that"
                            + " the stream still has.");
    static final Key<KinesisSourceConfig.Reader> KINESIS_READER =
            Key.of(
                    KINESIS_SOURCE,
                    "reader",
                    oneOf(KinesisSourceConfig.Reader.class),
                    labels(KinesisSourceConfig.Reader.class),
                    "polling",
                    "Polling shares a shard's 2 MB/s and 5 reads/s with other applications;"
                            + " enhanced fan-out (`efo`) has 2 MB/s of its own, and a price.");
    static final Key<String> KINESIS_CONSUMER =
            Key.of(
                    KINESIS_SOURCE,
                    "consumer",
                    Parsers::text,
                    "a name",
                    "For `efo`: the consumer that the job registers with the stream. It stays"
                            + " registered, and is paid for, until it is deregistered by hand.");
    static final Key<Duration> KINESIS_POLL_INTERVAL =
            Key.of(
                    KINESIS_SOURCE,
                    "poll-interval",
                    Parsers::positiveDuration,
                    DURATION,
                    "250 ms",
                    "Time between two reads of a shard. All applications together have 5 reads/s.");
    static final Key<Duration> KINESIS_DISCOVERY_INTERVAL =
            Key.of(
                    KINESIS_SOURCE,
                    "discovery-interval",
                    Parsers::positiveDuration,
                    DURATION,
                    "10 s",
                    "How often new shards are looked for. Children of a shard are looked for at"
                            + " once when it ends.");

    static final Key<FormatConfig.Type> FORMAT_TYPE =
            Key.of(
                    FORMAT,
                    "type",
                    oneOf(FormatConfig.Type.class),
                    labels(FormatConfig.Type.class),
                    "avro",
                    "The format of clicks: Avro binary, plain or with a registry's header, or"
                            + " JSON.");
    static final Key<FormatConfig.Preset> FORMAT_PRESET =
            Key.of(
                    FORMAT,
                    "preset",
                    oneOf(FormatConfig.Preset.class),
                    labels(FormatConfig.Preset.class),
                    "lab",
                    "Which fields of JSON records are what; each can be replaced by the keys"
                            + " below.");
    static final Key<List<JsonPointer>> FORMAT_USER =
            Key.of(
                    FORMAT,
                    "user",
                    Parsers::alternatives,
                    POINTER + ", such as `/detail/user_id`, or " + SEVERAL,
                    "Who clicked: a number or a string, written out as it came. Of several"
                            + " pointers, the first one with a value that is neither null nor"
                            + " empty.");
    static final Key<JsonPointer> FORMAT_TIME =
            Key.of(FORMAT, "time", Parsers::pointer, POINTER, "When it was.");
    static final Key<TimeFormat> FORMAT_TIME_FORMAT =
            Key.of(
                    FORMAT,
                    "time-format",
                    TimeFormat::parse,
                    TimeFormat.ALLOWED,
                    "How the time is written; of the preset if left out.");
    static final Key<ZoneId> FORMAT_TIME_ZONE =
            Key.of(
                    FORMAT,
                    "time-zone",
                    Parsers::zone,
                    "a region such as `Europe/Berlin`, an offset such as `+02:00`, or `UTC`",
                    "The zone of times that name none; UTC if left out.");
    static final Key<Optional<JsonPointer>> FORMAT_EVENT_TYPE =
            Key.of(
                    FORMAT,
                    "event-type",
                    Parsers::optionalPointer,
                    OPTIONAL_POINTER,
                    "What was done: a string, or the JSON text of a number or boolean.");
    static final Key<Map<String, String>> FORMAT_EVENT_TYPES =
            Key.of(
                    FORMAT,
                    "event-types",
                    Parsers::table,
                    "pairs such as `view=product_detail,purchase=order_checkout`",
                    "What event types become; those that are not in it stay as they are.");
    static final Key<List<JsonPointer>> FORMAT_DEPARTMENT =
            Key.of(
                    FORMAT,
                    "department",
                    Parsers::optionalAlternatives,
                    POINTER + ", " + SEVERAL + ", or `none`",
                    "The department: a string, or the JSON text of a number or boolean. None at"
                            + " all, null, an empty one and `N/A` are no visit. Of several"
                            + " pointers, the first one with a value that is not null.");
    static final Key<String> FORMAT_DEPARTMENT_CUT =
            Key.of(
                    FORMAT,
                    "department-cut",
                    Parsers::text,
                    "a text, such as `.`",
                    "Of the department only what is in front of this counts.");
    static final Key<Optional<JsonPointer>> FORMAT_ITEM =
            Key.of(
                    FORMAT,
                    "item",
                    Parsers::optionalPointer,
                    OPTIONAL_POINTER,
                    "What was looked at or bought: a number or a string. For `trending` and"
                            + " `sink.personalize`.");
    static final Key<Optional<JsonPointer>> FORMAT_SESSION_ID =
            Key.of(
                    FORMAT,
                    "session-id",
                    Parsers::optionalPointer,
                    OPTIONAL_POINTER,
                    "The session as the sender counts it. For `sink.personalize`.");
    static final Key<Optional<JsonPointer>> FORMAT_SEQUENCE =
            Key.of(
                    FORMAT,
                    "sequence",
                    Parsers::optionalPointer,
                    OPTIONAL_POINTER,
                    "The record's number as the sender counts. No aggregate needs it yet.");
    static final Key<List<String>> FORMAT_CHECKOUT_EVENT_TYPES =
            Key.of(
                    FORMAT,
                    "checkout-event-types",
                    Parsers::list,
                    "an event type, or several separated by commas",
                    "order_checkout",
                    "Which events are a checkout, of Avro too; as they are after `event-types`.");
    static final Key<String> FORMAT_WRITER_SCHEMA =
            Key.of(
                    FORMAT,
                    "writer-schema",
                    Parsers::text,
                    "a path of an `.avsc` file, `s3://` too, or the schema itself",
                    "The schema that Avro clicks were written with, where it is not the wire"
                            + " schema.");
    static final Key<FormatConfig.Compression> FORMAT_COMPRESSION =
            Key.of(
                    FORMAT,
                    "compression",
                    oneOf(FormatConfig.Compression.class),
                    labels(FormatConfig.Compression.class),
                    "none",
                    "With `gzip`, records of a topic or stream that are gzip are unpacked; others"
                            + " are read as they are. Of a subscription of CloudWatch Logs each"
                            + " log event's message is a record.");
    static final Key<Integer> FORMAT_MAX_RECORD_SIZE =
            Key.of(
                    FORMAT,
                    "max-record-size",
                    Parsers::size,
                    SIZE,
                    "1 mb",
                    "Longer records are dead letters.");

    static final Key<RegistryConfig.Type> REGISTRY_TYPE =
            Key.of(
                    REGISTRY,
                    "type",
                    oneOf(RegistryConfig.Type.class),
                    labels(RegistryConfig.Type.class),
                    "Whose header stands in front of Avro clicks, and where their schemas are:"
                            + " Confluent's, or a registry with the same API; or AWS Glue's.");
    static final Key<List<URI>> REGISTRY_URL =
            Key.of(
                    REGISTRY,
                    "url",
                    Parsers::httpUris,
                    "`https://host[:port]`, or several separated by commas",
                    "For `confluent`: the registry's nodes, of which one must answer.");
    static final Key<String> REGISTRY_USERNAME =
            Key.of(
                            REGISTRY,
                            "username",
                            Parsers::text,
                            Secrets.ALLOWED,
                            "For `confluent`, where it wants basic authentication: the user or API"
                                    + " key.")
                    .asSecret();
    static final Key<String> REGISTRY_PASSWORD =
            Key.of(
                            REGISTRY,
                            "password",
                            Parsers::text,
                            Secrets.ALLOWED,
                            "For `confluent`: the password or the API key's secret.")
                    .asSecret();
    static final Key<String> REGISTRY_REGION =
            Key.of(
                    REGISTRY,
                    "region",
                    Parsers::text,
                    REGION,
                    "For `glue`; credentials come from the AWS SDK's default chain.");
    static final Key<List<URI>> REGISTRY_ENDPOINT =
            Key.of(
                    REGISTRY,
                    "endpoint",
                    Parsers::httpUris,
                    "`https://host[:port]`",
                    "For `glue`: another address than the region's, such as that of a VPC"
                            + " endpoint.");
    static final Key<Duration> REGISTRY_REQUEST_TIMEOUT =
            Key.of(
                    REGISTRY,
                    "request-timeout",
                    Parsers::durationUpToADay,
                    UP_TO_A_DAY,
                    "10 s",
                    "A registry that takes longer to answer counts as away.");
    static final Key<Duration> REGISTRY_RETRY_INITIAL_DELAY =
            Key.of(
                    REGISTRY,
                    "retry-initial-delay",
                    Parsers::durationUpToADay,
                    UP_TO_A_DAY,
                    "500 ms",
                    "While the registry is away, the records wait; it is asked again after this"
                            + " time, then after twice as long, and so on without end.");
    static final Key<Duration> REGISTRY_RETRY_MAX_DELAY =
            Key.of(
                    REGISTRY,
                    "retry-max-delay",
                    Parsers::durationUpToADay,
                    UP_TO_A_DAY,
                    "30 s",
                    "The longest wait between two attempts.");
    static final Key<Duration> REGISTRY_UNKNOWN_FOR =
            Key.of(
                    REGISTRY,
                    "unknown-for",
                    Parsers::durationUpToADay,
                    UP_TO_A_DAY,
                    "1 min",
                    "An id that the registry does not know is not asked for again for this long;"
                            + " records with it are dead letters.");

    static final Key<Duration> OUT_OF_ORDERNESS =
            Key.of(
                    EVENT_TIME,
                    "out-of-orderness",
                    Parsers::duration,
                    DURATION,
                    "20 s",
                    "How far the watermark is behind the newest click of a partition.");
    static final Key<Duration> IDLE_TIMEOUT =
            Key.of(
                    EVENT_TIME,
                    "idle-timeout",
                    Parsers::positiveDuration,
                    DURATION,
                    "15 s",
                    "For how long a partition that gives no clicks and is read to its end holds"
                            + " the others back. When all are silent, event time goes on with the"
                            + " clock.");
    static final Key<Duration> STALL_TIMEOUT =
            Key.of(
                    EVENT_TIME,
                    "stall-timeout",
                    Parsers::positiveDuration,
                    DURATION,
                    "5 min",
                    "If a partition gives nothing for `idle-timeout` and 5 s, and is not known to"
                            + " be read to its end, it has stalled. It holds the others back for"
                            + " this time more. Then it is set aside, and its clicks may be late"
                            + " when it goes on.");
    static final Key<Duration> MAX_FUTURE_SKEW =
            Key.of(
                    EVENT_TIME,
                    "max-future-skew",
                    Parsers::duration,
                    DURATION,
                    "10 s",
                    "Clicks further ahead of the clock are dead letters. Below"
                            + " `out-of-orderness`, no click can make another one late that is on"
                            + " time.");
    static final Key<Instant> EARLIEST =
            Key.of(
                    EVENT_TIME,
                    "earliest",
                    Parsers::instant,
                    "a time from 1970 on, such as `2001-09-09T01:46:40Z`",
                    "2001-09-09T01:46:40Z",
                    "Clicks before it are dead letters. The default is the first time that has 13"
                            + " digits in ms. A time before that is nearly always seconds that were"
                            + " read as ms, or a 0 that stands for no time.");

    static final Key<JsonPointer> DUPLICATE_ID =
            Key.of(
                    DUPLICATES,
                    "id",
                    Parsers::pointer,
                    POINTER + ", such as `/event_id`",
                    "What tells a click from all others of its user: a number or a string. A click"
                            + " without one is never a duplicate.");
    static final Key<Duration> DUPLICATE_SPAN =
            Key.of(
                    DUPLICATES,
                    "span",
                    Parsers::positiveDuration,
                    DURATION,
                    "10 min",
                    "For how long, in event time, an id is remembered.");

    static final Key<JsonPointer> BOT_USER_AGENT =
            Key.of(
                    BOTS,
                    "user-agent",
                    Parsers::pointer,
                    POINTER,
                    "/user_agent",
                    "What the browser calls itself: a string, of which the first 1,024 characters"
                            + " count.");
    static final Key<List<String>> BOT_USER_AGENTS =
            Key.of(
                    BOTS,
                    "user-agents",
                    Parsers::list,
                    "texts separated by commas, such as `bot,crawler,spider`",
                    "Clicks of user agents that contain one of these, in any case of letters, are"
                            + " left out.");
    static final Key<JsonPointer> BOT_IP =
            Key.of(
                    BOTS,
                    "ip",
                    Parsers::pointer,
                    POINTER,
                    "/ip",
                    "Where the click came from: a string.");
    static final Key<List<IpRange>> BOT_IP_RANGES =
            Key.of(
                    BOTS,
                    "ip-ranges",
                    Parsers::ipRanges,
                    "addresses or ranges separated by commas, such as"
                            + " `66.249.64.0/19,2001:db8::/32`",
                    "Clicks from there are left out.");
    static final Key<Integer> BOT_CLICKS =
            Key.of(
                    BOTS,
                    "max-clicks",
                    Parsers::positiveInt,
                    "a whole number from 1 on",
                    "Sessions with more clicks than this in the time `per`, on average, are left"
                            + " out.");
    static final Key<Duration> BOT_PER =
            Key.of(
                    BOTS,
                    "per",
                    Parsers::positiveDuration,
                    DURATION,
                    "10 s",
                    "The time that `max-clicks` is about. A shorter session counts as this long.");

    static final Key<List<JsonPointer>> PRIVACY_IP =
            Key.of(
                    PRIVACY,
                    "ip",
                    Parsers::pointers,
                    "JSON pointers separated by commas",
                    "/ip",
                    "Where records have IP addresses. With this group they leave the job truncated"
                            + " or hashed, whatever sink they go to.");
    static final Key<PrivacyConfig.Mode> PRIVACY_MODE =
            Key.of(
                    PRIVACY,
                    "mode",
                    oneOf(PrivacyConfig.Mode.class),
                    labels(PrivacyConfig.Mode.class),
                    "truncate",
                    "Truncated, `66.249.1.133` is `66.249.1.0`, and an IPv6 address its first 48"
                            + " bits; hashed, 32 hexadecimal digits.");
    static final Key<String> PRIVACY_SALT =
            Key.of(
                            PRIVACY,
                            "salt",
                            Parsers::text,
                            Secrets.ALLOWED + ", of 16 characters or more",
                            "For `hash`. Whoever knows it can find the addresses again.")
                    .asSecret();

    static final Key<Duration> SESSION_GAP =
            Key.of(
                    AGGREGATES,
                    "session-gap",
                    Parsers::positiveDuration,
                    DURATION,
                    "1 s",
                    "Two clicks of a user that are further apart are in two sessions.");
    static final Key<Duration> WINDOW =
            Key.of(
                    AGGREGATES,
                    "window",
                    Parsers::positiveDuration,
                    DURATION,
                    "10 s",
                    "The size of the windows that sessions are counted in.");

    static final Key<Integer> MAX_SESSIONS_ON_HEAP =
            Key.of(
                    AGGREGATES,
                    "max-sessions-on-heap",
                    Parsers::positiveInt,
                    "a whole number from 1 on",
                    "Open sessions that a subtask holds on the heap; the others are in RocksDB"
                            + " until they are needed. Without it, as many as fit into two fifths"
                            + " of a slot's heap at 256 bytes each: 5,000,000 in 3 GB.");
    static final Key<Integer> MAX_DEPT_LIST_SIZE =
            Key.of(
                    AGGREGATES,
                    "max-dept-list-size",
                    Parsers::listSize,
                    "a size from `16 kb` to `960 kb`",
                    "512 kb",
                    "The most that `deptList` may take, as JSON. Of a longer list the first names"
                            + " in sorted order are kept; `deptListTruncated` says how many are"
                            + " left out. Topics, streams and indices must accept records of this"
                            + " size plus 10 KB.");

    static final Key<TrendingConfig.Field> TRENDING_FIELD =
            Key.of(
                    TRENDING,
                    "field",
                    oneOf(TrendingConfig.Field.class),
                    labels(TrendingConfig.Field.class),
                    "department",
                    "What is ranked by its clicks. With this group there are lists of the most"
                            + " clicked names; without it there are none.");
    static final Key<Integer> TRENDING_TOP =
            Key.of(
                    TRENDING,
                    "top",
                    Parsers.intUpTo(1000),
                    "a whole number from 1 to 1000",
                    "10",
                    "How many names a list has.");
    static final Key<Duration> TRENDING_SPAN =
            Key.of(
                    TRENDING,
                    "span",
                    Parsers::positiveDuration,
                    DURATION,
                    "5 min",
                    "The time that clicks are counted over; a whole number of `slide`s.");
    static final Key<Duration> TRENDING_SLIDE =
            Key.of(
                    TRENDING,
                    "slide",
                    Parsers::positiveDuration,
                    DURATION,
                    "10 s",
                    "How often there is a new list.");

    static final Key<String> SINK_BOOTSTRAP_SERVERS =
            Key.of(
                    KAFKA_SINK,
                    "bootstrap-servers",
                    Parsers::text,
                    "`host:port,…`",
                    "The brokers to write to; those of the source if left out.");
    static final Key<String> DEPARTMENTS_TOPIC =
            Key.of(
                    KAFKA_SINK,
                    "departments-topic",
                    Parsers::text,
                    "a topic",
                    "Departments_Agg",
                    "Sessions per department and window.");
    static final Key<String> SESSIONS_TOPIC =
            Key.of(
                    KAFKA_SINK,
                    "sessions-topic",
                    Parsers::text,
                    "a topic",
                    "ClickEvents_UserId_Agg_Result",
                    "Sessions per window.");
    static final Key<String> CHECKOUTS_TOPIC =
            Key.of(
                    KAFKA_SINK,
                    "checkouts-topic",
                    Parsers::text,
                    "a topic",
                    "User_Sessions_Aggregates_With_Order_Checkout",
                    "Sessions with a checkout.");
    static final Key<String> TRENDING_TOPIC =
            Key.of(
                    KAFKA_SINK,
                    "trending-topic",
                    Parsers::text,
                    "a topic",
                    "Trending",
                    "Lists of the most clicked names, with the group `trending`.");
    static final Key<KafkaSinkConfig.Delivery> DELIVERY =
            Key.of(
                    KAFKA_SINK,
                    "delivery",
                    oneOf(KafkaSinkConfig.Delivery.class),
                    labels(KafkaSinkConfig.Delivery.class),
                    "exactly-once",
                    "Exactly once, records can be read (`read_committed`) from the next checkpoint"
                            + " on; at least once, at once, and doubled by a restart.");
    static final Key<Duration> TRANSACTION_TIMEOUT =
            Key.of(
                    KAFKA_SINK,
                    "transaction-timeout",
                    Parsers::positiveDuration,
                    DURATION,
                    "15 min",
                    "After this time the broker gives up a transaction, and with it records of a"
                            + " job that is down for longer. At most the broker's"
                            + " `transaction.max.timeout.ms`, above the checkpoint interval.");
    static final Key<String> TRANSACTIONAL_ID_PREFIX =
            Key.of(
                    KAFKA_SINK,
                    "transactional-id-prefix",
                    Parsers::text,
                    "a name",
                    "clickstream",
                    "Must differ between applications that write to one cluster.");
    static final Key<Boolean> CREATE_TOPICS =
            Key.of(
                    KAFKA_SINK,
                    "create-topics",
                    Parsers::bool,
                    "`true` or `false`",
                    "false",
                    "Whether missing topics of aggregates are created.");
    static final Key<Integer> PARTITIONS =
            Key.of(
                    KAFKA_SINK,
                    "partitions",
                    Parsers::positiveInt,
                    "a whole number from 1 on",
                    "Partitions of created topics; the broker's default if left out.");
    static final Key<Integer> REPLICATION_FACTOR =
            Key.of(
                    KAFKA_SINK,
                    "replication-factor",
                    Parsers::positiveInt,
                    "a whole number from 1 on",
                    "Copies of created topics; the broker's default if left out.");

    static final KafkaLoginKeys SINK_LOGIN =
            new KafkaLoginKeys(
                    KAFKA_SINK,
                    " Where neither this nor `bootstrap-servers` is there, as at the source.");

    static final Key<String> KINESIS_SINK_REGION =
            Key.of(
                    KINESIS_SINK,
                    "region",
                    Parsers::text,
                    REGION,
                    "Where the streams are; that of the source if left out.");
    static final Key<List<URI>> KINESIS_SINK_ENDPOINT =
            Key.of(
                    KINESIS_SINK,
                    "endpoint",
                    Parsers::httpUris,
                    "`https://host[:port]`",
                    "Another address than the region's.");
    static final Key<KinesisStreamName> DEPARTMENTS_STREAM =
            Key.of(
                    KINESIS_SINK,
                    "departments-stream",
                    KinesisStreamName::parse,
                    STREAM,
                    "Departments_Agg",
                    "Sessions per department and window.");
    static final Key<KinesisStreamName> SESSIONS_STREAM =
            Key.of(
                    KINESIS_SINK,
                    "sessions-stream",
                    KinesisStreamName::parse,
                    STREAM,
                    "ClickEvents_UserId_Agg_Result",
                    "Sessions per window.");
    static final Key<KinesisStreamName> CHECKOUTS_STREAM =
            Key.of(
                    KINESIS_SINK,
                    "checkouts-stream",
                    KinesisStreamName::parse,
                    STREAM,
                    "User_Sessions_Aggregates_With_Order_Checkout",
                    "Sessions with a checkout.");
    static final Key<KinesisStreamName> TRENDING_STREAM =
            Key.of(
                    KINESIS_SINK,
                    "trending-stream",
                    KinesisStreamName::parse,
                    STREAM,
                    "Trending",
                    "Lists of the most clicked names, with the group `trending`.");
    static final Key<KinesisStreamName> DEAD_LETTERS_STREAM =
            Key.of(
                    KINESIS_SINK,
                    "dead-letters-stream",
                    KinesisStreamName::parse,
                    STREAM,
                    "DeadLetters",
                    "Where records go that could not be used, each with the reason.");

    static final Key<List<URI>> OPENSEARCH_ENDPOINT =
            Key.of(
                    OPENSEARCH_SINK,
                    "endpoint",
                    Parsers::httpUris,
                    "`https://host[:port]`, or several separated by commas",
                    "The domain, collection or nodes to write to.");
    static final Key<String> DEPARTMENTS_INDEX =
            Key.of(
                    OPENSEARCH_SINK,
                    "departments-index",
                    Parsers::indexName,
                    "an index",
                    "departments_count",
                    "Sessions per department and window.");
    static final Key<String> SESSIONS_INDEX =
            Key.of(
                    OPENSEARCH_SINK,
                    "sessions-index",
                    Parsers::indexName,
                    "an index",
                    "user_session_counts",
                    "Sessions per window.");
    static final Key<String> CHECKOUTS_INDEX =
            Key.of(
                    OPENSEARCH_SINK,
                    "checkouts-index",
                    Parsers::indexName,
                    "an index",
                    "user_session_details",
                    "Sessions with a checkout.");
    static final Key<String> TRENDING_INDEX =
            Key.of(
                    OPENSEARCH_SINK,
                    "trending-index",
                    Parsers::indexName,
                    "an index",
                    "trending",
                    "Lists of the most clicked names, with the group `trending`.");
    static final Key<String> DEAD_LETTERS_INDEX =
            Key.of(
                    OPENSEARCH_SINK,
                    "dead-letters-index",
                    Parsers::indexName,
                    "an index",
                    "Dead letters without their records, to be counted, such as `dead_letters`;"
                            + " none if left out. One document per letter: records without end that"
                            + " can't be used are documents without end.");

    static final Key<OpenSearchConfig.IndexPeriod> INDEX_PERIOD =
            Key.of(
                    OPENSEARCH_SINK,
                    "index-period",
                    oneOf(OpenSearchConfig.IndexPeriod.class),
                    labels(OpenSearchConfig.IndexPeriod.class),
                    "none",
                    "One index, or one per day (`departments_count-2022.06.14`) or month, by the"
                            + " window's begin in UTC.");
    static final Key<OpenSearchConfig.Templates> TEMPLATES =
            Key.of(
                    OPENSEARCH_SINK,
                    "templates",
                    oneOf(OpenSearchConfig.Templates.class),
                    labels(OpenSearchConfig.Templates.class),
                    "put",
                    "Index templates make times dates; without them no dashboard finds a document."
                            + " Where a new index would get none, the job puts it at its start"
                            + " (`put`; its role or user needs"
                            + " `indices:admin/index_template/put`), or does not start (`check`)."
                            + " `ignore`: the job does not ask.");
    static final Key<AuthChoice> OPENSEARCH_AUTH =
            Key.of(
                    OPENSEARCH_SINK,
                    "auth",
                    oneOf(AuthChoice.class),
                    labels(AuthChoice.class),
                    "auto",
                    "How requests are authenticated. `auto` takes `basic` where there is a user"
                            + " name, `sigv4` where the host ends with `.amazonaws.com`, else"
                            + " `none`.");
    static final Key<String> OPENSEARCH_USERNAME =
            Key.of(OPENSEARCH_SINK, "username", Parsers::text, Secrets.ALLOWED, "For `basic`.")
                    .asSecret();
    static final Key<String> OPENSEARCH_PASSWORD =
            Key.of(OPENSEARCH_SINK, "password", Parsers::text, Secrets.ALLOWED, "For `basic`.")
                    .asSecret();
    static final Key<String> OPENSEARCH_REGION =
            Key.of(
                    OPENSEARCH_SINK,
                    "region",
                    Parsers::text,
                    "a region, such as `eu-central-1`",
                    "For `sigv4`; credentials come from the AWS SDK's default chain.");
    static final Key<OpenSearchConfig.SigningService> OPENSEARCH_SERVICE =
            Key.of(
                    OPENSEARCH_SINK,
                    "service",
                    oneOf(OpenSearchConfig.SigningService.class),
                    labels(OpenSearchConfig.SigningService.class),
                    "For `sigv4`: a domain is `es`, a serverless collection `aoss`. Taken from the"
                            + " host if left out.");
    static final Key<Integer> BULK_MAX_ACTIONS =
            Key.of(
                    OPENSEARCH_SINK,
                    "bulk-max-actions",
                    Parsers::positiveInt,
                    "a whole number from 1 on",
                    "1000",
                    "Documents in one bulk at most.");
    static final Key<Integer> BULK_MAX_SIZE =
            Key.of(
                    OPENSEARCH_SINK,
                    "bulk-max-size",
                    Parsers::wholeMebibytes,
                    "a size from `1 mb` to `100 mb`, in whole `mb`",
                    "5 mb",
                    "Size of one bulk. Domains on small nodes take 10 MB.");
    static final Key<Duration> BULK_INTERVAL =
            Key.of(
                    OPENSEARCH_SINK,
                    "bulk-interval",
                    Parsers::durationUpToADay,
                    UP_TO_A_DAY,
                    "1 s",
                    "A document waits for its bulk at most this long.");
    static final Key<Duration> RETRY_INITIAL_DELAY =
            Key.of(
                    OPENSEARCH_SINK,
                    "retry-initial-delay",
                    Parsers::durationUpToADay,
                    UP_TO_A_DAY,
                    "1 s",
                    "The wait before the first retry; later ones grow exponentially.");
    static final Key<Integer> RETRY_MAX_ATTEMPTS =
            Key.of(
                    OPENSEARCH_SINK,
                    "retry-max-attempts",
                    Parsers.intUpTo(20),
                    "a whole number from 1 to 20",
                    "13",
                    "Retries of a bulk before the job falls back to its last checkpoint; 13 last"
                            + " 4 min 41 s.");

    static final Key<URI> ARCHIVE_PATH =
            Key.of(
                    ARCHIVE_SINK,
                    "path",
                    Parsers::folder,
                    "a folder with its scheme, such as `s3://bucket/clicks` or `file:///archive`",
                    "Where every record is kept as it came, clicks or not.");
    static final Key<ArchiveConfig.Format> ARCHIVE_FORMAT =
            Key.of(
                    ARCHIVE_SINK,
                    "format",
                    oneOf(ArchiveConfig.Format.class),
                    labels(ArchiveConfig.Format.class),
                    "json",
                    "JSON lines, as received or as Avro says it; CSV (RFC 4180) with the columns"
                        + " `columns`; lines of a log, `2022/06/14 05:08:18.630,` and `text`; or"
                        + " Parquet. JSON lines and Parquet can be replayed.");
    static final Key<Boolean> ARCHIVE_GZIP =
            Key.of(
                    ARCHIVE_SINK,
                    "gzip",
                    Parsers::bool,
                    "`true` or `false`",
                    "false",
                    "Whether files are packed. A packed file ends with each checkpoint.");
    static final Key<Map<String, JsonPointer>> ARCHIVE_COLUMNS =
            Key.of(
                    ARCHIVE_SINK,
                    "columns",
                    Parsers::columns,
                    "names and JSON pointers, such as `name=/name,path=/request/path`",
                    "For `csv`: the columns in their order.");
    static final Key<JsonPointer> ARCHIVE_TEXT =
            Key.of(
                    ARCHIVE_SINK,
                    "text",
                    Parsers::pointer,
                    POINTER + ", such as `/message`",
                    "For `log`: what stands behind the time.");
    static final Key<ArchiveConfig.Layout> ARCHIVE_LAYOUT =
            Key.of(
                    ARCHIVE_SINK,
                    "layout",
                    oneOf(ArchiveConfig.Layout.class),
                    labels(ArchiveConfig.Layout.class),
                    "hour",
                    "The folders, in UTC: `dt=2022-06-14/hour=05/`, `dt=2022-06-14/`, or"
                            + " `2022/06/14/05/` as Firehose has them.");
    static final Key<ArchiveConfig.PartitionBy> ARCHIVE_PARTITION_BY =
            Key.of(
                    ARCHIVE_SINK,
                    "partition-by",
                    oneOf(ArchiveConfig.PartitionBy.class),
                    labels(ArchiveConfig.PartitionBy.class),
                    "event-time",
                    "Which time picks the folder, and stands in a log. Records that are no clicks"
                            + " go by their arrival.");
    static final Key<Duration> ARCHIVE_MAX_AGE =
            Key.of(
                    ARCHIVE_SINK,
                    "max-age",
                    Parsers::positiveDuration,
                    DURATION,
                    "7 d",
                    "Clicks whose event time is longer before their arrival go by their arrival, so"
                            + " that no producer can make a file for every hour since 1970.");
    static final Key<Integer> ARCHIVE_ROLL_SIZE =
            Key.of(
                    ARCHIVE_SINK,
                    "roll-size",
                    Parsers::size,
                    SIZE,
                    "128 mb",
                    "A file that has grown to this size ends.");
    static final Key<Duration> ARCHIVE_ROLL_INTERVAL =
            Key.of(
                    ARCHIVE_SINK,
                    "roll-interval",
                    Parsers::durationUpToADay,
                    UP_TO_A_DAY,
                    "5 min",
                    "A file that is this old ends.");
    static final Key<Duration> ARCHIVE_INACTIVITY =
            Key.of(
                    ARCHIVE_SINK,
                    "inactivity",
                    Parsers::durationUpToADay,
                    UP_TO_A_DAY,
                    "1 min",
                    "A file that has got nothing for this time ends.");
    static final Key<String> ARCHIVE_MALFORMED =
            Key.of(
                    ARCHIVE_SINK,
                    "malformed",
                    Parsers::folderName,
                    "a name of letters, digits, `.`, `_`, `-` and `=`",
                    "_malformed",
                    "The folder in `path` of records that can't be read, and of those from the"
                        + " future, as JSON lines like dead letters. Most readers pass over names"
                        + " that begin with `_`.");
    static final Key<String> PERSONALIZE_TRACKING_ID =
            Key.of(
                    PERSONALIZE_SINK,
                    "tracking-id",
                    Parsers::text,
                    "an event tracker's id",
                    "The event tracker that takes the interactions. With this group, clicks of"
                            + " items go to Amazon Personalize.");
    static final Key<String> PERSONALIZE_REGION =
            Key.of(
                    PERSONALIZE_SINK,
                    "region",
                    Parsers::text,
                    REGION,
                    "Where the tracker is; what the AWS SDK finds if left out. Credentials come"
                            + " from its default chain.");
    static final Key<List<URI>> PERSONALIZE_ENDPOINT =
            Key.of(
                    PERSONALIZE_SINK,
                    "endpoint",
                    Parsers::httpUris,
                    "`https://host[:port]`",
                    "Another address than the region's, such as that of a VPC endpoint.");
    static final Key<Map<String, String>> PERSONALIZE_EVENT_TYPES =
            Key.of(
                    PERSONALIZE_SINK,
                    "event-types",
                    Parsers::table,
                    "pairs such as `view=View,purchase=Purchase`",
                    "product_detail=View,add_to_cart=AddToCart,order_checkout=Purchase",
                    "Which clicks are interactions, by their event type as it is after `format /"
                            + " event-types`, and what Personalize calls them.");
    static final Key<PersonalizeConfig.OtherTypes> PERSONALIZE_OTHER_EVENT_TYPES =
            Key.of(
                    PERSONALIZE_SINK,
                    "other-event-types",
                    oneOf(PersonalizeConfig.OtherTypes.class),
                    labels(PersonalizeConfig.OtherTypes.class),
                    "skip",
                    "Clicks of other types are counted and left out, or sent by the name that they"
                            + " have.");
    static final Key<JsonPointer> PERSONALIZE_ITEM =
            Key.of(
                    PERSONALIZE_SINK,
                    "item",
                    Parsers::pointer,
                    POINTER,
                    "What was looked at or bought: a number or a string. Of JSON records `format /"
                            + " item` if left out.");
    static final Key<JsonPointer> PERSONALIZE_SESSION_ID =
            Key.of(
                    PERSONALIZE_SINK,
                    "session-id",
                    Parsers::pointer,
                    POINTER,
                    "The session: a number or a string. Of JSON records `format / session-id` if"
                            + " left out. Where a click has none, it is made of the user and the"
                            + " first click of the session.");
    static final Key<JsonPointer> PERSONALIZE_EVENT_ID =
            Key.of(
                    PERSONALIZE_SINK,
                    "event-id",
                    Parsers::pointer,
                    POINTER,
                    "What tells a click from all others: a number or a string. Without it, or where"
                            + " a click has none, clicks that are alike in all that is sent have"
                            + " one id and count once.");
    static final Key<JsonPointer> PERSONALIZE_EVENT_VALUE =
            Key.of(
                    PERSONALIZE_SINK,
                    "event-value",
                    Parsers::pointer,
                    POINTER,
                    "A number, such as a price.");
    static final Key<JsonPointer> PERSONALIZE_PROPERTIES =
            Key.of(
                    PERSONALIZE_SINK,
                    "properties",
                    Parsers::pointer,
                    POINTER,
                    "A JSON object, or a string that holds one, of 1,024 characters at most.");
    static final Key<JsonPointer> PERSONALIZE_IMPRESSION =
            Key.of(
                    PERSONALIZE_SINK,
                    "impression",
                    Parsers::pointer,
                    POINTER,
                    "The items that were shown beside: an array of up to 25, or a string that holds"
                            + " one.");
    static final Key<JsonPointer> PERSONALIZE_RECOMMENDATION_ID =
            Key.of(
                    PERSONALIZE_SINK,
                    "recommendation-id",
                    Parsers::pointer,
                    POINTER,
                    "The recommendation that the item was in: a string.");
    static final Key<JsonPointer> PERSONALIZE_ATTRIBUTION_SOURCE =
            Key.of(
                    PERSONALIZE_SINK,
                    "attribution-source",
                    Parsers::pointer,
                    POINTER,
                    "Where the item was shown, for metric attribution: a string.");
    static final Key<Integer> PERSONALIZE_CALLS_PER_SECOND =
            Key.of(
                    PERSONALIZE_SINK,
                    "calls-per-second",
                    Parsers.intUpTo(100_000),
                    "a whole number from 1 to 100000",
                    "1000",
                    "Calls of all subtasks together; each has an equal share. Personalize's own"
                            + " limit is 1,000 for an account and region.");
    static final Key<Integer> PERSONALIZE_FLUSH_COUNT =
            Key.of(
                    PERSONALIZE_SINK,
                    "flush-count",
                    Parsers.intUpTo(10_000),
                    "a whole number from 1 to 10000",
                    "500",
                    "So many interactions of a subtask are gathered and sent, grouped by user and"
                            + " session, 1 to 10 per call.");
    static final Key<Duration> PERSONALIZE_FLUSH_AGE =
            Key.of(
                    PERSONALIZE_SINK,
                    "flush-age",
                    Parsers::durationUpToADay,
                    UP_TO_A_DAY,
                    "2 s",
                    "Or fewer, after this time. Longer makes fewer calls.");
    static final Key<Duration> PERSONALIZE_REQUEST_TIMEOUT =
            Key.of(
                    PERSONALIZE_SINK,
                    "request-timeout",
                    Parsers::durationUpToADay,
                    UP_TO_A_DAY,
                    "5 s",
                    "A call that takes longer counts as failed.");
    static final Key<URI> PERSONALIZE_SPILL_PATH =
            Key.of(
                    PERSONALIZE_SINK,
                    "spill-path",
                    Parsers::folder,
                    "a folder with its scheme, such as `s3://bucket/clickstream`",
                    "Below it, in `undelivered/`, is what Personalize did not take during an"
                            + " outage.");
    static final Key<Duration> PERSONALIZE_SPILL_AFTER =
            Key.of(
                    PERSONALIZE_SINK,
                    "spill-after",
                    Parsers::durationUpToADay,
                    UP_TO_A_DAY,
                    "1 min",
                    "After this time of nothing but failures interactions go to `spill-path`,"
                            + " until a call succeeds.");

    static final Key<String> DEAD_LETTER_TOPIC =
            Key.of(
                    DEAD_LETTERS,
                    "topic",
                    Parsers::text,
                    "a topic",
                    "DeadLetters",
                    "Where records go that could not be used, each with the reason.");
    static final Key<Boolean> CREATE_DEAD_LETTER_TOPIC =
            Key.of(
                    DEAD_LETTERS,
                    "create-topic",
                    Parsers::bool,
                    "`true` or `false`",
                    "true",
                    "Whether the topic is created if it is missing.");

    static final Key<Duration> CHECKPOINT_INTERVAL =
            Key.of(
                    JOB,
                    "checkpoint-interval",
                    Parsers::positiveDuration,
                    DURATION,
                    "1 min",
                    "Used where the cluster sets none; the managed service does.");
    static final Key<Integer> MAX_PARALLELISM =
            Key.of(
                    JOB,
                    "max-parallelism",
                    Parsers.intUpTo(32_768),
                    "a number up to 32768, at least the parallelism",
                    "The highest parallelism that the job can ever have. State can't be restored"
                            + " with another value, so set it before the first start. If left"
                            + " out, Flink takes one and a half times the parallelism of the"
                            + " first start, rounded up to a power of two, but at least 128.");

    /** Keys that only JSON records have a use for. */
    static final List<Key<?>> JSON_FIELDS =
            List.of(
                    FORMAT_USER,
                    FORMAT_TIME,
                    FORMAT_TIME_FORMAT,
                    FORMAT_TIME_ZONE,
                    FORMAT_EVENT_TYPE,
                    FORMAT_EVENT_TYPES,
                    FORMAT_DEPARTMENT,
                    FORMAT_DEPARTMENT_CUT,
                    FORMAT_ITEM,
                    FORMAT_SESSION_ID,
                    FORMAT_SEQUENCE);

    /** Keys that only Confluent's registry has a use for. */
    static final List<Key<?>> REGISTRY_OF_CONFLUENT =
            List.of(REGISTRY_URL, REGISTRY_USERNAME, REGISTRY_PASSWORD);

    /** Keys that only Glue's registry has a use for. */
    static final List<Key<?>> REGISTRY_OF_GLUE = List.of(REGISTRY_REGION, REGISTRY_ENDPOINT);

    /** All of them, in the order of the README's table. */
    public static final List<Key<?>> ALL =
            List.of(
                    SOURCE_BOOTSTRAP_SERVERS,
                    SOURCE_TOPIC,
                    SOURCE_GROUP_ID,
                    SOURCE_START,
                    SOURCE_LOGIN.security,
                    SOURCE_LOGIN.username,
                    SOURCE_LOGIN.password,
                    SOURCE_LOGIN.truststore,
                    SOURCE_LOGIN.truststorePassword,
                    SOURCE_LOGIN.keystore,
                    SOURCE_LOGIN.keystorePassword,
                    KINESIS_STREAM,
                    KINESIS_REGION,
                    KINESIS_ENDPOINT,
                    KINESIS_START,
                    KINESIS_READER,
                    KINESIS_CONSUMER,
                    KINESIS_POLL_INTERVAL,
                    KINESIS_DISCOVERY_INTERVAL,
                    FORMAT_TYPE,
                    FORMAT_PRESET,
                    FORMAT_USER,
                    FORMAT_TIME,
                    FORMAT_TIME_FORMAT,
                    FORMAT_TIME_ZONE,
                    FORMAT_EVENT_TYPE,
                    FORMAT_EVENT_TYPES,
                    FORMAT_DEPARTMENT,
                    FORMAT_DEPARTMENT_CUT,
                    FORMAT_ITEM,
                    FORMAT_SESSION_ID,
                    FORMAT_SEQUENCE,
                    FORMAT_CHECKOUT_EVENT_TYPES,
                    FORMAT_WRITER_SCHEMA,
                    FORMAT_COMPRESSION,
                    FORMAT_MAX_RECORD_SIZE,
                    REGISTRY_TYPE,
                    REGISTRY_URL,
                    REGISTRY_USERNAME,
                    REGISTRY_PASSWORD,
                    REGISTRY_REGION,
                    REGISTRY_ENDPOINT,
                    REGISTRY_REQUEST_TIMEOUT,
                    REGISTRY_RETRY_INITIAL_DELAY,
                    REGISTRY_RETRY_MAX_DELAY,
                    REGISTRY_UNKNOWN_FOR,
                    OUT_OF_ORDERNESS,
                    IDLE_TIMEOUT,
                    STALL_TIMEOUT,
                    MAX_FUTURE_SKEW,
                    EARLIEST,
                    DUPLICATE_ID,
                    DUPLICATE_SPAN,
                    BOT_USER_AGENT,
                    BOT_USER_AGENTS,
                    BOT_IP,
                    BOT_IP_RANGES,
                    BOT_CLICKS,
                    BOT_PER,
                    PRIVACY_IP,
                    PRIVACY_MODE,
                    PRIVACY_SALT,
                    SESSION_GAP,
                    WINDOW,
                    MAX_SESSIONS_ON_HEAP,
                    MAX_DEPT_LIST_SIZE,
                    TRENDING_FIELD,
                    TRENDING_TOP,
                    TRENDING_SPAN,
                    TRENDING_SLIDE,
                    SINK_BOOTSTRAP_SERVERS,
                    DEPARTMENTS_TOPIC,
                    SESSIONS_TOPIC,
                    CHECKOUTS_TOPIC,
                    TRENDING_TOPIC,
                    DELIVERY,
                    TRANSACTION_TIMEOUT,
                    TRANSACTIONAL_ID_PREFIX,
                    CREATE_TOPICS,
                    PARTITIONS,
                    REPLICATION_FACTOR,
                    SINK_LOGIN.security,
                    SINK_LOGIN.username,
                    SINK_LOGIN.password,
                    SINK_LOGIN.truststore,
                    SINK_LOGIN.truststorePassword,
                    SINK_LOGIN.keystore,
                    SINK_LOGIN.keystorePassword,
                    KINESIS_SINK_REGION,
                    KINESIS_SINK_ENDPOINT,
                    DEPARTMENTS_STREAM,
                    SESSIONS_STREAM,
                    CHECKOUTS_STREAM,
                    TRENDING_STREAM,
                    DEAD_LETTERS_STREAM,
                    OPENSEARCH_ENDPOINT,
                    DEPARTMENTS_INDEX,
                    SESSIONS_INDEX,
                    CHECKOUTS_INDEX,
                    TRENDING_INDEX,
                    DEAD_LETTERS_INDEX,
                    INDEX_PERIOD,
                    TEMPLATES,
                    OPENSEARCH_AUTH,
                    OPENSEARCH_USERNAME,
                    OPENSEARCH_PASSWORD,
                    OPENSEARCH_REGION,
                    OPENSEARCH_SERVICE,
                    BULK_MAX_ACTIONS,
                    BULK_MAX_SIZE,
                    BULK_INTERVAL,
                    RETRY_INITIAL_DELAY,
                    RETRY_MAX_ATTEMPTS,
                    ARCHIVE_PATH,
                    ARCHIVE_FORMAT,
                    ARCHIVE_GZIP,
                    ARCHIVE_COLUMNS,
                    ARCHIVE_TEXT,
                    ARCHIVE_LAYOUT,
                    ARCHIVE_PARTITION_BY,
                    ARCHIVE_MAX_AGE,
                    ARCHIVE_ROLL_SIZE,
                    ARCHIVE_ROLL_INTERVAL,
                    ARCHIVE_INACTIVITY,
                    ARCHIVE_MALFORMED,
                    PERSONALIZE_TRACKING_ID,
                    PERSONALIZE_REGION,
                    PERSONALIZE_ENDPOINT,
                    PERSONALIZE_EVENT_TYPES,
                    PERSONALIZE_OTHER_EVENT_TYPES,
                    PERSONALIZE_ITEM,
                    PERSONALIZE_SESSION_ID,
                    PERSONALIZE_EVENT_ID,
                    PERSONALIZE_EVENT_VALUE,
                    PERSONALIZE_PROPERTIES,
                    PERSONALIZE_IMPRESSION,
                    PERSONALIZE_RECOMMENDATION_ID,
                    PERSONALIZE_ATTRIBUTION_SOURCE,
                    PERSONALIZE_CALLS_PER_SECOND,
                    PERSONALIZE_FLUSH_COUNT,
                    PERSONALIZE_FLUSH_AGE,
                    PERSONALIZE_REQUEST_TIMEOUT,
                    PERSONALIZE_SPILL_PATH,
                    PERSONALIZE_SPILL_AFTER,
                    DEAD_LETTER_TOPIC,
                    CREATE_DEAD_LETTER_TOPIC,
                    CHECKPOINT_INTERVAL,
                    MAX_PARALLELISM);

    /** How the user says how OpenSearch's requests are authenticated. */
    enum AuthChoice {
        AUTO,
        NONE,
        BASIC,
        SIGV4
    }

    private ConfigKeys() {}
}
