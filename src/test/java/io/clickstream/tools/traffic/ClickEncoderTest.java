package io.clickstream.tools.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.junit.jupiter.api.Test;
import samples.clickstream.avro.ClickEvent;

class ClickEncoderTest {

    private static final GeneratedClick CLICK =
            new GeneratedClick(
                    "66.249.1.133", 1_655_183_298_630L, "tablet", "home_page", "N/A", 7496, 2, 1);

    @Test
    void jsonIsTheLabsLine() {
        assertThat(new String(ClickEncoder.json().encode(CLICK), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"ip\":\"66.249.1.133\",\"eventtimestamp\":1655183298630,"
                                + "\"devicetype\":\"tablet\",\"event_type\":\"home_page\","
                                + "\"product_type\":\"N/A\",\"userid\":7496,\"globalseq\":2,"
                                + "\"prevglobalseq\":1}");
    }

    @Test
    void avroIsReadBack() throws IOException {
        ClickEncoder avro = ClickEncoder.avro();
        // Twice, since the encoder's buffer is used again.
        avro.encode(CLICK);
        byte[] bytes = avro.encode(CLICK);

        ClickEvent event =
                new SpecificDatumReader<>(ClickEvent.class)
                        .read(null, DecoderFactory.get().binaryDecoder(bytes, null));

        assertThat(event)
                .isEqualTo(
                        new ClickEvent(
                                "66.249.1.133",
                                1_655_183_298_630L,
                                "tablet",
                                "home_page",
                                "N/A",
                                7496,
                                2L,
                                1L));
    }
}
