package io.clickstream.source.kinesis;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.testing.PackedRecord;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class KplRecordsTest {

    private static final byte[] ONE = "one".getBytes(StandardCharsets.UTF_8);
    private static final byte[] TWO = "two".getBytes(StandardCharsets.UTF_8);

    @Test
    void unpacksAllInTheirOrder() {
        assertThat(KplRecords.unpack(PackedRecord.of("key", List.of(ONE, TWO, new byte[0]))))
                .containsExactly(ONE, TWO, new byte[0]);
    }

    @Test
    void aPackageOfNothingHoldsNothing() {
        assertThat(KplRecords.unpack(PackedRecord.of("key", List.of()))).isEmpty();
    }

    @Test
    void whatIsNoPackageIsARecordOfItsOwn() {
        byte[] packed = PackedRecord.of("key", List.of(ONE, TWO));
        byte[] damaged = packed.clone();
        damaged[10] ^= 1;

        assertThat(KplRecords.unpack(ONE)).isNull();
        assertThat(KplRecords.unpack(new byte[0])).isNull();
        assertThat(KplRecords.unpack(damaged)).isNull();
        assertThat(KplRecords.unpack(Arrays.copyOf(packed, packed.length - 1))).isNull();
        assertThat(KplRecords.unpack(Arrays.copyOf(packed, 19))).isNull();
        // The sum is right, but what it is of is no protocol buffer.
        assertThat(KplRecords.unpack(PackedRecord.of(new byte[] {7, 7, 7}))).isNull();
    }
}
