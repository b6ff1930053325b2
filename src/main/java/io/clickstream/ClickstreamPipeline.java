package io.clickstream;

import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.AggregateFormat;
import io.clickstream.aggregate.Aggregates;
import io.clickstream.cart.CartOperator;
import io.clickstream.cart.CartSettings;
import io.clickstream.config.CartsConfig;
import io.clickstream.config.FunnelConfig;
import io.clickstream.config.PipelineConfig;
import io.clickstream.config.TrendingConfig;
import io.clickstream.count.LocalCountOperator;
import io.clickstream.deadletter.DeadLetterCounter;
import io.clickstream.deadletter.LateClickLetters;
import io.clickstream.duplicate.DuplicateFilterOperator;
import io.clickstream.event.ArchivedBatch;
import io.clickstream.event.ArchivedRecord;
import io.clickstream.event.CartOutcome;
import io.clickstream.event.Click;
import io.clickstream.event.ClickBatch;
import io.clickstream.event.DeadLetter;
import io.clickstream.event.EventTypes;
import io.clickstream.event.FolderAssigner;
import io.clickstream.event.FunnelPart;
import io.clickstream.event.FunnelStep;
import io.clickstream.event.Incoming;
import io.clickstream.event.Interaction;
import io.clickstream.event.LiveCount;
import io.clickstream.event.Session;
import io.clickstream.event.Trend;
import io.clickstream.event.UserId;
import io.clickstream.event.WindowCount;
import io.clickstream.funnel.FunnelWindow;
import io.clickstream.funnel.LocalFunnelOperator;
import io.clickstream.intake.ArchiveTarget;
import io.clickstream.intake.BatchedIntakeOperator;
import io.clickstream.live.LiveSettings;
import io.clickstream.personalize.InteractionSessionOperator;
import io.clickstream.session.MaxRate;
import io.clickstream.session.SessionOperator;
import io.clickstream.sort.ClickSortOperator;
import io.clickstream.source.TimedSource;
import io.clickstream.time.EventTimeOperator;
import io.clickstream.trend.LocalTopOperator;
import io.clickstream.trend.LocalTrendOperator;
import io.clickstream.trend.SlidingTrends;
import io.clickstream.trend.TopNames;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.annotation.Nullable;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.util.OutputTag;

/**
 * Defines the dataflow of the job, without its sources and sinks. The same flow runs in production,
 * on one machine, over files, and in tests.
 *
 * <pre>
 *  click-source          decodes each record to a click or a dead letter, per partition
 *      │
 *  click-intake ─────────── not a click ─────────────────────────┐
 *      ├──────── every record, if configured ────→ archive       │
 *      │                                                         │
 *      ╪ by user, in batches of about 100 clicks                 │
 *      │                                                         │
 *  event-time            follows the clock if all are idle;      │
 *      │                 click-sort of a bounded input: sorts    │
 *      │                 by user and time                        │
 *      │                                                         │
 *  click-duplicates      if configured: one click per id         │
 *      │                                                         │
 *  click-sessions ───────── late ─── late-click-letters ─────────┤
 *      │                                                         │
 *      ├─ with a checkout ── checkout-sessions ──→ sinks         │
 *      │                                                         │
 *  local-counts          sums per window, within the subtask     │
 *      │                                                         │
 *      ╪ by department                                           │
 *      │                                                         │
 *  window-counts         one sum per window and department       │
 *      ├──────────────────── department-counts ──→ sinks         │
 *      └──────────────────── session-counts ─────→ sinks    dead-letters ──→ sinks
 *
 *  If configured:
 *
 *  click-sessions
 *      │ who is active, and which sessions are open, per subtask
 *      ╪ by department
 *  live-counts           one sum per boundary and department ────→ sinks
 *
 *  local-funnel          sessions that reached each step, within the subtask
 *      ╪ by department
 *  funnel-steps          one sum per window, step, and department ────→ sinks
 *
 *  click-sessions
 *      │ clicks that change a cart
 *  cart-outcomes         abandoned and recovered carts ────→ sinks
 *
 *  local-trends          clicks per name, within the subtask
 *      ╪ by name
 *  sliding-trends        sum of the span per name, for each slide
 *      │
 *  local-top             the top names of the subtask
 *      ╪ by window
 *  trending              the top names of all ────→ sinks
 *
 *  click-intake
 *      │ clicks of items, as interactions
 *      ╪ by user, or by session if there is no user
 *  interaction-sessions  adds missing session ids ─────→ sinks
 * </pre>
 *
 * <p>The cost of one click:
 *
 * <table>
 *   <caption>What happens to a click between its record and its session</caption>
 *   <tr><td>hops</td><td>3. Two are by reference between chained operators: source to intake, and
 *       event time to sessions. One is through the network, in batches of about 100 clicks, because
 *       the network's cost per record is as high as the job's cost per click.</td></tr>
 *   <tr><td>decoding</td><td>once, in place, from the consumer's bytes; four fields are read, the
 *       others are skipped</td></tr>
 *   <tr><td>serialization, deserialization</td><td>once each, at the shuffle: about 7 bytes if the
 *       user's id is a number, otherwise the id's text and about 20 bytes; plus the record's bytes
 *       only if the click may be late</td></tr>
 *   <tr><td>copies</td><td>as a part of a batch, into and out of the network's buffer
 *       only</td></tr>
 *   <tr><td>objects</td><td>3 before the shuffle (position, user, click). After it none if the
 *       user's id is a number: the click object is reused, and the strings of departments are
 *       shared</td></tr>
 *   <tr><td>keyed state</td><td>no access per click; before a checkpoint, changed users are
 *       appended to a log per key group, about 30 bytes each</td></tr>
 * </table>
 *
 * <p>Sessions travel by reference. Their sums go through a second shuffle, which carries one record
 * per window, department, and subtask.
 *
 * <p>The name of each operator is also its uid. A savepoint finds the operator's state by its uid,
 * so uids must never change.
 */
