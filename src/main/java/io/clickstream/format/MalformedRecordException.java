package io.clickstream.format;

import io.clickstream.event.DeadLetter.Reason;

/**
 * Describes in one line what is wrong with a record. It has no stack trace, because malformed
 * records are not unusual.
 */
public final class MalformedRecordException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** The bytes do not follow the format. */
    public MalformedRecordException(String message) {
        this(Reason.MALFORMED, message);
    }

    /** The record cannot be read for another reason. */
    public MalformedRecordException(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
