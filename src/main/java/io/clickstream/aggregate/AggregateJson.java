package io.clickstream.aggregate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import javax.annotation.Nullable;

/**
 * Renders aggregates as one line of JSON in UTF-8. Not thread-safe: buffers are reused, because
 * there may be hundreds of thousands of sessions per second.
 *
 * @param <T> the aggregate
 */
public final class AggregateJson<T> implements Serializable {

    private static final long serialVersionUID = 1L;

    /** More bytes than most lines have. */
    private static final int FIRST_BYTES = 512;

    private static final JsonFactory JSON = new JsonFactory();

    private final AggregateFormat<T> format;

    /** Unlike the JDK's stream, it takes no lock, which would be a large part of the work. */
    private transient ByteArrayBuilder bytes;

    @Nullable private transient JsonGenerator json;

    public AggregateJson(AggregateFormat<T> format) {
        this.format = format;
    }

    /** The line, without a line end. */
    public byte[] toBytes(T value) {
        try {
            if (json == null) {
                bytes = new ByteArrayBuilder(FIRST_BYTES);
                json = JSON.createGenerator(bytes);
                // Between two values, which are apart here.
                json.setRootValueSeparator(null);
            }
            bytes.reset();
            format.write(value, json);
            json.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("Can't happen: nothing is written but memory", e);
        }
    }
}
