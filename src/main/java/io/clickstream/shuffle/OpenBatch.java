package io.clickstream.shuffle;

import io.clickstream.event.Click;
import io.clickstream.event.ClickSerializer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.flink.core.memory.DataOutputSerializer;

/** A batch to which clicks are added, as {@link BatchFormat} says. */
final class OpenBatch {

    /** A power of two; a shop has tens of departments that are visited often. */
    private static final int SLOTS = 64;

    private final DataOutputSerializer out;
    private long time;

    /** Names that have a number, by their hash. One may take another one's place. */
    private final String[] names = new String[SLOTS];

    private final byte[] numbers = new byte[SLOTS];
    private int nameCount;

    OpenBatch(int capacity) {
        out = new DataOutputSerializer(capacity);
    }

    /** The clicks, up to {@link #length()}; good until the next one is added. */
    byte[] bytes() {
        return out.getSharedBuffer();
    }

    int length() {
        return out.length();
    }

    /** Begins anew, in the same array. */
    void clear() {
        out.clear();
        time = 0;
        nameCount = 0;
        Arrays.fill(names, null);
    }

    /** Adds a click that has nothing but a user's number, a time and a department. */
    void add(Click click) throws IOException {
        int checkout = click.isCheckout() ? BatchFormat.CHECKOUT : 0;
        String department = click.department();
        if (department == null) {
            addHead(checkout, click);
        } else {
            addWithDepartment(checkout, click, department);
        }
    }

    private void addHead(int tag, Click click) throws IOException {
        out.write(tag);
        writeZigzag(click.user().number());
        writeZigzag(click.timestamp() - time);
        time = click.timestamp();
    }

    @SuppressWarnings("ReferenceEquality") // Pooled strings are the same object.
    private void addWithDepartment(int tag, Click click, String department) throws IOException {
        int slot = department.hashCode() & (SLOTS - 1);
        if (names[slot] == department) {
            addHead(tag | BatchFormat.NUMBER, click);
            out.write(numbers[slot]);
            return;
        }
        addHead(tag | BatchFormat.NAME, click);
        byte[] utf8 = department.getBytes(StandardCharsets.UTF_8);
        writeVarint(utf8.length);
        out.write(utf8);
        if (nameCount < BatchFormat.MAX_NAMES) {
            names[slot] = department;
            numbers[slot] = (byte) nameCount++;
        }
    }

    /** Adds any click. */
    void addWhole(Click click, ClickSerializer serializer) throws IOException {
        out.write(BatchFormat.WHOLE);
        serializer.serialize(click, out);
    }

    private void writeZigzag(long value) throws IOException {
        writeVarint((value << 1) ^ (value >> (Long.SIZE - 1)));
    }

    private void writeVarint(long value) throws IOException {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) rest | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
