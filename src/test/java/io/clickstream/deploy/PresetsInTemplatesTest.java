package io.clickstream.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.config.FormatConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the job can read, a deployment can configure. */
class PresetsInTemplatesTest {

    @ParameterizedTest
    @ValueSource(strings = {"application", "full"})
    void templatesAllowEachPreset(String template) throws Exception {
        assertThat(
                        Template.read(Path.of("cloudformation", template + ".yaml"))
                                .allowedValues("Preset"))
                .containsExactlyElementsOf(presets());
    }

    @Test
    void theScriptKnowsTheFieldsOfEachPreset() throws Exception {
        String checks = Files.readString(Path.of("scripts/deploy/checks.py"));

        assertThat(presets())
                .allSatisfy(preset -> assertThat(checks).contains("\"" + preset + "\": {\""));
    }

    private static List<String> presets() {
        return Stream.of(FormatConfig.Preset.values())
                .map(preset -> preset.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toList();
    }
}
