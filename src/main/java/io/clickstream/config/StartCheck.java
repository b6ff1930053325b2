package io.clickstream.config;

import java.util.List;

/**
 * Checks before the start whether the job can work with a server or a file system. A sentence at
 * the start is much easier to understand than a job that fails at its first checkpoint, or that
 * waits for a topic forever.
 */
@FunctionalInterface
public interface StartCheck {

    /**
     * Runs the check, and waits for its result.
     *
     * @return the problems, one sentence each, with the key, what was found, and what to do; empty
     *     if the job can start
     */
    List<String> problems() throws InterruptedException;
}
