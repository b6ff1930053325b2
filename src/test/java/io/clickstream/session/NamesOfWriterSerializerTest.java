package io.clickstream.session;

import io.clickstream.testing.SerializerContract;
import java.util.List;

class NamesOfWriterSerializerTest extends SerializerContract<NamesOfWriter> {

    NamesOfWriterSerializerTest() {
        super(
                NamesOfWriter.class,
                NamesOfWriterSerializer.INSTANCE,
                List.of(
                        new NamesOfWriter(1, List.of()),
                        new NamesOfWriter(70_000, List.of("AirPods", "Möbel", "学"))));
    }
}
