package io.clickstream.config;

import static io.clickstream.testing.PropertyGroups.none;
import static io.clickstream.testing.PropertyGroups.smallest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.clickstream.aggregate.Aggregates;
import io.clickstream.testing.PropertyGroups;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The groups source.kinesis and sink.kinesis, their defaults and their errors. */
class KinesisConfigTest {

    private static final String ARN = "arn:aws:kinesis:eu-central-1:123456789012:stream/clicks";

    @Test
    void takesRegionFromTheArnAndHasDefaults() {
        JobConfig config = parse(stream(ARN).group("sink.kinesis"));
        KinesisSourceConfig source = config.kinesisSource().orElseThrow();

        assertThat(config.kafkaSource()).isEmpty();
        assertThat(config.deadLetterCluster()).isEmpty();
        assertThat(source.stream().name()).isEqualTo("clicks");
        assertThat(source.stream().arn()).hasValue(ARN);
        assertThat(source.start().kind()).isEqualTo(KinesisStart.Kind.TRIM_HORIZON);
        assertThat(source.reader()).isEqualTo(KinesisSourceConfig.Reader.POLLING);
        assertThat(source.consumer()).isEmpty();
        assertThat(source.pollInterval()).isEqualTo(Duration.ofMillis(250));
        assertThat(source.discoveryInterval()).isEqualTo(Duration.ofSeconds(10));
        assertThat(source.clientProperties())
                .containsOnly(
                        entry("aws.region", "eu-central-1"),
                        entry("aws.http-client.read-timeout", "15000"));
        assertThat(config.kinesisSink().orElseThrow().clientProperties())
                .isEqualTo(source.clientProperties());
        assertThat(config.kinesisSink().orElseThrow().stream(Aggregates.DEPARTMENT_COUNTS).name())
                .isEqualTo("Departments_Agg");
    }

    @Test
    void handsSettingsOfTheClientOnAsTheyAre() {
        assertThat(
                        parse(
                                        stream("clicks")
                                                .with("source.kinesis", "region", "us-east-1")
                                                .with("source.kinesis", "endpoint", "http://k:4568")
                                                .with("source.kinesis", "start", "latest")
                                                .with(
                                                        "source.kinesis",
                                                        "aws.trust.all.certificates",
                                                        "true")
                                                .group("sink.kinesis"))
                                .kinesisSource()
                                .orElseThrow()
                                .clientProperties())
                .containsOnly(
                        entry("aws.region", "us-east-1"),
                        entry("aws.endpoint", "http://k:4568"),
                        // Without TLS there is no HTTP/2.
                        entry("aws.http.protocol.version", "HTTP1_1"),
                        entry("aws.http-client.read-timeout", "15000"),
                        entry("aws.trust.all.certificates", "true"));
    }

    @Test
    void waitsForAnswersAsLongAsTheUserSays() {
        JobConfig config =
                parse(stream(ARN).with("sink.kinesis", "aws.http-client.read-timeout", "60000"));

        assertThat(config.kinesisSink().orElseThrow().clientProperties())
                .containsEntry("aws.http-client.read-timeout", "60000");
    }

    /** An answer of enhanced fan-out goes on for minutes. */
    @Test
    void setsNoTimeForTheAnswersOfEnhancedFanOut() {
        JobConfig config =
                parse(
                        stream(ARN)
                                .with("source.kinesis", "reader", "efo")
                                .with("source.kinesis", "consumer", "shop")
                                .group("sink.kinesis"));

        assertThat(config.kinesisSource().orElseThrow().clientProperties())
                .doesNotContainKey("aws.http-client.read-timeout");
    }

    @Test
    void leavesTheProtocolToTheUserAndToTls() {
        assertThat(protocol("https://k:4568")).isNull();
        assertThat(protocol("http://k:4568")).isEqualTo("HTTP1_1");
        assertThat(protocol("http://k:4568", "aws.http.protocol.version", "HTTP2"))
                .isEqualTo("HTTP2");
    }

    private static String protocol(String endpoint, String... more) {
        PropertyGroups groups =
                stream("clicks")
                        .with("source.kinesis", "region", "us-east-1")
                        .with("source.kinesis", "endpoint", endpoint)
                        .group("sink.kinesis");
        for (int i = 0; i < more.length; i += 2) {
            groups = groups.with("source.kinesis", more[i], more[i + 1]);
        }
        return parse(groups)
                .kinesisSource()
                .orElseThrow()
                .clientProperties()
                .getProperty("aws.http.protocol.version");
    }

    @Test
    void takesExactlyOneSource() {
        assertThat(errors(smallest().with("source.kinesis", "stream", ARN)))
                .containsExactly(
                        "2 sources are configured: configure exactly one of the groups"
                                + " `source.kafka`, `source.kinesis`, and `source.files`");
    }

    @Test
    void deadLettersNeedAPlace() {
        assertThat(errors(stream(ARN).with("sink.opensearch", "endpoint", "http://search")))
                .containsExactly(
                        "no destination for dead letters is configured: add the group"
                                + " `sink.kafka` or `sink.kinesis`");
    }

    @Test
    void topicsBehindKinesisNeedTheirBrokers() {
        assertThat(errors(stream(ARN).group("sink.kafka")))
                .containsExactly(
                        "`sink.kafka / bootstrap-servers` is missing; it must be `host:port,…`");
    }

    @Test
    void saysWhatIsWrongAboutTheSource() {
        assertThat(
                        errors(
                                stream("clicks of mine")
                                        .with("source.kinesis", "start", "earliest")
                                        .with("source.kinesis", "reader", "efo")
                                        .with("source.kinesis", "kafka.linger.ms", "1")
                                        .with("sink.kinesis", "region", "us-east-1")))
                .hasSize(5)
                .anyMatch(e -> e.startsWith("`source.kinesis / stream` is 'clicks of mine', which"))
                .anyMatch(e -> e.startsWith("`source.kinesis / start` is 'earliest', which"))
                .contains("`source.kinesis / consumer` is missing; it must be a name")
                .anyMatch(e -> e.startsWith("`source.kinesis / kafka.linger.ms` is not known"))
                .contains(
                        "`source.kinesis / region` is missing; it must be a region, such as"
                                + " `eu-central-1`");
    }

    @Test
    void refusesWhatContradictsItself() {
        assertThat(
                        errors(
                                stream(ARN)
                                        .with("source.kinesis", "region", "us-east-1")
                                        .with("source.kinesis", "consumer", "me")
                                        .with("sink.kinesis", "sessions-stream", "DeadLetters")))
                .containsExactly(
                        "`source.kinesis / consumer` is only for enhanced fan-out; remove it, or"
                                + " set `source.kinesis / reader` to `efo`",
                        "`source.kinesis / region` is 'us-east-1', but the region in the"
                                + " stream's ARN is eu-central-1",
                        "group `sink.kinesis`: each aggregate needs its own stream, and so do"
                                + " the dead letters");
    }

    private static java.util.Map.Entry<Object, Object> entry(String key, String value) {
        return java.util.Map.entry(key, value);
    }

    private static PropertyGroups stream(String stream) {
        return none().with("source.kinesis", "stream", stream);
    }

    private static JobConfig parse(PropertyGroups groups) {
        return JobConfig.parse(groups.build());
    }

    private static List<String> errors(PropertyGroups groups) {
        return catchThrowableOfType(ConfigException.class, () -> parse(groups)).errors();
    }
}
