package io.clickstream.trend;

import io.clickstream.event.Click;
import javax.annotation.Nullable;

/** The field of a click that is ranked. */
public enum TrendField {
    /** The department that was visited. */
    DEPARTMENT {
        @Override
        String of(Click click) {
            return click.department();
        }
    },
    /** The item that was viewed or bought. */
    ITEM {
        @Override
        String of(Click click) {
            return click.item();
        }
    };

    /** The name in the field; null if the click has none and is not counted. */
    @Nullable
    abstract String of(Click click);
}
