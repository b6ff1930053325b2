package io.clickstream.bench;

/** The aggregates that the job and its peers compute. */
public enum ResultType {
    /** Sessions per department and window. */
    DEPARTMENTS,
    /** Sessions per window. */
    SESSIONS,
    /** Sessions with a checkout. */
    CHECKOUTS
}
