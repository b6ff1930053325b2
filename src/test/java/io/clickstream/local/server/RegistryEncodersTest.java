package io.clickstream.local.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.schemaregistry.deserializers.GlueSchemaRegistryKafkaDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.local.server.RegistryEncoders.VersionedEncoder;
import io.clickstream.tools.traffic.GeneratedClick;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.junit.jupiter.api.Test;

/** What the generator writes, read by Avro and by Amazon's own deserializer. */
class RegistryEncodersTest {

    private static final GeneratedClick CLICK =
            new GeneratedClick("66.249.1.133", 5, "tablet", "order", "Books", 7496, 12, 11);
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void confluentsRecordsAreReadByTheirSchemas() throws Exception {
        try (ConfluentRegistry registry = ConfluentRegistry.start()) {
            VersionedEncoder encoder = registry.encoder("clicks");
            for (WriterVersion version : WriterVersion.values()) {
                ByteBuffer record = ByteBuffer.wrap(encoder.encode(version, CLICK));

                assertThat(record.get()).isZero();
                JsonNode answer = get(registry.uri().resolve("/schemas/ids/" + record.getInt()));
                Schema schema = new Schema.Parser().parse(answer.get("schema").asText());
                GenericRecord read =
                        new GenericDatumReader<GenericRecord>(schema)
                                .read(
                                        null,
                                        DecoderFactory.get()
                                                .binaryDecoder(
                                                        record.array(),
                                                        record.position(),
                                                        record.remaining(),
                                                        null));
                assertThat(read).hasToString(version.record(CLICK).toString());
            }
            assertThat(get(registry.uri().resolve("/subjects"))).hasToString("[\"clicks-value\"]");
        }
    }

    @Test
    void confluentsRegistryTakesSchemasOverHttp() throws Exception {
        try (ConfluentRegistry registry = ConfluentRegistry.start()) {
            String posted =
                    JSON.createObjectNode()
                            .put("schema", WriterVersion.OLDER.schema().toString())
                            .toString();
            URI versions = registry.uri().resolve("/subjects/clicks-value/versions");
            for (int i = 0; i < 2; i++) {
                assertThat(
                                HttpClient.newHttpClient()
                                        .send(
                                                HttpRequest.newBuilder(versions)
                                                        .POST(BodyPublishers.ofString(posted))
                                                        .build(),
                                                BodyHandlers.ofString())
                                        .body())
                        .isEqualTo("{\"id\":1}");
            }
            assertThat(get(registry.uri().resolve("/schemas/ids/1"))).hasToString(posted);
            assertThat(get(registry.uri().resolve("/schemas/ids/2")))
                    .hasToString("{\"error_code\":40403,\"message\":\"Schema 2 not found\"}");
        }
    }

    @Test
    void gluesRecordsAreReadByItsDeserializer() {
        try (GlueRegistry registry = GlueRegistry.start();
                GlueSchemaRegistryKafkaDeserializer serde =
                        new GlueSchemaRegistryKafkaDeserializer(
                                RegistryEncoders.credentials(),
                                RegistryEncoders.glueSettings(registry))) {
            serde.configure(RegistryEncoders.glueSettings(registry), false);
            for (boolean zlib : List.of(false, true)) {
                VersionedEncoder encoder = RegistryEncoders.glue(registry, "clicks", zlib);
                for (WriterVersion version : WriterVersion.values()) {
                    assertThat(serde.deserialize("clicks", encoder.encode(version, CLICK)))
                            .hasToString(version.record(CLICK).toString());
                }
            }
        }
    }

    private static JsonNode get(URI uri) throws Exception {
        return JSON.readTree(
                HttpClient.newHttpClient()
                        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                        .body());
    }
}
