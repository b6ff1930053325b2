package io.clickstream.tools.oracle;

import javax.annotation.Nullable;

/**
 * A click as the oracle sees it, nothing left out and nothing interpreted.
 *
 * @param user a {@code Long} where the id is a JSON number, a {@code String} where it is a string
 * @param time event time, ms since the epoch
 * @param others the other fields of the record
 */
public record OracleClick(
        Object user,
        long time,
        @Nullable String eventType,
        @Nullable String department,
        Fields others) {

    /** Fields of a record, beside those that have a component of their own. */
    @FunctionalInterface
    public interface Fields {

        /** A record that has no other fields, or whose other fields no aggregate needs. */
        Fields NONE = name -> null;

        /**
         * The value of a field.
         *
         * @param name the name in the record
         * @return a {@code String} or a {@code Long}; null if the record does not have the field
         */
        @Nullable
        Object get(String name);
    }

    /** A click without other fields. */
    public OracleClick(
            Object user, long time, @Nullable String eventType, @Nullable String department) {
        this(user, time, eventType, department, Fields.NONE);
    }

    public OracleClick {
        if (!(user instanceof Long) && !(user instanceof String)) {
            throw new IllegalArgumentException("a user is a Long or a String, not " + user);
        }
    }

    /** The value of another field, such as {@code devicetype}; null if there is none. */
    @Nullable
    public Object other(String name) {
        return others.get(name);
    }
}
