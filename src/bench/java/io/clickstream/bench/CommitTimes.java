package io.clickstream.bench;

import io.clickstream.flink.WriterSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Commits records when a checkpoint contains them, as a topic with exactly-once delivery does, and
 * notes the times. It keeps no record.
 *
 * @param <T> the records
 */
final class CommitTimes<T> implements WriterSink<T>, SupportsCommitter<Long> {

    private static final long serialVersionUID = 1L;

    /** The transactions of each sink in this JVM. */
    private static final Map<String, Committed> COMMITTED = new ConcurrentHashMap<>();

    private static final AtomicLong LAST_TRANSACTION = new AtomicLong();

    private final String id = UUID.randomUUID().toString();

    CommitTimes() {
        COMMITTED.put(id, new Committed());
    }

    /**
     * When it committed transactions with at least one record, in order, as {@link
     * System#nanoTime()}.
     */
    List<Long> nanos() {
        return List.copyOf(COMMITTED.get(id).nanos);
    }

    @Override
    public CommittingSinkWriter<T, Long> createWriter(WriterInitContext context) {
        return new Writer<>();
    }

    @Override
    public Committer<Long> createCommitter(CommitterInitContext context) {
        Committed committed = COMMITTED.get(id);
        return new Committer<>() {
            @Override
            public void commit(Collection<CommitRequest<Long>> requests) {
                for (CommitRequest<Long> request : requests) {
                    committed.add(request.getCommittable());
                }
            }

            @Override
            public void close() {
                // Nothing to close.
            }
        };
    }

    @Override
    public SimpleVersionedSerializer<Long> getCommittableSerializer() {
        return new TransactionSerializer();
    }

    private static final class Committed {

        private final Set<Long> transactions = new HashSet<>();
        private final List<Long> nanos = new CopyOnWriteArrayList<>();

        /** After a failure, Flink commits the last transaction again, which brings no record. */
        synchronized void add(long transaction) {
            if (transactions.add(transaction)) {
                nanos.add(System.nanoTime());
            }
        }
    }

    private static final class Writer<T> implements CommittingSinkWriter<T, Long> {

        private boolean isEmpty = true;

        @Override
        public void write(T value, Context context) {
            isEmpty = false;
        }

        @Override
        public void flush(boolean endOfInput) {
            // Nothing is held back.
        }

        @Override
        public Collection<Long> prepareCommit() {
            List<Long> transactions =
                    isEmpty ? List.of() : List.of(LAST_TRANSACTION.incrementAndGet());
            isEmpty = true;
            return transactions;
        }

        @Override
        public void close() {
            // Nothing to close.
        }
    }

    private static final class TransactionSerializer implements SimpleVersionedSerializer<Long> {

        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(Long transaction) {
            return ByteBuffer.allocate(Long.BYTES).putLong(transaction).array();
        }

        @Override
        public Long deserialize(int version, byte[] bytes) throws IOException {
            if (version != getVersion()) {
                throw new IOException("Unknown version " + version);
            }
            return ByteBuffer.wrap(bytes).getLong();
        }
    }
}
