package io.clickstream.session;

import io.clickstream.event.JsonText;
import java.util.Arrays;
import java.util.TreeSet;
import java.util.function.Consumer;
import javax.annotation.Nullable;

/**
 * The departments of one session that are not bits of its record. Their list, as JSON, has a
 * maximum size. Without it, somebody who sends enough names could fill the heap and make a record
 * that no destination takes.
 *
 * <p>The first names in the order of {@link String#compareTo} are kept, as many as fit. The
 * smallest name that ever did not fit is remembered: it and all names after it are left out and
 * only counted, even when there would be room again. So what is kept depends on the set of names
 * alone, not on their order or on which of several merged sessions they came to.
 */
final class OtherDepartments {

    static final OtherDepartments NONE = new OtherDepartments();

    /** Up to this many names are kept in an array, which is small and fast to search. */
    private static final int FEW = 32;

    /** Of a name on the heap, beside its characters: the string, its array, a node of the tree. */
    private static final int HEAP_BYTES_PER_NAME = 96;

    private static final String[] NO_NAMES = {};

    private String[] few = NO_NAMES;
    private int fewSize;

    /** All names, if they are more than {@link #FEW}. */
    @Nullable private TreeSet<String> many;

    /** The bytes of all names as JSON, each with a comma. */
    private long jsonBytes;

    private long characters;

    /** The smallest name that is left out. */
    @Nullable private String leftOutFrom;

    /** The names that are left out. */
    @Nullable private DistinctCount leftOut;

    /**
     * The length of a list as JSON.
     *
     * @param jsonBytes of the names, each with a comma
     */
    static long listBytes(long jsonBytes) {
        // Two brackets, and one comma less.
        return jsonBytes + 1;
    }

    /** The length of a name as JSON, with a comma. */
    static int jsonBytes(String name) {
        return JsonText.utf8Length(name) + 1;
    }

    /**
     * Notes a name.
     *
     * @param maxListBytes that the list of names may have as JSON
     */
    void add(String name, int maxListBytes) {
        if (isLeftOut(name)) {
            leftOut.add(DistinctCount.hash(name));
            return;
        }
        if (!insert(name)) {
            return;
        }
        jsonBytes += jsonBytes(name);
        characters += name.length();
        while (listBytes(jsonBytes) > maxListBytes) {
            leaveOut(removeLast());
        }
    }

    /** Notes all that another one has noted. */
    void addAll(OtherDepartments other, int maxListBytes) {
        if (other.leftOutFrom != null) {
            leaveOutFrom(other.leftOutFrom);
            leftOut.addAll(other.leftOut);
        }
        other.forEach(name -> add(name, maxListBytes));
    }

    /** Leaves out all names from this one on. */
    void leaveOutFrom(String name) {
        if (leftOut == null) {
            leftOut = new DistinctCount();
        }
        if (leftOutFrom == null || name.compareTo(leftOutFrom) < 0) {
            leftOutFrom = name;
        }
        while (size() > 0 && last().compareTo(leftOutFrom) >= 0) {
            leftOut.add(DistinctCount.hash(removeLast()));
        }
    }

    private void leaveOut(String name) {
        leaveOutFrom(name);
        leftOut.add(DistinctCount.hash(name));
    }

    boolean isLeftOut(String name) {
        return leftOutFrom != null && name.compareTo(leftOutFrom) >= 0;
    }

    /** The smallest name that is left out; null if none is. */
    @Nullable
    String leftOutFrom() {
        return leftOutFrom;
    }

    /** The names that are left out; null if none is. */
    @Nullable
    DistinctCount leftOut() {
        return leftOut;
    }

    /** How many names are kept. */
    int size() {
        return many == null ? fewSize : many.size();
    }

    boolean isEmpty() {
        return size() == 0 && leftOut == null;
    }

    /** Visits the names that are kept, in no order. */
    void forEach(Consumer<String> visitor) {
        if (many != null) {
            many.forEach(visitor);
            return;
        }
        for (int i = 0; i < fewSize; i++) {
            visitor.accept(few[i]);
        }
    }

    /** Bytes on the heap, by and large. */
    long heapBytes() {
        return (long) HEAP_BYTES_PER_NAME * size()
                + Character.BYTES * characters
                + (leftOut == null ? 0 : leftOut.heapBytes());
    }

    private boolean insert(String name) {
        if (many != null) {
            return many.add(name);
        }
        for (int i = 0; i < fewSize; i++) {
            if (few[i].equals(name)) {
                return false;
            }
        }
        if (fewSize == FEW) {
            many = new TreeSet<>(Arrays.asList(few));
            few = NO_NAMES;
            fewSize = 0;
            return many.add(name);
        }
        if (fewSize == few.length) {
            few = Arrays.copyOf(few, Math.max(2, 2 * fewSize));
        }
        few[fewSize++] = name;
        return true;
    }

    private String last() {
        return many == null ? few[lastOfFew()] : many.last();
    }

    private String removeLast() {
        String last;
        if (many != null) {
            last = many.pollLast();
        } else {
            int index = lastOfFew();
            last = few[index];
            few[index] = few[--fewSize];
            few[fewSize] = null;
        }
        jsonBytes -= jsonBytes(last);
        characters -= last.length();
        return last;
    }

    private int lastOfFew() {
        int last = 0;
        for (int i = 1; i < fewSize; i++) {
            if (few[i].compareTo(few[last]) > 0) {
                last = i;
            }
        }
        return last;
    }
}
