package io.clickstream.flink;

import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.ChainingStrategy;

/**
 * An operator that joins the chain of the operator before it. In Flink 1.20, an operator begins a
 * chain by default, which would mean a hop through the network.
 *
 * @param <T> what it emits
 */
public abstract class ChainedOperator<T> extends AbstractStreamOperator<T> {

    private static final long serialVersionUID = 1L;

    protected ChainedOperator() {
        setChainingStrategy(ChainingStrategy.ALWAYS);
    }
}
