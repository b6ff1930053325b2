package io.clickstream.servers;

import java.io.IOException;

/** The process that started this one. */
final class Parent {

    private Parent() {}

    /** Returns when the parent closes this process's standard input, or has ended. */
    static void awaitEnd() throws IOException {
        int read;
        do {
            read = System.in.read();
        } while (read >= 0);
    }
}