public final class ClickstreamPipeline {

    public static final String CLICK_SOURCE = "click-source";
    public static final String CLICK_INTAKE = "click-intake";
    public static final String EVENT_TIME = "event-time";
    public static final String CLICK_SORT = "click-sort";
    public static final String CLICK_DUPLICATES = "click-duplicates";
    public static final String CLICK_SESSIONS = "click-sessions";
    public static final String LATE_CLICK_LETTERS = "late-click-letters";
    public static final String CHECKOUT_SESSIONS = Aggregates.CHECKOUT_SESSIONS.name();
    public static final String LOCAL_COUNTS = "local-counts";
    public static final String WINDOW_COUNTS = "window-counts";
    public static final String DEPARTMENT_COUNTS = Aggregates.DEPARTMENT_COUNTS.name();
    public static final String SESSION_COUNTS = Aggregates.SESSION_COUNTS.name();
    public static final String LOCAL_TRENDS = "local-trends";
    public static final String SLIDING_TRENDS = "sliding-trends";
    public static final String LOCAL_TOP = "local-top";
    public static final String TRENDING = Aggregates.TRENDING.name();
    public static final String LIVE_COUNTS = Aggregates.LIVE.name();
    public static final String LOCAL_FUNNEL = "local-funnel";
    public static final String FUNNEL_STEPS = Aggregates.FUNNEL.name();
    public static final String CART_OUTCOMES = Aggregates.CARTS.name();
    public static final String DEAD_LETTERS = "dead-letters";
    public static final String INTERACTION_SESSIONS = "interaction-sessions";

    private static final OutputTag<DeadLetter> NO_CLICKS =
            new OutputTag<>("no-clicks", EventTypes.DEAD_LETTER);
    private static final OutputTag<Click> SINGLE_CLICKS =
            new OutputTag<>("single-clicks", EventTypes.CLICK);
    private static final OutputTag<Click> LATE_CLICKS =
            new OutputTag<>("late-clicks", EventTypes.CLICK);
    private static final OutputTag<LiveCount> LIVE_COUNTS_OF_SUBTASKS =
            new OutputTag<>("live-counts-of-subtasks", EventTypes.LIVE_COUNT);
    private static final OutputTag<Click> CART_CLICKS =
            new OutputTag<>("cart-clicks", EventTypes.CLICK);
    private static final OutputTag<ArchivedBatch> ARCHIVE =
            new OutputTag<>("archive", EventTypes.ARCHIVED_BATCH);
    private static final OutputTag<DeadLetter> MALFORMED =
            new OutputTag<>("malformed", EventTypes.DEAD_LETTER);

