package io.clickstream.personalize;

import io.clickstream.config.PersonalizeConfig;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.DeadLetter.Reason;
import io.clickstream.event.Interaction;
import io.clickstream.event.RawRecord;
import io.clickstream.personalize.Outbox.Parcel;
import io.clickstream.sink.DeadLetterOutlet;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import javax.annotation.Nullable;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.base.sink.writer.AsyncSinkWriter;
import org.apache.flink.connector.base.sink.writer.BufferedRequestState;
import org.apache.flink.connector.base.sink.writer.ElementConverter;
import org.apache.flink.connector.base.sink.writer.RequestEntryWrapper;
import org.apache.flink.connector.base.sink.writer.ResultHandler;
import org.apache.flink.connector.base.sink.writer.config.AsyncSinkWriterConfiguration;
import org.apache.flink.connector.base.sink.writer.strategy.RateLimitingStrategy;
import org.apache.flink.connector.base.sink.writer.strategy.RequestInfo;
import org.apache.flink.connector.base.sink.writer.strategy.ResultInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects interactions with Flink's base, by count and age, and passes them to a {@link Courier}.
 *
 * <p>Flink's base would wait for all calls before each checkpoint, and in its timer: if Personalize
 * is down, the topics would wait, too. Here, a checkpoint does not wait. It contains what the
 * courier holds, including calls in progress, and what has been collected. After a restart, these
 * are sent again with the same event ids, and Personalize counts each id once.
 */
final class PersonalizeWriter extends AsyncSinkWriter<Interaction, Interaction> {

    private static final Logger LOG = LoggerFactory.getLogger(PersonalizeWriter.class);

    private static final String SOURCE = "personalize";

    /**
     * Flink's base repeats a batch after this time, in ms; here the courier repeats calls instead.
     */
    private static final long NEVER_MILLIS = 3650L * 24 * 60 * 60 * 1000;

    private final Courier courier;
    private final MailboxExecutor mailbox;
    private final DeadLetterOutlet outlet;
    private final PersonalizeMetrics metrics;

    /** Refused interactions that are not dead letters yet. Used by the task's thread. */
    private final List<Parcel> refused = new ArrayList<>();

    private final List<DeadLetter> refusals = new ArrayList<>();
    @Nullable private DeadLetterOutlet.Writer letters;

    PersonalizeWriter(
            ElementConverter<Interaction, Interaction> converter,
            WriterInitContext context,
            PersonalizeConfig config,
            DeadLetterOutlet outlet,
            Collection<BufferedRequestState<Interaction>> restored) {
        this(converter, context, config, outlet, restored, new CourierLimit(config.flushCount()));
    }

    @SuppressWarnings(
            "deprecation") // Flink 2.2 offers another constructor, which 1.20 does not have.
    private PersonalizeWriter(
            ElementConverter<Interaction, Interaction> converter,
            WriterInitContext context,
            PersonalizeConfig config,
            DeadLetterOutlet outlet,
            Collection<BufferedRequestState<Interaction>> restored,
            CourierLimit limit) {
        super(converter, context, configuration(config, limit), List.of());
        this.mailbox = context.getMailboxExecutor();
        this.outlet = outlet;
        this.metrics = new PersonalizeMetrics(context.metricGroup());
        this.courier =
                new Courier(
                        config,
                        (double) config.callsPerSecond()
                                / context.getTaskInfo().getNumberOfParallelSubtasks(),
                        new UndeliveredFiles(config.spillPath(), Clock.systemUTC())::write,
                        metrics,
                        this::refusedByMail,
                        getFatalExceptionCons());
        limit.courier = courier;
        for (BufferedRequestState<Interaction> state : restored) {
            List<Interaction> interactions = new ArrayList<>();
            state.getBufferedRequestEntries()
                    .forEach(entry -> interactions.add(entry.getRequestEntry()));
            courier.add(interactions, () -> {});
        }
        courier.start();
    }

