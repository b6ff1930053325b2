package io.clickstream.personalize;

import io.clickstream.event.Interaction;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * Files of interactions that Personalize did not accept during an outage, as JSON lines: {@code
 * undelivered/2026-11-20/interactions-….jsonl} below a folder of any of Flink's file systems, by
 * the day of the spill in UTC. A file gets its name when it is complete. A file whose name begins
 * with a dot is unfinished, and its interactions are still in the job's state. Within a file, the
 * interactions of a session are in order.
 */
public final class UndeliveredFiles {

    /** The folder below the configured one. */
    public static final String FOLDER = "undelivered";

    private static final String ENDING = ".jsonl";

    /** The suffix of a file whose interactions have been delivered later. */
    private static final String DELIVERED = ".delivered";

    private final Path folder;
    private final Clock clock;

    /**
     * Creates an object for files below a folder, which need not exist.
     *
     * @param folder the configured folder
     */
    public UndeliveredFiles(Path folder, Clock clock) {
        this.folder = new Path(folder, FOLDER);
        this.clock = clock;
    }

    /** Writes a file, which is complete when this method returns. */
    void write(List<Interaction> interactions) throws IOException {
        Path day = new Path(folder, LocalDate.now(clock).toString());
        FileSystem files = day.getFileSystem();
        files.mkdirs(day);
        String name = "interactions-" + UUID.randomUUID() + ENDING;
        Path unfinished = new Path(day, "." + name);
        try (OutputStream out = files.create(unfinished, FileSystem.WriteMode.NO_OVERWRITE)) {
            for (Interaction interaction : interactions) {
                out.write(InteractionJson.toBytes(interaction));
                out.write('\n');
            }
        }
        if (!files.rename(unfinished, new Path(day, name))) {
            throw new IOException(unfinished + " can't be renamed to " + name);
        }
    }

    /** All files that are complete and not delivered, oldest days first. */
    public List<Path> list() throws IOException {
        List<Path> found = new ArrayList<>();
        FileSystem files = folder.getFileSystem();
        if (files.exists(folder)) {
            addFiles(files, folder, found);
        }
        found.sort(Comparator.comparing(Path::toString));
        return found;
    }

    private static void addFiles(FileSystem files, Path in, List<Path> found) throws IOException {
        for (FileStatus each : files.listStatus(in)) {
            String name = each.getPath().getName();
            if (each.isDir()) {
                addFiles(files, each.getPath(), found);
            } else if (!name.startsWith(".") && name.endsWith(ENDING)) {
                found.add(each.getPath());
            }
        }
    }

    /**
     * The interactions of a file, in order.
     *
     * @throws IOException if the file cannot be read, or contains anything else; the message says
     *     where
     */
    public static List<Interaction> read(Path file) throws IOException {
        List<Interaction> interactions = new ArrayList<>();
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(
                                file.getFileSystem().open(file), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                try {
                    interactions.add(InteractionJson.read(line));
                } catch (IOException e) {
                    throw new IOException(
                            file + " line " + (interactions.size() + 1) + ": " + e.getMessage(), e);
                }
            }
        }
        return interactions;
    }

    /** Marks a file as delivered, so that it is no longer listed. */
    public static void markDelivered(Path file) throws IOException {
        Path delivered = new Path(file.getParent(), file.getName() + DELIVERED);
        if (!file.getFileSystem().rename(file, delivered)) {
            throw new IOException(file + " can't be renamed to " + delivered.getName());
        }
    }
}
