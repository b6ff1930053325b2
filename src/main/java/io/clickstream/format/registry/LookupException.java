package io.clickstream.format.registry;

/** The reason why a registry returned no schema for an id. */
final class LookupException extends Exception {

    private static final long serialVersionUID = 1L;

    enum Kind {
        /** The registry has no schema with this id. */
        UNKNOWN,
        /** The registry has a schema with this id, but it is not Avro. */
        UNUSABLE,
        /** The registry answers with a temporary error: an internal error, or too many requests. */
        BUSY,
        /** The registry does not answer, or the answer is not from a registry. */
        UNREACHABLE,
        /** The registry refuses the login. */
        REFUSED
    }

    private final Kind kind;

    LookupException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    LookupException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }
}
