package io.clickstream.event;

import java.util.Objects;
import javax.annotation.Nullable;

/**
 * A record that is an interaction, besides the click or the dead letter that it is for the
 * aggregates; or one that should be an interaction and can't be. The intake takes both apart.
 */
public final class RecordWithInteraction implements Incoming {

    private final Incoming record;
    @Nullable private final Interaction interaction;
    @Nullable private final DeadLetter refusal;

    private RecordWithInteraction(
            Incoming record, @Nullable Interaction interaction, @Nullable DeadLetter refusal) {
        this.record = Objects.requireNonNull(record);
        this.interaction = interaction;
        this.refusal = refusal;
    }

    /**
     * A record that is an interaction.
     *
     * @param record a click, or a dead letter for the lack of a user
     */
    public static RecordWithInteraction of(Incoming record, Interaction interaction) {
        return new RecordWithInteraction(record, Objects.requireNonNull(interaction), null);
    }

    /**
     * A record whose interaction Personalize would refuse, or drop without a word.
     *
     * @param record a click, or a dead letter for the lack of a user
     * @param refusal says why
     */
    public static RecordWithInteraction refused(Incoming record, DeadLetter refusal) {
        return new RecordWithInteraction(record, null, Objects.requireNonNull(refusal));
    }

    /** What the record is for the aggregates. */
    public Incoming record() {
        return record;
    }

    /** Null where there is a {@link #refusal()}. */
    @Nullable
    public Interaction interaction() {
        return interaction;
    }

    /** Null where there is an {@link #interaction()}. */
    @Nullable
    public DeadLetter refusal() {
        return refusal;
    }

    @Override
    @Nullable
    public Click click() {
        return record.click();
    }

    @Override
    public String toString() {
        return "RecordWithInteraction{"
                + record
                + ", "
                + (interaction == null ? refusal : interaction)
                + '}';
    }
}
