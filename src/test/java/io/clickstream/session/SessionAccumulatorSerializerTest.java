package io.clickstream.session;

import io.clickstream.testing.SerializerContract;
import java.util.List;

class SessionAccumulatorSerializerTest extends SerializerContract<SessionAccumulator> {

    SessionAccumulatorSerializerTest() {
        super(
                SessionAccumulator.class,
                SessionAccumulatorSerializer.INSTANCE,
                List.of(
                        new SessionAccumulator(),
                        SessionAccumulator.restore(
                                1_655_183_299_648L,
                                39,
                                new long[] {1_655_183_299_649L, 1_655_183_299_650L},
                                new String[] {"AirPods", "Möbel", "学"})));
    }
}
