package io.clickstream.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.clickstream.deploy.DeployRun.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How scripts/deploy.sh moves an application to another Flink version, and back. The account's
 * service refuses to restore state of Flink 2.2 on Flink 1.20.
 */
@Execution(ExecutionMode.CONCURRENT)
class DeployFlinkITCase {

    private static final Path TEMPLATE = Path.of("cloudformation", "application.yaml");
    private static final Path OLDER =
            Path.of("src", "test", "resources", "deploy", "0.1.0", "application.yaml");
    private static final String FLINK_1 = "FLINK-1_20";
    private static final String FLINK_2 = "FLINK-2_2";
    private static final String STREAM =
            "StreamArn=arn:aws:kinesis:eu-central-1:123456789012:stream/clicks";
    private static final String KEY = "clickstream/0123456789abcdef-old.jar";
    private static final Pattern SNAPSHOT =
            Pattern.compile("the only way back is the snapshot (before-[0-9a-f]{12}-[0-9]+) from");

    @TempDir private Path folder;
    private DeployAccount account;
    private DeployRun run;
    private Path jar;

    @BeforeEach
    void prepare() throws Exception {
        account = DeployAccount.empty();
        run = new DeployRun(folder, account);
        jar = run.jar("new.jar", "click-source");
        account.put("jars/", "");
    }

    /** Whatever a test does, no request may be one that the service's model does not have. */
    @AfterEach
    void requestsFitTheModel() throws Exception {
        if (account == null) {
            // The test was skipped, for want of a tool.
            return;
        }
        assertThat(account.state().get("invalid")).isEmpty();
        assertThat(account.state().get("refusals")).isEmpty();
    }

    private void haveStack(Path template, String key, Map<String, String> more) throws Exception {
        account.put("jars/" + key, "a jar");
        account.put("jars/" + key + ".uids", "click-source\n");
        Map<String, String> parameters =
                new HashMap<>(
                        Map.of(
                                "JarBucket",
                                "jars",
                                "JarKey",
                                key,
                                "Source",
                                "kinesis",
                                "StreamArn",
                                "arn:aws:kinesis:eu-central-1:123456789012:stream/clicks"));
        parameters.putAll(more);
        account.makeStack("shop", template, parameters);
        account.status("shop", "RUNNING");
    }

    private void haveStack(String runtime) throws Exception {
        haveStack(TEMPLATE, KEY, Map.of("FlinkVersion", runtime));
    }

