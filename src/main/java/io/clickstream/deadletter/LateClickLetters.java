package io.clickstream.deadletter;

import io.clickstream.event.Click;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.RawRecord;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import org.apache.flink.api.common.functions.MapFunction;

/** Writes a dead letter for each click that came too late. */
public final class LateClickLetters implements MapFunction<Click, DeadLetter> {

    private static final long serialVersionUID = 1L;

    private final Clock clock;

    /**
     * Letters are dated by a clock.
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
                                + click.user().asJson()
                                + " is behind the watermark and belongs to no open session; a"
                                        + " replay corrects the results",
                        click.raw() == null ? withoutRecord(click) : click.raw(),
                        clock.millis())
                .withEventTime(click.timestamp());
    }

    /**
     * Stands in for a record whose bytes did not come along. The bound that decides about that is
     * made to never let it happen; if it does, what is known of the click must not vanish.
     */
    private static RawRecord withoutRecord(Click click) {
        return new RawRecord("unknown", "", "", click.toString().getBytes(StandardCharsets.UTF_8));
    }
}
