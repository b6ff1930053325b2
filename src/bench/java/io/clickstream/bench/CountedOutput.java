package io.clickstream.bench;

import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.api.operators.SimpleOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.RecordAttributes;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.OutputTag;

/**
 * Counts what an operator emits and lets go of it, as the operators behind it do in a job: the list
 * that Flink's harness keeps would make the garbage collector a part of what is measured.
 */
final class CountedOutput<T> implements PlainOutput<T> {

    private long count;

    /** A factory that gives a harness this output. */
    StreamOperatorFactory<T> factory(StreamOperator<T> operator) {
        return new Factory<>(operator, this);
    }

    /** How many records were emitted. */
    long count() {
        return count;
    }

    @Override
    public void collect(StreamRecord<T> record) {
        count++;
    }

    @Override
    public <X> void collect(OutputTag<X> tag, StreamRecord<X> record) {
        throw new IllegalStateException("Nothing is late here, but " + record.getValue());
    }

    @Override
    public void emitWatermark(Watermark mark) {
        // Nobody waits for it.
    }

    @Override
    public void emitWatermarkStatus(WatermarkStatus status) {
        // Nobody waits for it.
    }

    @Override
    public void emitLatencyMarker(LatencyMarker marker) {
        // Nobody waits for it.
    }

    @Override
    public void emitRecordAttributes(RecordAttributes attributes) {
        // Nobody waits for them.
    }

    @Override
    public void close() {
        // Holds nothing.
    }

    private static final class Factory<T> extends SimpleOperatorFactory<T> {

        private static final long serialVersionUID = 1L;

        private final transient Output<StreamRecord<T>> output;

        Factory(StreamOperator<T> operator, Output<StreamRecord<T>> output) {
            super(operator);
            this.output = output;
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // As Flink declares it.
        public <O extends StreamOperator<T>> O createStreamOperator(
                StreamOperatorParameters<T> parameters) {
            return super.createStreamOperator(
                    new StreamOperatorParameters<>(
                            parameters.getContainingTask(),
                            parameters.getStreamConfig(),
                            output,
                            parameters::getProcessingTimeService,
                            parameters.getOperatorEventDispatcher(),
                            parameters.getMailboxExecutor()));
        }
    }
}
