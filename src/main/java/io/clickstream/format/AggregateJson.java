package io.clickstream.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Renders aggregates as one line of JSON in UTF-8. */
public final class AggregateJson {

    private static final JsonFactory JSON = new JsonFactory();

    public static <T> byte[] toBytes(AggregateFormat<T> format, T value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            format.write(value, json);
        } catch (IOException e) {
            throw new UncheckedIOException("Can't happen: nothing is written but memory", e);
        }
        return bytes.toByteArray();
    }

    private AggregateJson() {}
}
