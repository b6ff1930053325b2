package io.clickstream.local.server;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the managed service does differently from a Flink cluster of one's own. */
public final class ManagedService {

    /**
     * What a job may set in its code. The service refuses a job that sets anything else. From the
     * service's page "Programmatic Flink configuration properties", the part about pipelines.
     */
    private static final List<String> ALLOWED =
            List.of(
                    "execution.runtime-mode",
                    "pipeline.auto-generate-uids",
                    "pipeline.auto-watermark-interval",
                    "pipeline.cached-files",
                    "pipeline.classpaths",
                    "pipeline.closure-cleaner-level",
                    "pipeline.force-avro",
                    "pipeline.force-kryo",
                    "pipeline.generic-types",
                    "pipeline.global-job-parameters",
                    "pipeline.jars",
                    "pipeline.jobvertex-parallelism-overrides",
                    "pipeline.max-parallelism",
                    "pipeline.name",
                    "pipeline.object-reuse",
                    "pipeline.operator-chaining.chain-operators-with-different-max-parallelism",
                    "pipeline.operator-chaining.enabled",
                    "pipeline.serialization-config",
                    "pipeline.vertex-description-mode",
                    "pipeline.vertex-name-include-index-prefix",
                    "pipeline.watermark-alignment.allow-unaligned-source-splits");

    /**
     * What Flink itself sets in the environment of a job in batch mode. The page does not name it,
     * but permits batch mode.
     */
    private static final List<String> OF_BATCH_MODE = List.of("execution.buffer-timeout.enabled");

    /**
     * Settings of Flink by which a cluster refuses the same. Flink compares them as text, and
     * itself writes each duration in its shortest form: {@code 1 h}, {@code 0 ms}.
     */
    public static Map<String, String> settings() {
        return Map.of(
                "execution.checkpointing.timeout",
                "1 h",
                "execution.checkpointing.min-pause",
                "0 ms",
                "execution.program-config.enabled",
                "false",
                "execution.program-config.wildcards",
                Stream.of(ALLOWED, OF_BATCH_MODE)
                        .flatMap(List::stream)
                        .collect(Collectors.joining(";")));
    }

    private ManagedService() {}
}
