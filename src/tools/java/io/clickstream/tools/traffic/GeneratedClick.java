package io.clickstream.tools.traffic;

import io.clickstream.tools.oracle.OracleClick;

/**
 * A click as the lab's producer sends it, with all fields of the wire format.
 *
 * @param eventTimestamp event time, ms since the epoch
 * @param eventType {@code ""} at the end of a visit
 * @param productType the department; {@code N/A} on the home page, {@code ""} at the end of a visit
 * @param globalSeq counts all clicks, from 1
 * @param prevGlobalSeq the number of the click before this one in the same visit, 0 for its first
 */
public record GeneratedClick(
        String ip,
        long eventTimestamp,
        String deviceType,
        String eventType,
        String productType,
        int userId,
        long globalSeq,
        long prevGlobalSeq)
        implements OracleClick.Fields {

    /** The same click at another time, ms since the epoch. */
    public GeneratedClick at(long time) {
        return new GeneratedClick(
                ip, time, deviceType, eventType, productType, userId, globalSeq, prevGlobalSeq);
    }

    /** The same click as the oracle sees it, with all fields. */
    public OracleClick forOracle() {
        return new OracleClick((long) userId, eventTimestamp, eventType, productType, this);
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
