package io.clickstream.event;

import javax.annotation.Nullable;

/**
 * What a source makes of one record: a {@link Click}, or a {@link DeadLetter} that says why it is
 * none; and either of them {@link RecordWithInteraction}, where interactions are asked for.
 */
public interface Incoming {

    /** The click; null if the record is none. */
    @Nullable
    default Click click() {
        return null;
    }
}
