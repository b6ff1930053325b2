package io.clickstream.session;

import java.util.Arrays;
import java.util.List;

/** The department names of one writer, in the order of their numbers, as they are stored. */
final class NamesOfWriter {

    private final int writer;
    private final String[] names;

    NamesOfWriter(int writer, List<String> names) {
        this.writer = writer;
        this.names = names.toArray(new String[0]);
    }

    int writer() {
        return writer;
    }

    List<String> names() {
        return List.of(names);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NamesOfWriter
                && writer == ((NamesOfWriter) other).writer
                && Arrays.equals(names, ((NamesOfWriter) other).names);
    }

    @Override
    public int hashCode() {
        return writer;
    }
}
