package io.clickstream.local.results;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.local.server.PersonalizeServer;
import io.clickstream.local.server.PersonalizeServer.Taken;
import io.clickstream.personalize.UndeliveredFiles;
import io.clickstream.tools.oracle.OracleClick;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.annotation.Nullable;

/**
 * Knows which interactions the clicks of the shop are, and finds out what became of them. Two
 * clicks that are alike are one interaction. Safe for several threads.
 */
public final class InteractionLedger {

    /** The job's table of event types, as it is by default. */
    private static final Map<String, String> TYPES =
            Map.of(
                    "product_detail",
                    "View",
                    "add_to_cart",
                    "AddToCart",
                    "order_checkout",
                    "Purchase");

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * What became of interactions.
     *
     * @param delivered how many different ones Personalize has
     * @param spilled how many are in files, and not with Personalize as well
     */
    public record Accounts(int delivered, int spilled, Comparison content) {

        public int total() {
            return delivered + spilled;
        }
    }

    /** With the millisecond, which Personalize does not get. */
    private record Interaction(Object user, long time, String type, @Nullable String item) {}

    private final Set<Interaction> interactions = new HashSet<>();

    private final PersonalizeServer personalize;
    private final Path spillFolder;

    /**
     * A ledger of nothing.
     *
     * @param spillFolder the job's {@code spill-path}
     */
    public InteractionLedger(PersonalizeServer personalize, Path spillFolder) {
        this.personalize = personalize;
        this.spillFolder = spillFolder;
    }

    /** Notes a click that goes to the job. */
    public synchronized void sent(OracleClick click) {
        if (TYPES.containsKey(click.eventType())) {
            interactions.add(
                    new Interaction(
                            click.user(), click.time(), click.eventType(), click.department()));
        }
    }

    /** How many interactions there must be. */
    public synchronized int expected() {
        return interactions.size();
    }

    /** Where the interactions are now. */
    public Accounts accounts() throws IOException {
        Map<String, String> delivered = new HashMap<>();
        for (Taken taken : personalize.accepted()) {
            delivered.put(
                    taken.eventId(),
                    line(
                            taken.userId(),
                            taken.event().path("eventType").asText(),
                            taken.event().path("itemId").asText(),
                            taken.event().path("sentAt").asLong()));
        }
        Map<String, String> all = new HashMap<>(delivered);
        for (JsonNode spilled : spilled()) {
            all.put(
                    spilled.path("eventId").asText(),
                    line(
                            spilled.path("userId").asText(),
                            spilled.path("eventType").asText(),
                            spilled.path("itemId").asText(),
                            spilled.path("sentAtMillis").asLong() / 1_000));
        }
        return new Accounts(
                delivered.size(),
                all.size() - delivered.size(),
                Comparison.ofLines("interactions", expectedLines(), all.values()));
    }

    private synchronized List<String> expectedLines() {
        List<String> lines = new ArrayList<>();
        for (Interaction each : interactions) {
            lines.add(
                    line(
                            each.user().toString(),
                            TYPES.get(each.type()),
                            each.item(),
                            each.time() / 1_000));
        }
        return lines;
    }

    private static String line(String user, String type, String item, long seconds) {
        return user + " " + type + " " + item + " " + seconds;
    }

    private List<JsonNode> spilled() throws IOException {
        Path undelivered = spillFolder.resolve(UndeliveredFiles.FOLDER);
        List<JsonNode> interactions = new ArrayList<>();
        if (!Files.exists(undelivered)) {
            return interactions;
        }
        try (Stream<Path> files = Files.walk(undelivered)) {
            for (Path file : files.toList()) {
                if (Files.isRegularFile(file) && !file.getFileName().toString().startsWith(".")) {
                    for (String line : Files.readAllLines(file)) {
                        interactions.add(JSON.readTree(line));
                    }
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return interactions;
    }
}
