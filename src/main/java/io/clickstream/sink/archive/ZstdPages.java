package io.clickstream.sink.archive;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Compresses pages of Parquet files with Zstandard. Parquet's own factory takes the level from
 * Hadoop's configuration, which the job does not have.
 */
final class ZstdPages implements CompressionCodecFactory {

    /** Records are much alike. Level 3, the default, takes longer and saves no bytes. */
    private static final int LEVEL = 1;

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        return new BytesInputCompressor() {
            @Override
            public BytesInput compress(BytesInput page) throws IOException {
                ByteArrayOutputStream bytes =
                        new ByteArrayOutputStream(Math.toIntExact(page.size()));
                page.writeAllTo(bytes);
                return BytesInput.from(Zstd.compress(bytes.toByteArray(), LEVEL));
            }

            @Override
            public CompressionCodecName getCodecName() {
                return CompressionCodecName.ZSTD;
            }

            @Override
            public void release() {
                // Nothing is kept between pages.
            }
        };
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        throw new UnsupportedOperationException("The archive only writes");
    }

    @Override
    public void release() {
        // Nothing is kept between pages.
    }
}
