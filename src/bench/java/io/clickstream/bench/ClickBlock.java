package io.clickstream.bench;

import io.clickstream.tools.traffic.ClickEncoder;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The encoded clicks of a workload's block, in a file that every process of the benchmark maps into
 * its memory: no heap is taken, and none of the time measured goes into making clicks.
 *
 * <p>The file has one part per partition; a user's clicks are all in one. A click is a byte with
 * its length, then that many bytes of its format.
 *
 * @param file where the clicks lie
 * @param format of the clicks
 * @param blockMillis by how much a block is later than the one before it
 * @param partitions the parts of the file
 */
public record ClickBlock(
        String file, ClickFormat format, long blockMillis, List<Partition> partitions)
        implements Serializable {

    /** The length of a click is in one byte. */
    private static final int MAX_CLICK_BYTES = 255;

    /**
     * One part of the file.
     *
     * @param offset where it begins, in bytes
     * @param length in bytes
     * @param clicks how many clicks it has
     */
    public record Partition(long offset, long length, long clicks) implements Serializable {}

    public ClickBlock {
        // A list that Java can serialize with the source.
        partitions = new ArrayList<>(partitions);
    }

    /**
     * Makes the clicks of a workload and writes them into a file.
     *
     * @param folder for the file
     */
    public static ClickBlock write(
            Workload workload, ClickFormat format, int partitions, Path folder) throws IOException {
        Path file = folder.resolve(workload.name() + "-" + partitions + "." + format);
        List<Path> parts = new ArrayList<>();
        List<OutputStream> outs = new ArrayList<>();
        long[] clicks = new long[partitions];
        for (int i = 0; i < partitions; i++) {
            // The first part becomes the file that the others are appended to.
            parts.add(i == 0 ? file : folder.resolve(file.getFileName() + "." + i));
            outs.add(new BufferedOutputStream(Files.newOutputStream(parts.get(i)), 1 << 20));
        }
        ClickEncoder encoder = format.encoder();
        ClickGenerator.generate(
                workload,
                click -> {
                    int partition = click.userId() % partitions;
                    clicks[partition]++;
                    write(encoder.encode(click), outs.get(partition));
                });
        for (OutputStream out : outs) {
            out.close();
        }
        return new ClickBlock(
                file.toString(), format, workload.block().toMillis(), join(parts, clicks));
    }

    private static void write(byte[] click, OutputStream out) {
        if (click.length > MAX_CLICK_BYTES) {
            throw new IllegalStateException("a click has " + click.length + " bytes");
        }
        try {
            out.write(click.length);
            out.write(click);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Partition> join(List<Path> parts, long[] clicks) throws IOException {
        List<Partition> partitions = new ArrayList<>();
        long offset = 0;
        for (int i = 0; i < parts.size(); i++) {
            long length = Files.size(parts.get(i));
            if (i > 0) {
                try (OutputStream out =
                        Files.newOutputStream(parts.get(0), StandardOpenOption.APPEND)) {
                    Files.copy(parts.get(i), out);
                }
                Files.delete(parts.get(i));
            } else {
                length = Files.size(parts.get(0));
            }
            partitions.add(new Partition(offset, length, clicks[i]));
            offset += length;
        }
        return partitions;
    }

    /** How many clicks a block has, in all partitions. */
    public long clicks() {
        return partitions.stream().mapToLong(Partition::clicks).sum();
    }

    /**
     * How many clicks come from a partition if so many come in all: its share of whole blocks, and
     * of a last part of a block.
     */
    public long share(long total, int partition) {
        long blocks = total / clicks();
        long rest = total % clicks();
        long before = rest * clicksBefore(partition) / clicks();
        long after = rest * clicksBefore(partition + 1) / clicks();
        return blocks * partitions.get(partition).clicks() + after - before;
    }

    private long clicksBefore(int partition) {
        return partitions.subList(0, partition).stream().mapToLong(Partition::clicks).sum();
    }

    /** Reads a partition's clicks, block after block, without end. */
    public ClickCursor read(int partition) throws IOException {
        Partition part = partitions.get(partition);
        try (FileChannel channel = FileChannel.open(Path.of(file), StandardOpenOption.READ)) {
            MappedByteBuffer buffer =
                    channel.map(FileChannel.MapMode.READ_ONLY, part.offset(), part.length());
            return new ClickCursor(format, buffer, part.clicks(), blockMillis);
        }
    }
}
