package io.clickstream.time;

import org.apache.flink.runtime.event.WatermarkEvent;
import org.apache.flink.streaming.runtime.io.PushingAsyncDataInput.DataOutput;

/** An output with the methods of all versions of Flink. */
interface PlainDataOutput<T> extends DataOutput<T> {

    @Override
    default void emitWatermark(WatermarkEvent watermark) {}
}
