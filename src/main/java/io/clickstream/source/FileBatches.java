package io.clickstream.source;

import io.clickstream.event.DeadLetter;
import io.clickstream.event.Incoming;
import io.clickstream.event.RawRecord;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import javax.annotation.Nullable;
import org.apache.flink.core.fs.Path;

/**
 * Reads and decodes the records of one file, in batches, in the order of the file. One thread reads
 * and decompresses the file and finds records in it. As many threads as there are processors decode
 * them, because this takes several times as long. A file of only one batch is read in the thread of
 * the caller.
 */
final class FileBatches implements Closeable {

    /** A batch ends with the record that reaches either limit. */
    private static final int BATCH_RECORDS = 1_000;

    private static final long BATCH_BYTES = 4 << 20;

    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    /** The least number of batches that are read ahead. */
    private static final int MIN_AHEAD = 2;

    /** The files of this process that are read by threads of their own. */
    private static final AtomicInteger FILES = new AtomicInteger();

    private final Path path;
    private final DecoderPool decoders;
    private final List<String> columns;

    /** Null before the first record, and if the file cannot be read. */
    @Nullable private FileRecords records;

    /** Null as long as there are no threads. */
    @Nullable private ExecutorService decoding;

    @Nullable private Thread reading;

    /** Batches that are decoded, or will be; null as long as there are no threads. */
    @Nullable private BlockingQueue<Future<List<Incoming>>> ahead;

    private boolean isAtEnd;

    /** The thread that reads checks it before it waits. */
    private volatile boolean isClosed;

    /**
     * Creates a reader, which opens the file when the first batch is asked for.
     *
     * @param columns the columns of a CSV file that does not have them in its first line; otherwise
     *     empty
     */
    FileBatches(Path path, DecoderPool decoders, List<String> columns) {
        this.path = path;
        this.decoders = decoders;
        this.columns = columns;
    }

    /** Records that are not decoded yet. */
    private static final class Batch {
        private final List<RawRecord> records = new ArrayList<>(BATCH_RECORDS);

        /** Follows the records if the file cannot be read any further. */
        @Nullable private DeadLetter damage;

        private boolean isLast;
    }

    /**
     * The next records.
     *
     * @return at least one; null at the end of the file
     */
    @Nullable
    List<Incoming> next() throws IOException {
        if (isAtEnd) {
            return null;
        }
        List<Incoming> batch = ahead == null ? first() : decoded();
        isAtEnd |= batch.isEmpty();
        return batch.isEmpty() ? null : batch;
    }

    private List<Incoming> first() throws IOException {
        Batch first = read();
        if (first.isLast) {
            isAtEnd = true;
            return decode(first);
        }
        int batches = Math.max(MIN_AHEAD, 2 * PROCESSORS / FILES.incrementAndGet());
        ahead = new ArrayBlockingQueue<>(batches);
        decoding =
                Executors.newFixedThreadPool(
                        Math.min(PROCESSORS, batches),
                        task -> daemon(task, "click-decoder of " + path.getName()));
        reading = daemon(() -> readAhead(first), "click-reader of " + path.getName());
        reading.start();
        return decoded();
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Runs in the thread that reads. */
    private void readAhead(Batch first) {
        try {
            for (Batch next = first; ; next = read()) {
                Batch batch = next;
                ahead.put(decoding.submit(() -> decode(batch)));
                if (batch.isLast) {
                    ahead.put(CompletableFuture.completedFuture(List.of()));
                    return;
                }
            }
        } catch (InterruptedException e) {
            // Closed before the end.
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        } finally {
            closeRecords();
        }
    }

    private void fail(Throwable failure) {
        try {
            if (!isClosed) {
                ahead.put(CompletableFuture.failedFuture(failure));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeRecords() {
        try {
            if (records != null) {
                records.close();
            }
        } catch (IOException e) {
            // All of it has been read, or nobody wants to read it.
        }
    }

    private List<Incoming> decoded() throws IOException {
        try {
            return ahead.take().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while reading " + path, e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof RuntimeException) {
                throw (RuntimeException) cause;
            }
            if (cause instanceof Error) {
                throw (Error) cause;
            }
            throw new IOException(path + " can't be read: " + cause.getMessage(), cause);
        }
    }

    private List<Incoming> decode(Batch batch) {
        List<Incoming> decoded = new ArrayList<>(batch.records.size() + 1);
        RecordDecoder decoder = decoders.take();
        for (RawRecord record : batch.records) {
            decoded.add(decoder.decode(record));
        }
        decoders.give(decoder);
        if (batch.damage != null) {
            decoded.add(batch.damage);
        }
        return decoded;
    }

    private Batch read() throws IOException {
        Batch batch = new Batch();
        long bytes = 0;
        try {
            if (records == null) {
                records = FileContent.open(path, columns).records(decoders.maxRecordBytes());
            }
            String source = path.getPath();
            String unit = records.unit();
            while (batch.records.size() < BATCH_RECORDS && bytes < BATCH_BYTES) {
                byte[] record = records.next();
                if (record == null) {
                    batch.isLast = true;
                    return batch;
                }
                bytes += record.length;
                batch.records.add(new RawRecord(source, unit, records.number(), record));
            }
        } catch (UnreadableFileException e) {
            batch.isLast = true;
            batch.damage = unreadable(e);
        }
        return batch;
    }

    private DeadLetter unreadable(UnreadableFileException e) {
        long read = records == null ? 0 : records.number();
        String unit = records == null ? "records" : records.unit();
        return new DeadLetter(
                DeadLetter.Reason.UNREADABLE_FILE,
                e.getMessage() + "; " + read + " " + unit + " were read",
                new RawRecord(path.getPath(), unit, read, new byte[0]),
                System.currentTimeMillis());
    }

    /** Stops the threads. The thread that reads closes the file. */
    @Override
    public void close() throws IOException {
        isAtEnd = true;
        isClosed = true;
        if (reading == null) {
            if (records != null) {
                records.close();
            }
            return;
        }
        if (!decoding.isShutdown()) {
            FILES.decrementAndGet();
        }
        reading.interrupt();
        decoding.shutdownNow();
    }
}