    private static AsyncSinkWriterConfiguration configuration(
            PersonalizeConfig config, RateLimitingStrategy limit) {
        return AsyncSinkWriterConfiguration.builder()
                .setMaxBatchSize(config.flushCount())
                .setMaxBatchSizeInBytes(config.flushCount() * PersonalizeSink.MAX_RECORD_BYTES)
                .setMaxInFlightRequests(Integer.MAX_VALUE)
                // Reached only while the courier is full. The input waits then, rather than at the
                // flush age, until which the buffer would grow without bound.
                .setMaxBufferedRequests(2 * config.flushCount())
                .setMaxTimeInBufferMS(config.flushAge().toMillis())
                .setMaxRecordSizeInBytes(PersonalizeSink.MAX_RECORD_BYTES)
                .setRequestTimeoutMS(NEVER_MILLIS)
                .setFailOnTimeout(false)
                .setRateLimitingStrategy(limit)
                .build();
    }

    @Override
    protected void submitRequestEntries(
            List<Interaction> interactions, ResultHandler<Interaction> result) {
        courier.add(
                interactions,
                () -> {
                    try {
                        result.complete();
                    } catch (RejectedExecutionException e) {
                        LOG.debug("The task ends before it hears of a batch", e);
                    }
                });
    }

    @Override
    protected long getSizeInBytes(Interaction interaction) {
        // Only bounds how many are gathered; ids are short, and characters mostly a byte.
        return 64L
                + interaction.eventId().length()
                + interaction.item().length()
                + (interaction.properties() == null ? 0 : interaction.properties().length());
    }

    /** Does not wait at a checkpoint; waits for all interactions at the end of the input. */
    @Override
    public void flush(boolean endOfInput) throws InterruptedException {
        storeRefused();
        if (!endOfInput) {
            return;
        }
        super.flush(true);
        while (!courier.awaitEmpty()) {
            // A refusal comes by mail.
            mailbox.tryYield();
        }
        storeRefused();
    }

    @Override
    public List<BufferedRequestState<Interaction>> snapshotState(long checkpointId) {
        List<RequestEntryWrapper<Interaction>> all = new ArrayList<>();
        for (Interaction held : courier.held()) {
            all.add(new RequestEntryWrapper<>(held, getSizeInBytes(held)));
        }
        super.snapshotState(checkpointId)
                .forEach(gathered -> all.addAll(gathered.getBufferedRequestEntries()));
        return List.of(new BufferedRequestState<>(all));
    }

    /** Called by the courier's threads. The task's thread writes the dead letters. */
    private void refusedByMail(Parcel parcel, String detail) {
        try {
            mailbox.execute(
                    () -> {
                        refuse(parcel, detail);
                        storeRefused();
                    },
                    "interaction that Personalize refuses");
        } catch (RejectedExecutionException e) {
            LOG.debug("The task ends before it hears of a refusal", e);
        }
    }

    private void refuse(Parcel parcel, String detail) {
        refused.add(parcel);
        for (Interaction interaction : parcel.interactions()) {
            refusals.add(
                    new DeadLetter(
                            Reason.INTERACTION_REFUSED,
                            "Personalize answers: " + detail,
                            new RawRecord(
                                    SOURCE,
                                    "",
                                    interaction.eventId(),
                                    InteractionJson.toBytes(interaction)),
                            System.currentTimeMillis()));
        }
    }

    private void storeRefused() {
        if (refused.isEmpty()) {
            return;
        }
        if (letters == null) {
            letters = outlet.open();
        }
        refusals.forEach(letters::write);
        letters.flush();
        refusals.forEach(letter -> metrics.refused());
        refusals.clear();
        refused.forEach(courier::stored);
        refused.clear();
    }

    @Override
    public void close() {
        courier.close();
        super.close();
        if (letters != null) {
            letters.close();
        }
    }

    /** Blocks the input only while the courier holds too much. */
    private static final class CourierLimit implements RateLimitingStrategy {

        private final int batchSize;
        private Courier courier;

        CourierLimit(int batchSize) {
            this.batchSize = batchSize;
        }

        @Override
        public void registerInFlightRequest(RequestInfo request) {
            // The courier knows.
        }

        @Override
        public void registerCompletedRequest(ResultInfo result) {
            // The courier knows.
        }

        @Override
        public boolean shouldBlock(RequestInfo request) {
            return courier.isFull();
        }

        @Override
        public int getMaxBatchSize() {
            return batchSize;
        }
    }
}
