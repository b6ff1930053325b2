package io.clickstream.tools.produce;

/** Hears how each record fared. Targets call it from threads of their own. */
public interface DeliveryListener {

    /**
     * The target has the record.
     *
     * @param place the partition or shard that it is in, as {@link Target#places()} calls it
     * @param position where in it: {@code offset 17}
     */
    void acknowledged(ProducedRecord record, String place, String position);

    /** The record could not be sent, after all retries. */
    void failed(ProducedRecord record, Exception cause);
}
