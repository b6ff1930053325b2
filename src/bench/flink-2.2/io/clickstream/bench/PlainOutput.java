package io.clickstream.bench;

import org.apache.flink.runtime.event.WatermarkEvent;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/** An output with the methods of all versions of Flink. */
interface PlainOutput<T> extends Output<StreamRecord<T>> {

    @Override
    default void emitWatermark(WatermarkEvent watermark) {
        // Nobody waits for it.
    }
}
