package io.clickstream.testing;

import blue.strategic.parquet.Hydrator;
import blue.strategic.parquet.HydratorSupplier;
import blue.strategic.parquet.ParquetReader;
import blue.strategic.parquet.ParquetWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.parquet.schema.MessageType;

/** Parquet files as another library reads and writes them. */
public final class ParquetRows {

    /** All rows, each as its columns that are not null, in their order. */
    public static List<Map<String, Object>> read(Path file) throws IOException {
        Hydrator<Map<String, Object>, Map<String, Object>> rows =
                new Hydrator<>() {
                    @Override
                    public Map<String, Object> start() {
                        return new LinkedHashMap<>();
                    }

                    @Override
                    public Map<String, Object> add(
                            Map<String, Object> row, String column, Object value) {
                        if (value != null) {
                            row.put(column, value);
                        }
                        return row;
                    }

                    @Override
                    public Map<String, Object> finish(Map<String, Object> row) {
                        return row;
                    }
                };
        try (Stream<Map<String, Object>> all =
                ParquetReader.streamContent(file.toFile(), HydratorSupplier.constantly(rows))) {
            return all.toList();
        }
    }

    /** Writes a file of one column of texts. */
    public static void write(Path file, MessageType schema, String column, List<String> texts)
            throws IOException {
        try (ParquetWriter<String> writer =
                ParquetWriter.writeFile(
                        schema, file.toFile(), (text, row) -> row.write(column, text))) {
            for (String text : texts) {
                writer.write(text);
            }
        }
    }

    private ParquetRows() {}
}
