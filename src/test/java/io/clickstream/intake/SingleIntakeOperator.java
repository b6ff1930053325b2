package io.clickstream.intake;

import io.clickstream.event.Click;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.Incoming;
import io.clickstream.event.Interaction;
import java.time.Duration;
import javax.annotation.Nullable;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/** Emits clicks one by one, for tests of what becomes of each. */
final class SingleIntakeOperator extends ClickIntakeOperator<Click> {

    private static final long serialVersionUID = 1L;

    SingleIntakeOperator(
            OutputTag<DeadLetter> deadLetters,
            OutputTag<Interaction> interactions,
            @Nullable ArchiveTarget archive,
            Duration outOfOrderness,
            Duration maxFutureSkew) {
        super(deadLetters, interactions, archive, outOfOrderness, maxFutureSkew);
    }

    @Override
    void send(Click click, StreamRecord<Incoming> element) {
        output.collect(element.replace(click));
    }
}
