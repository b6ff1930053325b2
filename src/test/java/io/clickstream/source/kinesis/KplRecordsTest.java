package io.clickstream.source.kinesis;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.testing.PackedRecord;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class KplRecordsTest {

    /** Wire types of protocol buffers. */
    private static final int BYTES = 2;

    private static final int START_GROUP = 3;
    private static final int END_GROUP = 4;

    /** The number of the field that holds the records. */
    private static final int RECORDS = 3;

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

    /** With a right sum: whoever can write to the stream can make one. */
    @ParameterizedTest
    @MethodSource("hostileBodies")
    void hostileNestingAndLengthsAreNoPackage(String what, byte[] body) {
        assertThat(KplRecords.unpack(PackedRecord.of(body))).as(what).isNull();
    }

    static Stream<Arguments> hostileBodies() {
        byte[] groups = new byte[1_000_000];
        Arrays.fill(groups, tag(7, START_GROUP));
        byte[] groupsInARecord = new byte[1_000_000];
        Arrays.fill(groupsInARecord, tag(7, START_GROUP));
        byte[] head = {tag(RECORDS, BYTES), (byte) 0xBC, (byte) 0x84, 0x3D};
        System.arraycopy(head, 0, groupsInARecord, 0, head.length);
        byte[] endOfGroup = {tag(7, END_GROUP)};
        byte[] noField = {tag(0, BYTES), 0};
        return Stream.of(
                        Map.entry("nested groups", groups),
                        Map.entry("nested groups in a record", groupsInARecord),
                        Map.entry("an end without a beginning", endOfGroup),
                        Map.entry("field 0", noField),
                        Map.entry("a record of 2 GB", length(RECORDS, Integer.MAX_VALUE)),
                        Map.entry("a record of -1 byte", length(RECORDS, -1)),
                        Map.entry("a key of 2 GB", length(1, Integer.MAX_VALUE)),
                        Map.entry("a key of -1 byte", length(1, -1)),
                        Map.entry("an unknown field of 2 GB", length(9, Integer.MAX_VALUE)),
                        Map.entry("an unknown field of -2 GB", length(9, Integer.MIN_VALUE)))
                .map(each -> Arguments.of(each.getKey(), each.getValue()));
    }

    @Test
    void anyBodyIsAPackageOrNone() {
        Random random = new Random(17);
        byte[] good = PackedRecord.of("key", List.of(ONE, TWO, new byte[300]));
        byte[] body = Arrays.copyOfRange(good, 4, good.length - 16);
        int packages = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] bad = Arrays.copyOf(body, 1 + random.nextInt(body.length));
            for (int changes = random.nextInt(6); changes >= 0; changes--) {
                bad[random.nextInt(Math.min(bad.length, 20))] = (byte) random.nextInt();
            }
            List<byte[]> records = KplRecords.unpack(PackedRecord.of(bad));
            packages += records == null ? 0 : 1;
        }
        assertThat(packages).isBetween(50, 20_000);
    }

    private static byte tag(int field, int wireType) {
        return (byte) ((field << 3) | wireType);
    }

    private static byte[] length(int field, int length) {
        byte[] bytes = new byte[11];
        bytes[0] = tag(field, BYTES);
        int at = 1;
        long rest = length;
        do {
            bytes[at++] = (byte) ((rest & 0x7F) | ((rest >>> 7) == 0 ? 0 : 0x80));
            rest >>>= 7;
        } while (rest != 0);
        return Arrays.copyOf(bytes, at);
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
