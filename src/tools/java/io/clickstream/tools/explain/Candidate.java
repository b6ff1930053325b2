package io.clickstream.tools.explain;

import java.util.Comparator;

/**
 * A field that could be a field of clicks.
 *
 * @param score how well it fits; only to compare candidates of the same role
 * @param reason why it fits, or what speaks against it, in a few words
 */
record Candidate(Field field, double score, String reason) {

    /** The best first. Of equals, the one that occurs first in records. */
    static final Comparator<Candidate> BEST_FIRST =
            Comparator.comparingDouble(Candidate::score).reversed();

    @Override
    public String toString() {
        return field + " (" + reason + ")";
    }
}
