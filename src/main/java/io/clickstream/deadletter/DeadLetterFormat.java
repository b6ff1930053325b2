package io.clickstream.deadletter;

import com.fasterxml.jackson.core.JsonGenerator;
import io.clickstream.aggregate.AggregateFormat;
import io.clickstream.aggregate.IndexField;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.RawRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;

/**
 * A dead letter without its record, which may be large or private, for an index that counts: {@code
 * reason}, {@code detail}, {@code source}, {@code partition}, {@code offset}, {@code time} (ms
 * since 1970 at which the reason was found), and {@code size} (bytes of the record). Letters of
 * late clicks also have {@code eventTime} and {@code lag}, the ms between {@code eventTime} and
 * {@code time}.
 *
 * <p>The id is made of the reason and the position. A record that is read again after a restart
 * therefore replaces its letter.
 */
public final class DeadLetterFormat implements AggregateFormat<DeadLetter> {

    private static final long serialVersionUID = 1L;

    @Override
    public byte[] key(DeadLetter letter) {
        return letter.reason().label().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public long timestamp(DeadLetter letter) {
        return letter.time();
    }

    /** The time at which the reason was found, because letters have no window. */
    @Override
    public long windowBegin(DeadLetter letter) {
        return letter.time();
    }

    @Override
    public String documentId(DeadLetter letter) {
        RawRecord raw = letter.raw();
        return String.join(
                "/", letter.reason().label(), raw.source(), raw.partition(), raw.offset());
    }

    @Override
    public void write(DeadLetter letter, JsonGenerator json) throws IOException {
        RawRecord raw = letter.raw();
        json.writeStartObject();
        json.writeStringField("reason", letter.reason().label());
        json.writeStringField("detail", DeadLetterJson.shortened(letter.detail()));
        json.writeStringField("source", raw.source());
        json.writeStringField("partition", raw.partition());
        json.writeStringField("offset", raw.offset());
        json.writeNumberField("time", letter.time());
        json.writeNumberField("size", raw.bytes().length);
        OptionalLong eventTime = letter.eventTime();
        if (eventTime.isPresent()) {
            json.writeNumberField("eventTime", eventTime.getAsLong());
            json.writeNumberField("lag", letter.time() - eventTime.getAsLong());
        }
        json.writeEndObject();
    }

    @Override
    public List<IndexField> fields() {
        return List.of(
                IndexField.code("reason"),
                IndexField.text("detail"),
                IndexField.keyword("source"),
                IndexField.keyword("partition"),
                IndexField.keyword("offset"),
                IndexField.date("time"),
                IndexField.ofLong("size"),
                IndexField.date("eventTime"),
                IndexField.ofLong("lag"));
    }
}
