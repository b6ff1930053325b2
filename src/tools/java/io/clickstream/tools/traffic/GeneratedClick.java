package io.clickstream.tools.traffic;

import io.clickstream.tools.oracle.OracleClick;
import javax.annotation.Nullable;

/**
 * A click as the lab's producer sends it, with all fields of the wire format.
 *
 * @param eventTimestamp event time, ms since the epoch
 * @param eventType {@code ""} at the end of a visit
 * @param productType the department; {@code N/A} on the home page, {@code ""} at the end of a visit
 * @param globalSeq counts all clicks, from 1
 * @param prevGlobalSeq the number of the click before this one in the same visit, 0 for its first
 * @param name the user's id where it is a text, which Avro has no place for; null if it is {@code
 *     userId}
 */
public record GeneratedClick(
        String ip,
        long eventTimestamp,
        String deviceType,
        String eventType,
        String productType,
        int userId,
        long globalSeq,
        long prevGlobalSeq,
        @Nullable String name)
        implements OracleClick.Fields {

    /** A click of a user whose id is a number. */
    public GeneratedClick(
            String ip,
            long eventTimestamp,
            String deviceType,
            String eventType,
            String productType,
            int userId,
            long globalSeq,
            long prevGlobalSeq) {
        this(
                ip,
                eventTimestamp,
                deviceType,
                eventType,
                productType,
                userId,
                globalSeq,
                prevGlobalSeq,
                null);
    }

    /** The same click at another time, ms since the epoch. */
    public GeneratedClick at(long time) {
        return new GeneratedClick(
                ip,
                time,
                deviceType,
                eventType,
                productType,
                userId,
                globalSeq,
                prevGlobalSeq,
                name);
    }

    /** The same click under another number, which counts all clicks. */
    public GeneratedClick numbered(long number) {
        return new GeneratedClick(
                ip,
                eventTimestamp,
                deviceType,
                eventType,
                productType,
                userId,
                number,
                prevGlobalSeq,
                name);
    }

    /** The same click as the oracle sees it, with all fields. */
    public OracleClick forOracle() {
        Object user = name == null ? (Object) (long) userId : name;
        return new OracleClick(user, eventTimestamp, eventType, productType, this);
    }

    /** The fields that {@link OracleClick} has no component for, by their names on the wire. */
    @Override
    public Object get(String name) {
        return switch (name) {
            case "ip" -> ip;
            case "devicetype" -> deviceType;
            case "globalseq" -> globalSeq;
            case "prevglobalseq" -> prevGlobalSeq;
            default -> throw new IllegalArgumentException("a click has no other field " + name);
        };
    }
}
