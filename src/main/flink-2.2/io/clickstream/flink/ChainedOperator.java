package io.clickstream.flink;

import org.apache.flink.streaming.api.operators.AbstractStreamOperator;

/**
 * An operator that joins the chain of the operator before it. In Flink 2.2, every operator does.
 *
 * @param <T> what it emits
 */
public abstract class ChainedOperator<T> extends AbstractStreamOperator<T> {

    private static final long serialVersionUID = 1L;
}
