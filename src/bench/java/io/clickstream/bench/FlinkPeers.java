package io.clickstream.bench;

import io.clickstream.ClickstreamPipeline;
import io.clickstream.Outputs;
import io.clickstream.aggregate.Aggregate;
import io.clickstream.aggregate.Aggregates;
import io.clickstream.aggregate.CheckoutFormat;
import io.clickstream.aggregate.DepartmentCountFormat;
import io.clickstream.aggregate.SessionCountFormat;
import io.clickstream.bench.json.LabFieldFinder;
import io.clickstream.bench.json.LabRowDecoder;
import io.clickstream.bench.json.LabTreeDecoder;
import io.clickstream.bench.sql.SqlPipeline;
import io.clickstream.bench.textbook.TextbookPipeline;
import io.clickstream.config.JobConfig;
import io.clickstream.config.LiveConfig;
import io.clickstream.event.Click;
import io.clickstream.event.EventTypes;
import io.clickstream.event.Incoming;
import io.clickstream.event.Session;
import io.clickstream.event.WindowCount;
import io.clickstream.format.AvroClickDecoder;
import io.clickstream.format.ClickDecoder;
import io.clickstream.format.JsonClickDecoder;
import io.clickstream.source.BotSigns;
import io.clickstream.source.RecordDecoder;
import io.clickstream.source.kafka.KafkaSources;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import samples.clickstream.avro.ClickEvent;

/**
 * The peers that are Flink jobs. All have the same source, the same watermarks and sinks for the
 * same lines.
 */
final class FlinkPeers {

    private final RunSpec spec;
    private final JobConfig config;
    private final ResultSink<WindowCount> departments;
    private final ResultSink<WindowCount> sessions;
    private final ResultSink<Session> checkouts;

    private FlinkPeers(RunSpec spec) {
        this.spec = spec;
        this.config = config(spec);
        departments = ResultSink.of(spec.id(), ResultType.DEPARTMENTS, new DepartmentCountFormat());
        sessions = ResultSink.of(spec.id(), ResultType.SESSIONS, new SessionCountFormat());
        checkouts = ResultSink.of(spec.id(), ResultType.CHECKOUTS, new CheckoutFormat());
    }

    /** Adds the job of a run's peer to an environment. */
    static void define(RunSpec spec, StreamExecutionEnvironment env) {
        FlinkPeers peers = new FlinkPeers(spec);
        if (spec.peer() != Peer.SQL && spec.peer() != Peer.SQL_LIVE) {
            Configuration settings = new Configuration();
            settings.set(PipelineOptions.GENERIC_TYPES, false);
            env.configure(settings);
        }
        switch (spec.peer()) {
            case LIMIT -> peers.limit(env);
            case CONSUME -> peers.consume(env);
            case OURS, OURS_LIVE, OURS_FUNNEL, OURS_CARTS, OURS_ALL, TREE -> peers.ours(env);
            case TEXTBOOK -> peers.textbook(env);
            case SQL -> peers.sql(env);
            case SQL_LIVE -> peers.sqlLive(env);
            case KAFKA_STREAMS -> throw new IllegalArgumentException("not a Flink job");
        }
    }

    /** The job's configuration: its defaults, but for the gap and where clicks come from. */
    private static JobConfig config(RunSpec spec) {
        Map<String, Map<String, String>> groups = new HashMap<>();
        // The configuration wants a source and a sink, also where clicks come from memory.
        groups.put(
                "source.kafka",
                Map.of(
                        "bootstrap-servers",
                        spec.bootstrapServers() == null ? "none:1" : spec.bootstrapServers(),
                        "topic",
                        spec.topic() == null ? "none" : spec.topic(),
                        "group-id",
                        spec.id(),
                        "start",
                        "earliest"));
        groups.put("sink.kafka", Map.of());
        groups.put("aggregates", Map.of("session-gap", spec.gapMillis() + " ms"));
        // The silence behind the last click must not close sessions before they are counted.
        groups.put("event-time", Map.of("idle-timeout", "1 h"));
        spec.peer().groups().forEach(group -> groups.put(group, Map.of()));
        return JobConfig.parse(groups);
    }

