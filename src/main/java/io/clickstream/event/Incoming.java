package io.clickstream.event;

import javax.annotation.Nullable;

/**
 * The result of decoding one record: a {@link Click}, or a {@link DeadLetter} with the reason why
 * it is not a click. Either can be inside a {@link RecordWithInteraction} if interactions are
 * configured.
 */
public interface Incoming {

    /** The click; null if the record is not a click. */
    @Nullable
    default Click click() {
        return null;
    }
}
