package io.clickstream.config;

import java.util.List;
import java.util.Properties;

/** Which topics are read, and from where on. */
public final class KafkaSourceConfig {

    private final String bootstrapServers;
    private final List<String> topics;
    private final String groupId;
    private final StartPosition start;
    private final KafkaLogin login;
    private final Properties clientProperties;

    private KafkaSourceConfig(PropertyReader reader) {
        bootstrapServers = reader.get(ConfigKeys.SOURCE_BOOTSTRAP_SERVERS);
        topics = reader.get(ConfigKeys.SOURCE_TOPIC);
        groupId = reader.get(ConfigKeys.SOURCE_GROUP_ID);
        start = reader.get(ConfigKeys.SOURCE_START);
        login = KafkaLogin.read(reader, ConfigKeys.SOURCE_LOGIN);
        clientProperties = login.with(reader.clientProperties(ConfigKeys.KAFKA_SOURCE));
    }

    static KafkaSourceConfig read(PropertyReader reader) {
        return new KafkaSourceConfig(reader);
    }

    public String bootstrapServers() {
        return bootstrapServers;
    }

    public List<String> topics() {
        return topics;
    }

    public String groupId() {
        return groupId;
    }

    public StartPosition start() {
        return start;
    }

    public KafkaLogin login() {
        return login;
    }

    /** Settings of the consumer: those of the login, and what the user passes through; a copy. */
    public Properties clientProperties() {
        return (Properties) clientProperties.clone();
    }
}
