package io.clickstream.tools.explain;

import java.util.Locale;

/** Shares for people. */
final class Percent {

    private static final double ALL = 100;

    /**
     * A share as a percentage. Neither a share that is not whole becomes 100 %, nor one that is not
     * zero becomes 0 %.
     *
     * @param share from 0 to 1
     */
    static String of(double share) {
        double percent = ALL * share;
        if (percent == Math.rint(percent)) {
            return String.format(Locale.ROOT, "%.0f %%", percent);
        }
        double shown = Math.min(Math.max(percent, 0.1), 99.9);
        return String.format(Locale.ROOT, "%.1f %%", shown);
    }

    private Percent() {}
}
