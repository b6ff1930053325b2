package io.clickstream.tools.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.config.FormatConfig.Preset;
import io.clickstream.config.JsonMapping;
import io.clickstream.event.RawRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProposerTest {

    private static final String BEGIN =
            "{\"PropertyGroupId\": \"format\", \"PropertyMap\": {\n      \"type\": \"json\",\n"
                    + "      \"user\"";

    /** The mappings that people have written for the shop's records. */
    @ParameterizedTest
    @ValueSource(strings = {"README.md", "flink-conf/README.md"})
    void proposesTheMappingOfTheReadme(String readme) throws Exception {
        Map<String, String> byHand = group(readme);

        for (String file : List.of("shapes/rees46.jsonl", "mapping/shop.jsonl")) {
            Proposal proposal =
                    Samples.proposal(Samples.ofFile(Path.of("src/test/resources", file)).records());

            assertThat(proposal.missing()).isEmpty();
            byHand.forEach(
                    (key, value) ->
                            assertThat(proposal.properties()).as(file).containsEntry(key, value));
        }
    }

    private static Map<String, String> group(String readme) throws Exception {
        String text = Files.readString(Path.of(readme));
        int begin = text.indexOf(BEGIN);
        assertThat(begin).as("a mapping in %s", readme).isPositive();
        String json = text.substring(begin, text.indexOf("}}", begin) + 2);
        JsonNode properties = new ObjectMapper().readTree(json).get("PropertyMap");
        Map<String, String> group = new HashMap<>();
        properties
                .fields()
                .forEachRemaining(each -> group.put(each.getKey(), each.getValue().asText()));
        group.remove("type");
        return group;
    }

    private static Set<String> entries(String value) {
        return new TreeSet<>(List.of(value.split(",")));
    }

    @ParameterizedTest
    @CsvSource({
        "ga4.jsonl, GA4",
        "segment.jsonl, SEGMENT",
        "snowplow.jsonl, SNOWPLOW",
        "rees46.jsonl, REES46",
        "rees46.csv, REES46"
    })
    void proposesWhatThePresetSays(String file, Preset preset) throws Exception {
        Sample sample = Samples.ofFile(Samples.SHAPES.resolve(file));

        Proposal proposal = Samples.proposal(sample.records());

        JsonMapping ours = new FormatGroup(proposal.properties()).parse().format().mapping();
        JsonMapping expected = JsonMapping.of(preset);
        assertThat(ours.users()).isEqualTo(expected.users());
        assertThat(ours.time()).isEqualTo(expected.time());
        assertThat(ours.timeFormat()).hasToString(expected.timeFormat().toString());
        assertThat(ours.eventType()).isEqualTo(expected.eventType());
        assertThat(expected.eventTypes()).containsAllEntriesOf(ours.eventTypes());
        assertThat(ours.departments()).isEqualTo(expected.departments());
        assertThat(ours.departmentCut()).isEqualTo(expected.departmentCut());
        assertThat(ours.item()).isEqualTo(expected.item());
        if (!file.endsWith(".csv")) {
            // In CSV, a price is a string, which the job does not take for a number.
            assertThat(ours.value()).isEqualTo(expected.value());
        }
        assertThat(new FormatGroup(proposal.properties()).preset())
                .contains(preset.name().toLowerCase(java.util.Locale.ROOT));
        assertMostAreClicks(proposal, sample.records());
    }

    @Test
    void readsTaobaoByItsNames() throws Exception {
        Sample sample =
                Samples.ofFile(
                        Samples.SHAPES.resolve("taobao.csv"),
                        "user",
                        "item",
                        "category",
                        "behavior",
                        "timestamp");

        Proposal proposal = Samples.proposal(sample.records());

        assertThat(proposal.properties())
                .containsEntry("user", "/user")
                .containsEntry("time", "/timestamp")
                .containsEntry("time-format", "epoch-s")
                .containsEntry("event-type", "/behavior")
                .containsEntry("department", "/category")
                .containsEntry("item", "/item");
        assertThat(entries(proposal.properties().get("event-types")))
                .containsExactly("buy=order_checkout", "cart=add_to_cart", "pv=product_detail");
        assertMostAreClicks(proposal, sample.records());
    }

    @Test
    void readsRetailRocket() throws Exception {
        Sample sample = Samples.ofFile(Samples.SHAPES.resolve("retailrocket.csv"));

        Proposal proposal = Samples.proposal(sample.records());

        assertThat(proposal.properties())
                .containsEntry("user", "/visitorid")
                .containsEntry("time", "/timestamp")
                .containsEntry("time-format", "epoch-ms")
                .containsEntry("event-type", "/event")
                .containsEntry("department", "none")
                .containsEntry("item", "/itemid");
        assertMostAreClicks(proposal, sample.records());
    }

    /** A few records of each sample are damaged. */
    private static void assertMostAreClicks(Proposal proposal, List<RawRecord> records) {
        Trial trial = Samples.trial(proposal, records);
        assertThat(trial.clicks()).isGreaterThanOrEqualTo(records.size() - 5);
        assertThat(trial.checkouts()).isPositive();
    }

    /** Visits of users, without a name that says so. */
    @Test
    void findsUsersByTheirVisits() {
        List<String> lines = new ArrayList<>();
        Random random = new Random(7);
        for (int visit = 0; visit < 300; visit++) {
            int who = random.nextInt(100);
            long begin = 1_600_000_000L + random.nextInt(86_400);
            for (int click = 0; click < 6; click++) {
                lines.add(
                        "{\"a\":\"%d\",\"b\":\"w%d\",\"c\":%d,\"d\":\"%s\"}"
                                .formatted(
                                        random.nextInt(200),
                                        who,
                                        begin + 20L * click,
                                        click == 5 ? "buy" : "look"));
            }
        }

        Proposal proposal = Samples.proposal(Samples.ofLines(lines));

        assertThat(proposal.properties())
                .containsEntry("user", "/b")
                .containsEntry("time", "/c")
                .containsEntry("time-format", "epoch-s")
                .containsEntry("event-type", "/d")
                .containsEntry("event-types", "buy=order_checkout");
        assertThat(proposal.notes())
                .anyMatch(note -> note.startsWith("No field has the name of a user. /b"));
    }

    /** The items of a visit are as close to each other as its clicks are. */
    @Test
    void namesTheOtherFieldsWhoseValuesComeInVisits() {
        List<String> lines = new ArrayList<>();
        Random random = new Random(7);
        for (int visit = 0; visit < 300; visit++) {
            long begin = 1_600_000_000L + random.nextInt(86_400);
            for (int click = 0; click < 6; click++) {
                lines.add(
                        "{\"a\":\"v%d\",\"b\":\"w%d\",\"c\":%d}"
                                .formatted(visit, visit % 100, begin + 20L * click));
            }
        }

        Proposal proposal = Samples.proposal(Samples.ofLines(lines));

        assertThat(proposal.properties()).containsEntry("user", "/a");
        assertThat(proposal.notes())
                .anyMatch(note -> note.endsWith("The values of /b come in visits, too."));
    }

    @Test
    void namesWhatIsMissingAndWhatComesNear() {
        Proposal proposal =
                Samples.proposal(
                        Samples.ofLines(
                                List.of(
                                        "{\"user\":{\"id\":true},\"when\":\"yesterday\",\"n\":1}",
                                        "{\"user\":{\"id\":false},\"when\":\"today\",\"n\":2}")));

        assertThat(proposal.missing()).containsOnlyKeys(Role.USER, Role.TIME);
        assertThat(proposal.missing().get(Role.USER))
                .extracting(Candidate::toString)
                .containsExactly("/user/id (neither integers nor strings: boolean)");
        assertThat(proposal.missing().get(Role.TIME))
                .extracting(Candidate::toString)
                .containsExactly("/when (no known format of times)");
    }

    @Test
    void takesASecondUserWhereTheFirstIsMissing() {
        Proposal proposal =
                Samples.proposal(
                        Samples.ofLines(
                                List.of(
                                        "{\"customer_id\":7,\"device_id\":\"a\",\"ts\":1655183298}",
                                        "{\"customer_id\":null,\"device_id\":\"b\","
                                                + "\"ts\":1655183299}",
                                        "{\"customer_id\":8,\"device_id\":\"c\","
                                                + "\"ts\":1655183300}")));

        assertThat(proposal.properties())
                .containsEntry("user", "/customer_id,/device_id")
                .containsEntry("time", "/ts")
                .containsEntry("event-type", "none")
                .containsEntry("department", "none");
        assertThat(proposal.notes()).anyMatch(note -> note.contains("`identity`"));
    }

    @Test
    void doesNotTakeTheCategoryOfADeviceForADepartment() {
        Proposal proposal =
                Samples.proposal(
                        Samples.ofLines(
                                List.of(
                                        "{\"user_id\":7,\"time\":1655183298630,"
                                                + "\"device\":{\"category\":\"mobile\"}}",
                                        "{\"user_id\":8,\"time\":1655183298631,"
                                                + "\"device\":{\"category\":\"desktop\"}}")));

        assertThat(proposal.properties()).containsEntry("department", "none");
    }
}
