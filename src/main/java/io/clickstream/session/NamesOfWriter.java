package io.clickstream.session;

import java.util.List;

/** The department names of one writer, in the order of their numbers, as they are stored. */
final class NamesOfWriter {

    private final int writer;
    private final List<String> names;

    NamesOfWriter(int writer, List<String> names) {
        this.writer = writer;
        this.names = List.copyOf(names);
    }

    int writer() {
        return writer;
    }

    List<String> names() {
        return names;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NamesOfWriter
                && writer == ((NamesOfWriter) other).writer
                && names.equals(((NamesOfWriter) other).names);
    }

    @Override
    public int hashCode() {
        return writer;
    }
}
