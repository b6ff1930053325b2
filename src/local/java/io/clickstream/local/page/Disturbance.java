package io.clickstream.local.page;

import java.util.Optional;

/** Something that a person can do to a run, to see what happens. */
public interface Disturbance {

    /** The name in an address: lower-case letters and hyphens. */
    String id();

    /** What it does, for a button. */
    String label();

    /** Why it can't be done now; empty if it can. */
    Optional<String> obstacle();

    /**
     * Does it.
     *
     * @return what happened, in a sentence
     * @throws Exception if it failed
     */
    String perform() throws Exception;
}
