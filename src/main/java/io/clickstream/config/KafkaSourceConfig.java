package io.clickstream.config;

import java.util.List;
import java.util.Properties;

/** The topics to read, and where to start. */
public final class KafkaSourceConfig {

    static final String GROUP = "source.kafka";

    static final Key<String> BOOTSTRAP_SERVERS =
            Key.of(
                    GROUP,
                    "bootstrap-servers",
                    Parsers::text,
                    "`host:port,…`",
                    "The brokers to read from.");

    static final Key<List<String>> TOPIC =
            Key.of(
                    GROUP,
                    "topic",
                    Parsers::list,
                    "a topic, or several separated by commas",
                    "The topics of clicks.");

    static final Key<String> GROUP_ID =
            Key.of(
                    GROUP,
                    "group-id",
                    Parsers::text,
                    "a name",
                    "clickstream",
                    "The consumer group to which the job commits offsets with every"
                            + " checkpoint.");

    static final Key<StartPosition> START =
            Key.of(
                    GROUP,
                    "start",
                    StartPosition::parse,
                    StartPosition.ALLOWED,
                    "committed",
                    "Where to start without a snapshot. `committed` starts at the"
                            + " group's offsets, or at the earliest click if there are none.");

    static final KafkaLoginKeys LOGIN = new KafkaLoginKeys(GROUP, "");

    static final KeyGroup KEYS =
            KeyGroup.of(GROUP, BOOTSTRAP_SERVERS, TOPIC, GROUP_ID, START)
                    .and(LOGIN.all())
                    .passing(PropertyReader.CLIENT_PREFIX);

    private final String bootstrapServers;
    private final List<String> topics;
    private final String groupId;
    private final StartPosition start;
    private final KafkaLogin login;
    private final Properties clientProperties;

    private KafkaSourceConfig(PropertyReader reader) {
        bootstrapServers = reader.get(BOOTSTRAP_SERVERS);
        topics = reader.get(TOPIC);
        groupId = reader.get(GROUP_ID);
        start = reader.get(START);
        login = KafkaLogin.read(reader, LOGIN);
        clientProperties = login.with(reader.clientProperties(GROUP));
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

    /**
     * A copy of the consumer's settings: those of the login, and those that the user passes
     * through.
     */
    public Properties clientProperties() {
        return (Properties) clientProperties.clone();
    }
}
