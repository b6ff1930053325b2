package io.clickstream.tools.traffic;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import samples.clickstream.avro.ClickEvent;

/** Turns a click into the bytes of a record's value. */
@FunctionalInterface
public interface ClickEncoder {

    byte[] encode(GeneratedClick click);

    /** One JSON object with the lab's fields, in UTF-8. */
    static ClickEncoder json() {
        JsonFactory factory = new JsonFactory();
        return click -> {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
            try (JsonGenerator json = factory.createGenerator(bytes)) {
                json.writeStartObject();
                json.writeStringField("ip", click.ip());
                json.writeNumberField("eventtimestamp", click.eventTimestamp());
                json.writeStringField("devicetype", click.deviceType());
                json.writeStringField("event_type", click.eventType());
                json.writeStringField("product_type", click.productType());
                if (click.name() == null) {
                    json.writeNumberField("userid", click.userId());
                } else {
                    json.writeStringField("userid", click.name());
                }
                json.writeNumberField("globalseq", click.globalSeq());
                json.writeNumberField("prevglobalseq", click.prevGlobalSeq());
                json.writeEndObject();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return bytes.toByteArray();
        };
    }

    /** Plain Avro binary in the wire schema, without a header. Not safe for several threads. */
    static ClickEncoder avro() {
        SpecificDatumWriter<ClickEvent> writer = new SpecificDatumWriter<>(ClickEvent.class);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        return click -> {
            bytes.reset();
            try {
                writer.write(
                        new ClickEvent(
                                click.ip(),
                                click.eventTimestamp(),
                                click.deviceType(),
                                click.eventType(),
                                click.productType(),
                                click.userId(),
                                click.globalSeq(),
                                click.prevGlobalSeq()),
                        encoder);
                encoder.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return bytes.toByteArray();
        };
    }
}
