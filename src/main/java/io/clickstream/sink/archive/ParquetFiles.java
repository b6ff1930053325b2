package io.clickstream.sink.archive;

import io.clickstream.config.ClickField;
import io.clickstream.config.JsonMapping;
import io.clickstream.config.OptionalFields;
import io.clickstream.event.ArchivedBatch;
import io.clickstream.event.ArchivedRecord;
import io.clickstream.format.ClickFields;
import io.clickstream.format.JsonClickDecoder;
import io.clickstream.format.MalformedRecordException;
import io.clickstream.format.ParquetColumns;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import javax.annotation.Nullable;
import org.apache.flink.api.common.serialization.BulkWriter;
import org.apache.flink.formats.parquet.ParquetBuilder;
import org.apache.flink.formats.parquet.ParquetWriterFactory;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;

/** Writes the columns of clicks and the whole records into Parquet files. */
final class ParquetFiles {

    static final String SUFFIX = ".parquet";

    /**
     * The size of the rows that a writer keeps in memory before it writes them, in bytes. Files end
     * with each checkpoint, so larger groups would rarely fill, and a subtask may write several
     * hours at the same time.
     */
    private static final long ROW_GROUP_BYTES = 16L * 1024 * 1024;

    /** Creates a factory of writers, whose columns are the fields of a mapping. */
    static BulkWriter.Factory<ArchivedBatch> writers(JsonMapping mapping) {
        ParquetBuilder<ArchivedRecord> builder = file -> new Builder(file, mapping).build();
        ParquetWriterFactory<ArchivedRecord> rows = new ParquetWriterFactory<>(builder);
        return file -> new Batches(rows.create(file));
    }

    /** Writes each record of a batch as a row. */
    private static final class Batches implements BulkWriter<ArchivedBatch> {

        private final BulkWriter<ArchivedRecord> rows;

        Batches(BulkWriter<ArchivedRecord> rows) {
            this.rows = rows;
        }

        @Override
        public void addElement(ArchivedBatch batch) throws IOException {
            for (int i = 0; i < batch.size(); i++) {
                rows.addElement(batch.record(i));
            }
        }

        @Override
        public void flush() throws IOException {
            rows.flush();
        }

        @Override
        public void finish() throws IOException {
            rows.finish();
        }
    }

    private static final class Builder extends ParquetWriter.Builder<ArchivedRecord, Builder> {

        private final JsonMapping mapping;

        Builder(OutputFile file, JsonMapping mapping) {
            super(file);
            this.mapping = mapping;
            withConf(new PlainParquetConfiguration());
            withCodecFactory(new ZstdPages());
            withCompressionCodec(CompressionCodecName.ZSTD);
            // A dictionary of times or users would be nearly as large as the column.
            withDictionaryEncoding(ParquetColumns.EVENT_TIME, false);
            withDictionaryEncoding(ParquetColumns.ARRIVAL_TIME, false);
            withDictionaryEncoding(ParquetColumns.USER_ID, false);
            withRowGroupSize(ROW_GROUP_BYTES);
            // Every record differs from all others, and nobody looks for the first or last one.
            withDictionaryEncoding(ParquetColumns.RECORD, false);
            withStatisticsEnabled(ParquetColumns.RECORD, false);
        }

        @Override
        protected Builder self() {
            return this;
        }

        /** Required by the base class, but never called. */
        @Override
        @SuppressWarnings("deprecation")
        protected WriteSupport<ArchivedRecord> getWriteSupport(Configuration configuration) {
            return new Rows(mapping);
        }

        @Override
        protected WriteSupport<ArchivedRecord> getWriteSupport(ParquetConfiguration configuration) {
            return new Rows(mapping);
        }
    }

    private static final class Rows extends WriteSupport<ArchivedRecord> {

        private static final int EVENT_TIME =
                ParquetColumns.SCHEMA.getFieldIndex(ParquetColumns.EVENT_TIME);
        private static final int ARRIVAL_TIME =
                ParquetColumns.SCHEMA.getFieldIndex(ParquetColumns.ARRIVAL_TIME);
        private static final int RECORD =
                ParquetColumns.SCHEMA.getFieldIndex(ParquetColumns.RECORD);

        private final JsonClickDecoder decoder;
        private final ClickFields fields = new ClickFields();
        private final Texts texts = new Texts();
        private RecordConsumer columns;

        Rows(JsonMapping mapping) {
            OptionalFields optional =
                    mapping.item()
                            .map(item -> OptionalFields.NONE.with(ClickField.ITEM, item))
                            .orElse(OptionalFields.NONE);
            decoder = new JsonClickDecoder(mapping, optional);
        }

        /** Required by the base class, but never called. */
        @Override
        @SuppressWarnings("deprecation")
        public WriteContext init(Configuration configuration) {
            return context();
        }

        @Override
        public WriteContext init(ParquetConfiguration configuration) {
            return context();
        }

        private static WriteContext context() {
            return new WriteContext(ParquetColumns.SCHEMA, Map.of());
        }

        @Override
        public void prepareForWrite(RecordConsumer consumer) {
            columns = consumer;
        }

        @Override
        public void write(ArchivedRecord record) {
            columns.startMessage();
            if (record.eventTime() != ArchivedRecord.NO_TIME) {
                time(ParquetColumns.EVENT_TIME, EVENT_TIME, record.eventTime());
            }
            if (isRead(record)) {
                text(ParquetColumns.USER_ID, fields.user() == null ? null : fields.user().asText());
                text(ParquetColumns.EVENT_TYPE, fields.eventType());
                text(ParquetColumns.DEPARTMENT, fields.department());
                text(ParquetColumns.ITEM, fields.get(ClickField.ITEM));
            }
            time(ParquetColumns.ARRIVAL_TIME, ARRIVAL_TIME, record.arrival());
            columns.startField(ParquetColumns.RECORD, RECORD);
            columns.addBinary(Binary.fromConstantByteArray(record.json()));
            columns.endField(ParquetColumns.RECORD, RECORD);
            columns.endMessage();
        }

        /**
         * Whether the record has columns. Records that are not clicks, such as one whose user is an
         * array, have none.
         */
        private boolean isRead(ArchivedRecord record) {
            try {
                decoder.decode(record.json(), fields);
                return true;
            } catch (MalformedRecordException e) {
                return false;
            }
        }

        private void time(String name, int field, long millis) {
            columns.startField(name, field);
            columns.addLong(millis);
            columns.endField(name, field);
        }

        private void text(String name, @Nullable String text) {
            if (text != null) {
                int field = ParquetColumns.SCHEMA.getFieldIndex(name);
                columns.startField(name, field);
                columns.addBinary(texts.binary(text));
                columns.endField(name, field);
            }
        }
    }

    /** The UTF-8 of texts that come again and again, such as departments and active users. */
    private static final class Texts {

        private static final int SLOTS = 4096;

        private final String[] texts = new String[SLOTS];
        private final Binary[] binaries = new Binary[SLOTS];

        Binary binary(String text) {
            int hash = text.hashCode();
            int slot = (hash ^ hash >>> 16) & SLOTS - 1;
            if (!text.equals(texts[slot])) {
                texts[slot] = text;
                binaries[slot] =
                        Binary.fromConstantByteArray(text.getBytes(StandardCharsets.UTF_8));
            }
            return binaries[slot];
        }
    }

    private ParquetFiles() {}
}
