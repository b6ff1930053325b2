package io.clickstream.config;

import java.util.Map;
import java.util.Optional;

/**
 * The parts of a job's configuration that a replay needs. The configuration can have groups of
 * sources and sinks, so that the job's own file can be used. Those groups are checked for unknown
 * keys and otherwise ignored.
 */
public final class ReplayConfig extends PipelineConfig {

    private ReplayConfig(PropertyReader reader) {
        super(reader);
    }

    /**
     * Parses property groups.
     *
     * @param propertyGroups properties by property group id
     * @throws ConfigException if there is an error; contains all errors
     */
    public static ReplayConfig parse(Map<String, Map<String, String>> propertyGroups) {
        PropertyReader reader =
                new PropertyReader(
                        propertyGroups, JobConfig.ALL_GROUPS, new Secrets(System.getenv()));
        ReplayConfig config = new ReplayConfig(reader);
        reader.finish();
        return config;
    }

    /** A replay sends no interactions again. */
    @Override
    public Optional<PersonalizeConfig> personalize() {
        return Optional.empty();
    }
}
