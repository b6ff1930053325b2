package io.clickstream.local.results;

import io.clickstream.local.server.KinesisServer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * Reads streams of Kinesis from their oldest record on, as long as their shards stay as they are.
 */
public final class StreamReader implements OutputReader {

    private final KinesisServer server;
    private final Map<String, List<String>> values = new LinkedHashMap<>();

    /** Where to go on, per stream and shard. */
    private final Map<String, Map<String, String>> iterators = new HashMap<>();

    /** A reader that has read nothing yet, of streams that are there. */
    public StreamReader(KinesisServer server, List<String> streams) {
        this.server = server;
        for (String stream : streams) {
            values.put(stream, new ArrayList<>());
            Map<String, String> ofShards = new HashMap<>();
            for (Shard shard : server.shards(stream)) {
                ofShards.put(shard.shardId(), server.firstIterator(stream, shard.shardId()));
            }
            iterators.put(stream, ofShards);
        }
    }

    @Override
    public void readCommitted() {
        iterators.forEach(
                (stream, ofShards) ->
                        ofShards.replaceAll(
                                (shard, iterator) -> readOn(iterator, values.get(stream))));
    }

    private String readOn(String from, List<String> read) {
        // Nothing is kept of a read that fails in the middle: it begins again.
        List<String> records = new ArrayList<>();
        String iterator = from;
        boolean more = true;
        while (more) {
            GetRecordsResponse response = server.read(iterator);
            response.records().forEach(record -> records.add(record.data().asUtf8String()));
            iterator = response.nextShardIterator();
            more = !response.records().isEmpty();
        }
        read.addAll(records);
        return iterator;
    }

    @Override
    public List<String> values(String stream) {
        return values.get(stream);
    }

    @Override
    public List<String> take(String stream) {
        return values.replace(stream, new ArrayList<>());
    }

    @Override
    public void close() {
        // The client is the server's.
    }
}
