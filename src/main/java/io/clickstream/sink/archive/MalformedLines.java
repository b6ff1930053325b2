package io.clickstream.sink.archive;

import io.clickstream.deadletter.DeadLetterJson;
import io.clickstream.event.DeadLetter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Writes a record that cannot be read, with its position and the reason, like a dead letter, but
 * always complete.
 */
final class MalformedLines implements LineFormat<DeadLetter> {

    private static final long serialVersionUID = 1L;

    @Override
    public String suffix() {
        return ".jsonl";
    }

    @Override
    public void write(DeadLetter letter, OutputStream out) throws IOException {
        byte[] json = DeadLetterJson.toWholeBytes(letter);
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n';
        out.write(line);
    }
}
