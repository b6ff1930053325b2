package io.clickstream.config;

import static io.clickstream.testing.PropertyGroups.lab;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.aggregate.Aggregates;
import io.clickstream.testing.PropertyGroups;
import java.net.URI;
import org.junit.jupiter.api.Test;

/** The lab's one group works unchanged. */
class LabPropertiesTest {

    private static final String GROUP = "FlinkApplicationProperties";

    @Test
    void configureTheWholeJob() {
        JobConfig config = JobConfig.parse(lab().build());

        assertThat(config.kafkaSource().orElseThrow().bootstrapServers())
                .isEqualTo("b-1.lab:9092,b-2.lab:9092");
        assertThat(config.kafkaSource().orElseThrow().topics()).containsExactly("ExampleTopic");
        assertThat(config.kafkaSource().orElseThrow().groupId()).isEqualTo("flinkapp");
        assertThat(config.format().type()).isEqualTo(FormatConfig.Type.AVRO);
        KafkaSinkConfig topics = config.kafkaSink().orElseThrow();
        assertThat(topics.bootstrapServers()).isEqualTo("b-1.lab:9092,b-2.lab:9092");
        assertThat(topics.topic(Aggregates.DEPARTMENT_COUNTS)).isEqualTo("Departments_Agg");
        assertThat(topics.topic(Aggregates.SESSION_COUNTS))
                .isEqualTo("ClickEvents_UserId_Agg_Result");
        assertThat(topics.topic(Aggregates.CHECKOUT_SESSIONS))
                .isEqualTo("User_Sessions_Aggregates_With_Order_Checkout");
        OpenSearchConfig indices = config.openSearch().orElseThrow();
        assertThat(indices.endpoints())
                .containsExactly(
                        URI.create("https://vpc-lab-abc123.eu-central-1.es.amazonaws.com"));
        assertThat(indices.auth()).isEqualTo(OpenSearchConfig.Auth.SIGV4);
        assertThat(indices.region()).isEqualTo("eu-central-1");
        assertThat(indices.signingService()).isEqualTo(OpenSearchConfig.SigningService.ES);
    }

    @Test
    void knowTheEndpointByItsOldName() {
        JobConfig config =
                JobConfig.parse(
                        lab().without(GROUP, "OpenSearchEndpoint")
                                .with(GROUP, "ElasticsearchEndpoint", "https://old.example.com")
                                .build());

        assertThat(config.openSearch().orElseThrow().endpoints())
                .containsExactly(URI.create("https://old.example.com"));
    }

    @Test
    void mayHaveARegionWithoutAnEndpoint() {
        JobConfig config = JobConfig.parse(lab().without(GROUP, "OpenSearchEndpoint").build());

        assertThat(config.openSearch()).isEmpty();
        assertThat(config.kafkaSink()).isPresent();
    }

    @Test
    void giveTheRegionToAnEndpointOfOurOwnGroup() {
        JobConfig config =
                JobConfig.parse(
                        lab().without(GROUP, "OpenSearchEndpoint")
                                .with(
                                        "sink.opensearch",
                                        "endpoint",
                                        "https://new.eu-central-1.es.amazonaws.com")
                                .build());

        assertThat(config.openSearch().orElseThrow().region()).isEqualTo("eu-central-1");
    }

    @Test
    void goTogetherWithOurOwnGroups() {
        JobConfig config =
                JobConfig.parse(
                        lab().with("format", "type", "json")
                                .with("sink.kafka", "create-topics", "true")
                                .build());

        assertThat(config.format().type()).isEqualTo(FormatConfig.Type.JSON);
        assertThat(config.kafkaSink().orElseThrow().createTopics()).isTrue();
        assertThat(config.kafkaSink().orElseThrow().topic(Aggregates.DEPARTMENT_COUNTS))
                .isEqualTo("Departments_Agg");
    }

    @Test
    void mustNotSayTheSameAsOurOwn() {
        assertFails(
                lab().with("source.kafka", "topic", "clicks"),
                "`FlinkApplicationProperties / Topic` and `source.kafka / topic` are the same"
                        + " setting; remove one of them");
    }

    @Test
    void mustNotNameTheEndpointTwice() {
        assertFails(
                lab().with(GROUP, "ElasticsearchEndpoint", "https://old.example.com"),
                "`FlinkApplicationProperties / OpenSearchEndpoint` and"
                        + " `FlinkApplicationProperties / ElasticsearchEndpoint` are the same"
                        + " setting; remove one of them");
    }

    @Test
    void areNamedInErrorsAsTheUserWroteThem() {
        assertFails(
                lab().with(GROUP, "OpenSearchEndpoint", "search").with(GROUP, "GroupId", ""),
                "`FlinkApplicationProperties / GroupId` is empty; it must be a name",
                "`FlinkApplicationProperties / OpenSearchEndpoint` is 'search', which does not"
                        + " begin with http:// or https:// and a host; it must be"
                        + " `https://host[:port]`, or several separated by commas");
    }

    @Test
    void areKnownByName() {
        assertFails(
                lab().with(GROUP, "Topics", "clicks"),
                "`FlinkApplicationProperties / Topics` is not known; did you mean `Topic`?");
    }

    private static void assertFails(PropertyGroups groups, String... errors) {
        assertThatThrownBy(() -> JobConfig.parse(groups.build()))
                .isInstanceOfSatisfying(
                        ConfigException.class, e -> assertThat(e.errors()).containsExactly(errors));
    }
}
