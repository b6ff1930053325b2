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

    /**
     * Of all names together. Every subtask keeps the lists of writers before a restart, so long
     * names that somebody makes up must not fill them.
     */
    private static final int MAX_CHARACTERS = 1 << 18;

    private static final int SETS_LOG2 = 10;

    /** A power of two; a shop has tens to hundreds of departments. */
    private static final int LATEST = 256;

    private final int writer;
    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<String> names = new ArrayList<>();
    private int characters;
    private final Map<Integer, List<String>> restored;
    private final Set<Integer> used = new HashSet<>();

    /** Names that were asked for last, by their hash, and their numbers. */
    private final String[] latestNames = new String[LATEST];

    private final int[] latestNumbers = new int[LATEST];

    /**
     * The sets of departments that came last: a session has few of the many that there could be.
     */
    private final Listed[] sets = new Listed[1 << SETS_LOG2];

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
        if (names.size() == MAX_NAMES || characters + name.length() > MAX_CHARACTERS) {
            return NO_NUMBER;
        }
        characters += name.length();
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

    /** A session's departments as they are listed. */
    static final class Listed {
        private final String[] names;
        private final long leftOut;

        private Listed(String[] names, long leftOut) {
            this.names = names;
            this.leftOut = leftOut;
        }

        /** In the order of {@link String#compareTo}; must not be changed. */
        String[] names() {
            return names;
        }

        /** How many further names there are. */
        long leftOut() {
            return leftOut;
        }
    }

    /**
     * The first departments of a session in the order of {@link String#compareTo}, as many as fit.
     *
     * @param bits of numbers, as {@link SessionRecords#departmentBits} has them
     * @param others further names
     * @param maxListBytes that the list may have as JSON
     * @return an object that sessions with the same departments share
     */
    Listed sorted(long bits, OtherDepartments others, int maxListBytes) {
        if (!others.isEmpty()) {
            return listed(bits, others, maxListBytes);
        }
        int slot = (int) ((bits * 0x9e3779b97f4a7c15L) >>> (Long.SIZE - SETS_LOG2));
        if (sets[slot] == null || setBits[slot] != bits) {
            sets[slot] = listed(bits, others, maxListBytes);
            setBits[slot] = bits;
        }
        return sets[slot];
    }

    private Listed listed(long bits, OtherDepartments others, int maxListBytes) {
        String[] all = new String[Long.bitCount(bits) + others.size()];
        int[] next = {0};
        others.forEach(name -> all[next[0]++] = name);
        for (long rest = bits; rest != 0; rest &= rest - 1) {
            all[next[0]++] = names.get(Long.numberOfTrailingZeros(rest));
        }
        Arrays.sort(all);
        int kept = 0;
        long bytes = 0;
        while (kept < all.length && !others.isLeftOut(all[kept])) {
            bytes += OtherDepartments.jsonBytes(all[kept]);
            if (OtherDepartments.listBytes(bytes) > maxListBytes) {
                break;
            }
            kept++;
        }
        if (kept == all.length) {
            DistinctCount leftOut = others.leftOut();
            return new Listed(all, leftOut == null ? 0 : leftOut.count());
        }
        DistinctCount leftOut =
                others.leftOut() == null ? new DistinctCount() : others.leftOut().copy();
        for (int i = kept; i < all.length; i++) {
            leftOut.add(DistinctCount.hash(all[i]));
        }
        return new Listed(Arrays.copyOf(all, kept), leftOut.count());
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
