package io.clickstream.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import samples.clickstream.avro.ClickEvent;

/** A click is the same click in either format. */
class DecodersAgreeTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ClickDecoder avro = new AvroClickDecoder(ClickEvent.getClassSchema());
    private final ClickDecoder json = new JsonClickDecoder();

    @Property(tries = 2000)
    void agree(
            @ForAll int user,
            @ForAll long time,
            @ForAll("texts") String eventType,
            @ForAll("texts") String department)
            throws Exception {
        ClickFields fromAvro = new ClickFields();
        ClickFields fromJson = new ClickFields();

        avro.decode(
                AvroRecords.bytes(
                        AvroRecords.record(
                                ClickEvent.getClassSchema(),
                                "ip",
                                "::1",
                                "eventtimestamp",
                                time,
                                "devicetype",
                                "",
                                "event_type",
                                eventType,
                                "product_type",
                                department,
                                "userid",
                                user,
                                "globalseq",
                                time,
                                "prevglobalseq",
                                0L)),
                fromAvro);
        ObjectNode object =
                JSON.createObjectNode()
                        .put("userid", user)
                        .put("eventtimestamp", time)
                        .put("event_type", eventType)
                        .put("product_type", department);
        json.decode(JSON.writeValueAsBytes(object), fromJson);

        assertThat(fromAvro.user()).isEqualTo(fromJson.user());
        assertThat(fromAvro.time()).isEqualTo(fromJson.time()).isEqualTo(time);
        assertThat(fromAvro.eventType()).isEqualTo(fromJson.eventType()).isEqualTo(eventType);
        assertThat(fromAvro.department()).isEqualTo(fromJson.department()).isEqualTo(department);
        assertThat(fromJson.hasTime() && fromAvro.hasTime()).isTrue();
    }

    /** Any text that UTF-8 can hold: no half of a pair of surrogates. */
    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings()
                .ofMaxLength(20)
                .filter(text -> text.chars().noneMatch(c -> Character.isSurrogate((char) c)))
                .map(text -> Objects.hash(text) % 5 == 0 ? text + "🎧" : text)
                .injectNull(0.1);
    }
}
