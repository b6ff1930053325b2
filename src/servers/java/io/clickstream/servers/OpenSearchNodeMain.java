package io.clickstream.servers;

import java.io.PrintStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.codelibs.opensearch.runner.OpenSearchRunner;
import org.opensearch.common.settings.Settings;
import org.opensearch.http.HttpServerTransport;

/**
 * An OpenSearch node on the loopback address, in a process of its own, which {@code OpenSearchNode}
 * starts. It prints its HTTP port on the standard output, once, when it is ready, and ends when its
 * standard input ends.
 */
final class OpenSearchNodeMain {

    /** System property: the port for HTTP; 0 takes any that is free. */
    private static final String HTTP_PORT = "clickstream.http.port";

    private OpenSearchNodeMain() {}

    /**
     * Runs a node until the standard input ends.
     *
     * @param args the folder for data and configuration; optionally the names of more plugins'
     *     classes and a file of more settings, as Java properties
     */
    public static void main(String[] args) throws Exception {
        PrintStream answer = System.out;
        System.setOut(System.err);
        ignoreInterrupt();

        Properties more = new Properties();
        if (args.length > 2) {
            try (Reader file = Files.newBufferedReader(Path.of(args[2]))) {
                more.load(file);
            }
        }
        List<String> options =
                new ArrayList<>(
                        List.of(
                                "-basePath",
                                args[0],
                                "-numOfNode",
                                "1",
                                "-clusterName",
                                "clickstream-local",
                                "-useLogger",
                                "-disableESLogger"));
        if (args.length > 1) {
            options.addAll(List.of("-pluginTypes", args[1]));
        }
        OpenSearchRunner runner = new OpenSearchRunner();
        runner.onBuild(
                (number, settings) -> {
                    configure(settings);
                    more.stringPropertyNames()
                            .forEach(name -> settings.put(name, more.getProperty(name)));
                });
        runner.build(options.toArray(new String[0]));

        answer.println(
                runner.node()
                        .injector()
                        .getInstance(HttpServerTransport.class)
                        .boundAddress()
                        .publishAddress()
                        .getPort());
        answer.flush();
        Parent.awaitEnd();
        Runtime.getRuntime().halt(0);
    }

    /**
     * Ctrl-C reaches all processes of a terminal; the parent decides when this one ends. The
     * compiler warns of the class for signals, hence the reflection.
     */
    private static void ignoreInterrupt() throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        signal.getMethod("handle", signal, handler)
                .invoke(
                        null,
                        signal.getConstructor(String.class).newInstance("INT"),
                        handler.getField("SIG_IGN").get(null));
    }

    private static void configure(Settings.Builder settings) {
        settings.put("network.host", "127.0.0.1");
        settings.put("http.port", System.getProperty(HTTP_PORT, "0"));
        settings.put("transport.port", "0");
        settings.put("discovery.type", "single-node");
        // A machine whose disk is nearly full would refuse writes otherwise.
        settings.put("cluster.routing.allocation.disk.threshold_enabled", false);
    }
}
