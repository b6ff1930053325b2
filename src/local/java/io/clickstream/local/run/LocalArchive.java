package io.clickstream.local.run;

import io.clickstream.local.server.S3Server;
import io.clickstream.source.FileRecords;
import io.clickstream.tools.flink.LocalFileSystems;
import io.clickstream.tools.oracle.ArchiveLedger;
import io.clickstream.tools.traffic.ClickEncoder;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;

/**
 * The archive of a run, in an S3-compatible server of its own, and what must be in it. Its records
 * are those in finished files, as any reader of the bucket finds them. {@link #lines} may be used
 * by another thread than all else.
 */
final class LocalArchive implements AutoCloseable {

    /** What files are made of. */
    enum Format {
        json,
        parquet
    }

    private static final String BUCKET = "archive";
    private static final String ADDRESS = "s3://" + BUCKET + "/clicks";
    private static final String MALFORMED = "_malformed";

    /** Files end soon, so that a run of a minute sees some; in production they would be tiny. */
    private static final String ROLL_INTERVAL = "15 s";

    private static final String INACTIVITY = "5 s";

    /** How many records that can't be read a report shows. */
    private static final int SHOWN = 3;

    private final S3Server server;
    private final Path log;
    private final Format format;
    private final ArchiveLedger ledger = new ArchiveLedger();
    private final Set<org.apache.flink.core.fs.Path> read = new HashSet<>();
    private final List<String> malformed = new ArrayList<>();

    private LocalArchive(S3Server server, Path log, Format format) {
        this.server = server;
        this.log = log;
        this.format = format;
    }

    /**
     * Starts the server, and makes it the one behind {@code s3://} in this JVM.
     *
     * @param log the file that it logs to
     */
    static LocalArchive start(Path log, Format format) throws IOException {
        S3Server server = S3Server.start(log);
        try {
            server.createBucket(BUCKET);
            LocalFileSystems.initialize(server.settings());
            return new LocalArchive(server, log, format);
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** What the property group {@code sink.archive} must be. */
    Map<String, String> properties() {
        return Map.of(
                "path",
                ADDRESS,
                "format",
                format.name(),
                "roll-interval",
                ROLL_INTERVAL,
                "inactivity",
                INACTIVITY);
    }

    /** Where its server answers. */
    URI uri() {
        return server.uri();
    }

    /** What Flink's file system for S3 must be told. */
    Map<String, String> settings() {
        return server.settings();
    }

    /** Where it is, for whoever looks. */
    String address() {
        return ADDRESS + " at " + server.uri();
    }

    /**
     * The same encoder, whose records are expected here from now on.
     *
     * @param lines what the archive must make of each record
     */
    ClickEncoder lines(ClickEncoder encoder, ClickEncoder lines) {
        return click -> {
            ledger.sent(lines.encode(click));
            return encoder.encode(click);
        };
    }

    void checkRunning() {
        if (!server.isAlive()) {
            throw new IllegalStateException("the S3 server ended by itself, see " + log);
        }
    }

    /** Reads the files that have been finished since the last time. */
    void readOn() throws IOException {
        org.apache.flink.core.fs.Path folder = new org.apache.flink.core.fs.Path(ADDRESS);
        FileSystem files = folder.getFileSystem();
        if (files.exists(folder)) {
            readFolder(files, folder, false);
        }
    }

    private void readFolder(
            FileSystem files, org.apache.flink.core.fs.Path folder, boolean isMalformed)
            throws IOException {
        for (FileStatus each : files.listStatus(folder)) {
            String name = each.getPath().getName();
            boolean folderOfMalformed = each.isDir() && name.equals(MALFORMED);
            // Others that begin so are parts of files that are not finished.
            if (folderOfMalformed || !(name.startsWith("_") || name.startsWith("."))) {
                if (each.isDir()) {
                    readFolder(files, each.getPath(), isMalformed || folderOfMalformed);
                } else if (read.add(each.getPath())) {
                    readFile(each.getPath(), isMalformed);
                }
            }
        }
    }

    private void readFile(org.apache.flink.core.fs.Path file, boolean isMalformed)
            throws IOException {
        try (FileRecords records = FileRecords.open(file)) {
            for (byte[] record = records.next(); record != null; record = records.next()) {
                if (isMalformed) {
                    malformed.add(new String(record, StandardCharsets.UTF_8));
                } else {
                    ledger.found(record);
                }
            }
        }
    }

    /** Whether there are as many records as were sent, or more. */
    boolean isComplete() {
        return ledger.isComplete();
    }

    /** For the end of a status line. */
    String status() {
        return String.format(
                Locale.ROOT, "  archived %,d in %,d files", ledger.found(), read.size());
    }

    /** Whether each record that was sent is there once, and nothing else. */
    boolean isEqual() {
        return ledger.difference().isNone() && malformed.isEmpty();
    }

    /** What is there, and how that differs from what was sent. */
    List<String> report() {
        List<String> lines = new ArrayList<>();
        malformed.stream().limit(SHOWN).forEach(line -> lines.add("  malformed  " + line));
        ArchiveLedger.Difference difference = ledger.difference();
        lines.add(
                String.format(
                        Locale.ROOT,
                        "archive %d records in %d files: of %d sent %d missing, %d unexpected,"
                                + " %d malformed",
                        ledger.found(),
                        read.size(),
                        difference.expected(),
                        difference.missing(),
                        difference.unexpected(),
                        malformed.size()));
        return lines;
    }

    @Override
    public void close() {
        server.close();
    }
}
