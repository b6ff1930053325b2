package io.clickstream.bench;

import java.util.List;
import java.util.Set;

/** Who is measured. */
public enum Peer {
    /**
     * A memory source, decoding, the shuffle by user with the job's serializer, nothing more. Of
     * JSON, it only finds the fields.
     */
    LIMIT("limit", false, true),
    /** A Kafka source and decoding as for the limit, nothing more. */
    CONSUME("consume", false, true),
    /** The job's pipeline. */
    OURS("ours", true, true),
    /** The same with live counts. */
    OURS_LIVE("ours-live", "live"),
    /** The same with a funnel. */
    OURS_FUNNEL("ours-funnel", "funnel"),
    /** The same with carts. */
    OURS_CARTS("ours-carts", "carts"),
    /** The same with all optional aggregates of sessions. */
    OURS_ALL("ours-all", "live", "funnel", "carts"),
    /** Flink SQL that only counts active users, clicks, and checkouts as the live counts do. */
    SQL_LIVE("sql-live", false, true, "live"),
    /** The job's pipeline, but clicks are decoded with Jackson's tree. */
    TREE("tree", true, true),
    /** Flink's windows, written as good documentation would. */
    TEXTBOOK("textbook", true, true),
    /** Flink SQL, which also decodes JSON itself. */
    SQL("sql", true, true),
    /** Kafka Streams. */
    KAFKA_STREAMS("kafka-streams", true, false);

    /** All peers, in the order in which they are shown. */
    public static final List<Peer> ALL = List.of(values());

    private final String label;
    private final boolean hasResults;
    private final boolean onFlink;

    @SuppressWarnings("ImmutableEnumChecker") // Set.of can't be changed.
    private final Set<String> groups;

    Peer(String label, String... groups) {
        this(label, true, true, groups);
    }

    Peer(String label, boolean hasResults, boolean onFlink, String... groups) {
        this.label = label;
        this.hasResults = hasResults;
        this.onFlink = onFlink;
        this.groups = Set.of(groups);
    }

    /** The property groups of the optional aggregates that it computes. */
    public Set<String> groups() {
        return groups;
    }

    /** Whether it is about an optional aggregate. */
    public boolean isOptional() {
        return !groups.isEmpty();
    }

    /** Whether it computes the aggregates, which then must be right. */
    public boolean hasResults() {
        return hasResults;
    }

    /** Whether it is a Flink job. */
    public boolean isOnFlink() {
        return onFlink;
    }

    /** Whether it can take its clicks from there. */
    public boolean reads(RunSpec.Input input) {
        return switch (this) {
            case LIMIT -> input == RunSpec.Input.MEMORY;
            case CONSUME, KAFKA_STREAMS -> input == RunSpec.Input.KAFKA;
            case OURS, OURS_LIVE, OURS_FUNNEL, OURS_CARTS, OURS_ALL -> true;
            case TREE, TEXTBOOK, SQL, SQL_LIVE -> true;
        };
    }

    /** Whether it is measured with clicks of a format. */
    public boolean reads(ClickFormat format) {
        return this != TREE || format == ClickFormat.JSON;
    }

    /** Whether it can keep its state there: Kafka Streams is measured on RocksDB only. */
    public boolean keepsStateOn(RunSpec.Backend backend) {
        return this != KAFKA_STREAMS || backend == RunSpec.Backend.ROCKSDB;
    }

    /**
     * Whether its results are compared without {@code orderCheckoutEventCount}: SQL has no
     * aggregate for the visits at or before the last checkout of a session whose clicks come in any
     * order.
     */
    public boolean isWithoutCheckoutVisits() {
        return this == SQL;
    }

    /** As on the command line. */
    @Override
    public String toString() {
        return label;
    }
}
