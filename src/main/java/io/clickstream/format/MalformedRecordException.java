package io.clickstream.format;

import io.clickstream.event.DeadLetter.Reason;

/**
 * Says in one line what is wrong with a record. Bad records are nothing special: no stack trace.
 */
public final class MalformedRecordException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** The bytes are not what the format says. */
    public MalformedRecordException(String message) {
        this(Reason.MALFORMED, message);
    }

    /** They can't be read for another reason. */
    public MalformedRecordException(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