    private static final OutputTag<Interaction> INTERACTIONS =
            new OutputTag<>("interactions", EventTypes.INTERACTION);

    private final PipelineConfig config;
    private final Clock clock;
    private long sortBytes = ClickSortOperator.BY_HEAP_SIZE;

    /**
     * Creates a pipeline that {@link #define} adds to an environment.
     *
     * @param clock the time of dead letters; must be serializable, as those of {@link Clock} are
     */
    public ClickstreamPipeline(PipelineConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
    }

    /**
     * Limits the memory in which clicks of a bounded input are sorted.
     *
     * @param bytes for all subtasks together, which must be in one process
     */
    public ClickstreamPipeline sortingWithin(long bytes) {
        sortBytes = bytes;
        return this;
    }

    /** Adds the flow from the source to the sinks. */
    public void define(
            StreamExecutionEnvironment env, Source<Incoming, ?, ?> source, Outputs outputs) {
        // Nothing keeps a record that it has passed on, so records need not be copied.
        env.getConfig().enableObjectReuse();

        DataStream<Incoming> records = records(env, source);
        boolean bounded = source.getBoundedness() == Boundedness.BOUNDED;
        SingleOutputStreamOperator<ClickBatch> intake = intake(records, outputs, bounded);
        // Of a bounded input every click is on time, in the order of a user's clicks.
        DataStream<Click> clicks = bounded ? sorted(intake) : inEventTime(intake);
        DataStream<Click> valid = withoutDuplicates(clicks, bounded);
        SessionOperator sessionOperator =
                new SessionOperator(
                        config.aggregates().sessionGap(),
                        config.aggregates()
                                .maxSessionsOnHeap()
                                .orElse(SessionOperator.BY_HEAP_SIZE),
                        config.aggregates().maxDeptListBytes(),
                        bounded,
                        maxRate(),
                        LATE_CLICKS);
        config.live()
                .ifPresent(
                        live ->
                                sessionOperator.with(
                                        new LiveSettings(
                                                live.every(),
                                                live.span(),
                                                live.isByDepartment(),
                                                LIVE_COUNTS_OF_SUBTASKS)));
        config.funnel().ifPresent(funnel -> sessionOperator.with(funnel.funnel()));
        config.carts().ifPresent(carts -> sessionOperator.withCarts(CART_CLICKS));
        SingleOutputStreamOperator<Session> sessions =
                named(
                        CLICK_SESSIONS,
                        valid.transform(CLICK_SESSIONS, EventTypes.SESSION, sessionOperator));

        SingleOutputStreamOperator<Session> checkouts =
                named(CHECKOUT_SESSIONS, sessions.filter(Session::hasCheckout));

        SingleOutputStreamOperator<WindowCount> counts = countsPerWindow(sessions);
        SingleOutputStreamOperator<WindowCount> departmentCounts =
                named(DEPARTMENT_COUNTS, counts.filter(count -> !count.isTotal()));
        SingleOutputStreamOperator<WindowCount> sessionCounts =
                named(SESSION_COUNTS, counts.filter(WindowCount::isTotal));

        SingleOutputStreamOperator<DeadLetter> late =
                named(
                        LATE_CLICK_LETTERS,
                        sessions.getSideOutput(LATE_CLICKS)
                                .map(new LateClickLetters(clock))
                                .returns(EventTypes.DEAD_LETTER));
        DataStream<DeadLetter> deadLetters =
                named(
                        DEAD_LETTERS,
                        intake.getSideOutput(NO_CLICKS)
                                .union(late)
                                .map(new DeadLetterCounter())
                                .returns(EventTypes.DEAD_LETTER));

        // What the destinations themselves refuse.
        List<DataStream<DeadLetter>> refused = new ArrayList<>();
        if (config.trending().isPresent()) {
            // Before the sort, clicks are nearly in the order of time, so that there are few sums.
            boolean unsorted = bounded && config.filters().duplicateSpan().isEmpty();
            SingleOutputStreamOperator<Trend> trends =
                    trends(
                            unsorted ? intake.getSideOutput(SINGLE_CLICKS) : withoutKey(valid),
                            config.trending().get());
            refused.addAll(write(Aggregates.TRENDING, trends, outputs));
        }

        if (config.live().isPresent()) {
            refused.addAll(
                    write(
                            Aggregates.LIVE,
                            liveCounts(sessions, config.live().get().every()),
                            outputs));
        }

        if (config.funnel().isPresent()) {
            refused.addAll(
                    write(
                            Aggregates.FUNNEL,
                            funnelSteps(sessions, config.funnel().get()),
                            outputs));
        }

        if (config.carts().isPresent()) {
            refused.addAll(
                    write(
                            Aggregates.CARTS,
                            cartOutcomes(sessions, config.carts().get(), bounded),
                            outputs));
        }

        if (config.personalize().isPresent()) {
            addSinks(outputs.interactions(), interactions(intake));
        }

        refused.addAll(write(Aggregates.DEPARTMENT_COUNTS, departmentCounts, outputs));
        refused.addAll(write(Aggregates.SESSION_COUNTS, sessionCounts, outputs));
        refused.addAll(write(Aggregates.CHECKOUT_SESSIONS, checkouts, outputs));
        writeDeadLetters(outputs, with(deadLetters, refused));
        archive(outputs, intake.getSideOutput(ARCHIVE));
        addSinks(outputs.malformed(), intake.getSideOutput(MALFORMED));
    }

