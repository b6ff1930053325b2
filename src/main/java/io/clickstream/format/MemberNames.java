package io.clickstream.format;

import io.clickstream.event.Texts;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import javax.annotation.Nullable;

/**
 * What records have between the values of an object, such as {@code , "userid": }: a name with all
 * that is around it. Each of these knows which one came next in the record before, since most
 * records of a producer have the same names in the same order, and the same blanks. So the bytes
 * between two values are nearly always compared with one text, eight at a time, and nothing is
 * searched for.
 */
final class MemberNames {

    /** Longer ones are not learned. */
    private static final int MAX_LENGTH = 128;

    /** If there are more, all are forgotten: a producer must not fill the heap with names. */
    private static final int MAX_LEARNED = 256;

    private static final int PLACES = 4 * MAX_LEARNED;
    private static final int SHIFT = Long.SIZE - Integer.numberOfTrailingZeros(PLACES);

    /** 2^64 by the golden ratio, as in Fibonacci hashing (Knuth, TAOCP 3, 6.4). */
    private static final long ODD = 0x9E3779B97F4A7C15L;

    private static final byte[] NONE = new byte[0];

    /** The bytes from the end of a value, or from the opening brace, to the next value. */
    static final class Name {

        private final byte[] bytes;
        @Nullable private final FieldTree member;

        /** The first eight bytes, or as many as there are. */
        private final long head;

        private final long headMask;

        /** The last eight bytes; the same as {@link #head} if there are fewer. */
        private final long tail;

        /** What was behind the value of this one; null if nothing was. */
        @Nullable private Name next;

        private Name(byte[] bytes, @Nullable FieldTree member) {
            this.bytes = bytes;
            this.member = member;
            headMask = mask(bytes.length);
            byte[] padded = Arrays.copyOf(bytes, Math.max(bytes.length, Long.BYTES));
            head = Swar.word(padded, 0);
            tail = Swar.word(padded, padded.length - Long.BYTES);
        }

        private static long mask(int length) {
            return length < Long.BYTES ? (1L << (Byte.SIZE * length)) - 1 : -1;
        }

        /** The node to which the name leads; null if it has no field. */
        @Nullable
        FieldTree member() {
            return member;
        }

        int length() {
            return bytes.length;
        }

        @Nullable
        Name next() {
            return next;
        }

        /** A name that is not the next one of any other. */
        static Name notLearned(@Nullable FieldTree member) {
            return new Name(NONE, member);
        }

        /** Whether a record has these bytes at an index. */
        boolean isAt(byte[] record, int at) {
            int length = bytes.length;
            if (at + Math.max(length, Long.BYTES) > record.length
                    || ((Swar.word(record, at) ^ head) & headMask) != 0) {
                return false;
            }
            return length <= Long.BYTES
                    || (Swar.word(record, at + length - Long.BYTES) == tail
                            && (length <= 2 * Long.BYTES || hasMiddle(record, at)));
        }

        private boolean hasMiddle(byte[] record, int at) {
            for (int i = Long.BYTES; i < bytes.length - Long.BYTES; i += Long.BYTES) {
                if (Swar.word(record, at + i) != Swar.word(bytes, i)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** In front of the first name of an object. */
    private final Name start = new Name(NONE, null);

    private final Map<String, FieldTree> members;
    private final Name[] learned = new Name[PLACES];
    private int count;

    /** The names of an object, some of which lead to fields. */
    MemberNames(Map<String, FieldTree> members) {
        this.members = members;
    }

    Name start() {
        return start;
    }

    /**
     * Finds or learns the name that is in a record, which has no escapes. It then is the next one
     * of the name before it.
     *
     * @param before the name in front of it
     * @param begin the index behind the last value
     * @param nameBegin the index of the name's first byte
     * @param nameEnd the index of its closing quote
     * @param end the index of the next value
     */
    Name findBehind(Name before, byte[] record, int begin, int nameBegin, int nameEnd, int end) {
        int length = end - begin;
        long head = Swar.wordOrRest(record, begin) & Name.mask(length);
        long tail = length < Long.BYTES ? head : Swar.word(record, end - Long.BYTES);
        int place = (int) ((((head * ODD + tail) * ODD + length) * ODD) >>> SHIFT);
        while (learned[place] != null) {
            Name name = learned[place];
            if (name.head == head
                    && name.tail == tail
                    && Arrays.equals(name.bytes, 0, name.bytes.length, record, begin, end)) {
                before.next = name;
                return name;
            }
            place = (place + 1) & (PLACES - 1);
        }
        FieldTree member =
                members.get(
                        new String(record, nameBegin, nameEnd - nameBegin, StandardCharsets.UTF_8));
        // What is learned is not checked again.
        if (length > MAX_LENGTH || Texts.firstInvalid(record, nameBegin, nameEnd) >= 0) {
            return Name.notLearned(member);
        }
        if (count == MAX_LEARNED) {
            forget();
            return Name.notLearned(member);
        }
        Name name = new Name(Arrays.copyOfRange(record, begin, end), member);
        learned[place] = name;
        count++;
        before.next = name;
        return name;
    }

    private void forget() {
        Arrays.fill(learned, null);
        count = 0;
        start.next = null;
    }
}
