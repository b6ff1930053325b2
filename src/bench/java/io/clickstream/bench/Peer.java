package io.clickstream.bench;

import java.util.List;

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

    Peer(String label, boolean hasResults, boolean onFlink) {
        this.label = label;
        this.hasResults = hasResults;
        this.onFlink = onFlink;
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
            case OURS, TREE, TEXTBOOK, SQL -> true;
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
