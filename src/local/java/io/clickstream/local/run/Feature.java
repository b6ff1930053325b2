package io.clickstream.local.run;

import io.clickstream.local.server.LocalFlink;
import io.clickstream.tools.flink.MetricsInMemory;
import io.clickstream.tools.oracle.OracleClick;
import io.clickstream.tools.traffic.ClickEncoder;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/**
 * A part of a local run that an option turns on. It starts its own servers, configures the job,
 * watches the clicks, and decides in the end whether its results are right. By default a feature
 * does nothing.
 */
interface Feature extends AutoCloseable {

    /** Where its servers are, as lines for the beginning of a run. */
    default List<String> addresses() {
        return List.of();
    }

    /** Adds the property groups that the job needs. */
    default void configure(Map<String, Map<String, String>> groups) {}

    /**
     * The encoder of the clicks that are sent; may be one that also notes them.
     *
     * @param json writes a click as the job reads it, as JSON
     */
    default ClickEncoder encoder(ClickEncoder encoder, ClickEncoder json) {
        return encoder;
    }

    /** Notes a good click that is sent. Called by the thread of the traffic. */
    default void sent(OracleClick click) {}

    /** Throws if one of its servers has ended by itself. */
    default void checkRunning() {}

    /** The end of a status line; may look at its servers. */
    default String status(MetricsInMemory metrics) throws IOException {
        return "";
    }

    /** Whether everything that must arrive has arrived, or more. */
    default boolean isComplete(LocalFlink flink) throws IOException {
        return true;
    }

    /**
     * Prints what arrived.
     *
     * @return whether that is right
     */
    default boolean report(LocalFlink flink, PrintStream out) throws IOException {
        return true;
    }

    @Override
    default void close() {}
}
