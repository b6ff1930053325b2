package io.clickstream.tools.replay;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.clickstream.JobOutputs;
import io.clickstream.Outputs;
import io.clickstream.StartChecks;
import io.clickstream.aggregate.Aggregate;
import io.clickstream.config.JobConfig;
import io.clickstream.config.OpenSearchConfig;
import io.clickstream.sink.file.FileSinks;
import io.clickstream.sink.opensearch.DocumentNames;
import io.clickstream.sink.opensearch.OpenSearchDestination;
import io.clickstream.tools.replay.StaleDocuments.Found;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The job's topics, streams and indices, as a replay writes them once more. In the indices the
 * documents of the range are replaced, and those that are there no more are removed; topics and
 * streams get the records of the range again.
 */
final class ReplaySinks {

    /** Documents that a message names. */
    private static final int SHOWN = 3;

    private final JobConfig config;
    private final TimeRange range;
    private final Path namesFolder;
    private final boolean force;

    /**
     * @param config the job's
     * @param temporary a folder for the names of what is written
     * @param force whether more documents may be removed than are written
     */
    ReplaySinks(JobConfig config, TimeRange range, Path temporary, boolean force) {
        this.config = config;
        this.range = range;
        this.namesFolder = temporary.resolve("documents");
        this.force = force;
    }

    /** Asks the servers whether they will do; throws with all that is wrong, if anything is. */
    void check() throws InterruptedException {
        StartChecks.runForReplay(config);
    }

    void addTo(Outputs outputs) {
        JobOutputs.replayDestinations(config).forEach(outputs::addAggregates);
        if (config.openSearch().isEmpty()) {
            return;
        }
        for (Aggregate<?> aggregate : config.computed()) {
            addNames(outputs, config.openSearch().get(), aggregate);
        }
    }

    private <T> void addNames(Outputs outputs, OpenSearchConfig indices, Aggregate<T> aggregate) {
        DocumentNames<T> names = OpenSearchDestination.names(indices, aggregate);
        outputs.add(
                aggregate,
                aggregate.name() + "-document-names",
                FileSinks.lines(
                        new org.apache.flink.core.fs.Path(
                                namesFolder
                                        .resolve(indices.index(aggregate))
                                        .toAbsolutePath()
                                        .toUri()),
                        // A department may have a line end in its name.
                        value -> URLEncoder.encode(names.path(value), UTF_8).getBytes(US_ASCII)));
    }

    /**
     * Removes the documents of the range that were not written.
     *
     * @return false if there were so many that none was removed
     */
    boolean removeStale(PrintStream out) throws IOException {
        if (config.openSearch().isEmpty()) {
            return true;
        }
        OpenSearchConfig indices = config.openSearch().get();
        boolean all = true;
        try (StaleDocuments documents = new StaleDocuments(indices)) {
            for (Aggregate<?> aggregate : config.computed()) {
                String index = indices.index(aggregate);
                Set<String> paths = written(index);
                List<Found> stale = documents.find(index, range.from(), range.to(), paths);
                if (stale.size() > paths.size() && !force) {
                    out.printf(
                            "index %s: written %,d, but %,d existing documents of the range were"
                                    + " not written, such as %s; none was deleted. Does the input"
                                    + " have all clicks of the range, and of sessions that began"
                                    + " before it? If so, run it again with --force%n",
                            index,
                            paths.size(),
                            stale.size(),
                            stale.subList(0, Math.min(SHOWN, stale.size())));
                    all = false;
                } else {
                    out.printf(
                            "index %s: written %,d, deleted %,d%n",
                            index, paths.size(), documents.remove(stale));
                }
            }
        }
        return all;
    }

    private Set<String> written(String index) throws IOException {
        Set<String> paths = new HashSet<>();
        Path folder = namesFolder.resolve(index);
        if (!Files.exists(folder)) {
            return paths;
        }
        try (Stream<Path> parts = Files.list(folder)) {
            for (Path part : parts.toList()) {
                try (Stream<String> lines = Files.lines(part)) {
                    lines.forEach(line -> paths.add(URLDecoder.decode(line, UTF_8)));
                }
            }
        }
        return paths;
    }
}
