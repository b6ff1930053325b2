package io.clickstream.tools.command;

import org.apache.flink.configuration.MemorySize;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads sizes as Flink does: {@code 512m}, {@code 1g}. */
public final class MemoryOption implements ITypeConverter<MemorySize> {

    @Override
    public MemorySize convert(String value) {
        try {
            MemorySize size = MemorySize.parse(value);
            // Without a unit, Flink takes a number for bytes, and people mean something else.
            boolean hasUnit = !Character.isDigit(value.strip().charAt(value.strip().length() - 1));
            if (hasUnit && size.getBytes() > 0) {
                return size;
            }
        } catch (IllegalArgumentException e) {
            // The same message for all.
        }
        throw new TypeConversionException("'" + value + "' is not a size such as 512m or 1g");
    }
}
