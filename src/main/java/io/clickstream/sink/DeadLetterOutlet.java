package io.clickstream.sink;

import io.clickstream.event.DeadLetter;
import java.io.Serializable;

/**
 * Accepts what a sink's destination permanently refuses.
 *
 * <p>Sinks have no side outputs, so this is their way to the dead letters. The outlet is serialized
 * with the sink. {@link #open} is called on the task manager, at most once per writer, by the
 * thread of the task that also writes.
 */
public interface DeadLetterOutlet extends Serializable {

    /** Connects to the dead letters. */
    Writer open();

    /** Not thread-safe. */
    interface Writer extends AutoCloseable {

        /** Accepts a letter. It is stored at the latest when {@link #flush} has returned. */
        void write(DeadLetter letter);

        /**
         * Waits until all letters written so far are stored, and throws if one is not. After a
         * failure, the job may write the same letter again.
         */
        void flush();

        @Override
        void close();
    }
}
