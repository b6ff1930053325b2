package io.clickstream.bench;

import io.clickstream.event.Click;
import io.clickstream.event.Incoming;
import io.clickstream.event.RawRecord;
import io.clickstream.source.RecordDecoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.core.io.InputStatus;

/** Reads its partitions in turns. */
final class MemoryReader implements SourceReader<Incoming, MemorySplit> {

    /**
     * Clicks that are delivered before Flink's task looks for mail, such as a barrier: less than
     * 0.1 ms of them.
     */
    private static final int TURN = 64;

    private static final String NAME = "memory";

    private final ClickBlock block;
    private final RecordDecoder decoder;
    private final List<Reading> open = new ArrayList<>();
    private final List<MemorySplit> finished = new ArrayList<>();

    private CompletableFuture<Void> available = new CompletableFuture<>();
    private int turn;

    MemoryReader(ClickBlock block, RecordDecoder decoder) {
        this.block = block;
        this.decoder = decoder;
    }

    /** A partition that is not at its end. */
    private static final class Reading {
        private final int partition;
        private final long end;
        private final ClickCursor cursor;
        private SourceOutput<Incoming> output;

        private Reading(MemorySplit split, ClickCursor cursor) {
            this.partition = split.partition();
            this.end = split.end();
            this.cursor = cursor;
        }

        private MemorySplit split() {
            return new MemorySplit(partition, cursor.position(), end);
        }
    }

    @Override
    public void start() {
        // Splits come by themselves.
    }

    @Override
    public void addSplits(List<MemorySplit> splits) {
        for (MemorySplit split : splits) {
            if (split.position() >= split.end()) {
                finished.add(split);
                continue;
            }
            try {
                ClickCursor cursor = block.read(split.partition());
                cursor.seek(split.position());
                open.add(new Reading(split, cursor));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        available.complete(null);
    }

    @Override
    public InputStatus pollNext(ReaderOutput<Incoming> out) {
        if (open.isEmpty()) {
            available = new CompletableFuture<>();
            return InputStatus.NOTHING_AVAILABLE;
        }
        turn = turn < open.size() - 1 ? turn + 1 : 0;
        Reading reading = open.get(turn);
        if (reading.output == null) {
            reading.output = out.createOutputForSplit(Integer.toString(reading.partition));
        }
        ClickCursor cursor = reading.cursor;
        long until = Math.min(reading.end, cursor.position() + TURN);
        while (cursor.position() < until) {
            Incoming incoming =
                    decoder.decode(
                            new RawRecord(
                                    NAME, reading.partition, cursor.position(), cursor.next()));
            if (incoming instanceof Click click) {
                reading.output.collect(incoming, click.timestamp());
            } else {
                throw new IllegalStateException("a generated click was refused: " + incoming);
            }
        }
        if (cursor.position() == reading.end) {
            open.remove(reading);
            finished.add(reading.split());
        }
        return InputStatus.MORE_AVAILABLE;
    }

    @Override
    public List<MemorySplit> snapshotState(long checkpointId) {
        List<MemorySplit> splits = new ArrayList<>(finished);
        open.forEach(reading -> splits.add(reading.split()));
        return splits;
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
        return available;
    }

    @Override
    public void notifyNoMoreSplits() {
        // Never said: the source has no end.
    }

    @Override
    public void close() {
        // Memory that is mapped goes with the last reference to it.
    }
}
