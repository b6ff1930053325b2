package io.clickstream.config;

import static io.clickstream.testing.PropertyGroups.smallest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonPointer;
import io.clickstream.testing.PropertyGroups;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.core.fs.Path;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

/** The group sink.personalize, its defaults and its errors. */
class PersonalizeConfigTest {

    private static final String GROUP = "sink.personalize";

    @Test
    void isAbsentWithoutItsGroup() {
        JobConfig config = JobConfig.parse(smallest().build());

        assertThat(config.personalize()).isEmpty();
        assertThat(config.optionalFields().hasInteractions()).isFalse();
    }

    @Test
    void hasDefaults() throws Exception {
        PersonalizeConfig config = InstantiationUtil.clone(parse(interactions()));

        assertThat(config.trackingId()).isEqualTo("tracker");
        assertThat(config.region()).isEmpty();
        assertThat(config.endpoint()).isEmpty();
        assertThat(config.eventType("product_detail")).hasValue("View");
        assertThat(config.eventType("add_to_cart")).hasValue("AddToCart");
        assertThat(config.eventType("order_checkout")).hasValue("Purchase");
        assertThat(config.eventType("home_page")).isEmpty();
        assertThat(config.eventType(null)).isEmpty();
        assertThat(config.addTo(OptionalFields.NONE).pointers())
                .isEqualTo(
                        Map.of(
                                ClickField.INTERACTION_ITEM, JsonPointer.compile("/itemId"),
                                ClickField.SESSION_ID, JsonPointer.compile("/sessionId")));
        assertThat(config.callsPerSecond()).isEqualTo(1000);
        assertThat(config.flushCount()).isEqualTo(500);
        assertThat(config.flushAge()).hasSeconds(2);
        assertThat(config.requestTimeout()).hasSeconds(5);
        assertThat(config.spillPath()).isEqualTo(new Path("s3://bucket/shop"));
        assertThat(config.spillAfter()).hasMinutes(1);
    }

    @Test
    void readsEveryKey() {
        PersonalizeConfig config =
                parse(
                        interactions()
                                .with(GROUP, "region", "eu-west-1")
                                .with(GROUP, "endpoint", "https://vpce.example")
                                .with(GROUP, "event-types", "CLICK=Click")
                                .with(GROUP, "other-event-types", "send")
                                .with(GROUP, "item", "/a")
                                .with(GROUP, "session-id", "/b")
                                .with(GROUP, "event-id", "/c")
                                .with(GROUP, "event-value", "/d")
                                .with(GROUP, "properties", "/e")
                                .with(GROUP, "impression", "/f")
                                .with(GROUP, "recommendation-id", "/g")
                                .with(GROUP, "attribution-source", "/h")
                                .with(GROUP, "calls-per-second", "50")
                                .with(GROUP, "flush-count", "10")
                                .with(GROUP, "flush-age", "1 s")
                                .with(GROUP, "request-timeout", "3 s")
                                .with(GROUP, "spill-after", "10 min"));

        assertThat(config.region()).hasValue("eu-west-1");
        assertThat(config.endpoint()).hasValue(URI.create("https://vpce.example"));
        assertThat(config.eventType("CLICK")).hasValue("Click");
        assertThat(config.eventType("other")).hasValue("other");
        assertThat(config.eventType("")).isEmpty();
        assertThat(config.addTo(OptionalFields.NONE).pointers().values())
                .extracting(JsonPointer::toString)
                .containsExactly("/a", "/b", "/c", "/d", "/e", "/f", "/g", "/h");
        assertThat(config.callsPerSecond()).isEqualTo(50);
        assertThat(config.flushCount()).isEqualTo(10);
        assertThat(config.flushAge()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.requestTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.spillAfter()).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void isASinkThatIsEnough() {
        PropertyGroups groups = interactions();
        groups.build().remove("sink.kafka");

        assertThat(JobConfig.parse(groups.build()).personalize()).isPresent();
    }

    @Test
    void asksForWhatItNeeds() {
        assertThat(errors(smallest().group(GROUP)))
                .containsExactlyInAnyOrder(
                        "`sink.personalize / tracking-id` is missing; it must be an event tracker's"
                                + " id",
                        "`sink.personalize / spill-path` is missing; it must be the URI of a"
                                + " folder, such as `s3://bucket/clickstream`",
                        "`sink.personalize / item` is missing, and the records have no item; it"
                                + " must be / and the name of a field of the record");
        assertThat(errors(interactions().with("format", "preset", "lab")))
                .containsExactly(
                        "`sink.personalize / item` is missing, and the records have no item; it"
                                + " must be a JSON pointer, here or in `format / item`");
    }

    @Test
    void refusesWhatCanNotBe() {
        assertThat(
                        errors(
                                interactions()
                                        .with(GROUP, "endpoint", "https://a,https://b")
                                        .with(GROUP, "item", "itemId")
                                        .with(GROUP, "calls-per-second", "0")
                                        .with(GROUP, "event-types", "CLICK")
                                        .with(GROUP, "other-event-types", "drop")
                                        .with(GROUP, "properties", "/userId/more")))
                .containsExactlyInAnyOrder(
                        "`sink.personalize / endpoint` has several addresses; it must have one",
                        "`sink.personalize / item` is 'itemId', which does not begin with /; it"
                                + " must be a JSON pointer",
                        "`sink.personalize / calls-per-second` is '0', which is less than 1; it"
                                + " must be a whole number from 1 to 100000",
                        "`sink.personalize / event-types` is 'CLICK', which has 'CLICK', which"
                                + " is not a pair of names separated by =; it must be pairs"
                                + " such as `view=View,purchase=Purchase`",
                        "`sink.personalize / other-event-types` is 'drop', which is not"
                                + " supported; it must be `skip` or `send`",
                        "`sink.personalize / properties` is '/userId/more', and the user is"
                                + " '/userId': a field must not be part of another one");
    }

    @Test
    void ofAvroRecordsFieldsAreNames() {
        PropertyGroups avro =
                smallest()
                        .with(GROUP, "tracking-id", "tracker")
                        .with(GROUP, "spill-path", "file:///spill")
                        .with(GROUP, "item", "/product/id")
                        .with(GROUP, "session-id", "/userid");

        assertThat(errors(avro))
                .containsExactlyInAnyOrder(
                        "`sink.personalize / item` is '/product/id', which points into a field;"
                                + " for Avro records it must be / and the name of a field of"
                                + " the record itself",
                        "`sink.personalize / session-id` is '/userid', which the aggregates"
                                + " already use; name another field");
        assertThat(
                        parse(
                                        avro.with(GROUP, "item", "/product_type")
                                                .without(GROUP, "session-id"))
                                .addTo(OptionalFields.NONE)
                                .pointers())
                .isEqualTo(
                        Map.of(ClickField.INTERACTION_ITEM, JsonPointer.compile("/product_type")));
    }

    private static PropertyGroups interactions() {
        return smallest()
                .with("format", "type", "json")
                .with("format", "preset", "interactions")
                .with(GROUP, "tracking-id", "tracker")
                .with(GROUP, "spill-path", "s3://bucket/shop");
    }

    private static PersonalizeConfig parse(PropertyGroups groups) {
        return JobConfig.parse(groups.build()).personalize().orElseThrow();
    }

    private static List<String> errors(PropertyGroups groups) {
        return catchThrowableOfType(ConfigException.class, () -> JobConfig.parse(groups.build()))
                .errors();
    }
}
