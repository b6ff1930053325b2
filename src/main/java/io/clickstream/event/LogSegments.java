package io.clickstream.event;

/** Stores the logs of key groups. A log is a list of segments. */
public interface LogSegments {

    /** Writes a segment, in place of an earlier one with the same index. */
    void put(int keyGroup, int index, byte[] segment);

    /** Removes a segment. */
    void remove(int keyGroup, int index);
}
