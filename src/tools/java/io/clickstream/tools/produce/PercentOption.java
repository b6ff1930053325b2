package io.clickstream.tools.produce;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads shares as one writes them on a command line: {@code 5}, {@code 0.5}, {@code 5%}. */
public final class PercentOption implements ITypeConverter<Double> {

    private static final double MAX = 100;

    @Override
    public Double convert(String value) {
        String number = value.endsWith("%") ? value.substring(0, value.length() - 1) : value;
        double percent;
        try {
            percent = Double.parseDouble(number);
        } catch (NumberFormatException e) {
            percent = Double.NaN;
        }
        // Not a number is neither.
        if (percent >= 0 && percent <= MAX) {
            return percent;
        }
        throw new TypeConversionException(
                "'" + value + "' is no share in percent, from 0 to 100, such as 5 or 0.5");
    }
}
