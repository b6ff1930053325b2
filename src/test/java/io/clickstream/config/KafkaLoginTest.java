package io.clickstream.config;

import static io.clickstream.testing.PropertyGroups.smallest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.clickstream.testing.PropertyGroups;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.junit.jupiter.api.Test;

/** What a login becomes for Kafka's clients. */
class KafkaLoginTest {

    private static final String PEM =
            "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"
                    + "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----";

    private final PropertyGroups groups = smallest();

    @Test
    void isNoneIfNothingIsSaid() {
        assertThat(source()).isEmpty();
        assertThat(config().kafkaSource().orElseThrow().login().security())
                .isEqualTo(KafkaLogin.Security.PLAINTEXT);
        groups.with("source.kafka", "security", "plaintext");
        assertThat(source()).isEmpty();
    }

    @Test
    void isTlsWithAuthoritiesThatJavaKnows() {
        groups.with("source.kafka", "security", "tls");

        assertThat(source()).isEqualTo(Map.of("security.protocol", "SSL"));
    }

    @Test
    void isTlsWithAuthoritiesOfOnesOwn() {
        groups.with("source.kafka", "security", "tls")
                .with("source.kafka", "truststore", "/etc/ca.jks")
                .with("source.kafka", "truststore-password", "s3cret");
        assertThat(source())
                .isEqualTo(
                        Map.of(
                                "security.protocol", "SSL",
                                "ssl.truststore.type", "JKS",
                                "ssl.truststore.location", "/etc/ca.jks",
                                "ssl.truststore.password", "s3cret"));

        groups.without("source.kafka", "truststore-password")
                .with("source.kafka", "truststore", PEM);
        assertThat(source())
                .isEqualTo(
                        Map.of(
                                "security.protocol", "SSL",
                                "ssl.truststore.type", "PEM",
                                "ssl.truststore.certificates", PEM));
    }

    @Test
    void isMutualTlsByAFile() {
        groups.with("source.kafka", "security", "mtls")
                .with("source.kafka", "keystore", "/etc/client.p12")
                .with("source.kafka", "keystore-password", "s3cret");

        assertThat(source())
                .isEqualTo(
                        Map.of(
                                "security.protocol", "SSL",
                                "ssl.keystore.type", "PKCS12",
                                "ssl.keystore.location", "/etc/client.p12",
                                "ssl.keystore.password", "s3cret"));
    }

    @Test
    void isMutualTlsByPem() {
        groups.with("source.kafka", "security", "mtls")
                .with("source.kafka", "keystore", "env:CLIENT")
                .with("source.kafka", "keystore-password", "s3cret");

        assertThat(source())
                .isEqualTo(
                        Map.of(
                                "security.protocol", "SSL",
                                "ssl.keystore.type", "PEM",
                                "ssl.keystore.certificate.chain", PEM,
                                "ssl.keystore.key", PEM,
                                "ssl.key.password", "s3cret"));
    }

    @Test
    void isScramByReferences() {
        groups.with("source.kafka", "security", "scram")
                .with("source.kafka", "username", "env:USER_NAME")
                .with("source.kafka", "password", "env:PASSWORD");

        assertThat(source())
                .isEqualTo(
                        Map.of(
                                "security.protocol",
                                "SASL_SSL",
                                "sasl.mechanism",
                                "SCRAM-SHA-512",
                                "sasl.jaas.config",
                                "org.apache.kafka.common.security.scram.ScramLoginModule required"
                                        + " username=\"ann\" password=\"s3\\\\c\\\"ret\";"));
    }

    @Test
    void isTheRoleOfTheApplication() {
        groups.with("source.kafka", "security", "iam");

        assertThat(source())
                .isEqualTo(
                        Map.of(
                                "security.protocol",
                                "SASL_SSL",
                                "sasl.mechanism",
                                "AWS_MSK_IAM",
                                "sasl.jaas.config",
                                "software.amazon.msk.auth.iam.IAMLoginModule required;",
                                "sasl.client.callback.handler.class",
                                "software.amazon.msk.auth.iam.IAMClientCallbackHandler"));
    }

    @Test
    void givesWayToWhatIsPassedThrough() {
        groups.with("source.kafka", "security", "tls")
                .with("source.kafka", "kafka.security.protocol", "SASL_SSL")
                .with("source.kafka", "kafka.ssl.endpoint.identification.algorithm", "");

        assertThat(source())
                .isEqualTo(
                        Map.of(
                                "security.protocol", "SASL_SSL",
                                "ssl.endpoint.identification.algorithm", ""));
    }

    @Test
    void ofTheSourceIsThatOfTheSinkOnTheSameBrokers() {
        groups.with("source.kafka", "security", "iam");
        assertThat(sink()).containsEntry("sasl.mechanism", "AWS_MSK_IAM");

        groups.with("sink.kafka", "security", "tls");
        assertThat(sink()).isEqualTo(Map.of("security.protocol", "SSL"));

        groups.without("sink.kafka", "security")
                .with("sink.kafka", "bootstrap-servers", "other:9092");
        assertThat(sink()).isEmpty();
    }

