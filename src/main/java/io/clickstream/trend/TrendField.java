package io.clickstream.trend;

import io.clickstream.event.Click;
import javax.annotation.Nullable;

/** What of a click is counted. */
public enum TrendField {
    /** The department that was visited. */
    DEPARTMENT {
        @Override
        String of(Click click) {
            return click.department();
        }
    },
    /** What was looked at or bought. */
    ITEM {
        @Override
        String of(Click click) {
            return click.item();
        }
    };

    /** The click's name; null where it has none, and is not counted. */
    @Nullable
    abstract String of(Click click);
}
