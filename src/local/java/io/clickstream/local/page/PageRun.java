package io.clickstream.local.page;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The run that a page shows. All methods may be called by any thread. */
public interface PageRun {

    /** What the run is, as a title. */
    String name();

    /** When the run began. */
    Instant start();

    /** Whether the results are compared with what was sent. */
    boolean isCompared();

    /** How it goes now. */
    RunStatus status();

    /** The indices that the job writes to. */
    Set<String> indices();

    /** The newest dead letters, as they are in the topic or stream; the newest first. */
    List<JsonNode> deadLetters();

    /** The shop whose clicks are sent; empty if the run does not make its own clicks. */
    Optional<Visits> visits();

    /** What can be done to the run. */
    List<Disturbance> disturbances();
}
