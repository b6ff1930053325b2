package io.clickstream.deadletter;

import io.clickstream.event.Click;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.RawRecord;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import org.apache.flink.api.common.functions.MapFunction;

/** Makes a dead letter of each click that is late. */
public final class LateClickLetters implements MapFunction<Click, DeadLetter> {

    private static final long serialVersionUID = 1L;

    private final Clock clock;

    /**
     * Creates a function whose letters have the clock's time.
     *
     * @param clock must be serializable, as those of {@link Clock} are
     */
    public LateClickLetters(Clock clock) {
        this.clock = clock;
    }

    @Override
    public DeadLetter map(Click click) {
        return new DeadLetter(
                        DeadLetter.Reason.LATE,
                        "event time "
                                + click.timestamp()
                                + " ms of user "
                                + click.shownUser().asJson()
                                + " is behind the watermark and belongs to no open session; a"
                                + " replay corrects the results",
                        click.raw() == null ? withoutRecord(click) : click.raw(),
                        clock.millis())
                .withEventTime(click.timestamp());
    }

    /**
     * A substitute for a record whose bytes were dropped. The bound that decides about this is
     * meant to prevent it; if it happens anyway, the known parts of the click must not be lost.
     */
    private static RawRecord withoutRecord(Click click) {
        return new RawRecord("unknown", "", "", click.toString().getBytes(StandardCharsets.UTF_8));
    }
}
