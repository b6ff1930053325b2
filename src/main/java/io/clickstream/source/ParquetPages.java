package io.clickstream.source;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.CodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Decompresses pages of Parquet files. Parquet's own factory needs classes of Hadoop for some
 * codecs, which the job does not have. Of these, gzip is common: Athena writes it by default.
 */
final class ParquetPages implements CompressionCodecFactory {

    private final CodecFactory ofParquet = new CodecFactory(new PlainParquetConfiguration(), 0);

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        switch (codec) {
            case UNCOMPRESSED:
            case SNAPPY:
            case ZSTD:
                return ofParquet.getDecompressor(codec);
            case GZIP:
                return new Gzip();
            default:
                throw new UnsupportedParquetException(
                        "it is compressed with "
                                + codec
                                + "; Parquet can be uncompressed, or compressed with ZSTD, SNAPPY,"
                                + " or GZIP");
        }
    }

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        throw new UnsupportedOperationException("A replay only reads");
    }

    @Override
    public void release() {
        ofParquet.release();
    }

    private static final class Gzip implements BytesInputDecompressor {

        @Override
        public BytesInput decompress(BytesInput page, int size) throws IOException {
            return BytesInput.from(unpacked(page.toInputStream(), size));
        }

        @Override
        public void decompress(ByteBuffer page, int packedSize, ByteBuffer to, int size)
                throws IOException {
            byte[] packed = new byte[packedSize];
            page.get(packed);
            to.put(unpacked(new ByteArrayInputStream(packed), size));
        }

        private static byte[] unpacked(InputStream page, int size) throws IOException {
            byte[] bytes = new byte[size];
            try (GZIPInputStream in = new GZIPInputStream(page)) {
                int read = in.readNBytes(bytes, 0, size);
                if (read < size) {
                    throw new EOFException("a page has " + read + " bytes instead of " + size);
                }
            }
            return bytes;
        }

        @Override
        public void release() {
            // Nothing is kept between pages.
        }
    }
}
