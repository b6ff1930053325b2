package io.clickstream.tools.produce;

import java.time.Duration;

/**
 * What else is among the clicks of a shop, each in percent from 0 to 100.
 *
 * @param late of the records after the first {@link RecordSequence#LATE_FROM}: clicks of a time
 *     that is long past
 * @param duplicates of the good clicks: those that are sent twice
 * @param malformed of the records: those that the job can't use
 * @param bots of the records: those that are by crawlers
 * @param disorder up to this after its time is one good click in twenty sent, behind later ones
 */
record Mix(double late, double duplicates, double malformed, double bots, Duration disorder) {

    /** Good clicks in the order of their times. */
    static final Mix NONE = new Mix(0, 0, 0, 0, Duration.ZERO);

    /** Good clicks, of which some come after later ones. */
    static Mix disorder(Duration disorder) {
        return new Mix(0, 0, 0, 0, disorder);
    }

    /** The share of records that the users' walks through the shop are left to fill. */
    double walkShare() {
        double good = 1 - (late + malformed + bots) / 100;
        return (1 - bots / 100) / (1 + good * duplicates / 100);
    }
}
