package io.clickstream.source.kinesis;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.connector.source.SourceEvent;

/**
 * A reader's report to the enumerator: shards that it has, and shards that it has read to their
 * ends.
 */
final class ShardReport implements SourceEvent {

    private static final long serialVersionUID = 1L;

    private final ArrayList<String> reading;
    private final ArrayList<String> finished;

    ShardReport(List<String> reading, List<String> finished) {
        this.reading = new ArrayList<>(reading);
        this.finished = new ArrayList<>(finished);
    }

    List<String> reading() {
        return reading;
    }

    List<String> finished() {
        return finished;
    }

    @Override
    public String toString() {
        return "ShardReport{reading " + reading + ", finished " + finished + '}';
    }
}
