package io.clickstream.bench;

import io.clickstream.format.ClickDecoder;
import io.clickstream.format.ClickFields;
import io.clickstream.format.MalformedRecordException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what is decoded, which every peer does in its source and one click at a time: that tells
 * alike for all how far a run is.
 */
final class CountingDecoder implements ClickDecoder {

    private static final long serialVersionUID = 1L;

    private final String run;
    private final ClickDecoder decoder;

    private transient AtomicLong published;
    private transient long count;

    /**
     * Counts for a run.
     *
     * @param run the id of a {@link RunningPeer}
     */
    CountingDecoder(String run, ClickDecoder decoder) {
        this.run = run;
        this.decoder = decoder;
    }

    @Override
    public void decode(byte[] record, ClickFields fields) throws MalformedRecordException {
        if (published == null) {
            published = RunningPeer.of(run).newCounter();
        }
        decoder.decode(record, fields);
        published.lazySet(++count);
    }
}
