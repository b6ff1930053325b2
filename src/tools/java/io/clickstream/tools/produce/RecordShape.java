package io.clickstream.tools.produce;

import io.clickstream.tools.oracle.OracleClick;
import io.clickstream.tools.traffic.ClickEncoder;
import io.clickstream.tools.traffic.GeneratedClick;
import java.util.Arrays;
import java.util.List;
import javax.annotation.Nullable;

/**
 * What records look like, and what the oracle must see in them. Some shapes count visits or walk
 * prices: each click is encoded once, in the order of event times. For one thread.
 */
interface RecordShape {

    /**
     * What a record has beside the fields of its shape.
     *
     * @param eventId the same in all copies of a record
     * @param userAgent the program that made the click
     */
    record Extras(@Nullable String eventId, @Nullable String userAgent) {
        static final Extras NONE = new Extras(null, null);
    }

    /** A good record. */
    byte[] encode(GeneratedClick click, Extras extras);

    /** A record of which one thing is wrong, one of {@link #faults()}. */
    byte[] encodeWrong(GeneratedClick click, Extras extras, Fault fault);

    /** What can be wrong with records of this shape. */
    List<Fault> faults();

    /** The click as a correct job reads it from the good record. */
    OracleClick forOracle(GeneratedClick click);

    /** The lab's click in any encoding, without extras. */
    static RecordShape of(ClickEncoder encoder) {
        return new RecordShape() {
            @Override
            public byte[] encode(GeneratedClick click, Extras extras) {
                if (!extras.equals(Extras.NONE)) {
                    throw new IllegalArgumentException("the encoding has no place for " + extras);
                }
                return encoder.encode(click);
            }

            @Override
            public byte[] encodeWrong(GeneratedClick click, Extras extras, Fault fault) {
                return switch (fault) {
                    case CUT_OFF -> firstHalf(encode(click, extras));
                    case BEFORE_1970 -> encode(click.at(Fault.TIME_BEFORE_1970), extras);
                    case FUTURE -> encode(click.at(Fault.TIME_IN_FUTURE), extras);
                    default -> throw new IllegalArgumentException("not in any encoding: " + fault);
                };
            }

            @Override
            public List<Fault> faults() {
                return List.of(Fault.CUT_OFF, Fault.BEFORE_1970, Fault.FUTURE);
            }

            @Override
            public OracleClick forOracle(GeneratedClick click) {
                return click.forOracle();
            }
        };
    }

    /** What is left of a record whose sender broke off. */
    static byte[] firstHalf(byte[] record) {
        return Arrays.copyOf(record, record.length / 2);
    }
}
