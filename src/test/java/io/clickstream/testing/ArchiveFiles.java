package io.clickstream.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;

/** What a reader sees of files that a sink writes. */
public final class ArchiveFiles {

    /**
     * Those whose names, and the folders they are in, begin with neither a dot nor an underscore.
     */
    public static List<Path> finished(Path folder) throws IOException {
        List<Path> finished = new ArrayList<>();
        if (!Files.exists(folder)) {
            return finished;
        }
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path found, BasicFileAttributes all) {
                        return found.equals(folder) || isFinished(found)
                                ? FileVisitResult.CONTINUE
                                : FileVisitResult.SKIP_SUBTREE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path found, BasicFileAttributes all) {
                        if (isFinished(found)) {
                            finished.add(found);
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    /** It has just been given its name. */
                    @Override
                    public FileVisitResult visitFileFailed(Path found, IOException e) {
                        return FileVisitResult.CONTINUE;
                    }
                });
        Collections.sort(finished);
        return finished;
    }

    private static boolean isFinished(Path path) {
        String name = path.getFileName().toString();
        return !name.startsWith(".") && !name.startsWith("_");
    }

    /** All lines of {@link #finished} files, unpacked, and all records of Parquet files. */
    public static List<String> lines(Path folder) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Path file : finished(folder)) {
            if (file.toString().endsWith(".parquet")) {
                ParquetRows.read(file).forEach(row -> lines.add((String) row.get("record")));
                continue;
            }
            try (InputStream in = Files.newInputStream(file);
                    InputStream unpacked =
                            file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in;
                    BufferedReader reader =
                            new BufferedReader(
                                    new InputStreamReader(unpacked, StandardCharsets.UTF_8))) {
                reader.lines().forEach(lines::add);
            }
        }
        return lines;
    }

    /** The same of another file system of Flink's; {@code .gz} is not unpacked. */
    public static List<String> linesAt(String address) throws IOException {
        List<String> lines = new ArrayList<>();
        addLines(new org.apache.flink.core.fs.Path(address), lines);
        return lines;
    }

    private static void addLines(org.apache.flink.core.fs.Path folder, List<String> lines)
            throws IOException {
        FileSystem files = folder.getFileSystem();
        if (!files.exists(folder)) {
            return;
        }
        for (FileStatus each : files.listStatus(folder)) {
            String name = each.getPath().getName();
            if (name.startsWith("_") || name.startsWith(".")) {
                continue;
            }
            if (each.isDir()) {
                addLines(each.getPath(), lines);
                continue;
            }
            try (InputStream in = files.open(each.getPath())) {
                new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(lines::add);
            }
        }
    }

    private ArchiveFiles() {}
}
