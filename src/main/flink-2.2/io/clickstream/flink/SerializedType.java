package io.clickstream.flink;

import org.apache.flink.api.common.typeinfo.TypeInformation;

/**
 * A type that brings its serializer.
 *
 * @param <T> the type
 */
public abstract class SerializedType<T> extends TypeInformation<T> {

    private static final long serialVersionUID = 1L;
}
