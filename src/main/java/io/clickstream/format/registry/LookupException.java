package io.clickstream.format.registry;

/** Why a registry gave no schema for an id. */
final class LookupException extends Exception {

    private static final long serialVersionUID = 1L;

    enum Kind {
        /** It has no schema with this id. */
        UNKNOWN,
        /** It has one, but of another kind than Avro. */
        UNUSABLE,
        /** It answers, but not now: an error of its own, or too many requests. */
        BUSY,
        /** It does not answer, or what answers is no registry. */
        UNREACHABLE,
        /** It does not let the job in. */
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
