package io.clickstream.format.registry;

import io.clickstream.config.RegistryConfig;
import io.clickstream.format.registry.LookupException.Kind;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks before the start whether the registry answers and accepts the job's login. */
public final class RegistryStartCheck {

    private static final Logger LOG = LoggerFactory.getLogger(RegistryStartCheck.class);
    private static final int TRIES = 3;

    /**
     * The problem, as one sentence; empty if the job can start. A registry that does not answer is
     * tried three times, 2 s apart. At least one of several nodes must answer.
     */
    public static List<String> problems(RegistryConfig config) throws InterruptedException {
        return problems(SchemaRegistry.of(config), Duration.ofSeconds(2));
    }

    static List<String> problems(SchemaRegistry registry, Duration pause)
            throws InterruptedException {
        String failure = "";
        for (int tries = 0; tries < TRIES; tries++) {
            if (tries > 0) {
                Thread.sleep(pause.toMillis());
            }
            try {
                registry.lookUp(registry.anyId());
                return List.of();
            } catch (LookupException e) {
                if (e.kind() == Kind.REFUSED) {
                    return List.of(sentence(e.getMessage()));
                }
                if (e.kind() == Kind.BUSY) {
                    // It is there and in trouble, which the job outlasts.
                    LOG.warn("{}; the job starts anyway", e.getMessage());
                    return List.of();
                }
                if (e.kind() != Kind.UNREACHABLE) {
                    return List.of();
                }
                failure = e.getMessage();
            }
        }
        return List.of(
                sentence(
                        failure
                                + "; start the registry, or check the address in the group"
                                + " `registry` and the network"));
    }

    private static String sentence(String problem) {
        return "group `registry`: " + problem;
    }

    private RegistryStartCheck() {}
}
