package io.clickstream.shuffle;

/**
 * What the bytes of a batch are: clicks, one behind the other, each a tag and what it says.
 *
 * <pre>
 *  tag         one byte, of the bits below
 *  user        the number, as a zigzag varint: seven bits a byte, the lowest first
 *  event time  ms since that of the click before, as a zigzag varint; the first since the epoch
 *  department  nothing, or one byte: which of the names of this batch; or a varint and so many bytes
 *              of UTF-8, a name of the batch from here on
 * </pre>
 *
 * <p>Some 8 bytes for a click, so that the few buffers that Flink's network has between two
 * subtasks hold three times as many clicks as with whole numbers and names: in the moments in which
 * one side does something else, the other one goes on. Clicks that have more than that (an id that
 * is text, a record that may be late, what filters ask for) are a tag and what the serializer of
 * clicks writes.
 */
final class BatchFormat {

    /** The event is a checkout. */
    static final int CHECKOUT = 1;

    /** A department follows as the number of a name. */
    static final int NUMBER = 2;

    /** A department follows as a name, which gets the next number if there is one left. */
    static final int NAME = 4;

    /** A whole click follows, without any of the above. */
    static final int WHOLE = 8;

    /** Of a batch: their numbers are a byte each. */
    static final int MAX_NAMES = 256;

    private BatchFormat() {}
}
