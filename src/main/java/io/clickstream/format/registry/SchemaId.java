package io.clickstream.format.registry;

import java.util.Objects;
import java.util.UUID;

/** The id of a schema: a number of 32 bits for Confluent, a UUID for Glue. */
final class SchemaId {

    private final long high;
    private final long low;
    private final boolean isUuid;

    private SchemaId(long high, long low, boolean isUuid) {
        this.high = high;
        this.low = low;
        this.isUuid = isUuid;
    }

    static SchemaId ofNumber(int number) {
        return new SchemaId(0, number, false);
    }

    static SchemaId ofUuid(long high, long low) {
        return new SchemaId(high, low, true);
    }

    /** The id as a number, for Confluent. */
    int number() {
        return (int) low;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SchemaId
                && high == ((SchemaId) other).high
                && low == ((SchemaId) other).low
                && isUuid == ((SchemaId) other).isUuid;
    }

    @Override
    public int hashCode() {
        return Objects.hash(high, low);
    }

    /** The id as the registry's own tools show it. */
    @Override
    public String toString() {
        return isUuid ? new UUID(high, low).toString() : Long.toString(low);
    }
}
