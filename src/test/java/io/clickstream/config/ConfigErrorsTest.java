package io.clickstream.config;

import static io.clickstream.testing.PropertyGroups.none;
import static io.clickstream.testing.PropertyGroups.smallest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.clickstream.testing.PropertyGroups;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a wrong configuration is told: all at once, with key, problem and what is allowed. */
class ConfigErrorsTest {

    @Test
    void tellsEverythingAtOnce() {
        assertThat(
                        errors(
                                none().with("source.kafka", "topic", "a,,b")
                                        .with("format", "type", "xml")
                                        .with("event-time", "out-of-orderness", "a while")
                                        .with("aggregates", "window", "0 s")
                                        .with("aggregates", "sesion-gap", "1 s")
                                        .with("sink.kafka", "partitions", "many")
                                        .with("sink.kafka", "create-topics", "yes")
                                        .with("sinks.opensearch", "endpoint", "http://search")))
                .containsExactlyInAnyOrder(
                        "`source.kafka / bootstrap-servers` is missing; it must be `host:port,…`",
                        "`source.kafka / topic` is 'a,,b', which has an empty entry before or"
                                + " after a comma; it must be a topic, or several separated by"
                                + " commas",
                        "`format / type` is 'xml', which is not supported; it must be `json` or"
                                + " `avro`",
                        "`event-time / out-of-orderness` is 'a while', which is not a duration;"
                                + " it must be a duration, such as `500 ms`, `20 s`, `30 min`",
                        "`aggregates / window` is '0 s', which is less than 1 ms; it must be a"
                                + " duration, such as `500 ms`, `20 s`, `30 min`",
                        "`aggregates / sesion-gap` is not known; did you mean `session-gap`?",
                        "`sink.kafka / partitions` is 'many', which is not a whole number; it"
                                + " must be a whole number, 1 or more",
                        "`sink.kafka / create-topics` is 'yes', which is not a boolean; it must"
                                + " be `true` or `false`",
                        "group `sinks.opensearch` is not known; did you mean `sink.opensearch`?");
    }

    @Test
    void namesKeysOfEarlierReleases() {
        assertThat(
                        errors(
                                smallest()
                                        .with("format", "sequence", "/globalseq")
                                        .with("sink.opensearch", "endpoint", "http://search")
                                        .with("sink.opensearch", "retry-initial-delay", "1 s")
                                        .with("sink.opensearch", "retry-max-attempts", "13")))
                .containsExactlyInAnyOrder(
                        "`format / sequence` no longer exists: no result depends on it; remove it",
                        "`sink.opensearch / retry-initial-delay` no longer exists: retries have no"
                                + " limit; remove it",
                        "`sink.opensearch / retry-max-attempts` no longer exists: retries have no"
                                + " limit; remove it");
    }

