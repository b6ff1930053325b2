package io.clickstream.local.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.tools.traffic.GeneratedClick;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/** Schemas that writers of different age have for the same click; none is the job's own. */
public enum WriterVersion {
    /** From before there were sequence numbers, with the fields in another order. */
    OLDER {
        @Override
        public Schema schema() {
            return Schemas.OLDER;
        }

        @Override
        public GenericRecord record(GeneratedClick click) {
            return common(click, click.userId());
        }
    },

    /** The wire schema's fields, and more behind and between them; the user is a long. */
    NEWER {
        @Override
        public Schema schema() {
            return Schemas.NEWER;
        }

        @Override
        public GenericRecord record(GeneratedClick click) {
            GenericRecord record = common(click, (long) click.userId());
            record.put("devicetype", click.deviceType());
            record.put("tags", List.of("campaign-" + click.userId() % 7, "web"));
            record.put("globalseq", click.globalSeq());
            record.put("prevglobalseq", click.prevGlobalSeq());
            record.put("price", click.globalSeq() % 3 == 0 ? null : 0.5 * click.globalSeq());
            return record;
        }
    };

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final class Schemas {
        private static final Schema OLDER =
                SchemaBuilder.record("ClickEvent")
                        .namespace("samples.clickstream.avro")
                        .fields()
                        .requiredInt("userid")
                        .requiredString("event_type")
                        .requiredString("product_type")
                        .requiredLong("eventtimestamp")
                        .requiredString("ip")
                        .endRecord();
        private static final Schema NEWER =
                SchemaBuilder.record("ClickEvent")
                        .namespace("samples.clickstream.avro")
                        .fields()
                        .requiredString("ip")
                        .requiredLong("eventtimestamp")
                        .requiredString("devicetype")
                        .name("tags")
                        .type()
                        .array()
                        .items()
                        .stringType()
                        .noDefault()
                        .optionalString("event_type")
                        .optionalString("product_type")
                        .requiredLong("userid")
                        .requiredLong("globalseq")
                        .name("prevglobalseq")
                        .type()
                        .longType()
                        .longDefault(0)
                        .optionalDouble("price")
                        .endRecord();
    }

    public abstract Schema schema();

    /** The click as a record of this schema. */
    public abstract GenericRecord record(GeneratedClick click);

    /** The click in JSON, with the fields of its version. */
    public static byte[] json(GeneratedClick click) {
        try {
            // Avro writes JSON with blanks, and other readers of the same datum without.
            return JSON.writeValueAsBytes(JSON.readTree(of(click).record(click).toString()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Avro writes JSON", e);
        }
    }

    GenericRecord common(GeneratedClick click, Object user) {
        GenericRecord record = new GenericData.Record(schema());
        record.put("userid", user);
        record.put("event_type", click.eventType());
        record.put("product_type", click.productType());
        record.put("eventtimestamp", click.eventTimestamp());
        record.put("ip", click.ip());
        return record;
    }

    /** One of both: half of the clicks have the older schema, whoever clicked. */
    public static WriterVersion of(GeneratedClick click) {
        return click.globalSeq() % 2 == 0 ? OLDER : NEWER;
    }
}
