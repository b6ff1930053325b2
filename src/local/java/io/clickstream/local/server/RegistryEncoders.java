package io.clickstream.local.server;

import com.amazonaws.services.schemaregistry.serializers.GlueSchemaRegistryKafkaSerializer;
import com.amazonaws.services.schemaregistry.utils.AWSSchemaRegistryConstants;
import com.amazonaws.services.schemaregistry.utils.AvroRecordType;
import io.clickstream.tools.traffic.ClickEncoder;
import io.clickstream.tools.traffic.GeneratedClick;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.glue.model.DataFormat;

/** Encoders that register the schemas they write with. Not safe for several threads. */
public final class RegistryEncoders {

    /** Writes a click with a schema of choice. */
    @FunctionalInterface
    public interface VersionedEncoder {

        byte[] encode(WriterVersion version, GeneratedClick click);

        /** Half of the clicks by the older schema, half by the newer one. */
        default ClickEncoder mixed() {
            return click -> encode(WriterVersion.of(click), click);
        }
    }

    /** Confluent's wire format: byte 0, the id as 4 bytes, Avro. */
    public static VersionedEncoder confluent(ConfluentRegistry registry, String subject) {
        Map<WriterVersion, Integer> ids = new EnumMap<>(WriterVersion.class);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        return (version, click) -> {
            int id =
                    ids.computeIfAbsent(
                            version, key -> registry.register(subject, key.schema().toString()));
            bytes.reset();
            bytes.write(0);
            bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(id).array());
            try {
                new GenericDatumWriter<GenericRecord>(version.schema())
                        .write(version.record(click), encoder);
                encoder.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return bytes.toByteArray();
        };
    }

    /**
     * Glue's wire format, by Amazon's own serializer, which registers schemas over HTTP.
     *
     * @param schemaName the schema that the writer's ones become versions of
     * @param zlib whether bodies are packed
     */
    public static VersionedEncoder glue(GlueRegistry registry, String schemaName, boolean zlib) {
        Map<String, Object> settings = glueSettings(registry);
        settings.put(AWSSchemaRegistryConstants.SCHEMA_NAME, schemaName);
        settings.put(AWSSchemaRegistryConstants.DATA_FORMAT, DataFormat.AVRO.name());
        settings.put(AWSSchemaRegistryConstants.SCHEMA_AUTO_REGISTRATION_SETTING, true);
        settings.put(
                AWSSchemaRegistryConstants.COMPRESSION_TYPE,
                (zlib
                                ? AWSSchemaRegistryConstants.COMPRESSION.ZLIB
                                : AWSSchemaRegistryConstants.COMPRESSION.NONE)
                        .name());
        GlueSchemaRegistryKafkaSerializer serializer =
                new GlueSchemaRegistryKafkaSerializer(credentials(), settings);
        serializer.configure(settings, false);
        return (version, click) -> serializer.serialize(schemaName, version.record(click));
    }

    /** What Amazon's serializer and deserializer both must be told. */
    public static Map<String, Object> glueSettings(GlueRegistry registry) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(AWSSchemaRegistryConstants.AWS_ENDPOINT, registry.uri().toString());
        settings.put(AWSSchemaRegistryConstants.AWS_REGION, GlueRegistry.REGION);
        settings.put(
                AWSSchemaRegistryConstants.AVRO_RECORD_TYPE,
                AvroRecordType.GENERIC_RECORD.getName());
        return settings;
    }

    /** A login that the stand-in does not check. */
    public static StaticCredentialsProvider credentials() {
        return StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local"));
    }

    private RegistryEncoders() {}
}