    @Test
    void isOneMessage() {
        ConfigException e =
                catchThrowableOfType(
                        ConfigException.class, () -> JobConfig.parse(none().group("job").build()));

        assertThat(e)
                .hasMessage(
                        "The configuration has 2 errors:\n  no source is configured: configure"
                                + " exactly one of the groups `source.kafka`,"
                                + " `source.kinesis`, and `source.files`\n  no sink is"
                                + " configured: add at least one of the groups `sink.kafka`,"
                                + " `sink.kinesis`, `sink.opensearch`, `sink.archive`, and"
                                + " `sink.personalize`");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "source.kafka|topic|,|which has an empty entry before or after a comma",
                "source.kafka|start|yesterday|which is neither a position nor a time",
                "source.kafka|start|99999999999999999999|which is neither a position nor a time",
                "source.kafka|start|+999999999-01-01T00:00:00Z|which is neither a position nor a"
                        + " time",
                "format|preset|web|which is not supported; it must be `lab`, `interactions`,"
                        + " `web-access`, `ticker`, `ga4`, `segment`, `snowplow`, or `rees46`",
                "format|user|user_id|which does not begin with /; it must be a JSON pointer, such"
                        + " as `/detail/user_id`",
                "format|time|/a~2|which has a ~ that is not followed by 0 or 1; it must be a"
                        + " JSON pointer",
                "format|user|none|which does not begin with /",
                "format|department|nothing|which does not begin with /; it must be a JSON pointer,"
                        + " several separated by commas, or `none`",
                "format|department|/a,b|which has 'b', which does not begin with /",
                "format|department|/a,/b,|which has an empty entry before or after a comma",
                "format|user|/a,/b,/a|which has '/a' twice",
                "format|user|/a,none|which has 'none', which does not begin with /",
                "format|user|/a,/b/*|which has '/b/*', which has a *, but JSON pointers have no"
                        + " wildcards",
                "format|user|/a,/b,/c,/d,/e,/f,/g,/h,/i,/j,/k,/l,/m,/n,/o,/p,/q|which has more than"
                        + " 16 pointers",
                "format|time|/a,/b|which has several pointers, but only one is allowed; it must"
                        + " be a JSON pointer",
                "format|event-type|/a, /b|which has several pointers, but only one is allowed",
                "format|item|/*/|which has a *, but JSON pointers have no wildcards; select an"
                        + " element of an array by its index, such as /items/0",
                "format|item|/items/**/id|which has a *, but JSON pointers have no wildcards",
                "format|item|/items[0]/id|which has an index in brackets; write the index as a"
                        + " part of the pointer, such as /items/0",
                "format|time|/time/|which ends with /, which selects a member with an empty name",
                "format|time|/|which ends with /",
                "duplicates|id|/a,/b|which has several pointers, but only one is allowed",
                "format|item|/a/~|which has a ~ that is not followed by 0 or 1",
                "format|session-id|session|which does not begin with /",
                "format|session-id|#/seq|which does not begin with /",
                "format|time-format|epoch-min|which is neither a named format nor a valid"
                        + " pattern; it must be `epoch-ms`, `epoch-s`, `epoch-us`, `epoch-ns`,"
                        + " `iso-8601`, or a pattern",
                "format|time-format|yyyy-MM-dd|which does not contain a complete date and time",
                "format|time-format|yyyy-mm-dd HH:mm|which has mm (minutes) next to the date; MM"
                        + " (months) was probably meant; it must be `epoch-ms`",
                "format|time-format|yyyy-mm-dd HH:MM:ss|which has mm (minutes) next to the date;"
                        + " MM (months) was probably meant",
                "format|time-format|dd.mm.yyyy HH:MM|which has mm (minutes) next to the date",
                "format|time-format|HH:MM:ss dd.MM.yyyy|which has MM (months) next to the hours"
                        + " or seconds; mm (minutes) was probably meant",
                "format|time-format|yyyy-MM-dd'T'HH:MM:ss|which has MM (months) next to the"
                        + " hours or seconds; mm (minutes) was probably meant",
                "format|time-format|yyyymmddHHMMss|which has mm (minutes) next to the date",
                "format|time-format|yyyy-MM-dd hh:mm|which does not contain a complete date and"
                        + " time: h and K are hours of a 12-hour clock, which need a (AM or"
                        + " PM); H (24-hour clock) was probably meant; it must be",
                "format|time-format|YYYY-MM-dd HH:mm|which does not contain a complete date and"
                        + " time: Y is the week-based year; y (year) was probably meant",
                "format|time-format|yyyy-MM-DD HH:mm|which has D (day of the year) next to a"
                        + " month; d (day of the month) was probably meant",
                "format|time-format|yyyy-MM-dd HH:mm:SS|which does not contain a complete date"
                        + " and time: S is a fraction of a second; s (seconds) was probably"
                        + " meant",
                "format|time-zone|Mars|which is not a time zone; it must be a region such as",
                "format|event-types|view|which has 'view', which is not a pair of names"
                        + " separated by =; it must be pairs such as",
                "format|event-types|view=|which has 'view=', which is not a pair of names",
                "format|event-types|a=b,a=c|which has two values for 'a'",
                "format|event-types|a=b,|which has an empty entry before or after a comma",
                "format|checkout-event-types|a,|which has an empty entry before or after a comma",
                "format|compression|zip|which is not supported; it must be `none` or `gzip`",
                "format|max-record-size|big|which is not a size; it must be a size, such as",
                "format|max-record-size|0|which is not between 1 byte and 2 gb",
                "aggregates|max-dept-list-size|15 kb|which is not between 16 kb and 960 kb",
                "aggregates|max-dept-list-size|961 kb|which is not between 16 kb and 960 kb",
                "format|max-record-size|2 gb|which is not between 1 byte and 2 gb",
                "event-time|out-of-orderness|-1 s|which is not a duration",
                "aggregates|session-gap|30|which has no unit; examples with a unit are 30 ms and"
                        + " 30 min; it must be a duration",
                "event-time|out-of-orderness|99999999999999999999 d|which is not a duration",
                "event-time|out-of-orderness|3651 d|which is longer than 3650 days",
                "event-time|idle-timeout|0 s|which is less than 1 ms",
                "event-time|earliest|soon|which is not a time; it must be a time from 1970 on,"
                        + " such as `2001-09-09T01:46:40Z`",
                "event-time|earliest|1655183298|which is not a time",
                "event-time|earliest|1969-12-31T23:59:59.999Z|which is not between 1970 and 9999",
                "event-time|earliest|+10000-01-01T00:00:00Z|which is not between 1970 and 9999",
                "duplicates|id|event_id|which does not begin with /; it must be a JSON pointer,"
                        + " such as `/event_id`",
                "bots|user-agents|bot,|which has an empty entry before or after a comma",
                "bots|ip-ranges|192.0.2.0/33|which has '192.0.2.0/33', whose prefix length is"
                        + " not between 0 and 32; it must be addresses or ranges",
                "bots|ip-ranges|shop.example|which has 'shop.example', which is not an IP address",
                "bots|max-clicks|0|which is less than 1",
                "aggregates|session-gap|999 µs|which is less than 1 ms",
                "funnel|steps|view=product_detail|which has the wrong number of steps, 1; it must"
                        + " be 2 to 8 pairs `name=type`",
                "funnel|steps|view=a,view=b|which has the step 'view' twice",
                "funnel|steps|view=a,paid=a|which has the event type 'a' in the steps 'view' and"
                        + " 'paid'",
                "funnel|steps|view?=a,paid=b|which has an optional first step",
                "funnel|steps|view,paid=b|which has 'view', which is not a name and event types"
                        + " separated by =",
                "funnel|within|0 s|which is less than 1 ms; it must be `session`, or a duration",
                "live|every|0 s|which is less than 1 ms; it must be a duration",
                "sink.kafka|delivery|twice|which is not supported; it must be `exactly-once` or"
                        + " `at-least-once`",
                "sink.kafka|replication-factor|0|which is less than 1",
                "sink.opensearch|departments-index|Departments|which is not a valid index name:"
                        + " it must be lowercase; it must be an index",
                "sink.opensearch|endpoint|search:9200|which does not begin with http:// or https://"
                        + " and a host",
                "sink.opensearch|endpoint|https://a b|which is not a valid URI",
                "sink.opensearch|bulk-max-size|1500 kb|which is not a whole number of mb; it"
                        + " must be a size from `1 mb` to `100 mb`",
                "sink.opensearch|bulk-max-size|101 mb|which is greater than 100 mb",
                "sink.opensearch|bulk-interval|25 h|which is longer than 1 day; it must be a"
                        + " duration up to `1 d`",
                "sink.opensearch|delivery|later|which is not supported; it must be `at-once` or"
                        + " `committed`",
                "sink.opensearch|auth|oauth|which is not supported; it must be `auto`, `none`,"
                        + " `basic`, or `sigv4`"
            })
    void namesKeyValueAndWhatIsAllowed(String group, String key, String value, String problem) {
        PropertyGroups groups = smallest();
        if (group.equals("format")) {
            groups.with(group, "type", "json");
        }
        if (group.equals("sink.opensearch")) {
            groups.with(group, "endpoint", "http://search");
        }

        assertThat(errors(groups.with(group, key, value)))
                .singleElement()
                .asString()
                .startsWith("`" + group + " / " + key + "` is '" + value + "', " + problem)
                .contains("; it must be ");
    }

    @Test
    void tellsWhatAFilterLacks() {
        assertThat(
                        errors(
                                smallest()
                                        .with("duplicates", "span", "1 h")
                                        .with("bots", "user-agent", "/agent")
                                        .with("bots", "ip", "/address")
                                        .with("bots", "per", "1 s")))
                .containsExactly(
                        "`duplicates / id` is missing; it must be a JSON pointer, such as"
                                + " `/event_id`",
                        "`bots / user-agent` has no effect without `bots / user-agents`; set that"
                                + " too, or remove this key",
                        "`bots / ip` has no effect without `bots / ip-ranges`; set that too, or"
                                + " remove this key",
                        "group `bots` does not define what a bot is; set `user-agents`,"
                                + " `ip-ranges`, or `max-clicks`, or remove the group",
                        "`bots / per` has no effect without `bots / max-clicks`; set that too, or"
                                + " remove this key");
    }

    @Test
    void tellsWhichEventsDoTwoThingsToACart() {
        PropertyGroups types =
                smallest()
                        .with("format", "cart-event-types", "add, order_checkout")
                        .with("format", "cart-removal-event-types", "order_checkout");

        assertThat(JobConfig.parse(types.build()).carts()).isEmpty();
        assertThat(errors(types.group("carts")))
                .containsExactly(
                        "`format / cart-event-types` has an event type that `format /"
                                + " checkout-event-types` has, too; with the group `carts`, a type"
                                + " must be in one of them only",
                        "`format / cart-removal-event-types` has an event type that `format /"
                                + " cart-event-types` has, too; with the group `carts`, a type"
                                + " must be in one of them only",
                        "`format / cart-removal-event-types` has an event type that `format /"
                                + " checkout-event-types` has, too; with the group `carts`, a type"
                                + " must be in one of them only");
    }

    @Test
    void tellsHowOftenLiveCountsMayCome() {
        assertThat(errors(smallest().with("live", "every", "99 ms").with("live", "span", "99 s")))
                .containsExactly(
                        "`live / every` is 99 ms, which would make more records than clicks; it"
                                + " must be at least 100 ms");
        JobConfig smallestPeriod =
                JobConfig.parse(smallest().with("live", "every", "100 ms").build());
        assertThat(smallestPeriod.live().orElseThrow().every()).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void tellsWhatCantBeRanked() {
        PropertyGroups json = smallest().with("format", "type", "json");

        assertThat(
                        errors(
                                smallest()
                                        .with("trending", "field", "item")
                                        .with("trending", "span", "25 s")))
                .containsExactly(
                        "`trending / span` is 25000 ms, which is not a multiple of `trending /"
                                + " slide`, 10000 ms; change one of them",
                        "`trending / field` is 'item', which is only for JSON records; set it to"
                                + " `department`");
        assertThat(errors(json.with("trending", "field", "item")))
                .containsExactly(
                        "`trending / field` is 'item', which the records do not have; set"
                                + " `format / item`");
        assertThat(
                        errors(
                                json.with("format", "preset", "interactions")
                                        .with("trending", "field", "department")))
                .containsExactly(
                        "`trending / field` is 'department', which the records do not have; set"
                                + " `format / department`, or set this key to `item`");
    }

    @Test
    void tellsWhatAFieldOfAvroMayBe() {
        assertThat(
                        errors(
                                smallest()
                                        .with("duplicates", "id", "/event/id")
                                        .with("bots", "user-agents", "bot")
                                        .with("bots", "user-agent", "/event_type")))
                .containsExactly(
                        "`duplicates / id` is '/event/id', which points into a field; for Avro"
                                + " records it must be / and the name of a field of the record"
                                + " itself",
                        "`bots / user-agent` is '/event_type', which the aggregates already use;"
                                + " name another field");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t"})
    void refusesAnEmptyValue(String value) {
        assertThat(errors(smallest().with("aggregates", "window", value)))
                .containsExactly(
                        "`aggregates / window` is empty; it must be a duration, such as `500 ms`,"
                                + " `20 s`, `30 min`");
    }

    @Test
    void neverTellsAPassword() {
        assertThat(
                        errors(
                                smallest()
                                        .with("source.kafka", "sasl.jaas.config", "user s3cret")
                                        .with("sink.opensearch", "endpoint", "http://ann:s3cret@a")
                                        .with("sink.opensearch", "password", "")
                                        .with("sink.opensearch", "passwort", "s3cret")))
                .containsExactly(
                        "`sink.opensearch / passwort` is not known; did you mean `password`?",
                        "`source.kafka / sasl.jaas.config` is not known; did you mean"
                                + " `password`?",
                        "`sink.opensearch / endpoint` is 'a', which has a user name or password,"
                                + " which are not allowed in an address; it must be"
                                + " `https://host[:port]`, or several separated by commas");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://ann:s3cret@search",
                "ann:s3cret@search",
                "https://ann:s3cret@",
                "https://ann:s3/cret@search",
                "https://ann:s3,cret@search,https://other"
            })
    void neverTellsAPasswordInAnAddress(String endpoint) {
        assertThat(errors(smallest().with("sink.opensearch", "endpoint", endpoint)))
                .singleElement()
                .asString()
                .startsWith("`sink.opensearch / endpoint` is '")
                .doesNotContain("ann", "s3", "cret");
    }

    @Test
    void asksForWhatAnAuthenticationNeeds() {
        PropertyGroups basic =
                smallest()
                        .with("sink.opensearch", "endpoint", "http://search")
                        .with("sink.opensearch", "auth", "basic");
        PropertyGroups signed =
                smallest()
                        .with("sink.opensearch", "endpoint", "http://search")
                        .with("sink.opensearch", "auth", "sigv4");

        assertThat(errors(basic))
                .containsExactly(
                        "`sink.opensearch / username` is missing; it must be " + Secrets.ALLOWED,
                        "`sink.opensearch / password` is missing; it must be " + Secrets.ALLOWED);
        assertThat(errors(signed))
                .containsExactly(
                        "`sink.opensearch / region` is missing; it must be a region, such as"
                                + " `eu-central-1`");
    }

    @Test
    void filesNeedAFolderForTheirResults() {
        assertThat(errors(none().with("source.files", "path", "file:///clicks")))
                .containsExactly(
                        "no destination for dead letters is configured: with `source.files`, add"
                                + " the group `sink.files`");
        assertThat(errors(smallest().with("sink.files", "path", "file:///results")))
                .containsExactly(
                        "group `sink.files` is only for clicks from files; remove it, or read files"
                                + " with the group `source.files`");
    }

    @Test
    void filesAreNeitherArchivedNorSentToPersonalizeAgain() {
        assertThat(
                        errors(
                                files().with("sink.archive", "path", "file:///archive")
                                        .with("sink.personalize", "tracking-id", "t")
                                        .with("sink.personalize", "item", "/item")
                                        .with("sink.personalize", "spill-path", "file:///spill")))
                .containsExactly(
                        "group `sink.archive` cannot be used with clicks from files, because they"
                                + " would be sent again; remove it",
                        "group `sink.personalize` cannot be used with clicks from files, because"
                                + " they would be sent again; remove it");
    }

    @Test
    void resultsOfFilesOnlyGoToTopicsWithARange() {
        PropertyGroups toTopics =
                files().with("sink.kafka", "bootstrap-servers", "broker:9092")
                        .with("source.files", "from", "2026-11-19T05:00:00Z");

        assertThat(errors(toTopics))
                .singleElement()
                .asString()
                .startsWith("group `source.files` must have `from` and `to` if results go to");
        JobConfig.parse(toTopics.with("source.files", "to", "2026-11-19T06:00:00Z").build());
        assertThat(errors(toTopics.with("source.files", "to", "2026-11-19T04:00:00Z")))
                .singleElement()
                .asString()
                .startsWith("`source.files / from` is 2026-11-19T05:00:00Z, which is not before");
    }

    @Test
    void refusedDocumentsOfFilesNeedADestination() {
        assertThat(
                        errors(
                                files().with("source.files", "from", "2026-11-19T05:00:00Z")
                                        .with("source.files", "to", "2026-11-19T06:00:00Z")
                                        .with("sink.opensearch", "endpoint", "http://search")))
                .containsExactly(
                        "documents that OpenSearch refuses have no destination: add the group"
                                + " `sink.kafka` or `sink.kinesis`");
    }

    @Test
    void refusesColumnsOfOneName() {
        assertThat(errors(files().with("source.files", "columns", "user,time,user")))
                .singleElement()
                .asString()
                .contains("`source.files / columns`");
    }

    private static PropertyGroups files() {
        return none().with("source.files", "path", "file:///clicks")
                .with("sink.files", "path", "file:///results");
    }

    @Test
    void refusesIndicesOfOneName() {
        assertThat(
                        errors(
                                smallest()
                                        .with("sink.opensearch", "endpoint", "http://search")
                                        .with("sink.opensearch", "sessions-index", "same")
                                        .with("sink.opensearch", "checkouts-index", "same")))
                .containsExactly(
                        "group `sink.opensearch`: each aggregate needs its own index, and so do"
                                + " the dead letters");
    }

    @Test
    void refusesAWriterSchemaForJson() {
        assertThat(
                        errors(
                                smallest()
                                        .with("format", "type", "json")
                                        .with("format", "writer-schema", "click.avsc")))
                .containsExactly(
                        "`format / writer-schema` is only for Avro; remove it, or set `format /"
                                + " type` to `avro`");
    }

    @Test
    void refusesFieldsOfJsonForAvro() {
        String onlyForJson = "is only for JSON; remove it, or set `format / type` to `json`";
        assertThat(
                        errors(
                                smallest()
                                        .with("format", "preset", "ticker")
                                        .with("format", "user", "/user_id")
                                        .with("format", "department-cut", ".")))
                .containsExactly(
                        "`format / preset` " + onlyForJson,
                        "`format / user` " + onlyForJson,
                        "`format / department-cut` " + onlyForJson);
    }

    @Test
    void refusesAFieldInAField() {
        assertThat(
                        errors(
                                smallest()
                                        .with("format", "type", "json")
                                        .with("format", "user", "/detail")
                                        .with("format", "department", "/detail/department")
                                        .with("format", "item", "/details")))
                .containsExactly(
                        "`format / department` is '/detail/department', which is inside '/detail',"
                                + " the value of `format / user`; a field must not be part of"
                                + " another one");
    }

    @Test
    void refusesClientSettingsWhereThereIsNoClientOfKafka() {
        assertThat(errors(smallest().with("aggregates", "kafka.linger.ms", "1")))
                .singleElement()
                .asString()
                .startsWith("`aggregates / kafka.linger.ms` is not known; did you mean `");
    }

    private static List<String> errors(PropertyGroups groups) {
        return catchThrowableOfType(ConfigException.class, () -> JobConfig.parse(groups.build()))
                .errors();
    }
}
