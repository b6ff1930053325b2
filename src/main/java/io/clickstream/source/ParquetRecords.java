package io.clickstream.source;

import io.clickstream.format.ParquetColumns;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import javax.annotation.Nullable;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.util.function.SupplierWithException;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.InitContext;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.io.api.RecordMaterializer;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/** Reads the records in the rows of one Parquet file of the archive. Other columns are not read. */
final class ParquetRecords implements FileRecords {

    private final FlinkFile file;
    private final ParquetReader<byte[]> rows;
    private long number;

    ParquetRecords(Path path, FileSystem files) throws IOException {
        file = new FlinkFile(path, files);
        try {
            rows = new Builder(file).withCodecFactory(new ParquetPages()).build();
        } catch (IOException | RuntimeException e) {
            throw file.failure(e);
        }
    }

    @Override
    @Nullable
    public byte[] next() throws IOException {
        byte[] record;
        try {
            record = rows.read();
        } catch (IOException | RuntimeException e) {
            throw file.failure(e);
        }
        number++;
        return record;
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public String unit() {
        return "rows";
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }

    private static final class Builder extends ParquetReader.Builder<byte[]> {

        Builder(InputFile file) {
            super(file, new PlainParquetConfiguration());
        }

        @Override
        protected ReadSupport<byte[]> getReadSupport() {
            return new RecordColumn();
        }
    }

    /** Reads the column with the whole record from each row. */
    private static final class RecordColumn extends ReadSupport<byte[]> {

        @Override
        public ReadContext init(InitContext context) {
            MessageType file = context.getFileSchema();
            if (!file.containsField(ParquetColumns.RECORD)
                    || !file.getType(ParquetColumns.RECORD).isPrimitive()
                    || file.getType(ParquetColumns.RECORD).asPrimitiveType().getPrimitiveTypeName()
                            != PrimitiveTypeName.BINARY) {
                throw new UnsupportedParquetException(
                        "it has no string column `"
                                + ParquetColumns.RECORD
                                + "`, in which the archive keeps whole records; its columns are "
                                + file.getFields());
            }
            return new ReadContext(
                    new MessageType(file.getName(), file.getType(ParquetColumns.RECORD)));
        }

        /** Required by the base class, but never called. */
        @Override
        @SuppressWarnings("deprecation")
        public RecordMaterializer<byte[]> prepareForRead(
                Configuration configuration,
                Map<String, String> metadata,
                MessageType schema,
                ReadContext context) {
            return new RecordBytes();
        }

        @Override
        public RecordMaterializer<byte[]> prepareForRead(
                ParquetConfiguration configuration,
                Map<String, String> metadata,
                MessageType schema,
                ReadContext context) {
            return new RecordBytes();
        }
    }

    private static final class RecordBytes extends RecordMaterializer<byte[]> {

        private byte[] record = new byte[0];

        private final PrimitiveConverter column =
                new PrimitiveConverter() {
                    @Override
                    public void addBinary(Binary value) {
                        record = value.getBytes();
                    }
                };

        private final GroupConverter row =
                new GroupConverter() {
                    @Override
                    public Converter getConverter(int field) {
                        return column;
                    }

                    @Override
                    public void start() {
                        record = new byte[0];
                    }

                    @Override
                    public void end() {}
                };

        @Override
        public byte[] getCurrentRecord() {
            return record;
        }

        @Override
        public GroupConverter getRootConverter() {
            return row;
        }
    }

    /**
     * A file in any of Flink's file systems. It remembers when the file system fails, because
     * Parquet reports a damaged file by the same exceptions.
     */
    private static final class FlinkFile implements InputFile {

        private final Path path;
        private final FileSystem files;
        @Nullable private IOException ofFileSystem;

        FlinkFile(Path path, FileSystem files) {
            this.path = path;
            this.files = files;
        }

        /** What to throw for an exception of Parquet: that of the file system, if it failed. */
        IOException failure(Exception e) {
            if (ofFileSystem != null) {
                return ofFileSystem;
            }
            Throwable root = e;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            if (root instanceof UnsupportedParquetException) {
                return new UnreadableFileException(root.getMessage(), e);
            }
            String message = root.getMessage() == null ? root.toString() : root.getMessage();
            return new UnreadableFileException("its Parquet data is damaged: " + message, e);
        }

        @Override
        public long getLength() throws IOException {
            return asked(() -> files.getFileStatus(path).getLen());
        }

        @Override
        public SeekableInputStream newStream() throws IOException {
            FSDataInputStream in = asked(() -> files.open(path));
            long length = getLength();
            return new DelegatingSeekableInputStream(new AskedStream(in)) {
                @Override
                public long getPos() throws IOException {
                    return in.getPos();
                }

                @Override
                public void seek(long position) throws IOException {
                    if (position < 0 || position > length) {
                        throw new EOFException("it refers to byte " + position + " of " + length);
                    }
                    asked(
                            () -> {
                                in.seek(position);
                                return position;
                            });
                }
            };
        }

        private <T> T asked(SupplierWithException<T, IOException> request) throws IOException {
            try {
                return request.get();
            } catch (IOException e) {
                ofFileSystem = e;
                throw e;
            }
        }

        private final class AskedStream extends FilterInputStream {

            AskedStream(InputStream in) {
                super(in);
            }

            @Override
            public int read() throws IOException {
                return asked(in::read);
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return asked(() -> in.read(bytes, offset, length));
            }
        }

        @Override
        public String toString() {
            return path.toString();
        }
    }
}
