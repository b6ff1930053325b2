package io.clickstream.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.clickstream.deploy.DeployRun.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The application goes through statuses by chance, also in the middle of a command. Whatever comes,
 * a command ends, and asks for nothing that the service does not allow in the status that it was
 * told last. A longer walk: {@code -Ddeploy.walk.steps=5000}.
 */
@Execution(ExecutionMode.CONCURRENT)
class DeployWalkITCase {

    private static final Path TEMPLATE = Path.of("cloudformation", "application.yaml");
    private static final int STEPS = Integer.getInteger("deploy.walk.steps", 500);
    private static final long SEED = Long.getLong("deploy.walk.seed", System.nanoTime());
    private static final String KEY = "clickstream/0123456789abcdef-old.jar";
    private static final List<List<String>> COMMANDS =
            List.of(List.of("update"), List.of("rollback"), List.of("destroy", "--yes"));

    @TempDir private Path folder;

    @Test
    void endsAndActsOnlyWhereItMay() throws Exception {
        System.out.println("deploy.walk.seed=" + SEED + ", steps=" + STEPS);
        Random random = new Random(SEED);
        DeployAccount account = DeployAccount.empty();
        DeployRun run = new DeployRun(folder, account);
        Path jar = run.jar("new.jar", "click-source");
        account.control(Map.of("seed", random.nextInt(), "limit", STEPS));
        JsonNode state = account.state();
        int commands = 0;
        while (state.get("steps").asInt() < STEPS) {
            // The snapshot must be that of the stack's jar, so each command finds the same
            // stack.
            List<String> command = COMMANDS.get(random.nextInt(COMMANDS.size()));
            // Half of the updates bring the jar that is there, and half of them nothing new.
            boolean sameJar = random.nextBoolean();
            haveStack(account, sameJar ? DeployRun.key(jar) : KEY);
            String[] arguments =
                    command.get(0).equals("update")
                            ? update(jar, sameJar && random.nextBoolean() ? "2" : "1")
                            : String.join(" ", command).concat(" --stack shop").split(" ");

            Result result = run.deploy(arguments);

            state = account.state();
            commands++;
            assertThat(state.get("refusals")).as(SEED + command.get(0) + result).isEmpty();
            assertThat(state.get("invalid")).isEmpty();
            if (result.exit() != 0) {
                // It says what it found, and does not fail by a surprise.
                assertThat(result.exit()).as(SEED + result.text()).isEqualTo(1);
                assertThat(result.text())
                        .as("seed " + SEED)
                        .containsPattern("deploy.sh: the (application|new jar|job|snapshot) ");
            }
        }
        System.out.println(commands + " commands went through " + state.get("seen"));
        assertThat(state.get("seen").size()).isGreaterThanOrEqualTo(STEPS < 500 ? 1 : 10);
    }

    private static String[] update(Path jar, String parallelism) {
        return new String[] {
            "update",
            "--stack",
            "shop",
            "--jar-bucket",
            "jars",
            "--jar",
            jar.toString(),
            "--set",
            "Parallelism=" + parallelism
        };
    }

    private static void haveStack(DeployAccount account, String key) throws Exception {
        account.put("jars/" + key + ".uids", "click-source\n");
        account.remake("shop", TEMPLATE, key);
        String before = "before-" + key.substring(12, 24) + "-20261120120000";
        account.control(Map.of("snapshots", Map.of("shop", List.of(before))));
        account.put("jars/clickstream/older.jar", "a jar");
        String remembered = "jars/clickstream/stacks/shop/" + before;
        account.put(remembered + "/template.yaml", Files.readString(TEMPLATE));
        account.put(
                remembered + "/parameters.json",
                "[{\"ParameterKey\": \"JarBucket\", \"ParameterValue\": \"jars\"},"
                        + " {\"ParameterKey\": \"JarKey\", \"ParameterValue\":"
                        + " \"clickstream/older.jar\"}, {\"ParameterKey\": \"Source\","
                        + " \"ParameterValue\": \"kinesis\"}]");
    }
}
