package io.clickstream;

import io.clickstream.config.ConfigException;
import io.clickstream.config.FormatConfig;
import io.clickstream.config.JobConfig;
import io.clickstream.config.PropertyGroupsFile;
import io.clickstream.event.Incoming;
import io.clickstream.format.ClickDecoder;
import io.clickstream.format.ClickDecoders;
import io.clickstream.format.IpPrivacy;
import io.clickstream.format.registry.RegistryClickDecoder;
import io.clickstream.personalize.InteractionReader;
import io.clickstream.source.BotSigns;
import io.clickstream.source.RecordDecoder;
import io.clickstream.source.kafka.KafkaSources;
import io.clickstream.source.kinesis.KinesisSource;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The entry point of the job: reads the configuration, creates the source and the sinks, defines
 * the {@link ClickstreamPipeline}, and runs it.
 *
 * <p>The configuration comes from the file that the managed service provides, or from the file of
 * {@code --config FILE}. If the configuration is wrong, the job does not start, and reports all
 * errors at once.
 */
public final class ClickstreamJob {

    private static final Logger LOG = LoggerFactory.getLogger(ClickstreamJob.class);

    private static final String NAME = "clickstream";

    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment env;
        try {
            StartChecks.requireFlink(EnvironmentInformation.getVersion());
            JobConfig config = JobConfig.parse(propertyGroups(args));
            env = StreamExecutionEnvironment.getExecutionEnvironment(settings());
            StartChecks.run(config, define(env, config));
        } catch (ConfigException e) {
            // Flink and the service put it behind many lines of their own.
            LOG.error("The job does not start. {}", e.getMessage());
            throw e;
        }
        env.execute(NAME);
    }

    /** The Flink settings that the job needs on every cluster. */
    public static Configuration settings() {
        Configuration settings = new Configuration();
        // An operator without uid would lose its state with the next change of the flow, and a type
        // that falls to Kryo could not be read by the next version of Flink.
        settings.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
        settings.set(PipelineOptions.GENERIC_TYPES, false);
        return settings;
    }

    /**
     * Adds the whole job to an environment.
     *
     * @return the same environment
     */
    public static StreamExecutionEnvironment define(
            StreamExecutionEnvironment env, JobConfig config) {
        env.configure(settings());
        config.maxParallelism().ifPresent(env::setMaxParallelism);
        if (config.filesSource().isPresent()) {
            FileReplay.define(env, config.filesSource().get(), config);
            return env;
        }
        if (!env.getCheckpointConfig().isCheckpointingEnabled()) {
            env.enableCheckpointing(config.checkpointInterval().toMillis());
        }
        RecordDecoder decoder =
                new RecordDecoder(
                                decoder(config),
                                config.format().checkoutEventTypes(),
                                BotSigns.of(config.filters()),
                                config.format().maxRecordBytes(),
                                config.eventTime().maxFutureSkew(),
                                Clock.systemUTC(),
                                config.personalize()
                                        .map(
                                                personalize ->
                                                        new InteractionReader(
                                                                personalize, Clock.systemUTC())))
                        .marking(config.eventMarks())
                        .identifying(config.identity().isPresent())
                        .notBefore(config.eventTime().earliest())
                        .unpacking(config.format().compression() == FormatConfig.Compression.GZIP)
                        .with(
                                config.archive().isPresent(),
                                config.privacy().map(IpPrivacy::new).orElse(null));
        new ClickstreamPipeline(config, Clock.systemUTC())
                .define(env, source(config, decoder), JobOutputs.of(config, env));
        return env;
    }

    private static ClickDecoder decoder(JobConfig config) {
        return config.registry().isPresent()
                ? new RegistryClickDecoder(
                        config.registry().get(),
                        config.optionalFields(),
                        config.format().maxRecordBytes())
                : ClickDecoders.of(config.format(), config.optionalFields());
    }

    private static Source<Incoming, ?, ?> source(JobConfig config, RecordDecoder decoder) {
        if (config.kafkaSource().isPresent()) {
            return KafkaSources.clicks(
                    config.kafkaSource().get(), decoder, config.eventTime().outOfOrderness());
        }
        return new KinesisSource(config.kinesisSource().orElseThrow(), decoder);
    }

    private static Map<String, Map<String, String>> propertyGroups(String[] args) {
        if (args.length == 0) {
            return PropertyGroupsFile.readDefault();
        }
        if (args.length == 2 && args[0].equals("--config")) {
            return PropertyGroupsFile.read(Path.of(args[1]));
        }
        throw new ConfigException(
                List.of(
                        "the arguments are '"
                                + String.join(" ", args)
                                + "'; the job accepts only --config FILE, or no arguments"));
    }

    private ClickstreamJob() {}
}
