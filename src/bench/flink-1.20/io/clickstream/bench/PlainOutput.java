package io.clickstream.bench;

import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/** An output with the methods of all versions of Flink. */
interface PlainOutput<T> extends Output<StreamRecord<T>> {}
