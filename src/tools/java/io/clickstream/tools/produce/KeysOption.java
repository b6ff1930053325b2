package io.clickstream.tools.produce;

import java.util.OptionalInt;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads what keys there are: {@code user}, or how many take turns. Empty for the user. */
final class KeysOption implements ITypeConverter<OptionalInt> {

    @Override
    public OptionalInt convert(String value) {
        if (value.equals("user")) {
            return OptionalInt.empty();
        }
        if (value.matches("[1-9]\\d{0,8}")) {
            return OptionalInt.of(Integer.parseInt(value));
        }
        throw new TypeConversionException(
                "'" + value + "' is neither 'user' nor a number of keys from 1 on");
    }
}