    private Result update(String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("update", "--stack", "shop"));
        arguments.addAll(List.of("--jar-bucket", "jars", "--jar", jar.toString()));
        arguments.addAll(List.of(more));
        return run.deploy(arguments.toArray(String[]::new));
    }

    private Result rollback(String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("rollback", "--stack", "shop"));
        arguments.addAll(List.of(more));
        return run.deploy(arguments.toArray(String[]::new));
    }

    private String runtime() throws Exception {
        return account.application("shop").get("runtime").asText();
    }

    private String runtimeOfStack() throws Exception {
        return run.aws(
                        "cloudformation",
                        "describe-stacks",
                        "--stack-name",
                        "shop",
                        "--query",
                        "Stacks[0].Parameters[?ParameterKey=='FlinkVersion'].ParameterValue",
                        "--output",
                        "text")
                .text()
                .strip();
    }

    /**
     * The runtimes that updates have asked the service for; empty text where one asked for none.
     */
    private List<String> askedRuntimes() throws Exception {
        List<String> runtimes = new ArrayList<>();
        for (JsonNode update : account.state().get("updates")) {
            runtimes.add(update.path("RuntimeEnvironmentUpdate").asText());
        }
        return runtimes;
    }

    private static String snapshotOf(Result moved) {
        Matcher snapshot = SNAPSHOT.matcher(moved.text());
        assertThat(snapshot.find()).as(moved.text()).isTrue();
        return snapshot.group(1);
    }

    private Result moved() throws Exception {
        haveStack(FLINK_1);
        Result result = update("--flink", "2.2");
        assertThat(result.exit()).as(result.text()).isZero();
        return result;
    }

    @Test
    void takesASnapshotMovesAndSaysWhatTheWayBackIs() throws Exception {
        Result result = moved();

        assertThat(result.text())
                .contains("Moving the application shop from Flink 1.20 to Flink 2.2")
                .contains("It runs on Flink 2.2. Its state can't go back to Flink 1.20: the only")
                .contains(
                        "'scripts/deploy.sh rollback --stack shop' restores it, with Flink 1.20"
                                + " and the jar of then");
        // In place: the application is neither stopped nor made anew.
        assertThat(account.calls())
                .containsSubsequence("CreateApplicationSnapshot", "UpdateApplication")
                .doesNotContain("StopApplication", "StartApplication", "DeleteApplication");
        assertThat(askedRuntimes()).containsExactly(FLINK_2);
        assertThat(runtime()).isEqualTo(FLINK_2);
        assertThat(runtimeOfStack()).isEqualTo(FLINK_2);
        assertThat(account.application("shop").get("snapshots").toString())
                .contains(snapshotOf(result));
        assertThat(run.calls())
                .anyMatch(call -> call.contains("--metric-name runningTime"))
                .noneMatch(call -> call.contains("--metric-name uptime"));
    }

    @Test
    void aDryRunMovesNothingAndItsCallsDo() throws Exception {
        haveStack(FLINK_1);

        Result dry = update("--flink", "2.2", "--dry-run");

        assertThat(dry.exit()).as(dry.text()).isZero();
        assertThat(runtime()).isEqualTo(FLINK_1);
        Result pasted = run.paste(dry.text());
        assertThat(pasted.exit()).as(pasted.text()).isZero();
        assertThat(runtime()).isEqualTo(FLINK_2);
    }

    @Test
    void goesBackToTheRuntimeAndTheSnapshotOfBefore() throws Exception {
        String snapshot = snapshotOf(moved());

        Result result = rollback();

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(result.text())
                .contains("Rolling back to the snapshot " + snapshot + " and the jar s3://jars/")
                .contains(KEY + " on Flink 1.20");
        assertThat(askedRuntimes()).containsExactly(FLINK_2, FLINK_1);
        assertThat(runtime()).isEqualTo(FLINK_1);
        assertThat(runtimeOfStack()).isEqualTo(FLINK_1);
        assertThat(account.application("shop").get("startedFrom").asText()).isEqualTo(snapshot);
        assertThat(account.application("shop").get("jar").asText()).isEqualTo(KEY);
        assertThat(run.deploy("status", "--stack", "shop").text())
                .contains(", Flink 1.20; the stack is ");
    }

    /** Another update on Flink 2.2 lies between. */
    @Test
    void goesBackFurtherUntilTheOlderVersion() throws Exception {
        String snapshot = snapshotOf(moved());
        assertThat(update("--set", "Parallelism=2").exit()).isZero();

        Result first = rollback();
        assertThat(first.exit()).as(first.text()).isZero();
        assertThat(first.text()).doesNotContain("on Flink");
        assertThat(runtime()).isEqualTo(FLINK_2);
        Result second = rollback("--yes");

        assertThat(second.exit()).as(second.text()).isZero();
        assertThat(runtime()).isEqualTo(FLINK_1);
        assertThat(account.application("shop").get("startedFrom").asText()).isEqualTo(snapshot);
    }

    @Test
    void doesNotMoveBackByAnUpdate() throws Exception {
        haveStack(FLINK_2);
        for (String more : List.of("--dry-run", "--poll=0")) {
            Result result = update("--flink", "1.20", more);

            assertThat(result.exit()).as(result.text()).isEqualTo(1);
            assertThat(result.text())
                    .contains(
                            "the application shop is on Flink 2.2, whose state Flink 1.20 can't"
                                    + " restore")
                    .contains("nothing was changed; 'scripts/deploy.sh rollback --stack shop' goes")
                    .contains("until Flink 1.20")
                    .contains("without any state, use --allow-lost-state");
        }
        Result set = update("--set", "FlinkVersion=" + FLINK_1);
        assertThat(set.exit()).as(set.text()).isEqualTo(1);
        assertThat(account.calls()).containsOnly("DescribeApplication");
        assertThat(run.operations()).noneMatch(call -> call.matches("s3api put-object|.* deploy"));
    }

    @Test
    void startsOnTheOlderVersionWithoutStateIfTold() throws Exception {
        haveStack(FLINK_2);
        jar = run.jarFor("1.20.5", "old.jar", "click-source");

        Result result = update("--flink", "1.20", "--allow-lost-state");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(result.text()).contains("It runs on Flink 1.20").doesNotContain("way back");
        assertThat(runtime()).isEqualTo(FLINK_1);
        assertThat(account.application("shop").get("startedFrom").asText())
                .isEqualTo("SKIP_RESTORE_FROM_SNAPSHOT");
    }

    /** The jar is the same, so only the runtime tells that the service went back. */
    @Test
    void saysThatTheServiceWentBackToTheOlderVersion() throws Exception {
        String key = DeployRun.key(jar);
        haveStack(TEMPLATE, key, Map.of("FlinkVersion", FLINK_1));
        account.path("UpdateApplication", "UPDATING", "ROLLING_BACK", "RUNNING");

        Result result = update("--flink", "2.2");

        assertThat(result.exit()).as(result.text()).isEqualTo(1);
        assertThat(result.text())
                .contains(
                        "the application shop did not run on Flink 2.2: it is on Flink 1.20 again")
                .contains("check that the jar is built for Flink 2.2")
                .contains("'scripts/deploy.sh rollback --stack shop' restores the stack, too")
                .doesNotContain("It runs on Flink 2.2");
        Result again = update("--flink", "2.2");
        assertThat(again.exit()).as(again.text()).isEqualTo(1);
        assertThat(again.text()).contains("did not run on Flink 2.2");
        // What runs is still on the older version, so its state is, too.
        Result back = rollback();
        assertThat(back.exit()).as(back.text()).isZero();
        assertThat(runtime()).isEqualTo(FLINK_1);
        assertThat(runtimeOfStack()).isEqualTo(FLINK_1);
    }

    @Test
    void movesAStoppedApplicationOnlyIfTold() throws Exception {
        haveStack(FLINK_1);
        account.status("shop", "READY");

        Result refused = update("--flink", "2.2");

        assertThat(refused.exit()).as(refused.text()).isEqualTo(1);
        assertThat(refused.text())
                .contains("no way back from Flink 2.2 to Flink 1.20")
                .contains(
                        "nothing was changed; start the application with 'aws kinesisanalyticsv2"
                                + " start-application --application-name shop'");
        assertThat(account.calls()).containsOnly("DescribeApplication", "ListApplicationSnapshots");
        Result told = update("--flink", "2.2", "--yes");
        assertThat(told.exit()).as(told.text()).isZero();
        assertThat(told.text())
                .contains("this update took no snapshot, so the only way back is an older one");
        assertThat(runtime()).isEqualTo(FLINK_2);
        assertThat(account.application("shop").get("status").asText()).isEqualTo("RUNNING");
    }

    /**
     * Else the default of a newer template would move it: the template of 0.1.0 has no parameter,
     * and a later one had another default.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anOlderStackStaysOnItsVersion(boolean hasParameter) throws Exception {
        if (hasParameter) {
            Path later = folder.resolve("later.yaml");
            Files.writeString(
                    later,
                    Files.readString(TEMPLATE)
                            .replace("Default: " + FLINK_2, "Default: " + FLINK_1));
            haveStack(later, KEY, Map.of());
        } else {
            haveStack(OLDER, KEY, Map.of());
        }
        assertThat(runtime()).isEqualTo(FLINK_1);
        jar = run.jarFor("1.20.5", "old.jar", "click-source");

        int parallelism = 1;
        for (String command : List.of("update", "deploy")) {
            parallelism++;
            Result result =
                    run.deploy(
                            command,
                            "--stack",
                            "shop",
                            "--jar-bucket",
                            "jars",
                            "--jar",
                            jar.toString(),
                            "--set",
                            "Parallelism=" + parallelism);

            assertThat(result.exit()).as(result.text()).isZero();
            assertThat(result.text()).doesNotContain("Moving", "It runs on Flink");
            assertThat(runtime()).isEqualTo(FLINK_1);
            assertThat(runtimeOfStack()).isEqualTo(FLINK_1);
        }
        assertThat(askedRuntimes()).containsExactly("", "");
    }

    /** The rollback was cut off between the update of the stack and the start. */
    @Test
    void doesNotStartTheOlderVersionFromASnapshotOfTheNewerOne() throws Exception {
        moved();
        assertThat(update("--set", "Parallelism=2").exit()).isZero();
        assertThat(rollback().exit()).isZero();
        account.control(
                Map.of(
                        "errors",
                        List.of(
                                Map.of(
                                        "operation",
                                        "StartApplication",
                                        "code",
                                        "UnsupportedOperationException",
                                        "times",
                                        1))));
        Result cut = rollback("--yes");
        assertThat(cut.exit()).as(cut.text()).isEqualTo(1);
        assertThat(runtime()).isEqualTo(FLINK_1);
        jar = run.jarFor("1.20.5", "old.jar", "click-source");

        Result result = update("--yes");

        assertThat(result.exit()).as(result.text()).isEqualTo(1);
        assertThat(result.text())
                .contains("the latest snapshot of shop is of a newer Flink version, and Flink 1.20")
                .contains("'scripts/deploy.sh rollback --stack shop' completes the rollback");
        Result completed = rollback();
        assertThat(completed.exit()).as(completed.text()).isZero();
        assertThat(account.application("shop").get("status").asText()).isEqualTo("RUNNING");
    }

    /** No snapshot can be taken of it, and none is there. */
    @Test
    void movesAnApplicationThatTheServiceRolledBackOnlyIfTold() throws Exception {
        haveStack(FLINK_1);
        account.status("shop", "ROLLED_BACK");

        Result refused = update("--flink", "2.2");

        assertThat(refused.exit()).as(refused.text()).isEqualTo(1);
        assertThat(refused.text())
                .contains("shop is ROLLED_BACK, in which no snapshot can be taken")
                .contains("nothing was changed; get the application RUNNING by an update that");
        assertThat(runtimeOfStack()).isEqualTo(FLINK_1);
        Result told = update("--flink", "2.2", "--yes");
        assertThat(told.exit()).as(told.text()).isZero();
        assertThat(runtime()).isEqualTo(FLINK_2);
        Result back = rollback("--yes");
        assertThat(back.text()).contains("an older jar for the same Flink version");
    }

    /** The update of a rollback would start the older version with the state of the newer one. */
    @Test
    void doesNotGoBackFromWhatOnlyAnUpdateStarts() throws Exception {
        moved();
        account.status("shop", "ROLLED_BACK");

        Result refused = rollback();

        assertThat(refused.exit()).as(refused.text()).isEqualTo(1);
        assertThat(refused.text())
                .contains("shop is ROLLED_BACK on Flink 2.2", "which Flink 1.20 can't restore")
                .contains("nothing was changed; get it RUNNING by an update")
                .contains("--flink 2.2 --jar-bucket jars', then run this again");
        assertThat(runtimeOfStack()).isEqualTo(FLINK_2);
        assertThat(update("--flink", "2.2", "--yes", "--set", "Parallelism=2").exit()).isZero();
        Result back = rollback("--yes");
        assertThat(back.exit()).as(back.text()).isZero();
        assertThat(runtime()).isEqualTo(FLINK_1);
    }

    /**
     * The latest snapshot is of the newer version, although a rollback to the older one is over.
     */
    @Test
    void namesTheNewestSnapshotThatTheVersionCanRestore() throws Exception {
        String snapshot = snapshotOf(moved());
        assertThat(update("--set", "Parallelism=2").exit()).isZero();
        assertThat(rollback().exit()).isZero();
        assertThat(rollback("--yes").exit()).isZero();
        account.status("shop", "READY");
        jar = run.jarFor("1.20.5", "old.jar", "click-source");

        Result refused = update("--set", "Parallelism=3");

        String start = "RESTORE_FROM_CUSTOM_SNAPSHOT\", \"SnapshotName\": \"" + snapshot;
        assertThat(refused.exit()).as(refused.text()).isEqualTo(1);
        assertThat(refused.text())
                .contains("the latest snapshot of shop is of a newer Flink version")
                .contains("nothing was changed; 'aws kinesisanalyticsv2 start-application", start);
        assertThat(run.deploy("status", "--stack", "shop").text()).contains(start);
    }

    /** The stack names another version than the one that runs. Nobody asked for a second move. */
    @ParameterizedTest
    @ValueSource(strings = {"RUNNING", "ROLLED_BACK"})
    void putsTheStackBackAfterTheServiceDidSo(String status) throws Exception {
        haveStack(FLINK_1);
        account.path("UpdateApplication", "UPDATING", "ROLLING_BACK", status);
        Result moved = update("--flink", "2.2");
        assertThat(moved.exit()).as(moved.text()).isEqualTo(1);
        assertThat(moved.text())
                .containsPattern("'scripts/deploy.sh update [^']*--flink 1.20[^']*' puts the stack")
                .contains("their results twice");
        account.path("UpdateApplication", "UPDATING", "RUNNING");
        jar = run.jarFor("1.20.5", "old.jar", "click-source");

        Result refused = update("--set", "Parallelism=2");

        assertThat(refused.exit()).as(refused.text()).isEqualTo(1);
        assertThat(refused.text())
                .contains("the stack shop is for Flink 2.2, and the application runs on Flink 1.20")
                .contains(
                        "nothing was changed; use --flink 1.20 to put the stack back",
                        "--flink 2.2");
        Result back = update("--flink", "1.20");
        assertThat(back.exit()).as(back.text()).isZero();
        assertThat(back.text()).doesNotContain("Moving");
        assertThat(runtimeOfStack()).isEqualTo(FLINK_1);
        assertThat(runtime()).isEqualTo(FLINK_1);
    }

    private Result deployNew(String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("deploy", "--stack", "shop"));
        arguments.addAll(List.of("--jar-bucket", "jars", "--jar", jar.toString()));
        arguments.addAll(List.of("--source", "kinesis", "--set", STREAM));
        arguments.addAll(List.of(more));
        return run.deploy(arguments.toArray(String[]::new));
    }

    @Test
    void deploysANewStackOnTheNewestVersion() throws Exception {
        Result result = deployNew();

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(runtime()).isEqualTo(FLINK_2);
        assertThat(run.calls()).anyMatch(call -> call.contains("--metric-name runningTime"));
    }

    @Test
    void deploysANewStackOnTheVersionThatIsGiven() throws Exception {
        jar = run.jarFor("1.20.5", "old.jar", "click-source");

        Result result = deployNew("--flink", "1.20");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(runtime()).isEqualTo(FLINK_1);
        assertThat(run.calls()).anyMatch(call -> call.contains("--metric-name uptime"));
    }

    /** Without --jar, the script has Maven build the jar for the version of the stack. */
    @ParameterizedTest
    @CsvSource({
        FLINK_1 + ", 1.20.5, -q -B -Pflink-1.20 package, target/flink-1.20",
        FLINK_2 + ", 2.2.0, -q -B package, target"
    })
    void buildsTheJarOfTheVersionOfTheStack(
            String runtime, String version, String maven, String target) throws Exception {
        haveStack(runtime);
        Path built = run.jarFor(version, "built.jar", "click-source");
        Path project = Files.createDirectory(folder.resolve("project"));
        for (String part : List.of("scripts", "cloudformation", "pom.xml")) {
            Files.createSymbolicLink(project.resolve(part), Path.of(part).toAbsolutePath());
        }
        Files.createDirectories(project.resolve("src/main"));
        run.program(
                "mvn",
                """
                #!/usr/bin/env bash
                set -e
                echo "$*" >mvn.calls
                mkdir -p %1$s
                cp %2$s %1$s/clickstream-analytics-1.jar
                """
                        .formatted(target, built));

        Result result =
                run.deployFrom(project, "update", "--stack", "shop", "--jar-bucket", "jars");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(result.text()).doesNotContain("Moving");
        assertThat(Files.readString(project.resolve("mvn.calls"))).startsWith(maven + ' ');
        assertThat(runtime()).isEqualTo(runtime);
        assertThat(account.application("shop").get("jar").asText()).isEqualTo(DeployRun.key(built));
    }

    /** On another version, the job would not start. */
    @Test
    void doesNotTakeAJarOfAnotherVersion() throws Exception {
        haveStack(FLINK_1);
        Result result = update();

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains(
                        "new.jar is built for Flink 2.2, and the application is to run on Flink"
                                + " 1.20")
                .contains("nothing was changed");
        assertThat(askedRuntimes()).isEmpty();

        jar = run.jarFor("1.20.5", "old.jar", "click-source");
        assertThat(update("--flink", "2.2").text())
                .contains(
                        "old.jar is built for Flink 1.20, and the application is to run on Flink");
        assertThat(askedRuntimes()).isEmpty();
    }

    @Test
    void knowsTheVersionsThatThereAre() throws Exception {
        Result result = update("--flink", "2.1");

        assertThat(result.exit()).as(result.text()).isEqualTo(2);
        assertThat(result.text()).contains("--flink is '2.1'; it must be 2.2 or 1.20");
        assertThat(run.operations()).isEmpty();
    }

    @Test
    void countsRestartsByTheMetricOfTheVersion() throws Exception {
        haveStack(FLINK_2);
        account.control(
                Map.of(
                        "points",
                        List.of(
                                point("numRestarts", 30, 1),
                                point("numRestarts", 10, 3),
                                point("fullRestarts", 10, 9))));

        Result result = run.deploy("status", "--stack", "shop");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(result.text())
                .contains("restarts     2 in the last hour, 3 since the last start");
    }

    private static Map<String, Object> point(String metric, int minutesAgo, double value) {
        return Map.of(
                "application",
                "shop",
                "metric",
                metric,
                "values",
                List.of(value),
                "seconds",
                -60 * minutesAgo);
    }
}
