package io.clickstream.session;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.annotation.Nullable;

/**
 * Numbers for the names of departments, so that stored sessions need not repeat them. A shop has
 * tens to hundreds; beyond a limit, or in case somebody sends names without end, sessions hold the
 * names themselves.
 *
 * <p>Each subtask numbers the names that it meets itself, under a writer's id that no other subtask
 * has had since the job began. After a restart, sessions of other writers may be here: their lists
 * are kept, as far as a stored session refers to them.
 */
final class DepartmentNames {

    /** Stands for a name that has no number. */
    static final int NO_NUMBER = 0;

    private static final int MAX_NAMES = 4096;

    private static final int SETS_LOG2 = 10;

    /** A power of two; a shop has tens to hundreds of departments. */
    private static final int LATEST = 256;

    private final int writer;
    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<String> names = new ArrayList<>();
    private final Map<Integer, List<String>> restored;
    private final Set<Integer> used = new HashSet<>();

    /** Names that were asked for last, by their hash, and their numbers. */
    private final String[] latestNames = new String[LATEST];

    private final int[] latestNumbers = new int[LATEST];

    /**
     * The sets of departments that came last: a session has few of the many that there could be.
     */
    private final String[][] sets = new String[1 << SETS_LOG2][];

    private final long[] setBits = new long[1 << SETS_LOG2];

    /**
     * Begins with nothing of its own.
     *
     * @param writer an id that no other writer has
     * @param restored the lists of writers before a restart
     */
    DepartmentNames(int writer, Map<Integer, List<String>> restored) {
        this.writer = writer;
        this.restored = restored;
    }

    /** Whose numbers {@link #number} gives. */
    int writer() {
        return writer;
    }

    /** The name's number, from 1 on, or {@link #NO_NUMBER}. */
    @SuppressWarnings("ReferenceEquality") // Names are pooled: mostly it is the same object.
    int number(String name) {
        int slot = name.hashCode() & (LATEST - 1);
        if (latestNames[slot] != name) {
            latestNumbers[slot] = lookUp(name);
            latestNames[slot] = name;
        }
        return latestNumbers[slot];
    }

    private int lookUp(String name) {
        Integer number = numbers.get(name);
        if (number != null) {
            return number;
        }
        if (names.size() == MAX_NAMES) {
            return NO_NUMBER;
        }
        names.add(name);
        numbers.put(name, names.size());
        return names.size();
    }

    /**
     * The name that a writer has given a number.
     *
     * @throws IllegalStateException if there is none, which means that state is missing
     */
    String name(int ofWriter, int number) {
        List<String> list = list(ofWriter);
        if (list == null || number > list.size()) {
            throw new IllegalStateException(
                    "No department " + number + " of writer " + ofWriter + " is known");
        }
        return list.get(number - 1);
    }

    /**
     * The names of departments in the order of {@link String#compareTo}.
     *
     * @param bits of numbers, as {@link OpenSession#departmentBits} has them
     * @param others further names, none of them among the bits
     * @return an array that must not be changed, since sessions with the same departments share it
     */
    String[] sorted(long bits, String[] others) {
        if (others.length > 0) {
            String[] all = Arrays.copyOf(others, others.length + Long.bitCount(bits));
            fill(all, others.length, bits);
            return all;
        }
        int slot = (int) ((bits * 0x9e3779b97f4a7c15L) >>> (Long.SIZE - SETS_LOG2));
        if (sets[slot] == null || setBits[slot] != bits) {
            String[] set = new String[Long.bitCount(bits)];
            fill(set, 0, bits);
            sets[slot] = set;
            setBits[slot] = bits;
        }
        return sets[slot];
    }

    private void fill(String[] into, int from, long bits) {
        int next = from;
        for (long rest = bits; rest != 0; rest &= rest - 1) {
            into[next++] = names.get(Long.numberOfTrailingZeros(rest));
        }
        Arrays.sort(into);
    }

    /** Keeps a restored list, because a stored session refers to it. */
    void use(int ofWriter) {
        if (ofWriter != writer) {
            used.add(ofWriter);
        }
    }

    /** What has to be stored along: the own list, and restored ones that are in use. */
    Map<Integer, List<String>> lists() {
        Map<Integer, List<String>> lists = new HashMap<>();
        for (int each : used) {
            lists.put(each, restored.get(each));
        }
        lists.put(writer, names);
        return lists;
    }

    @Nullable
    private List<String> list(int ofWriter) {
        return ofWriter == writer ? names : restored.get(ofWriter);
    }
}
