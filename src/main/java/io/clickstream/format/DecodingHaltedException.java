package io.clickstream.format;

/**
 * Says why decoding can't go on though no record is to blame. It fails the job, which goes back to
 * its last checkpoint: the record is read again, and not lost.
 */
public final class DecodingHaltedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public DecodingHaltedException(String message, Throwable cause) {
        super(message, cause);
    }
}
