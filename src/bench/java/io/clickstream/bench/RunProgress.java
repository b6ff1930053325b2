package io.clickstream.bench;

/** Told now and then how far a run is. */
@FunctionalInterface
public interface RunProgress {

    /** So many clicks have been decoded. */
    void clicks(long count);
}
