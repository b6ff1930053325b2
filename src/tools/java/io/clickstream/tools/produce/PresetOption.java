package io.clickstream.tools.produce;

import java.util.Arrays;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads presets by the names that the job has for them. */
final class PresetOption implements ITypeConverter<Preset> {

    @Override
    public Preset convert(String value) {
        return Arrays.stream(Preset.values())
                .filter(preset -> preset.toString().equals(value))
                .findFirst()
                .orElseThrow(
                        () ->
                                new TypeConversionException(
                                        "'"
                                                + value
                                                + "' is no preset; there are lab, interactions,"
                                                + " web-access, ticker, ga4, segment, snowplow"
                                                + " and rees46"));
    }
}
