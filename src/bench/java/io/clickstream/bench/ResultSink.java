package io.clickstream.bench;

import io.clickstream.aggregate.AggregateFormat;
import io.clickstream.aggregate.AggregateJson;
import io.clickstream.flink.WriterSink;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import javax.annotation.Nullable;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/**
 * Where the results of a peer end: as JSON lines in a digest, or nowhere.
 *
 * @param <T> what the peer's last operator emits
 */
final class ResultSink<T> implements WriterSink<T> {

    private static final long serialVersionUID = 1L;

    /** Writes a result as a line; the formats are the job's. */
    interface ToLine<T> extends Function<T, byte[]>, Serializable {}

    private final String run;
    @Nullable private final ResultType aggregate;
    @Nullable private final ToLine<T> toLine;

    private ResultSink(String run, @Nullable ResultType aggregate, @Nullable ToLine<T> toLine) {
        this.run = run;
        this.aggregate = aggregate;
        this.toLine = toLine;
    }

    /** A sink for one of the aggregates. */
    static <T> ResultSink<T> of(String run, ResultType aggregate, AggregateFormat<T> format) {
        AggregateJson<T> json = new AggregateJson<>(format);
        return of(run, aggregate, json::toBytes);
    }

    /** A sink for one of the aggregates, with any way to make lines of what comes. */
    static <T> ResultSink<T> of(String run, ResultType aggregate, ToLine<T> toLine) {
        return new ResultSink<>(run, aggregate, toLine);
    }

    /** A sink that forgets what it gets. */
    static <T> ResultSink<T> discarding(String run) {
        return new ResultSink<>(run, null, null);
    }

    /** A sink that must get nothing, for what no generated click can cause. */
    static <T> ResultSink<T> refusing(String run) {
        return new ResultSink<>(
                run,
                null,
                value -> {
                    throw new IllegalStateException("nothing should come here, but: " + value);
                });
    }

    @Override
    public SinkWriter<T> createWriter(WriterInitContext context) {
        return new Writer();
    }

    private final class Writer implements SinkWriter<T> {

        private final RunningPeer peer = RunningPeer.of(run);
        private long count;
        private long sum;
        private List<String> lines = new ArrayList<>();

        @Override
        public void write(T value, Context context) {
            if (toLine == null) {
                return;
            }
            byte[] line = toLine.apply(value);
            count++;
            sum += Digest.hash(line);
            if (peer.keepsLines()) {
                lines.add(new String(line, StandardCharsets.UTF_8));
            }
        }

        @Override
        public void flush(boolean endOfInput) {
            peer.flushed();
            if (aggregate != null) {
                peer.add(aggregate, new Digest(count, sum), lines);
                count = 0;
                sum = 0;
                lines = new ArrayList<>();
            }
        }

        @Override
        public void close() {
            // Flushed before.
        }
    }
}
