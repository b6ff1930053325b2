package io.clickstream.bench;

/** The three aggregates. */
public enum Aggregate {
    /** Sessions per department and window. */
    DEPARTMENTS,
    /** Sessions per window. */
    SESSIONS,
    /** Sessions with a checkout. */
    CHECKOUTS
}
