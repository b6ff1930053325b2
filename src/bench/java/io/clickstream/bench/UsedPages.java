package io.clickstream.bench;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/**
 * Gives new files the memory of an older one, as on a machine that has been up for a while, whose
 * file cache is full. A virtual machine that has just got its memory, or has given it back to its
 * host when a run's files were deleted, pays for each page of a new file with a fault in the host:
 * files are then several times as slow to write, by chance and not by what wrote them.
 *
 * <p>A file of the same size as what will be written is there first, and shrinks as the folder
 * grows.
 */
final class UsedPages implements AutoCloseable {

    private static final int PIECE_BYTES = 1024 * 1024;
    private static final long LOOK_MILLIS = 50;

    /** Freed ahead of what is written between two looks, at 2 GB/s at most. */
    private static final long AHEAD_BYTES = 100L * PIECE_BYTES;

    private final Path file;
    private final FileChannel channel;
    private final long size;
    private final Path folder;
    private final Thread shrinking;
    private volatile boolean closed;

    private UsedPages(Path file, FileChannel channel, long size, Path folder) {
        this.file = file;
        this.channel = channel;
        this.size = size;
        this.folder = folder;
        this.shrinking = new Thread(this::shrink, "used-pages");
    }

    /**
     * Writes the file, and shrinks it from now on.
     *
     * @param file is made, and deleted by {@link #close}
     * @param bytes as much as will be written, by and large
     * @param folder where new files will be, which need not be there yet
     */
    static UsedPages forFilesIn(Path folder, long bytes, Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
        long size = 0;
        while (size < bytes) {
            piece.clear();
            size += channel.write(piece);
        }
        // Pages that the disk has are free at once when the file shrinks.
        channel.force(true);
        UsedPages pages = new UsedPages(file, channel, size, folder);
        pages.shrinking.start();
        return pages;
    }

    private void shrink() {
        try {
            long left = size;
            while (!closed) {
                long due = Math.max(0, size - written() - AHEAD_BYTES);
                if (due < left) {
                    left = due;
                    channel.truncate(left);
                }
                Thread.sleep(LOOK_MILLIS);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The file " + file + " does not shrink", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long written() throws IOException {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.map(Path::toFile).filter(File::isFile).mapToLong(File::length).sum();
        } catch (UncheckedIOException e) {
            // A file got its name while they were listed; the next look sees it.
            return 0;
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        try {
            shrinking.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        channel.close();
        Files.delete(file);
    }
}
