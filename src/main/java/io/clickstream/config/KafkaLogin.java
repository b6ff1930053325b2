package io.clickstream.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;

/** How to log in to a Kafka cluster, as settings of Kafka's clients. Never reveals a secret. */
public final class KafkaLogin {

    /** The login methods of MSK. */
    public enum Security {
        PLAINTEXT,
        TLS,
        MTLS,
        SCRAM,
        IAM
    }

    private static final String PEM_BEGIN = "-----BEGIN";
    private static final String PEM = "PEM";

    private final KafkaLoginKeys keys;
    private final Security security;
    private final Properties properties = new Properties();

    private KafkaLogin(KafkaLoginKeys keys, Security security) {
        this.keys = keys;
        this.security = security;
    }

    /** Whether the configuration has any key of a login. */
    static boolean isThere(PropertyReader reader, KafkaLoginKeys keys) {
        return keys.all().stream().anyMatch(reader::has);
    }

    static KafkaLogin read(PropertyReader reader, KafkaLoginKeys keys) {
        Security security = reader.get(keys.security);
        KafkaLogin login = new KafkaLogin(keys, security == null ? Security.PLAINTEXT : security);
        if (security != null) {
            login.refuseUnusedSettings(reader);
            login.add(reader);
        }
        return login;
    }

    private void refuseUnusedSettings(PropertyReader reader) {
        List<Key<?>> useless = new ArrayList<>(keys.all());
        useless.remove(keys.security);
        if (security == Security.SCRAM) {
            useless.removeAll(List.of(keys.username, keys.password));
        }
        if (security == Security.MTLS) {
            useless.removeAll(List.of(keys.keystore, keys.keystorePassword));
        }
        if (security != Security.PLAINTEXT) {
            useless.removeAll(List.of(keys.truststore, keys.truststorePassword));
        }
        for (Key<?> key : useless) {
            if (reader.has(key)) {
                reader.error(
                        key,
                        "has no effect if `"
                                + keys.security
                                + "` is `"
                                + Parsers.label(security)
                                + "`; remove it, or change that");
            }
        }
    }

    private void add(PropertyReader reader) {
        if (security == Security.PLAINTEXT) {
            return;
        }
        boolean sasl = security == Security.SCRAM || security == Security.IAM;
        set(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, sasl ? "SASL_SSL" : "SSL");
        addTruststore(reader);
        switch (security) {
            case MTLS:
                addKeystore(reader);
                break;
            case SCRAM:
                addScram(reader);
                break;
            case IAM:
                set(SaslConfigs.SASL_MECHANISM, "AWS_MSK_IAM");
                set(
                        SaslConfigs.SASL_JAAS_CONFIG,
                        "software.amazon.msk.auth.iam.IAMLoginModule required;");
                set(
                        SaslConfigs.SASL_CLIENT_CALLBACK_HANDLER_CLASS,
                        "software.amazon.msk.auth.iam.IAMClientCallbackHandler");
                break;
            default:
        }
    }

    private void addScram(PropertyReader reader) {
        String username = reader.get(keys.username);
        String password = reader.get(keys.password);
        if (username != null && password != null) {
            set(SaslConfigs.SASL_MECHANISM, "SCRAM-SHA-512");
            set(
                    SaslConfigs.SASL_JAAS_CONFIG,
                    "org.apache.kafka.common.security.scram.ScramLoginModule required username="
                            + quoted(username)
                            + " password="
                            + quoted(password)
                            + ";");
        }
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }

    private void addTruststore(PropertyReader reader) {
        String store = reader.find(keys.truststore).orElse(null);
        String password = reader.find(keys.truststorePassword).orElse(null);
        if (store == null) {
            return;
        }
        set(SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG, type(store));
        if (isPemText(store)) {
            set(SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG, store);
        } else {
            set(SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG, store);
        }
        if (password != null && type(store).equals(PEM)) {
            reader.error(keys.truststorePassword, "has no effect for PEM; remove it");
        } else if (password != null) {
            set(SslConfigs.SSL_TRUSTSTORE_PASSWORD_CONFIG, password);
        }
    }

    private void addKeystore(PropertyReader reader) {
        String store = reader.get(keys.keystore);
        String password = reader.find(keys.keystorePassword).orElse(null);
        if (store == null) {
            return;
        }
        set(SslConfigs.SSL_KEYSTORE_TYPE_CONFIG, type(store));
        if (isPemText(store)) {
            if (!store.contains("BEGIN CERTIFICATE")
                    || !(store.contains("BEGIN PRIVATE KEY")
                            || store.contains("BEGIN ENCRYPTED PRIVATE KEY"))) {
                reader.error(
                        keys.keystore,
                        "is PEM text without a certificate or without a key in PKCS #8; it must"
                                + " contain `BEGIN CERTIFICATE` and `BEGIN PRIVATE KEY` or"
                                + " `BEGIN ENCRYPTED PRIVATE KEY`");
            }
            set(SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG, store);
            set(SslConfigs.SSL_KEYSTORE_KEY_CONFIG, store);
        } else {
            set(SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG, store);
        }
        if (password != null) {
            set(
                    type(store).equals(PEM)
                            ? SslConfigs.SSL_KEY_PASSWORD_CONFIG
                            : SslConfigs.SSL_KEYSTORE_PASSWORD_CONFIG,
                    password);
        }
    }

    private static boolean isPemText(String store) {
        return store.contains(PEM_BEGIN);
    }

    private static String type(String store) {
        String name = store.toLowerCase(Locale.ROOT);
        if (isPemText(store) || name.endsWith(".pem")) {
            return PEM;
        }
        return name.endsWith(".jks") ? "JKS" : "PKCS12";
    }

    private void set(String key, String value) {
        properties.setProperty(key, value);
    }

    /** The login's client settings, overridden by the user's own settings. */
    Properties with(Properties passedThrough) {
        Properties all = new Properties();
        all.putAll(properties);
        all.putAll(passedThrough);
        return all;
    }

    public Security security() {
        return security;
    }

    /** What to check if brokers refuse a name, a password, or a role. */
    public String whatToCheck() {
        switch (security) {
            case SCRAM:
                return "`" + keys.username + "` and `" + keys.password + "`";
            case IAM:
                return "that the application's role has the permission kafka-cluster:Connect";
            default:
                return certificatesToCheck();
        }
    }

    /** What to check if one side does not trust the other's certificate. */
    public String certificatesToCheck() {
        switch (security) {
            case PLAINTEXT:
                return "`" + keys.security + "`, which is `plaintext`";
            case MTLS:
                return "`" + keys.keystore + "` and `" + keys.truststore + "`";
            default:
                return "`" + keys.truststore + "`";
        }
    }

    @Override
    public String toString() {
        return "KafkaLogin{" + Parsers.label(security) + '}';
    }
}
