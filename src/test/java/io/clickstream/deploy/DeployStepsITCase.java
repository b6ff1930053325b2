package io.clickstream.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.clickstream.deploy.DeployRun.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The steps of cloudformation/README.md, in their order, from an empty account on. */
@Execution(ExecutionMode.CONCURRENT)
class DeployStepsITCase {

    private static final Path README = Path.of("cloudformation", "README.md");
    private static final Pattern BLOCK = Pattern.compile("(?ms)^ *```sh\n(.*?)^ *```");

    @Test
    void eachCommandOfTheStepsRuns(@TempDir Path folder) throws Exception {
        List<String> steps = steps();
        assertThat(steps).hasSize(11);
        DeployAccount account = DeployAccount.empty();
        DeployRun run = new DeployRun(folder, account);
        Path jar = run.jar("new.jar", "click-sessions", "click-source");
        // The role that the reader has.
        run.aws(
                "iam",
                "create-role",
                "--role-name",
                "Analyst",
                "--assume-role-policy-document",
                "{}");
        List<Result> results = new ArrayList<>();
        for (String step : steps) {
            Result result = run.paste(commands(step, jar));
            assertThat(result.exit()).as(step + result.text()).isZero();
            results.add(result);
        }

        assertThat(results.get(1).text()).contains(":role/Analyst");
        assertThat(results.get(4).text()).as("the dry run").contains("aws cloudformation deploy");
        assertThat(account.calls()).contains("StartApplication", "DeleteApplication");
        assertThat(results.get(10).text()).contains("remove_bucket: shop-jars-111122223333");
        assertThat(account.state().get("invalid")).isEmpty();
        assertThat(account.state().get("applications")).isEmpty();
    }

    /**
     * Blocks that name something of the reader's, and so can't be pasted as they are. Of the steps,
     * one sends clicks: it needs the simulator's build, and runs until it is stopped. The other one
     * deletes a bucket.
     */
    @Test
    void eachOtherCommandOfTheStepsRunsWithTheReadersNames(@TempDir Path folder) throws Exception {
        String text = Files.readString(README);
        String steps = text.substring(0, text.indexOf("\n## Who can open the dashboards"));
        List<String> others = new ArrayList<>();
        Matcher blocks = Pattern.compile("```bash\n(.*?)```", Pattern.DOTALL).matcher(steps);
        while (blocks.find()) {
            others.add(blocks.group(1).strip());
        }
        assertThat(others)
                .containsExactly(
                        "scripts/produce.sh --to kinesis --stream NAME --duration 45m",
                        "aws s3 rb --force s3://ARCHIVE");
        DeployAccount account = DeployAccount.empty();
        DeployRun run = new DeployRun(folder, account);
        account.put("shop-archive/clicks/part-0", "{}");

        Result removed = run.paste(others.get(1).replace("ARCHIVE", "shop-archive"));

        assertThat(removed.exit()).as(removed.text()).isZero();
        assertThat(removed.text()).contains("remove_bucket: shop-archive");
        // Its options are those that the program takes; what it sends is the simulator's tests.
        Path help = Path.of("scripts", "help", "produce.txt");
        for (String option : List.of("--to", "--stream", "--duration")) {
            assertThat(others.get(0)).contains(option);
            assertThat(Files.readString(help)).contains(option);
        }
    }

    private static List<String> steps() throws Exception {
        List<String> steps = new ArrayList<>();
        Matcher blocks = BLOCK.matcher(Files.readString(README));
        while (blocks.find()) {
            steps.add(blocks.group(1));
        }
        return steps;
    }

    /** The script's own folder is another one here; a jar is not built, and nobody waits. */
    private static String commands(String step, Path jar) {
        String script = Path.of("scripts", "deploy.sh").toAbsolutePath().toString();
        return step.replaceAll(
                        "(scripts/deploy\\.sh (deploy|update))\\b",
                        "$1 --jar " + Matcher.quoteReplacement(jar.toString()))
                .replace("scripts/deploy.sh", script + " --poll 0");
    }
}
