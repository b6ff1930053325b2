package io.clickstream.tools.oracle;

import java.time.Duration;
import java.util.function.Function;
import javax.annotation.Nullable;

/**
 * The settings of the group `carts`, and where a click has what the job finds by its mapping.
 *
 * @param abandonedAfter how long after its last change a cart is abandoned
 * @param recoveredWithin how long after that a checkout recovers it
 * @param item the id of an item; null if the click has none
 * @param value the literal of a number; null if the click has none
 */
public record CartRules(Duration abandonedAfter, Duration recoveredWithin, Text item, Text value) {

    /** A text of a click. */
    public interface Text extends Function<OracleClick, String> {

        /** Clicks do not have it. */
        Text NONE = click -> null;

        @Override
        @Nullable
        String apply(OracleClick click);
    }

    /** The default settings, for clicks without items. */
    public static final CartRules DEFAULT =
            new CartRules(Duration.ofMinutes(30), Duration.ofDays(7), Text.NONE, Text.NONE);

    /** The same, with other times. */
    public CartRules after(Duration newAbandonedAfter, Duration newRecoveredWithin) {
        return new CartRules(newAbandonedAfter, newRecoveredWithin, item, value);
    }

    /** The same for the lab's clicks, with the department as the item, and its number as value. */
    public CartRules withItemsOfTheLab() {
        return new CartRules(
                abandonedAfter,
                recoveredWithin,
                OracleClick::department,
                click -> String.valueOf(click.other("globalseq")));
    }
}
