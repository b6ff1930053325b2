package io.clickstream.tools.produce;

/** What can be wrong with a record, and what the job must say to it. */
enum Fault {
    CUT_OFF("malformed"),
    NO_USER("missing-user"),
    NULL_USER("missing-user"),
    NO_TIME("missing-time"),
    BEFORE_1970("before-1970"),
    FUTURE("future"),
    USER_OF_WRONG_TYPE("malformed"),
    TIME_OF_WRONG_TYPE("malformed");

    /** The last millisecond before 1970. */
    static final long TIME_BEFORE_1970 = -1;

    /** The first of January 3000, ms since the epoch. */
    static final long TIME_IN_FUTURE = 32_503_680_000_000L;

    private final String reason;

    Fault(String reason) {
        this.reason = reason;
    }

    /** The reason of the dead letter. */
    String reason() {
        return reason;
    }
}
