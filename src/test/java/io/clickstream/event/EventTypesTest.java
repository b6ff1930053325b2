package io.clickstream.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.GenericTypeInfo;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

class EventTypesTest {

    @Test
    void haveSerializersOfTheirOwn() throws Exception {
        assertThat(types()).hasSizeGreaterThan(6);
        for (TypeInformation<?> type : types()) {
            assertThat(type).isNotInstanceOf(GenericTypeInfo.class);
            assertThat(type.createSerializer(new SerializerConfigImpl()))
                    .as("%s", type)
                    .isInstanceOf(VersionedSerializer.class);
        }
    }

    @Test
    void areTheSameAfterTheirWayToATaskManager() throws Exception {
        for (TypeInformation<?> type : types()) {
            assertThat(InstantiationUtil.clone(type)).isEqualTo(type).hasSameHashCodeAs(type);
        }
    }

    @Test
    void differ() throws Exception {
        assertThat(types()).doesNotHaveDuplicates();
    }

    static List<TypeInformation<?>> types() throws IllegalAccessException {
        List<TypeInformation<?>> types = new ArrayList<>();
        for (Field field : EventTypes.class.getFields()) {
            types.add((TypeInformation<?>) field.get(null));
        }
        return types;
    }
}
