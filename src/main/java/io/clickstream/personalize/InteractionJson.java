package io.clickstream.personalize;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.event.Interaction;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import javax.annotation.Nullable;

/**
 * An interaction as one JSON object, in files of undelivered interactions and in dead letters. The
 * names are those of {@code PutEvents}, except {@code sentAtMillis}: {@code userId}, {@code
 * sessionId}, {@code eventId}, {@code eventType}, {@code sentAtMillis} (ms since 1970), {@code
 * itemId}, and optionally {@code eventValue}, {@code properties} (a string), {@code impression},
 * {@code recommendationId}, {@code eventAttributionSource}.
 */
final class InteractionJson {

    private static final JsonFactory JSON = new JsonFactory();
    private static final ObjectMapper MAPPER = new ObjectMapper();

    static byte[] toBytes(Interaction interaction) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            write(json, "userId", interaction.user());
            write(json, "sessionId", interaction.session());
            json.writeStringField("eventId", interaction.eventId());
            json.writeStringField("eventType", interaction.eventType());
            json.writeNumberField("sentAtMillis", interaction.time());
            json.writeStringField("itemId", interaction.item());
            if (interaction.eventValue() != null) {
                json.writeNumberField("eventValue", interaction.eventValue());
            }
            write(json, "properties", interaction.properties());
            if (interaction.impression() != null) {
                json.writeFieldName("impression");
                json.writeArray(interaction.impression(), 0, interaction.impression().length);
            }
            write(json, "recommendationId", interaction.recommendationId());
            write(json, "eventAttributionSource", interaction.attributionSource());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("Can't happen: nothing is written but memory", e);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator json, String name, @Nullable String value)
            throws IOException {
        if (value != null) {
            json.writeStringField(name, value);
        }
    }

    /**
     * Reads what {@link #toBytes} wrote.
     *
     * @throws IOException if it is something else
     */
    static Interaction read(String line) throws IOException {
        JsonNode json = MAPPER.readTree(line);
        for (String required : List.of("eventId", "sentAtMillis", "eventType", "itemId")) {
            if (!json.hasNonNull(required)) {
                throw new IOException("not an interaction: " + required + " is missing");
            }
        }
        try {
            return Interaction.of(
                            json.get("eventId").asText(),
                            json.get("sentAtMillis").asLong(),
                            json.get("eventType").asText(),
                            json.get("itemId").asText())
                    .user(text(json, "userId"))
                    .session(text(json, "sessionId"))
                    .eventValue(
                            json.hasNonNull("eventValue")
                                    ? (Float) json.get("eventValue").floatValue()
                                    : null)
                    .properties(text(json, "properties"))
                    .impression(items(json.get("impression")))
                    .recommendationId(text(json, "recommendationId"))
                    .attributionSource(text(json, "eventAttributionSource"))
                    .build();
        } catch (IllegalArgumentException e) {
            throw new IOException("not an interaction: " + e.getMessage(), e);
        }
    }

    @Nullable
    private static String text(JsonNode json, String name) {
        return json.hasNonNull(name) ? json.get(name).asText() : null;
    }

    @Nullable
    private static String[] items(@Nullable JsonNode array) {
        if (array == null) {
            return null;
        }
        List<String> items = new ArrayList<>();
        array.forEach(item -> items.add(item.asText()));
        return items.toArray(new String[0]);
    }

    private InteractionJson() {}
}
