package io.clickstream.sink.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GzipOutputTest {

    private static final int MEMBER = 128 * 1024;

    /** Without this, the archive would be slow, and nothing else would tell. */
    @Test
    void usesTheFastCompressorOnTheProcessorsOfTheService() {
        assumeTrue(System.getProperty("os.name").equals("Linux"));
        assumeTrue(System.getProperty("os.arch").equals("amd64"));

        assertThat(GzipOutput.Packer.hasIntel()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, MEMBER - 1, MEMBER, MEMBER + 1, 2 * MEMBER, 1_000_003})
    void anyNumberOfBytesIsReadAgain(int count) throws IOException {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);

        assertThat(unpack(pack(bytes, count))).isEqualTo(bytes);
        assertThat(unpack(pack(bytes, 1))).isEqualTo(bytes);
        assertThat(unpack(pack(bytes, 1 + count / 3))).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anyBytesAreReadAgainWithBothCompressors(boolean isIntel) throws Exception {
        assumeTrue(!isIntel || GzipOutput.Packer.hasIntel());
        GzipOutput.Packer packer = new GzipOutput.Packer(isIntel);
        byte[] packed = new byte[MEMBER + MEMBER / 64];
        Random random = new Random(20261129);
        for (int i = 0; i < 3_000; i++) {
            byte[] bytes = bytes(random, 1 + random.nextInt(i % 20 == 0 ? MEMBER : 3_000));
            int size = packer.pack(bytes, bytes.length, packed);

            Inflater inflater = new Inflater(true);
            inflater.setInput(packed, 0, size);
            byte[] again = new byte[bytes.length + 1];
            int count = inflater.inflate(again);

            assertThat(inflater.finished()).isTrue();
            assertThat(inflater.getRemaining()).isZero();
            assertThat(Arrays.equals(again, 0, count, bytes, 0, bytes.length)).isTrue();
            inflater.end();
        }
    }

    /** Random, constant, text, or repeated with gaps and errors, as compressors find it hard. */
    private static byte[] bytes(Random random, int count) {
        byte[] bytes = new byte[count];
        int kind = random.nextInt(4);
        int period = 1 + random.nextInt(40_000);
        int errors = random.nextInt(3) * 10;
        byte constant = (byte) random.nextInt();
        for (int i = 0; i < count; i++) {
            if (kind == 0) {
                bytes[i] = (byte) random.nextInt();
            } else if (kind == 1) {
                bytes[i] = constant;
            } else if (kind == 2) {
                bytes[i] = (byte) ('a' + Math.min(random.nextInt(26), random.nextInt(26)));
            } else {
                bytes[i] =
                        i < period || random.nextInt(1_000) < errors
                                ? (byte) random.nextInt()
                                : bytes[i - period];
            }
        }
        return bytes;
    }

    private static byte[] pack(byte[] bytes, int piece) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GzipOutput(packed)) {
            for (int i = 0; i < bytes.length; i += piece) {
                if (piece == 1) {
                    out.write(bytes[i]);
                } else {
                    out.write(bytes, i, Math.min(piece, bytes.length - i));
                }
            }
        }
        return packed.toByteArray();
    }

    private static byte[] unpack(byte[] packed) throws IOException {
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            return in.readAllBytes();
        }
    }
}
