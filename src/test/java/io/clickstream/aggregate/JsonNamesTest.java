package io.clickstream.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Names that are written many times. */
class JsonNamesTest {

    /** More than there is room for, so that they take each other's place; and what is escaped. */
    @Test
    void namesAreWrittenAsAnyStringIs() throws IOException {
        List<String> names =
                new ArrayList<>(
                        List.of(
                                "",
                                "Books",
                                "Möbel",
                                "\uD83D\uDE00",
                                "half \uD83D of a pair",
                                "\uDE00 other half",
                                "\"quoted\" \\ \n \u0001 \u007f \u0080 \u2028"));
        for (int i = 0; i < 2_000; i++) {
            names.add("department " + i);
        }
        names.addAll(List.copyOf(names));

        JsonNames writer = new JsonNames();
        assertThat(array(names, writer::write))
                .isEqualTo(array(names, (name, json) -> json.writeString(name)));
    }

    private interface Writer {
        void write(String name, JsonGenerator json) throws IOException;
    }

    private static String array(List<String> names, Writer writer) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            json.writeStartArray();
            for (String name : names) {
                writer.write(name, json);
            }
            json.writeEndArray();
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
