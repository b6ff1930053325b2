package io.clickstream.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.clickstream.tools.command.FlinkOption;
import java.io.File;
import java.io.IOException;

/**
 * Runs one peer in this JVM, as a child of the benchmark: reads what to do from a file, tells on
 * the standard output how many clicks are done, and writes what came of it into another file. It
 * ends when its parent does.
 */
final class PeerMain {

    static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Runs.
     *
     * @param args the file with a {@link RunSpec}, and the file for the {@link RunResult}
     */
    public static void main(String[] args) {
        Thread parent = new Thread(PeerMain::endWithParent, "parent");
        parent.setDaemon(true);
        parent.start();
        int exit = 0;
        try {
            RunSpec spec = JSON.readValue(new File(args[0]), RunSpec.class);
            JSON.writeValue(new File(args[1]), run(spec, System.out::println));
        } catch (Exception e) {
            e.printStackTrace();
            exit = 1;
        }
        // Threads of a peer that has failed may be left.
        Runtime.getRuntime().halt(exit);
    }

    /** Runs a peer in this JVM. */
    static RunResult run(RunSpec spec, RunProgress progress) throws Exception {
        if (!spec.flink().equals(FlinkOption.own())) {
            throw new IllegalArgumentException(
                    "this process has Flink %s, not %s".formatted(FlinkOption.own(), spec.flink()));
        }
        return spec.peer().isOnFlink()
                ? FlinkRun.run(spec, progress)
                : KafkaStreamsRun.run(spec, progress);
    }

    private static void endWithParent() {
        try {
            while (System.in.read() >= 0) {
                // Nothing is sent; the stream ends with the parent.
            }
        } catch (IOException e) {
            // The same.
        }
        Runtime.getRuntime().halt(1);
    }

    private PeerMain() {}
}
