package io.clickstream.source.kafka;

import java.util.HashMap;
import java.util.Map;
import javax.annotation.Nullable;
import org.apache.flink.api.connector.source.SourceEvent;

/**
 * Sends the brokers' topic ids to readers. A topic that is deleted and created again has a
 * different id.
 */
final class TopicIds implements SourceEvent {

    private static final long serialVersionUID = 1L;

    private final HashMap<String, String> ids;

    /**
     * Creates an event.
     *
     * @param ids by name; topics of brokers without topic ids are missing
     */
    TopicIds(Map<String, String> ids) {
        this.ids = new HashMap<>(ids);
    }

    /** The id of a topic; null if it is unknown. */
    @Nullable
    String of(String topic) {
        return ids.get(topic);
    }

    @Override
    public String toString() {
        return "Topic ids " + ids;
    }
}
