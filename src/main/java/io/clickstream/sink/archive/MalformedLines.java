package io.clickstream.sink.archive;

import io.clickstream.deadletter.DeadLetterJson;
import io.clickstream.event.DeadLetter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** A record that can't be read, with where it was and why: as a dead letter, but always whole. */
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
