package io.clickstream.sink.file;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.config.StartCheck;
import io.clickstream.event.DeadLetter;
import io.clickstream.sink.Destination;
import io.clickstream.sink.ResultWriter;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * Folders of JSON lines: one per aggregate, with the name of its topic, and one for dead letters.
 */
public final class FileDestination implements Destination {

    /** The folder of dead letters. */
    public static final String DEAD_LETTERS = "dead-letters";

    private final Path parent;
    private final List<Aggregate<?>> aggregates;

    /**
     * Creates a destination for some aggregates.
     *
     * @param parent the folder that contains the folders of the aggregates
     */
    public FileDestination(Path parent, Collection<Aggregate<?>> aggregates) {
        this.parent = parent;
        this.aggregates = List.copyOf(aggregates);
    }

    @Override
    public String name() {
        return "file";
    }

    @Override
    public Collection<Aggregate<?>> aggregates() {
        return aggregates;
    }

    @Override
    public <T> ResultWriter<T> writer(Aggregate<T> aggregate, String uid) {
        return ResultWriter.to(
                FileSinks.aggregates(
                        new Path(parent, aggregate.defaultTopic()), aggregate.format()));
    }

    @Override
    public Optional<ResultWriter<DeadLetter>> deadLetters(String uid) {
        return Optional.of(ResultWriter.to(FileSinks.deadLetters(new Path(parent, DEAD_LETTERS))));
    }

    /** The folder must be empty or absent, so that the results of two runs are never mixed. */
    @Override
    public StartCheck startCheck() {
        return () -> {
            String named = "`sink.files / path` names " + parent + ", which ";
            try {
                FileSystem files = parent.getFileSystem();
                if (files.exists(parent)
                        && (!files.getFileStatus(parent).isDir()
                                || files.listStatus(parent).length > 0)) {
                    return List.of(named + "is not an empty folder; name a new one");
                }
                return List.of();
            } catch (IOException e) {
                return List.of(
                        named
                                + "cannot be used: "
                                + e.getMessage()
                                + "; check the address, the plugin of its file system, and the"
                                + " permissions of the job's role");
            }
        };
    }
}
