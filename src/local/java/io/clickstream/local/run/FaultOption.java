package io.clickstream.local.run;

import io.clickstream.local.server.PersonalizeServer.Fault;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads what Personalize's stand-in is to suffer from. */
public final class FaultOption implements ITypeConverter<Fault> {

    @Override
    public Fault convert(String value) {
        return switch (value) {
            case "429" -> Fault.THROTTLING;
            case "503" -> Fault.UNAVAILABLE;
            case "slow" -> Fault.SLOW;
            default ->
                    throw new TypeConversionException(
                            "'" + value + "' is none of 429, 503 and slow");
        };
    }
}