    private DataStream<Incoming> records(
            StreamExecutionEnvironment env, Source<Incoming, ?, ?> source) {
        return named(
                CLICK_SOURCE,
                env.fromSource(
                        inEventTime(source),
                        TimedSource.timestamps(),
                        CLICK_SOURCE,
                        EventTypes.INCOMING));
    }

    /**
     * Adds watermarks per partition to an unbounded source. A bounded source needs none, because
     * its clicks are sorted.
     */
    private Source<Incoming, ?, ?> inEventTime(Source<Incoming, ?, ?> source) {
        return source.getBoundedness() == Boundedness.BOUNDED
                ? source
                : TimedSource.of(
                        source,
                        config.eventTime().outOfOrderness(),
                        config.eventTime().idleTimeout(),
                        config.eventTime().stallTimeout());
    }

    private SingleOutputStreamOperator<ClickBatch> intake(
            DataStream<Incoming> records, Outputs outputs, boolean bounded) {
        BatchedIntakeOperator operator =
                new BatchedIntakeOperator(
                        NO_CLICKS,
                        INTERACTIONS,
                        archiveTarget(outputs),
                        config.eventTime().outOfOrderness(),
                        config.eventTime().maxFutureSkew());
        if (bounded && config.trending().isPresent()) {
            operator.withSingles(SINGLE_CLICKS);
        }
        return named(
                CLICK_INTAKE, records.transform(CLICK_INTAKE, EventTypes.CLICK_BATCH, operator));
    }

    @Nullable
    private static ArchiveTarget archiveTarget(Outputs outputs) {
        FolderAssigner<ArchivedRecord> folders = outputs.archiveFolders();
        return folders == null ? null : new ArchiveTarget(folders, ARCHIVE, MALFORMED);
    }

    /**
     * Adds the archive's sinks. An archive that is not chained has its own thread, because
     * compression takes long.
     */
    private static void archive(Outputs outputs, DataStream<ArchivedBatch> batches) {
        outputs.archive()
                .forEach(
                        (uid, sink) -> {
                            DataStreamSink<ArchivedBatch> added =
                                    batches.sinkTo(sink).uid(uid).name(uid);
                            if (!outputs.archiveChained()) {
                                added.disableChaining();
                            }
                        });
    }

    /**
     * Sends batches to the subtasks that own their users, and emits their clicks with event time.
     */
    private KeyedStream<Click, UserId> inEventTime(DataStream<ClickBatch> batches) {
        SingleOutputStreamOperator<Click> inEventTime =
                named(
                        EVENT_TIME,
                        withoutKey(batches.keyBy(ClickBatch::key, Types.INT))
                                .transform(
                                        EVENT_TIME,
                                        EventTypes.CLICK,
                                        new EventTimeOperator(
                                                config.eventTime().outOfOrderness(),
                                                longestWindow())));
        return DataStreamUtils.reinterpretAsKeyedStream(
                inEventTime, Click::user, EventTypes.USER_ID);
    }

