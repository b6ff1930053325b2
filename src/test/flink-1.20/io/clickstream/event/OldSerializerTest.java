package io.clickstream.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.junit.jupiter.api.Test;

class OldSerializerTest {

    @Test
    @SuppressWarnings("deprecation") // Flink 1.20 still calls it in places.
    void isTheSameInBothWays() throws Exception {
        for (TypeInformation<?> type : EventTypesTest.types()) {
            assertThat((Object) type.createSerializer(new ExecutionConfig()))
                    .as("%s", type)
                    .isEqualTo(type.createSerializer(new SerializerConfigImpl()));
        }
    }
}
