package io.clickstream;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.config.ConfigException;
import io.clickstream.flink.BuiltFor;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.junit.jupiter.api.Test;

class RequiredFlinkTest {

    private static final String OTHER = BuiltFor.flink().startsWith("1.") ? "2.2.1" : "1.20.5";

    @Test
    void theFlinkOfTheBuildRunsTheJar() {
        String own = EnvironmentInformation.getVersion();

        assertThatCode(() -> StartChecks.requireFlink(own)).doesNotThrowAnyException();
    }

    @Test
    void anotherMajorVersionIsRefusedWithWhatToDo() {
        assertThatThrownBy(() -> StartChecks.requireFlink(OTHER))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(
                        "This jar is for Flink "
                                + BuiltFor.flink()
                                + ", but Flink "
                                + OTHER
                                + " runs it. Use the jar for your version")
                .hasMessageContaining("mvn -Pflink-1.20 package");
    }

    /** A Flink that somebody built without its version file. */
    @Test
    void aFlinkThatDoesNotSayItsVersionIsNotRefused() {
        assertThatCode(() -> StartChecks.requireFlink(EnvironmentInformation.UNKNOWN))
                .doesNotThrowAnyException();
    }
}
