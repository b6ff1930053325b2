package io.clickstream.sink;

import io.clickstream.event.DeadLetter;
import java.io.Serializable;

/**
 * Where a sink hands over what its destination will never take.
 *
 * <p>Sinks have no side outputs, so this is their way to the dead letters. It travels to the task
 * managers with the sink; {@link #open} is called there, at most once per writer, by the thread of
 * the task that also writes.
 */
public interface DeadLetterOutlet extends Serializable {

    /** Connects to the dead letters. */
    Writer open();

    /** Used by one thread. */
    interface Writer extends AutoCloseable {

        /** Takes a letter, which need not be stored before {@link #flush} has returned. */
        void write(DeadLetter letter);

        /**
         * Returns when all letters written so far are stored, and throws if one is not. After a
         * failure the job may write the same letter again.
         */
        void flush();

        @Override
        void close();
    }
}
