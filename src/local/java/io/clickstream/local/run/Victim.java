package io.clickstream.local.run;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What a run with faults takes away from the job for a while. */
enum Victim {
    TASK_MANAGER("task-manager"),
    BROKER("broker"),
    OPENSEARCH("opensearch"),
    S3("s3"),
    KINESIS("kinesis"),
    PERSONALIZE("personalize");

    private static final String ALL = "all";

    private final String label;

    Victim(String label) {
        this.label = label;
    }

    @Override
    public String toString() {
        return label;
    }

    /** Reads {@code all}, or some labels with commas between them. */
    static final class Victims implements ITypeConverter<Set<Victim>> {
        @Override
        public Set<Victim> convert(String value) {
            if (value.equals(ALL)) {
                return EnumSet.allOf(Victim.class);
            }
            Set<Victim> victims = EnumSet.noneOf(Victim.class);
            for (String label : value.split(",", -1)) {
                if (label.equals(ALL)) {
                    throw new TypeConversionException("'all' must stand alone");
                }
                victims.add(
                        Arrays.stream(values())
                                .filter(victim -> victim.label.equals(label))
                                .findFirst()
                                .orElseThrow(
                                        () ->
                                                new TypeConversionException(
                                                        "'" + label + "' is none of " + labels())));
            }
            return victims;
        }

        private static String labels() {
            return Arrays.stream(values()).map(Victim::toString).collect(Collectors.joining(", "))
                    + " and "
                    + ALL;
        }
    }
}
