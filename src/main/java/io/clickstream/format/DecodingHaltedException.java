package io.clickstream.format;

/**
 * Decoding cannot continue for a reason other than the record. The job fails and restarts from its
 * last checkpoint, so the record is read again and not lost.
 */
public final class DecodingHaltedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public DecodingHaltedException(String message, Throwable cause) {
        super(message, cause);
    }
}
