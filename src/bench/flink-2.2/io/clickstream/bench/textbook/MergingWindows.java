package io.clickstream.bench.textbook;

import org.apache.flink.streaming.api.windowing.assigners.MergingWindowAssigner;
import org.apache.flink.streaming.api.windowing.windows.Window;

/** Windows that merge, with the methods of all versions of Flink. */
abstract class MergingWindows<T, W extends Window> extends MergingWindowAssigner<T, W> {

    private static final long serialVersionUID = 1L;
}
