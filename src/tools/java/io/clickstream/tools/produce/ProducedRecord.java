package io.clickstream.tools.produce;

/**
 * A record on its way to a target.
 *
 * @param number counts the records of a run in the order in which they are sent, from 1
 * @param key decides the partition or shard
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record ProducedRecord(long number, String key, byte[] value) {}
