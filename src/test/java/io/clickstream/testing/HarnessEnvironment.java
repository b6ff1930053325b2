package io.clickstream.testing;

import org.apache.flink.runtime.io.disk.iomanager.IOManager;
import org.apache.flink.runtime.io.disk.iomanager.IOManagerAsync;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.runtime.operators.testutils.MockInputSplitProvider;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;

/**
 * The environment of an operator in Flink's harness, for tests that start thousands of them. It is
 * that of the harness itself, except that all share one folder for temporary files: to make and
 * delete a folder each takes longer than all else that a harness does.
 */
public final class HarnessEnvironment {

    private static final int MANAGED_BYTES = 3 << 20;
    private static final int BUFFER_BYTES = 1024;

    private static final IOManager SHARED =
            new IOManagerAsync() {
                /** Flink deletes the folder when the JVM ends. */
                @Override
                public void close() {}
            };

    /** The environment of one of several subtasks. */
    public static MockEnvironment of(int maxParallelism, int parallelism, int subtask) {
        return new MockEnvironmentBuilder()
                .setTaskName("MockTask")
                .setManagedMemorySize(MANAGED_BYTES)
                .setInputSplitProvider(new MockInputSplitProvider())
                .setBufferSize(BUFFER_BYTES)
                .setMaxParallelism(maxParallelism)
                .setParallelism(parallelism)
                .setSubtaskIndex(subtask)
                .setIOManager(SHARED)
                .build();
    }

    /** The environment of the only subtask, as the harness makes it. */
    public static MockEnvironment ofOne() {
        return of(1, 1, 0);
    }

    /** Closes a harness and its environment, which fails if the operator kept memory. */
    public static void close(AbstractStreamOperatorTestHarness<?> harness) throws Exception {
        harness.close();
        harness.getEnvironment().close();
    }

    private HarnessEnvironment() {}
}
