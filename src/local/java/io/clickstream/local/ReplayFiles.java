package io.clickstream.local;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The files that a replay reads.
 *
 * @param paths each file once, whatever names it
 * @param bytes how much there is to read, unpacked; of a packed file of 4 GiB or more, less
 */
record ReplayFiles(List<Path> paths, long bytes) {

    /** Where the length of the unpacked data is in a gzip file: RFC 1952, 2.3.1, ISIZE. */
    private static final int GZIP_LENGTH_BYTES = 4;

    /**
     * Finds all files that are named, are in named folders at any depth, or match a pattern. Names
     * that begin with a dot or an underscore are unfinished or hidden, and left out in folders.
     *
     * @throws IllegalArgumentException if a name or pattern stands for no file
     */
    static ReplayFiles find(Collection<String> inputs) throws IOException {
        Set<Path> found = new TreeSet<>();
        for (String input : inputs) {
            List<Path> files = files(input);
            if (files.isEmpty()) {
                throw new IllegalArgumentException("there is no file " + input);
            }
            files.forEach(file -> found.add(file.toAbsolutePath().normalize()));
        }
        long bytes = 0;
        for (Path file : found) {
            bytes += unpackedBytes(file);
        }
        return new ReplayFiles(List.copyOf(found), bytes);
    }

    private static List<Path> files(String input) throws IOException {
        boolean pattern = input.chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
        if (!pattern || Files.exists(Path.of(input))) {
            Path path = Path.of(input);
            return Files.isDirectory(path)
                    ? walk(path)
                    : Files.exists(path) ? List.of(path) : List.of();
        }
        Path absolute = Path.of(input).toAbsolutePath().normalize();
        Path folder = absolute;
        while (!Files.isDirectory(folder)) {
            folder = folder.getParent();
        }
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + absolute);
        return walk(folder).stream().filter(matcher::matches).toList();
    }

    private static List<Path> walk(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> isFinished(folder.relativize(file)))
                    .toList();
        }
    }

    private static boolean isFinished(Path file) {
        for (Path part : file) {
            if (part.toString().startsWith(".") || part.toString().startsWith("_")) {
                return false;
            }
        }
        return true;
    }

    private static long unpackedBytes(Path file) throws IOException {
        long size = Files.size(file);
        if (!file.toString().endsWith(".gz") || size < GZIP_LENGTH_BYTES) {
            return size;
        }
        try (RandomAccessFile packed = new RandomAccessFile(file.toFile(), "r")) {
            packed.seek(size - GZIP_LENGTH_BYTES);
            return Integer.toUnsignedLong(Integer.reverseBytes(packed.readInt()));
        }
    }
}
