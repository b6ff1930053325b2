package io.clickstream.local.server;

import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.opensearch.common.settings.Settings;
import org.opensearch.http.HttpServerTransport;
import org.opensearch.node.Node;

/**
 * An OpenSearch node on the loopback address, in a process of its own: {@link OpenSearchNode}
 * starts it. Prints its HTTP port on the standard output, once, when it can be used, and ends when
 * its standard input does.
 *
 * <p>The runner is on the class path of that process only, hence the reflection. No other class of
 * this project may be used here.
 */
final class OpenSearchNodeMain {

    private static final String RUNNER = "org.codelibs.opensearch.runner.OpenSearchRunner";

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
        Class<?> type = Class.forName(RUNNER);
        Class<?> settingsType = Class.forName(RUNNER + "$Builder");
        Closeable runner = (Closeable) type.getConstructor().newInstance();
        Object settings =
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {settingsType},
                        (proxy, method, arguments) -> {
                            Settings.Builder of = (Settings.Builder) arguments[1];
                            configure(of);
                            more.stringPropertyNames()
                                    .forEach(name -> of.put(name, more.getProperty(name)));
                            return null;
                        });
        type.getMethod("onBuild", settingsType).invoke(runner, settings);
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
        type.getMethod("build", String[].class)
                .invoke(runner, (Object) options.toArray(new String[0]));

        Node node = (Node) type.getMethod("node").invoke(runner);
        int port =
                node.injector()
                        .getInstance(HttpServerTransport.class)
                        .boundAddress()
                        .publishAddress()
                        .getPort();
        answer.println(port);
        answer.flush();

        awaitEndOfInput();
        Runtime.getRuntime().halt(0);
    }

    /** Ctrl-C reaches all processes of a terminal; this one ends when its parent says so. */
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
        settings.put("http.port", "0");
        settings.put("transport.port", "0");
        settings.put("discovery.type", "single-node");
        // A machine whose disk is nearly full would refuse writes otherwise.
        settings.put("cluster.routing.allocation.disk.threshold_enabled", false);
    }

    private static void awaitEndOfInput() throws IOException {
        int read;
        do {
            read = System.in.read();
        } while (read >= 0);
    }
}
