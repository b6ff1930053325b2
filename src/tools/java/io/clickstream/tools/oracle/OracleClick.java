package io.clickstream.tools.oracle;

import javax.annotation.Nullable;

/**
 * A click as the oracle sees it, nothing left out and nothing interpreted.
 *
 * @param user a {@code Long} where the id is a JSON number, a {@code String} where it is a string
 * @param time event time, ms since the epoch
 */
public record OracleClick(
        Object user, long time, @Nullable String eventType, @Nullable String department) {

    public OracleClick {
        if (!(user instanceof Long) && !(user instanceof String)) {
            throw new IllegalArgumentException("a user is a Long or a String, not " + user);
        }
    }
}
