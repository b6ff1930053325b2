package io.clickstream.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;

/** Records as gzip, and as subscriptions of CloudWatch Logs send them. */
public final class GzipRecords {

    public static byte[] gzip(String text) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(text.getBytes(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }

    /** Empty members of gzip, one behind the other, each of which has 20 bytes. */
    public static byte[] emptyMembers(int count) {
        byte[] empty = gzip("");
        byte[] all = new byte[count * empty.length];
        for (int i = 0; i < count; i++) {
            System.arraycopy(empty, 0, all, i * empty.length, empty.length);
        }
        return all;
    }

    /** The envelope that the user guide of CloudWatch Logs shows, before it is packed. */
    public static String cloudWatchLogs(String... messages) {
        return envelope("DATA_MESSAGE", messages);
    }

    /** The same with another type of message. */
    public static String envelope(String type, String... messages) {
        ObjectNode envelope = new ObjectMapper().createObjectNode();
        envelope.put("owner", "111111111111")
                .put("logGroup", "shop/clicks")
                .put("logStream", "111111111111_shop")
                .putArray("subscriptionFilters")
                .add("Destination");
        envelope.put("messageType", type);
        ArrayNode events = envelope.putArray("logEvents");
        for (String message : messages) {
            events.addObject()
                    .put("id", "31953106606966983378809025079804211143289615424298221568")
                    .put("timestamp", 1_432_826_855_000L)
                    .put("message", message);
        }
        return envelope.toString();
    }

    private GzipRecords() {}
}
