package io.clickstream.tools.produce;

import java.util.Locale;

/** The shapes of records that the job has presets for, under the same names. */
enum Preset {
    LAB,
    INTERACTIONS,
    WEB_ACCESS,
    TICKER,
    GA4,
    SEGMENT,
    SNOWPLOW,
    REES46;

    /** As one writes it: {@code web-access}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