    @Test
    void isAlsoThatOfDeadLettersWhereNoTopicsAreWritten() {
        PropertyGroups indicesOnly =
                PropertyGroups.none()
                        .with("source.kafka", "bootstrap-servers", "broker:9098")
                        .with("source.kafka", "topic", "clicks")
                        .with("source.kafka", "security", "iam")
                        .with("sink.opensearch", "endpoint", "http://search");

        assertThat(
                        JobConfig.parse(indicesOnly.build())
                                .deadLetterCluster()
                                .orElseThrow()
                                .clientProperties())
                .containsEntry("sasl.mechanism", "AWS_MSK_IAM");
    }

    @Test
    void asksForWhatItNeeds() {
        groups.with("source.kafka", "security", "scram").with("sink.kafka", "security", "mtls");

        assertThat(errors())
                .containsExactly(
                        "`source.kafka / username` is missing; it must be " + Secrets.ALLOWED,
                        "`source.kafka / password` is missing; it must be " + Secrets.ALLOWED,
                        "`sink.kafka / keystore` is missing; it must be " + Secrets.ALLOWED);
    }

    @Test
    void refusesWhatIsOfNoUse() {
        groups.with("source.kafka", "username", "ann")
                .with("source.kafka", "password", "s3cret")
                .with("sink.kafka", "security", "tls")
                .with("sink.kafka", "keystore", "/etc/client.p12")
                .with("sink.kafka", "truststore", "/etc/ca.pem")
                .with("sink.kafka", "truststore-password", "s3cret");

        assertThat(errors())
                .containsExactly(
                        "`source.kafka / username` has no effect if `source.kafka / security` is"
                                + " `plaintext`; remove it, or change that",
                        "`source.kafka / password` has no effect if `source.kafka / security` is"
                                + " `plaintext`; remove it, or change that",
                        "`sink.kafka / keystore` has no effect if `sink.kafka / security` is"
                                + " `tls`; remove it, or change that",
                        "`sink.kafka / truststore-password` has no effect for PEM; remove it");
    }

    @Test
    void refusesReferencesThatLeadNowhereAndKeysThatKafkaCantRead() {
        groups.with("source.kafka", "security", "scram")
                .with("source.kafka", "username", "ann")
                .with("source.kafka", "password", "env:NO_PASSWORD")
                .with("sink.kafka", "security", "mtls")
                .with("sink.kafka", "keystore", PEM.replace("PRIVATE", "EC PRIVATE"));

        assertThat(errors())
                .containsExactly(
                        "`source.kafka / password` refers to the environment variable"
                                + " 'NO_PASSWORD', which is not set; it must be "
                                + Secrets.ALLOWED,
                        "`sink.kafka / keystore` is PEM text without a certificate or without a"
                                + " key in PKCS #8; it must contain `BEGIN CERTIFICATE` and"
                                + " `BEGIN PRIVATE KEY` or `BEGIN ENCRYPTED PRIVATE KEY`");
    }

    @Test
    void showsNoSecret() {
        groups.with("source.kafka", "security", "scram")
                .with("source.kafka", "username", "ann")
                .with("source.kafka", "password", "s3cret");
        JobConfig config = config();

        assertThat(config.kafkaSource().orElseThrow().login()).hasToString("KafkaLogin{scram}");
        assertThat(List.of(config, config.kafkaSource(), config.deadLetterCluster()).toString())
                .doesNotContain("s3cret");
    }

    /** Kafka logs all settings of a client, but only the names of these. */
    @Test
    void handsSecretsToKafkaAsPasswords() {
        Map<String, ConfigDef.ConfigKey> known = AdminClientConfig.configDef().configKeys();
        assertThat(
                        List.of(
                                "sasl.jaas.config",
                                "ssl.keystore.password",
                                "ssl.key.password",
                                "ssl.keystore.key",
                                "ssl.truststore.password"))
                .allSatisfy(
                        name -> {
                            assertThat(known.get(name).type).isEqualTo(ConfigDef.Type.PASSWORD);
                            assertThat(ConsumerConfig.configDef().configKeys().get(name).type)
                                    .isEqualTo(ConfigDef.Type.PASSWORD);
                        });
    }

    private JobConfig config() {
        return JobConfig.parse(
                groups.build(),
                new Secrets(Map.of("USER_NAME", "ann", "PASSWORD", "s3\\c\"ret", "CLIENT", PEM)));
    }

    private Properties source() {
        return config().kafkaSource().orElseThrow().clientProperties();
    }

    private Properties sink() {
        return config().kafkaSink().orElseThrow().clientProperties();
    }

    private List<String> errors() {
        return catchThrowableOfType(ConfigException.class, this::config).errors();
    }
}
