package io.clickstream.format;

import io.clickstream.config.ConfigException;
import io.clickstream.config.FormatConfig;
import io.clickstream.config.OptionalFields;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import samples.clickstream.avro.ClickEvent;

/** Creates the decoder that a configuration selects. */
public final class ClickDecoders {

    /**
     * Creates the decoder of the configured format.
     *
     * @param optional the fields that filters need
     * @throws ConfigException if the writer's schema cannot be read or is not suitable
     */
    public static ClickDecoder of(FormatConfig config, OptionalFields optional) {
        switch (config.type()) {
            case JSON:
                return new JsonClickDecoder(config.mapping(), optional);
            case AVRO:
                return avro(config, optional);
        }
        throw new IllegalStateException("Not a format: " + config.type());
    }

    private static ClickDecoder avro(FormatConfig config, OptionalFields optional) {
        if (config.writerSchema().isEmpty()) {
            return new AvroClickDecoder(ClickEvent.getClassSchema(), optional);
        }
        String schema = config.writerSchema().get();
        try {
            return new AvroClickDecoder(
                    new Schema.Parser().parse(schema.startsWith("{") ? schema : read(schema)),
                    optional);
        } catch (IOException | SchemaParseException | IllegalArgumentException e) {
            throw new ConfigException(
                    List.of("`format / writer-schema` cannot be used: " + e.getMessage()));
        }
    }

    private static String read(String path) throws IOException {
        Path file = new Path(path);
        try (InputStream in = FileSystem.get(file.toUri()).open(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private ClickDecoders() {}
}
