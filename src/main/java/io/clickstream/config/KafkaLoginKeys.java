package io.clickstream.config;

import java.util.List;

/** The login keys of a Kafka cluster; the source and the sink have the same keys. */
final class KafkaLoginKeys {

    final Key<KafkaLogin.Security> security;
    final Key<String> username;
    final Key<String> password;
    final Key<String> truststore;
    final Key<String> truststorePassword;
    final Key<String> keystore;
    final Key<String> keystorePassword;

    KafkaLoginKeys(String group, String whereLeftOut) {
        security =
                Key.of(
                        group,
                        "security",
                        Parsers.oneOf(KafkaLogin.Security.class),
                        Parsers.labels(KafkaLogin.Security.class),
                        "plaintext",
                        "How to log in to the brokers: not at all; with TLS only; with a client"
                                + " certificate; with user name and password (SCRAM-SHA-512"
                                + " over TLS); or with the application's role."
                                + whereLeftOut);
        username = secret(group, "username", "For `scram`.");
        password = secret(group, "password", "For `scram`.");
        truststore =
                secret(
                        group,
                        "truststore",
                        "The certificates of the authority that signed the brokers'"
                                + " certificates, if Java does not trust it by default: PEM"
                                + " text, or a `.p12`, `.jks`, or `.pem` file on every machine.");
        truststorePassword = secret(group, "truststore-password", "For a `.p12` or `.jks` file.");
        keystore =
                secret(
                        group,
                        "keystore",
                        "For `mtls`: the client's certificate and key, as PEM text (PKCS #8), or"
                                + " a `.p12`, `.jks`, or `.pem` file on every machine.");
        keystorePassword =
                secret(
                        group,
                        "keystore-password",
                        "For a `.p12` or `.jks` file, or for a PEM" + " key.");
    }

    private static Key<String> secret(String group, String name, String description) {
        return Key.of(group, name, Parsers::text, Secrets.ALLOWED, description).asSecret();
    }

    List<Key<?>> all() {
        return List.of(
                security,
                username,
                password,
                truststore,
                truststorePassword,
                keystore,
                keystorePassword);
    }
}
