package io.clickstream.tools.replay;

import io.clickstream.source.FileContent;
import io.clickstream.source.UnreadableFileException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * The files that a replay reads.
 *
 * @param paths each file once, whatever names it
 * @param bytes how much there is to read, unpacked; of a packed file of 4 GiB or more, or one that
 *     is not on this machine, less
 */
public record ReplayFiles(List<Path> paths, long bytes) {

    /** How many files are opened before a replay. On S3 each takes a tenth of a second. */
    private static final int LOOKED_AT = 50;

    /** Where the length of the unpacked data is in a gzip file: RFC 1952, 2.3.1, ISIZE. */
    private static final int GZIP_LENGTH_BYTES = 4;

    /** No byte of deflate stands for more than 1,032: zlib's technical details. */
    private static final long MAX_GZIP_RATIO = 1_032;

    /**
     * An address such as {@code s3://bucket/folder}; a name in front of :/ is too short for one.
     */
    private static final Pattern ADDRESS = Pattern.compile("[a-z][a-z0-9+.-]+:/.*");

    /** What a sink of Flink's has in the name of a file that it still writes. */
    private static final String IN_PROGRESS = ".inprogress";

    /**
     * Finds all files that are named, are in named folders at any depth, or match a pattern. Names
     * that begin with a dot or an underscore are unfinished or hidden, and left out in folders.
     *
     * @param inputs paths and patterns on this machine; or addresses of files or folders of any
     *     file system of Flink's, without patterns
     * @throws IllegalArgumentException if one of them stands for no file
     */
    public static ReplayFiles find(Collection<String> inputs) throws IOException {
        Map<Path, Long> found = new TreeMap<>(Comparator.comparing(Path::toString));
        for (String input : inputs) {
            int before = found.size();
            boolean any = isAddress(input) ? addAt(input, found) : addLocal(input, found);
            if (!any && found.size() == before) {
                throw new IllegalArgumentException(
                        "there is no file " + input + emptyFolder(input));
            }
        }
        return new ReplayFiles(
                List.copyOf(found.keySet()),
                found.values().stream().mapToLong(Long::longValue).sum());
    }

    private static String emptyFolder(String input) {
        return !isAddress(input) && Files.isDirectory(java.nio.file.Path.of(input))
                ? ": the folder is empty, or has only hidden and unfinished files"
                : "";
    }

    /** Whether an input is an address of one of Flink's file systems rather than a path. */
    static boolean isAddress(String input) {
        return ADDRESS.matcher(input).matches();
    }

    /**
     * What the files are made of, as lines for people; at most {@link #LOOKED_AT} of them are
     * opened.
     *
     * @param columns the names of the columns of CSV files that have them not in their first line
     */
    public List<String> describe(List<String> columns) throws IOException {
        Map<String, Integer> kinds = new LinkedHashMap<>();
        for (Path path : paths.subList(0, Math.min(LOOKED_AT, paths.size()))) {
            kinds.merge(describe(path, columns), 1, Integer::sum);
        }
        List<String> lines = new ArrayList<>();
        kinds.forEach(
                (kind, count) -> lines.add(count + (count == 1 ? " file: " : " files: ") + kind));
        if (paths.size() > LOOKED_AT) {
            lines.add(paths.size() - LOOKED_AT + " more files");
        }
        return lines;
    }

    private static String describe(Path path, List<String> columns) throws IOException {
        try {
            FileContent content = FileContent.open(path, columns);
            content.close();
            return content.description();
        } catch (UnreadableFileException e) {
            return path.getPath() + " can't be read: " + e.getMessage();
        }
    }

    private static boolean addAt(String address, Map<Path, Long> found) throws IOException {
        Path path = new Path(address);
        FileSystem files = path.getFileSystem();
        if (!files.exists(path)) {
            return false;
        }
        List<FileStatus> all = new ArrayList<>();
        list(files, files.getFileStatus(path), all);
        all.forEach(file -> found.put(file.getPath(), file.getLen()));
        return !all.isEmpty();
    }

    private static void list(FileSystem files, FileStatus from, List<FileStatus> all)
            throws IOException {
        if (!from.isDir()) {
            all.add(from);
            return;
        }
        for (FileStatus each : files.listStatus(from.getPath())) {
            if (isFinished(each.getPath().getName())) {
                list(files, each, all);
            }
        }
    }

    private static boolean addLocal(String input, Map<Path, Long> found) throws IOException {
        List<java.nio.file.Path> files = local(input);
        for (java.nio.file.Path file : files) {
            java.nio.file.Path absolute = file.toAbsolutePath().normalize();
            found.put(new Path(absolute.toUri()), unpackedBytes(absolute));
        }
        return !files.isEmpty();
    }

    private static List<java.nio.file.Path> local(String input) throws IOException {
        boolean pattern = input.chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
        if (!pattern || Files.exists(java.nio.file.Path.of(input))) {
            java.nio.file.Path path = java.nio.file.Path.of(input);
            return Files.isDirectory(path)
                    ? walk(path)
                    : Files.exists(path) ? List.of(path) : List.of();
        }
        java.nio.file.Path absolute = java.nio.file.Path.of(input).toAbsolutePath().normalize();
        java.nio.file.Path folder = absolute;
        while (!Files.isDirectory(folder)) {
            folder = folder.getParent();
        }
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + absolute);
        return walk(folder).stream().filter(matcher::matches).toList();
    }

    private static List<java.nio.file.Path> walk(java.nio.file.Path folder) throws IOException {
        try (Stream<java.nio.file.Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(
                            file -> {
                                for (java.nio.file.Path part : folder.relativize(file)) {
                                    if (!isFinished(part.toString())) {
                                        return false;
                                    }
                                }
                                return true;
                            })
                    .toList();
        }
    }

    private static boolean isFinished(String name) {
        return !name.startsWith(".") && !name.startsWith("_") && !name.contains(IN_PROGRESS);
    }

    private static long unpackedBytes(java.nio.file.Path file) throws IOException {
        long size = Files.size(file);
        if (!file.toString().endsWith(".gz") || size < GZIP_LENGTH_BYTES) {
            return size;
        }
        try (RandomAccessFile packed = new RandomAccessFile(file.toFile(), "r")) {
            packed.seek(size - GZIP_LENGTH_BYTES);
            long unpacked = Integer.toUnsignedLong(Integer.reverseBytes(packed.readInt()));
            // The end of a file that was cut off is any number.
            return unpacked > size * MAX_GZIP_RATIO ? size : unpacked;
        }
    }
}
