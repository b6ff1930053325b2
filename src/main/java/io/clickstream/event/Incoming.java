package io.clickstream.event;

/**
 * What a source makes of one record: a {@link Click}, or a {@link DeadLetter} that says why it is
 * none.
 */
public interface Incoming {}
