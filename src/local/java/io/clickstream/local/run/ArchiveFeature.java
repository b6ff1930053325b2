package io.clickstream.local.run;

import io.clickstream.local.server.LocalFlink;
import io.clickstream.tools.flink.MetricsInMemory;
import io.clickstream.tools.traffic.ClickEncoder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Every record is kept in an S3-compatible server, and must be there once. */
final class ArchiveFeature implements Feature {

    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final LocalArchive archive;
    private long lookedAt = System.nanoTime() - PERIOD_NANOS;

    private ArchiveFeature(LocalArchive archive) {
        this.archive = archive;
    }

    /** Starts the server. */
    static ArchiveFeature start(Path log, LocalArchive.Format format) throws IOException {
        return new ArchiveFeature(LocalArchive.start(log, format));
    }

    @Override
    public List<String> addresses() {
        return List.of("Archive     " + archive.address());
    }

    @Override
    public void configure(Map<String, Map<String, String>> groups) {
        groups.put("sink.archive", archive.properties());
    }

    @Override
    public ClickEncoder encoder(ClickEncoder encoder, ClickEncoder json) {
        return archive.lines(encoder, json);
    }

    @Override
    public void checkRunning() {
        archive.checkRunning();
    }

    @Override
    public String status(MetricsInMemory metrics) throws IOException {
        if (System.nanoTime() - lookedAt >= PERIOD_NANOS) {
            archive.readOn();
            lookedAt = System.nanoTime();
        }
        return archive.status();
    }

    @Override
    public boolean isComplete(LocalFlink flink) {
        return archive.isComplete();
    }

    @Override
    public boolean report(LocalFlink flink, PrintStream out) throws IOException {
        archive.readOn();
        archive.report().forEach(out::println);
        return archive.isEqual();
    }

    @Override
    public void close() {
        archive.close();
    }
}
