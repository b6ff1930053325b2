package io.clickstream.config;

import java.util.List;

/**
 * Asks a server or a file system, before the job starts, whether the job can work with it. A job
 * that fails at its first checkpoint, or that waits for a topic forever, is much harder to read
 * than a sentence at the start.
 */
@FunctionalInterface
public interface StartCheck {

    /**
     * Asks, and waits for the answer.
     *
     * @return what is wrong, one sentence each, with the key, what was found, and what to do; empty
     *     if the job can start
     */
    List<String> problems() throws InterruptedException;
}
