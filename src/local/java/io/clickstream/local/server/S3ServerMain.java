package io.clickstream.local.server;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Properties;

/**
 * An S3-compatible server on the loopback address, in a process of its own: {@link S3Server} starts
 * it. Prints its port on the standard output, once, when it can be used, and ends when its standard
 * input does. Objects are in memory.
 *
 * <p>The server is on the class path of that process only, hence the reflection. No other class of
 * this project may be used here.
 */
final class S3ServerMain {

    private S3ServerMain() {}

    /** Runs a server until the standard input ends. */
    public static void main(String[] args) throws Exception {
        PrintStream answer = System.out;
        System.setOut(System.err);

        Class<?> context = Class.forName("org.jclouds.ContextBuilder");
        Object stores = context.getMethod("newBuilder", String.class).invoke(null, "transient");
        context.getMethod("credentials", String.class, String.class)
                .invoke(stores, "local", "local");
        Class<?> viewType = Class.forName("org.jclouds.blobstore.BlobStoreContext");
        Object view = context.getMethod("buildView", Class.class).invoke(stores, viewType);
        Object store = viewType.getMethod("getBlobStore").invoke(view);

        Properties properties = new Properties();
        properties.setProperty("s3proxy.endpoint", "http://127.0.0.1:0");
        properties.setProperty("s3proxy.authorization", "none");
        Class<?> builderType = Class.forName("org.gaul.s3proxy.S3Proxy$Builder");
        Object builder =
                builderType.getMethod("fromProperties", Properties.class).invoke(null, properties);
        builderType
                .getMethod("blobStore", Class.forName("org.jclouds.blobstore.BlobStore"))
                .invoke(builder, store);
        Object server = builderType.getMethod("build").invoke(builder);
        server.getClass().getMethod("start").invoke(server);
        answer.println(server.getClass().getMethod("getPort").invoke(server));
        answer.flush();

        awaitEndOfInput();
        Runtime.getRuntime().halt(0);
    }

    private static void awaitEndOfInput() throws IOException {
        int read;
        do {
            read = System.in.read();
        } while (read >= 0);
    }
}
