package io.clickstream.testing;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.Aggregates;
import io.clickstream.local.results.InteractionLedger;
import io.clickstream.local.results.StreamReader;
import io.clickstream.local.server.KinesisServer;
import io.clickstream.local.server.PersonalizeServer;
import io.clickstream.local.server.PersonalizeServer.Fault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** All destinations that a job has beside its topics: OpenSearch, streams, archive, Personalize. */
public final class AllOutputs implements AutoCloseable {

    private final AwsCredentials credentials = AwsCredentials.some();
    private final FakeOpenSearch openSearch = FakeOpenSearch.start();
    private final PersonalizeServer personalize = PersonalizeServer.start();
    private final KinesisServer kinesis;
    private final Path archive;
    private final Path spilled;
    private final InteractionLedger interactions;

    /**
     * Starts the servers.
     *
     * @param folder for the archive, and the log of a server
     */
    public AllOutputs(Path folder) {
        archive = folder.resolve("archive");
        spilled = folder.resolve("spilled");
        interactions = new InteractionLedger(personalize, spilled);
        kinesis = KinesisServer.start(folder.resolve("kinesis.log"));
        Aggregates.ALL.forEach(each -> kinesis.createStream(each.defaultTopic(), 1));
        kinesis.createStream(LocalJob.DEAD_LETTERS, 1);
    }

    /** Lets a job write to all of them. */
    public LocalJob configure(LocalJob job) {
        kinesis.properties().forEach((key, value) -> job.set("sink.kinesis", key, value));
        personalize.properties().forEach((key, value) -> job.set("sink.personalize", key, value));
        return job.set("sink.personalize", "item", "/product_type")
                .set("sink.personalize", "spill-path", spilled.toUri().toString())
                .set("sink.personalize", "spill-after", "10 min")
                .set("sink.opensearch", "endpoint", openSearch.uri().toString())
                .set("sink.opensearch", "templates", "ignore")
                .set("sink.archive", "path", archive.toUri().toString())
                .set("sink.archive", "gzip", "true");
    }

    /**
     * From now on, OpenSearch and Personalize take nothing, so that the job's state holds what they
     * have not taken.
     */
    public void goAway() {
        openSearch.answer(503, "away");
        personalize.injectFault(Fault.UNAVAILABLE);
    }

    /** What OpenSearch has in the index of an aggregate, sorted. */
    public List<String> documents(Aggregate<?> aggregate) {
        return openSearch.documents(aggregate.defaultIndex()).values().stream()
                .map(Object::toString)
                .sorted()
                .toList();
    }

    /** What the stream of an aggregate has, each line once, sorted. */
    public List<String> stream(Aggregate<?> aggregate) {
        try (StreamReader reader = new StreamReader(kinesis, List.of(aggregate.defaultTopic()))) {
            reader.readCommitted();
            return reader.values(aggregate.defaultTopic()).stream().distinct().sorted().toList();
        }
    }

    /** The records in finished files of the archive. */
    public List<String> archived() throws IOException {
        return ArchiveFiles.lines(archive);
    }

    /** What Personalize has, and what it must have. */
    public InteractionLedger interactions() {
        return interactions;
    }

    @Override
    public void close() {
        kinesis.close();
        personalize.close();
        openSearch.close();
        credentials.close();
    }
}
