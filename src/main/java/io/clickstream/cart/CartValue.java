package io.clickstream.cart;

import java.math.BigDecimal;
import java.math.RoundingMode;
import javax.annotation.Nullable;

/**
 * What an item costs, in millionths. Sums of whole numbers are exact, and do not depend on their
 * order.
 */
final class CartValue {

    /** No value. It is less than all values. */
    static final long NONE = Long.MIN_VALUE;

    private static final int DECIMALS = 6;

    /** Values are below 10 to the power of this, so that millionths fit in a long. */
    private static final int MAX_DIGITS = 12;

    private CartValue() {}

    /**
     * Reads the literal of a JSON number.
     *
     * @return millionths, with a half rounded away from zero; {@link #NONE} if there is no number,
     *     or if it has more than 12 digits before the decimal point
     */
    static long parse(@Nullable String literal) {
        if (literal == null) {
            return NONE;
        }
        BigDecimal value;
        try {
            value = new BigDecimal(literal);
        } catch (NumberFormatException e) {
            return NONE;
        }
        // The number of digits before the point, or minus that of zeros behind it. Exponents can be
        // huge, and then a number must not be written out.
        long magnitude = (long) value.precision() - value.scale();
        if (value.signum() == 0 || magnitude < -DECIMALS) {
            return 0;
        }
        if (magnitude > MAX_DIGITS) {
            return NONE;
        }
        return value.setScale(DECIMALS, RoundingMode.HALF_UP).unscaledValue().longValueExact();
    }

    /** The value with no more decimals than it needs. */
    static BigDecimal toDecimal(BigDecimal millionths) {
        BigDecimal stripped = millionths.movePointLeft(DECIMALS).stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }
}
