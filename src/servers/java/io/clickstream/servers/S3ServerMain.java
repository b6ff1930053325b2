package io.clickstream.servers;

import java.io.PrintStream;
import java.util.Properties;
import org.gaul.s3proxy.S3Proxy;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStoreContext;

/**
 * An S3-compatible server on the loopback address, in a process of its own, which {@code S3Server}
 * starts. It prints its port on the standard output, once, when it is ready, and ends when its
 * standard input ends. Objects are in memory.
 */
final class S3ServerMain {

    private S3ServerMain() {}

    /** Runs a server until the standard input ends. */
    public static void main(String[] args) throws Exception {
        PrintStream answer = System.out;
        System.setOut(System.err);

        Properties properties = new Properties();
        properties.setProperty("s3proxy.endpoint", "http://127.0.0.1:0");
        properties.setProperty("s3proxy.authorization", "none");
        S3Proxy server =
                S3Proxy.Builder.fromProperties(properties)
                        .blobStore(
                                ContextBuilder.newBuilder("transient")
                                        .credentials("local", "local")
                                        .buildView(BlobStoreContext.class)
                                        .getBlobStore())
                        .build();
        server.start();
        answer.println(server.getPort());
        answer.flush();
        Parent.awaitEnd();
        Runtime.getRuntime().halt(0);
    }
}
