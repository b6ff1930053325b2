package io.clickstream.flink;

import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/**
 * A type that brings its serializer. Flink 1.20 can ask for it in two ways.
 *
 * @param <T> the type
 */
public abstract class SerializedType<T> extends TypeInformation<T> {

    private static final long serialVersionUID = 1L;

    @Override
    @Deprecated
    public TypeSerializer<T> createSerializer(ExecutionConfig config) {
        return createSerializer(config.getSerializerConfig());
    }
}
