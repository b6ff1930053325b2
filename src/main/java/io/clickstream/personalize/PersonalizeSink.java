package io.clickstream.personalize;

import io.clickstream.config.PersonalizeConfig;
import io.clickstream.event.Interaction;
import io.clickstream.flink.WriterSink;
import io.clickstream.sink.DeadLetterOutlet;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.base.sink.AsyncSinkBase;
import org.apache.flink.connector.base.sink.writer.BufferedRequestState;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Sends interactions to Personalize, at least once: a restart may send some again, with the same
 * event ids. The sink must directly follow the operator that is keyed by {@link Interaction#key()},
 * with the same parallelism, so that the interactions of a session are in order.
 *
 * <p>Flink redistributes the state of writers without a key. After a change of parallelism, the
 * held interactions of a session stay together and in order, but they may be in another subtask
 * than the session's next interactions, which may then be sent first. Personalize uses the time of
 * each interaction.
 */
public final class PersonalizeSink extends AsyncSinkBase<Interaction, Interaction>
        implements WriterSink<Interaction> {

    private static final long serialVersionUID = 1L;

    /** The maximum size of an event in bytes, with space for the names of fields. */
    static final long MAX_RECORD_BYTES = 64 * 1024;

    private final PersonalizeConfig config;
    private final DeadLetterOutlet outlet;

    /**
     * Creates a sink.
     *
     * @param outlet receives interactions that Personalize refuses
     */
    public PersonalizeSink(PersonalizeConfig config, DeadLetterOutlet outlet) {
        super(
                (interaction, context) -> interaction,
                config.flushCount(),
                Integer.MAX_VALUE,
                Integer.MAX_VALUE,
                config.flushCount() * MAX_RECORD_BYTES,
                config.flushAge().toMillis(),
                MAX_RECORD_BYTES);
        this.config = config;
        this.outlet = outlet;
    }

    @Override
    public PersonalizeWriter createWriter(WriterInitContext context) {
        return restoreWriter(context, List.of());
    }

    @Override
    public PersonalizeWriter restoreWriter(
            WriterInitContext context, Collection<BufferedRequestState<Interaction>> restored) {
        return new PersonalizeWriter(getElementConverter(), context, config, outlet, restored);
    }

    @Override
    public SimpleVersionedSerializer<BufferedRequestState<Interaction>> getWriterStateSerializer() {
        return new HeldInteractionsSerializer();
    }
}
