package io.clickstream.format;

/**
 * Says in one line what is wrong with a record. Bad records are nothing special: no stack trace.
 */
public final class MalformedRecordException extends Exception {

    private static final long serialVersionUID = 1L;

    public MalformedRecordException(String message) {
        super(message, null, false, false);
    }
}
