package io.clickstream.format;

import static io.clickstream.format.AvroRecords.bytes;
import static io.clickstream.format.AvroRecords.field;
import static io.clickstream.format.AvroRecords.record;
import static io.clickstream.format.AvroRecords.schema;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import samples.clickstream.avro.ClickEvent;

/** Bytes that no honest writer would write are malformed, and cost neither time nor memory. */
class DamagedAvroTest {

    private static final Schema WIRE = ClickEvent.getClassSchema();
    private static final String REST =
            field("userid", "\"int\"") + "," + field("eventtimestamp", "\"long\"");

    /** All that a writer may think of, so that random bytes meet all of it. */
    private static final Schema RICH =
            schema(
                    String.join(
                            ",",
                            field("tags", "{\"type\":\"array\",\"items\":\"string\"}"),
                            field("nulls", "{\"type\":\"array\",\"items\":\"null\"}"),
                            field(
                                    "map",
                                    "{\"type\":\"map\",\"values\":{\"type\":\"map\",\"values\":"
                                            + "\"bytes\"}}"),
                            field("userid", "[\"null\",\"int\",\"string\"]"),
                            field("eventtimestamp", "[\"long\",\"null\"]"),
                            field(
                                    "event_type",
                                    "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"]}"),
                            field("parent", "[\"null\",\"Click\"]"),
                            field("product_type", "[\"string\",\"null\"]")));

    private final ClickFields fields = new ClickFields();

    @Test
    void isMalformedWhereItEndsTooEarly() throws Exception {
        byte[] whole = wire();
        AvroClickDecoder decoder = new AvroClickDecoder(WIRE);

        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> decoder.decode(part, fields))
                    .as("%s bytes", length)
                    .isInstanceOf(MalformedRecordException.class);
        }
        assertMalformed(
                WIRE,
                Arrays.copyOf(whole, whole.length - 1),
                "the record ends inside the Avro datum (" + (whole.length - 1) + " bytes)");
    }

    @Test
    void isMalformedWhereMoreFollows() throws Exception {
        byte[] whole = wire();

        assertMalformed(
                WIRE,
                Arrays.copyOf(whole, whole.length + 1),
                "there is more data after the Avro datum of the writer's schema");
    }

    @Test
    void neverGoesBack() throws Exception {
        // Avro itself would skip the first field by a step back, and read on as if all were well.
        assertMalformed(
                WIRE, bytes(out -> out.writeLong(-1)), "a string of -1 bytes in a record of 1");
    }

    @Test
    void staysSmallHoweverLongAStringClaimsToBe() throws Exception {
        for (String type : new String[] {"\"string\"", "\"bytes\""}) {
            assertMalformed(
                    schema(field("ip", type) + "," + REST),
                    bytes(out -> out.writeLong(Integer.MAX_VALUE)),
                    "a string of 2147483647 bytes in a record of 5");
        }
        assertMalformed(
                schema(field("product_type", "\"string\"") + "," + REST),
                bytes(out -> out.writeLong(Long.MAX_VALUE)),
                "a string of 9223372036854775807 bytes in a record of 10");
    }

    @Test
    void countsTheItemsOfArrays() throws Exception {
        Schema schema =
                schema(
                        field(
                                        "a",
                                        "{\"type\":\"array\",\"items\":{\"type\":\"array\",\"items\":"
                                            + "\"null\"}}")
                                + ","
                                + REST);
        assertMalformed(
                schema,
                bytes(out -> out.writeLong(Long.MAX_VALUE)),
                "a block of 9223372036854775807 items in a record of 10 bytes");
        assertMalformed(
                schema,
                bytes(
                        out -> {
                            out.writeLong(Long.MIN_VALUE);
                            out.writeLong(0);
                        }),
                "a block of -9223372036854775808 items in a record of 11 bytes");
        assertMalformed(
                schema,
                bytes(
                        out -> {
                            out.writeLong(3);
                            for (int i = 0; i < 3; i++) {
                                out.writeLong(1);
                                out.writeLong(0);
                            }
                            out.writeLong(3);
                        }),
                "a block of 3 items in a record of 8 bytes");
    }

    @Test
    void doesNotReadAnArrayForever() throws Exception {
        byte[] stepsBack =
                bytes(
                        out -> {
                            out.writeLong(3);
                            out.writeLong(-1);
                            out.writeFixed(new byte[10]);
                        });

        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () ->
                        assertMalformed(
                                schema(
                                        field("a", "{\"type\":\"array\",\"items\":\"string\"}")
                                                + ","
                                                + REST),
                                stepsBack,
                                "a string of -1 bytes in a record of 12"));
    }

    @Test
    void knowsBranchesAndSymbols() throws Exception {
        assertMalformed(
                schema(
                        field("a", "{\"type\":\"array\",\"items\":[\"null\",\"int\"]}")
                                + ","
                                + REST),
                bytes(
                        out -> {
                            out.writeLong(1);
                            out.writeIndex(2);
                        }),
                "a union has branch 2 of a union of 2");
        assertMalformed(
                schema(field("event_type", "[\"null\",\"string\"]") + "," + REST),
                bytes(out -> out.writeIndex(-1)),
                "event_type has branch -1 of a union of 2");
        assertMalformed(
                schema(
                        field(
                                        "product_type",
                                        "{\"type\":\"enum\",\"name\":\"D\",\"symbols\":[\"Books\"]}")
                                + ","
                                + REST),
                bytes(out -> out.writeEnum(1)),
                "product_type has symbol 1 of an enum of 1");
        assertMalformed(
                schema(
                        field("kind", "{\"type\":\"enum\",\"name\":\"D\",\"symbols\":[\"A\"]}")
                                + ","
                                + REST),
                bytes(out -> out.writeEnum(1)),
                "a field has symbol 1 of an enum of 1");
    }

    /** As for Avro's own reader, only a 1 is true. */
    @Test
    void takesNoOtherByteForTrue() throws Exception {
        for (int value = 0; value < 3; value++) {
            byte[] record = {2, 2, (byte) value};
            new AvroClickDecoder(schema(REST + "," + field("product_type", "\"boolean\"")))
                    .decode(record, fields);
            assertThat(fields.department()).isEqualTo(Boolean.toString(value == 1));
        }
    }

    @Test
    void goesOnlySoDeep() throws Exception {
        Schema chain = schema(field("next", "[\"null\",\"Click\"]") + "," + REST);

        assertMalformed(
                chain,
                bytes(
                        out -> {
                            for (int i = 0; i < 500_000; i++) {
                                out.writeIndex(1);
                            }
                        }),
                "nested more than 1000 levels deep");
    }

    @Property(tries = 5000)
    void throwsNothingElseOnAnyBytes(@ForAll byte[] random) {
        assertMalformedOrFine(WIRE, random);
        assertMalformedOrFine(RICH, random);
    }

    @Property(tries = 2000)
    void throwsNothingElseOnDamagedRecords(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        byte[] damaged = wire();
        for (int i = 0; i <= random.nextInt(4); i++) {
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
        }

        assertMalformedOrFine(WIRE, damaged);
    }

    private void assertMalformedOrFine(Schema schema, byte[] bytes) {
        try {
            new AvroClickDecoder(schema).decode(bytes, fields);
        } catch (MalformedRecordException e) {
            assertThat(e.getMessage()).isNotBlank().doesNotContain("\n");
        }
    }

    private void assertMalformed(Schema schema, byte[] bytes, String problem) {
        assertThatThrownBy(() -> new AvroClickDecoder(schema).decode(bytes, fields))
                .isInstanceOf(MalformedRecordException.class)
                .hasMessage(problem);
    }

    private static byte[] wire() throws IOException {
        return bytes(
                record(
                        WIRE,
                        "ip",
                        "66.249.1.133",
                        "eventtimestamp",
                        1_655_183_298_630L,
                        "devicetype",
                        "tablet",
                        "event_type",
                        "order",
                        "product_type",
                        "Books",
                        "userid",
                        7496,
                        "globalseq",
                        2L,
                        "prevglobalseq",
                        0L));
    }
}
