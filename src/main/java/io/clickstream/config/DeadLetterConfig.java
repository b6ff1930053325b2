package io.clickstream.config;

/** Where records go that could not be used. */
public final class DeadLetterConfig {

    private final String topic;
    private final boolean createTopic;

    private DeadLetterConfig(PropertyReader reader) {
        topic = reader.get(ConfigKeys.DEAD_LETTER_TOPIC);
        createTopic = Boolean.TRUE.equals(reader.get(ConfigKeys.CREATE_DEAD_LETTER_TOPIC));
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
