package io.clickstream.bench;

import io.clickstream.event.Click;
import io.clickstream.event.Incoming;
import org.apache.flink.api.common.functions.MapFunction;

/**
 * Takes clicks for what they are: a generated record is never refused. Lets go of their bytes, as
 * the job does before its shuffle.
 */
final class ClicksOnly implements MapFunction<Incoming, Click> {

    private static final long serialVersionUID = 1L;

    @Override
    public Click map(Incoming incoming) {
        if (incoming instanceof Click click) {
            click.dropRaw();
            return click;
        }
        throw new IllegalStateException("a generated click was refused: " + incoming);
    }
}