    /** Sends batches to the subtasks that own their users, and emits their clicks sorted. */
    private DataStream<Click> sorted(DataStream<ClickBatch> batches) {
        return named(
                CLICK_SORT,
                withoutKey(batches.keyBy(ClickBatch::key, Types.INT))
                        .transform(CLICK_SORT, EventTypes.CLICK, new ClickSortOperator(sortBytes)));
    }

    /** The maximum time between a click and the end of the last window that contains it. */
    private Duration longestWindow() {
        Duration ofSession = config.aggregates().sessionGap().plus(config.aggregates().window());
        Duration ofTrend =
                config.trending()
                        .map(trending -> trending.span().plus(trending.slide()))
                        .orElse(Duration.ZERO);
        Duration ofLive =
                config.live()
                        .map(live -> max(live.span(), ofSession).plus(live.every()))
                        .orElse(Duration.ZERO);
        Duration ofCart = config.carts().map(CartsConfig::abandonedAfter).orElse(Duration.ZERO);
        return max(max(max(ofSession, ofTrend), ofLive), ofCart);
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /** The same stream for an operator that does not use the key. */
    private static <T> DataStream<T> withoutKey(DataStream<T> stream) {
        return new DataStream<>(stream.getExecutionEnvironment(), stream.getTransformation());
    }

    /**
     * Removes duplicates if that is configured.
     *
     * @param byUser keyed by user, or without key if the input is bounded
     * @return the same
     */
    private DataStream<Click> withoutDuplicates(DataStream<Click> byUser, boolean bounded) {
        if (config.filters().duplicateSpan().isEmpty()) {
            return byUser;
        }
        SingleOutputStreamOperator<Click> valid =
                named(
                        CLICK_DUPLICATES,
                        byUser.transform(
                                CLICK_DUPLICATES,
                                EventTypes.CLICK,
                                new DuplicateFilterOperator(
                                        config.filters().duplicateSpan().get(), bounded)));
        return bounded
                ? valid
                : DataStreamUtils.reinterpretAsKeyedStream(valid, Click::user, EventTypes.USER_ID);
    }

    private MaxRate maxRate() {
        return config.filters().botClicks().isPresent()
                ? MaxRate.of(config.filters().botClicks().getAsInt(), config.filters().botPer())
                : MaxRate.NONE;
    }

    private SingleOutputStreamOperator<WindowCount> countsPerWindow(
            SingleOutputStreamOperator<Session> sessions) {
        return named(
                WINDOW_COUNTS,
                named(
                                LOCAL_COUNTS,
                                sessions.transform(
                                        LOCAL_COUNTS,
                                        EventTypes.WINDOW_COUNT,
                                        new LocalCountOperator(config.aggregates().window())))
                        .keyBy(WindowCount::department, Types.STRING)
                        .window(TumblingEventTimeWindows.of(config.aggregates().window()))
                        .reduce(WindowCount::plus));
    }

    /** Adds up the counts of all subtasks. */
    private static SingleOutputStreamOperator<LiveCount> liveCounts(
            SingleOutputStreamOperator<Session> sessions, Duration every) {
        return named(
                LIVE_COUNTS,
                sessions.getSideOutput(LIVE_COUNTS_OF_SUBTASKS)
                        .keyBy(LiveCount::key, Types.STRING)
                        .window(TumblingEventTimeWindows.of(every))
                        .reduce(LiveCount::plus));
    }

    private SingleOutputStreamOperator<FunnelStep> funnelSteps(
            SingleOutputStreamOperator<Session> sessions, FunnelConfig funnel) {
        Duration window = config.aggregates().window();
        return named(
                FUNNEL_STEPS,
                named(
                                LOCAL_FUNNEL,
                                sessions.transform(
                                        LOCAL_FUNNEL,
                                        EventTypes.FUNNEL_PART,
                                        new LocalFunnelOperator(
                                                funnel.funnel(), funnel.isByDepartment(), window)))
                        .keyBy(FunnelPart::department, Types.STRING)
                        .window(TumblingEventTimeWindows.of(window))
                        .process(new FunnelWindow(funnel.funnel()), EventTypes.FUNNEL_STEP));
    }

    /** Follows the carts of users, in the subtasks of their sessions. */
    private SingleOutputStreamOperator<CartOutcome> cartOutcomes(
            SingleOutputStreamOperator<Session> sessions, CartsConfig carts, boolean bounded) {
        CartSettings settings =
                new CartSettings(
                        carts.abandonedAfter(),
                        carts.recoveredWithin(),
                        config.aggregates().sessionGap());
        return named(
                CART_OUTCOMES,
                DataStreamUtils.reinterpretAsKeyedStream(
                                sessions.getSideOutput(CART_CLICKS),
                                Click::user,
                                EventTypes.USER_ID)
                        .transform(
                                CART_OUTCOMES,
                                EventTypes.CART_OUTCOME,
                                new CartOperator(settings, bounded)));
    }

    private SingleOutputStreamOperator<Interaction> interactions(
            SingleOutputStreamOperator<?> intake) {
        return named(
                INTERACTION_SESSIONS,
                intake.getSideOutput(INTERACTIONS)
                        .keyBy(Interaction::key, Types.STRING)
                        .transform(
                                INTERACTION_SESSIONS,
                                EventTypes.INTERACTION,
                                new InteractionSessionOperator(config.aggregates().sessionGap())));
    }

    private SingleOutputStreamOperator<Trend> trends(
            DataStream<Click> clicks, TrendingConfig trending) {
        SingleOutputStreamOperator<Trend> perName =
                named(
                        SLIDING_TRENDS,
                        named(
                                        LOCAL_TRENDS,
                                        clicks.transform(
                                                LOCAL_TRENDS,
                                                EventTypes.TREND,
                                                new LocalTrendOperator(
                                                        trending.field(), trending.slide())))
                                .keyBy(Trend::name, Types.STRING)
                                .process(
                                        new SlidingTrends(trending.span(), trending.slide()),
                                        EventTypes.TREND));
        return named(
                TRENDING,
                named(
                                LOCAL_TOP,
                                perName.transform(
                                        LOCAL_TOP,
                                        EventTypes.TREND,
                                        new LocalTopOperator(trending.top())))
                        .keyBy(Trend::windowEnd, Types.LONG)
                        .process(new TopNames(trending.top()), EventTypes.TREND));
    }

    /** Sends results to the sinks of their aggregate. */
    private static <T> List<DataStream<DeadLetter>> write(
            Aggregate<T> aggregate, SingleOutputStreamOperator<T> results, Outputs outputs) {
        SingleOutputStreamOperator<T> wanted = inRange(outputs, results, aggregate.format());
        List<DataStream<DeadLetter>> refused = new ArrayList<>();
        outputs.writers(aggregate)
                .forEach((uid, writer) -> writer.write(wanted, uid).ifPresent(refused::add));
        return refused;
    }

    /**
     * Adds the writers of dead letters. What an index refuses goes to the topic or stream of dead
     * letters, which refuse nothing.
     */
    private static void writeDeadLetters(Outputs outputs, DataStream<DeadLetter> letters) {
        List<DataStream<DeadLetter>> refused = new ArrayList<>();
        outputs.refusingDeadLetters()
                .forEach((uid, writer) -> writer.write(letters, uid).ifPresent(refused::add));
        DataStream<DeadLetter> all = with(letters, refused);
        outputs.deadLetters().forEach((uid, writer) -> writer.write(all, uid));
    }

    private static DataStream<DeadLetter> with(
            DataStream<DeadLetter> letters, List<DataStream<DeadLetter>> more) {
        DataStream<DeadLetter> all = letters;
        for (DataStream<DeadLetter> each : more) {
            all = all.union(each);
        }
        return all;
    }

    /** Removes results outside the range of the outputs, if they have one. */
    private static <T> SingleOutputStreamOperator<T> inRange(
            Outputs outputs, SingleOutputStreamOperator<T> results, AggregateFormat<T> format) {
        if (!outputs.isRange()) {
            return results;
        }
        long from = outputs.fromMillis();
        long to = outputs.toMillis();
        return named(
                results.getName() + "-in-range",
                results.filter(
                        result ->
                                format.timestamp(result) >= from && format.timestamp(result) < to));
    }

    private static <T> SingleOutputStreamOperator<T> named(
            String uid, SingleOutputStreamOperator<T> operator) {
        return operator.uid(uid).name(uid);
    }

    private static <T> void addSinks(Map<String, Sink<T>> sinks, DataStream<T> stream) {
        sinks.forEach((uid, sink) -> stream.sinkTo(sink).uid(uid).name(uid));
    }
}