    private void limit(StreamExecutionEnvironment env) {
        env.getConfig().enableObjectReuse();
        clicks(env)
                .keyBy(Click::user, EventTypes.USER_ID)
                .sinkTo(ResultSink.discarding(spec.id()))
                .uid("limit-sink");
    }

    private void consume(StreamExecutionEnvironment env) {
        env.getConfig().enableObjectReuse();
        clicks(env).sinkTo(ResultSink.discarding(spec.id())).uid("consume-sink");
    }

    private void ours(StreamExecutionEnvironment env) {
        Outputs outputs = new Outputs();
        for (Aggregate<?> aggregate : config.computed()) {
            if (aggregate.group().isPresent()) {
                outputs.add(
                        aggregate,
                        aggregate.name() + "-discarded",
                        ResultSink.discarding(spec.id()));
            }
        }
        new ClickstreamPipeline(config, Clock.systemUTC())
                .define(
                        env,
                        source(),
                        outputs.add(
                                        Aggregates.DEPARTMENT_COUNTS,
                                        "department-counts-digest",
                                        departments)
                                .add(Aggregates.SESSION_COUNTS, "session-counts-digest", sessions)
                                .add(
                                        Aggregates.CHECKOUT_SESSIONS,
                                        "checkout-sessions-digest",
                                        checkouts)
                                .deadLetters("dead-letters-none", ResultSink.refusing(spec.id())));
    }

    private void textbook(StreamExecutionEnvironment env) {
        TextbookPipeline.define(
                clicks(env),
                Duration.ofMillis(spec.gapMillis()),
                Workload.WINDOW,
                departments,
                sessions,
                checkouts);
    }

    private void sql(StreamExecutionEnvironment env) {
        env.getConfig().enableObjectReuse();
        SqlPipeline.define(
                env,
                clicks(env),
                Duration.ofMillis(spec.gapMillis()),
                Workload.WINDOW,
                departments,
                sessions,
                checkouts);
    }

    private void sqlLive(StreamExecutionEnvironment env) {
        env.getConfig().enableObjectReuse();
        LiveConfig live = config.live().orElseThrow();
        SqlPipeline.defineLive(
                env, clicks(env), live.every(), live.span(), ResultSink.discarding(spec.id()));
    }

    private DataStream<Click> clicks(StreamExecutionEnvironment env) {
        SingleOutputStreamOperator<Incoming> records =
                env.fromSource(
                                source(),
                                WatermarkStrategy.<Incoming>forBoundedOutOfOrderness(
                                                config.eventTime().outOfOrderness())
                                        .withIdleness(config.eventTime().idleTimeout())
                                        .withTimestampAssigner(
                                                (incoming, none) -> incoming.click().timestamp()),
                                "clicks",
                                EventTypes.INCOMING)
                        .uid("source");
        return records.map(new ClicksOnly()).returns(EventTypes.CLICK).uid("clicks-only");
    }

    /** The decoder of the clicks, which depends on the peer if they are JSON. */
    private ClickDecoder decoder() {
        if (spec.block().format() == ClickFormat.AVRO) {
            return new AvroClickDecoder(ClickEvent.getClassSchema());
        }
        return switch (spec.peer()) {
            case LIMIT, CONSUME -> new LabFieldFinder();
            case TREE -> new LabTreeDecoder();
            case SQL, SQL_LIVE -> new LabRowDecoder();
            case OURS, OURS_LIVE, OURS_FUNNEL, OURS_CARTS, OURS_ALL -> new JsonClickDecoder();
            case TEXTBOOK, KAFKA_STREAMS -> new JsonClickDecoder();
        };
    }

    private Source<Incoming, ?, ?> source() {
        RecordDecoder decoder =
                new RecordDecoder(
                                new CountingDecoder(spec.id(), decoder()),
                                config.format().checkoutEventTypes(),
                                BotSigns.NONE,
                                config.format().maxRecordBytes(),
                                config.eventTime().maxFutureSkew(),
                                Clock.systemUTC())
                        .marking(config.eventMarks());
        return switch (spec.input()) {
            case MEMORY -> new MemorySource(spec.block(), spec.clicks(), decoder);
            case KAFKA ->
                    KafkaSources.clicks(
                            config.kafkaSource().orElseThrow(),
                            decoder,
                            config.eventTime().outOfOrderness());
        };
    }
}
