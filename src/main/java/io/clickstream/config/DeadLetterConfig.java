package io.clickstream.config;

/** The topic for records that could not be used. */
public final class DeadLetterConfig {

    static final String GROUP = "dead-letters";

    static final Key<String> TOPIC =
            Key.of(
                    GROUP,
                    "topic",
                    Parsers::text,
                    "a topic",
                    "DeadLetters",
                    "The topic for records that could not be used, each with the" + " reason.");

    static final Key<Boolean> CREATE_TOPIC =
            Key.of(
                    GROUP,
                    "create-topic",
                    Parsers::bool,
                    "`true` or `false`",
                    "true",
                    "Whether to create the topic if it does not exist.");

    static final KeyGroup KEYS = KeyGroup.of(GROUP, TOPIC, CREATE_TOPIC);

    private final String topic;
    private final boolean createTopic;

    private DeadLetterConfig(PropertyReader reader) {
        topic = reader.get(TOPIC);
        createTopic = Boolean.TRUE.equals(reader.get(CREATE_TOPIC));
    }

    static DeadLetterConfig read(PropertyReader reader) {
        return new DeadLetterConfig(reader);
    }

    public String topic() {
        return topic;
    }

    public boolean createTopic() {
        return createTopic;
    }
}
