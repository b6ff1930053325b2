package io.clickstream.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.clickstream.deploy.DeployRun.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What scripts/deploy.sh does in an account: its deployments, updates and the ways back, and what
 * it says where a call fails. Each call goes through the real aws command.
 */
@Execution(ExecutionMode.CONCURRENT)
class DeployScriptITCase {

    private static final Path TEMPLATE = Path.of("cloudformation", "application.yaml");
    private static final Path SCRIPT_FOLDER = Path.of("").toAbsolutePath();
    private static final String STREAM_ARN =
            "arn:aws:kinesis:eu-central-1:123456789012:stream/clicks";
    private static final String PARSE =
            "python3 -B -c 'import sys; sys.path.insert(0, sys.argv[1]); import options;"
                    + " options.parse(sys.argv[2:])' "
                    + SCRIPT_FOLDER.resolve("scripts/deploy");
    private static final String OLD_KEY = "clickstream/0123456789abcdef-old.jar";
    private static final String BEFORE_OLD = "before-0123456789ab-20261120120000";

    private static final List<String> PASSING =
            List.of(
                    "STARTING",
                    "STOPPING",
                    "UPDATING",
                    "AUTOSCALING",
                    "FORCE_STOPPING",
                    "ROLLING_BACK",
                    "MAINTENANCE");

    @TempDir private Path folder;
    private DeployAccount account;
    private DeployRun run;
    private Path jar;

    @BeforeEach
    void prepare() throws Exception {
        account = DeployAccount.empty();
        run = new DeployRun(folder, account);
        jar = run.jar("new.jar", "click-sessions", "click-source");
        account.put("jars/", "");
    }

    /** Whatever a test does, no request may be one that the service's model does not have. */
    @AfterEach
    void requestsFitTheModel() throws Exception {
        if (account == null) {
            // The test was skipped, for want of a tool.
            return;
        }
        JsonNode state = account.state();
        assertThat(state.get("invalid")).isEmpty();
    }

    private void haveStack(String uids) throws Exception {
        account.put("jars/" + OLD_KEY, "a jar");
        account.put("jars/" + OLD_KEY + ".uids", uids);
        account.makeStack(
                "shop",
                TEMPLATE,
                Map.of(
                        "JarBucket",
                        "jars",
                        "JarKey",
                        OLD_KEY,
                        "Source",
                        "kinesis",
                        "StreamArn",
                        STREAM_ARN));
        account.status("shop", "RUNNING");
    }

    /** As an update that brought the jar of the stack would have left it. */
    private void haveSnapshotBefore() throws Exception {
        account.control(Map.of("snapshots", Map.of("shop", List.of(BEFORE_OLD))));
        account.put("jars/clickstream/older.jar", "a jar");
        String remembered = "jars/clickstream/stacks/shop/" + BEFORE_OLD;
        account.put(remembered + "/template.yaml", Files.readString(TEMPLATE));
        account.put(
                remembered + "/parameters.json",
                "[{\"ParameterKey\": \"JarBucket\", \"ParameterValue\": \"jars\"},"
                        + " {\"ParameterKey\": \"JarKey\", \"ParameterValue\":"
                        + " \"clickstream/older.jar\"}, {\"ParameterKey\": \"Source\","
                        + " \"ParameterValue\": \"kinesis\"}, {\"ParameterKey\": \"StreamArn\","
                        + " \"ParameterValue\": \""
                        + STREAM_ARN
                        + "\"}, {\"ParameterKey\": \"FlinkVersion\", \"ParameterValue\": \""
                        + ApplicationTemplateTest.FLINK_2
                        + "\"}]");
    }

    private Result deploy(String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("deploy", "--stack", "shop"));
        arguments.addAll(
                List.of("--jar-bucket", "jars", "--jar", jar.toString(), "--source", "kinesis"));
        if (!List.of(more).contains("full")) {
            arguments.addAll(List.of("--set", "StreamArn=" + STREAM_ARN));
        }
        arguments.addAll(List.of(more));
        return run.deploy(arguments.toArray(String[]::new));
    }

    private Result update(String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("update", "--stack", "shop"));
        arguments.addAll(List.of("--jar-bucket", "jars", "--jar", jar.toString()));
        arguments.addAll(List.of(more));
        return run.deploy(arguments.toArray(String[]::new));
    }

    private List<String> parameters() throws Exception {
        return run.aws(
                        "cloudformation",
                        "describe-stacks",
                        "--stack-name",
                        "shop",
                        "--query",
                        "Stacks[0].Parameters[].[ParameterKey, ParameterValue]",
                        "--output",
                        "text")
                .text()
                .lines()
                .toList();
    }

    // --- Deploy

    @Test
    void makesTheStackAndWaitsUntilTheJobRuns() throws Exception {
        account.path("StartApplication", "STARTING", "STARTING", "STARTING", "RUNNING");

        Result result = deploy("--set", "Window=1 min");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(result.text())
                .contains("It runs, and has read no records yet")
                .contains("https://eu-central-1.console.aws.amazon.com/flink/")
                .doesNotContain("What exists now");
        assertThat(run.operations())
                .containsSubsequence(
                        "cloudformation describe-stacks",
                        "s3api get-bucket-location",
                        "s3api list-objects-v2",
                        "s3api put-object",
                        "s3api put-object",
                        "cloudformation deploy",
                        "kinesisanalyticsv2 start-application",
                        "cloudwatch get-metric-statistics");
        String key = DeployRun.key(jar);
        assertThat(run.calls())
                .anyMatch(call -> call.contains("--key " + key + " --body "))
                .anyMatch(call -> call.contains("--key " + key + ".uids --body "));
        assertThat(parameters())
                .contains("JarKey\t" + key, "JarBucket\tjars", "Window\t1 min", "Source\tkinesis");
        assertThat(account.application("shop").get("status").asText()).isEqualTo("RUNNING");
    }

    /** The build and the upload would be for nothing. */
    @Test
    void needsASourceForANewStackBeforeItReadsTheJar() throws Exception {
        Path none = Files.writeString(folder.resolve("none.jar"), "no jar");

        Result result =
                run.deploy("deploy", "--stack", "shop", "--jar-bucket", "jars", "--jar", none + "");

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.text())
                .contains("there is no stack shop yet, and a new one needs --source kinesis or");
        assertThat(run.operations()).containsExactly("cloudformation describe-stacks");
    }

    @Test
    void uploadsNoJarTwice() throws Exception {
        haveStack("click-source\n");
        account.put("jars/" + DeployRun.key(jar), "a jar");
        account.put("jars/" + DeployRun.key(jar) + ".uids", "click-source\n");

        Result result = update();

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(run.calls())
                .noneMatch(call -> call.contains("put-object") && call.contains("analytics.jar"));
    }

    /** The application could not read it, and would only say so when it starts. */
    @Test
    void needsTheKeyOfTheBucket() throws Exception {
        String key =
                run.aws("kms", "create-key", "--query", "KeyMetadata.Arn", "--output", "text")
                        .text()
                        .strip();
        run.aws(
                "s3api",
                "put-bucket-encryption",
                "--bucket",
                "jars",
                "--server-side-encryption-configuration",
                "{\"Rules\": [{\"ApplyServerSideEncryptionByDefault\": {\"SSEAlgorithm\":"
                        + " \"aws:kms\", \"KMSMasterKeyID\": \""
                        + key
                        + "\"}}]}");

        Result result = deploy();

        assertThat(result.exit()).as(result.text()).isEqualTo(1);
        assertThat(result.text())
                .contains("is encrypted with the key " + key)
                .contains("run this again with --set JarKmsKeyArn=" + key);
        assertThat(run.operations()).doesNotContain("cloudformation deploy");
        Result told = deploy("--set", "JarKmsKeyArn=" + key);
        assertThat(told.exit()).as(told.text()).isZero();
    }

    @Test
    void saysThatAnUploadIsDenied() throws Exception {
        account.control(
                Map.of(
                        "faults",
                        List.of(
                                Map.of(
                                        "request",
                                        "PUT /jars/.*analytics.jar ",
                                        "status",
                                        "403 Forbidden",
                                        "body",
                                        "<Error><Code>AccessDenied</Code><Message>Access"
                                                + " Denied</Message></Error>"))));

        Result result = deploy();

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains("s3://jars/" + DeployRun.key(jar) + " can't be written")
                .containsPattern("aws says: .*\\(AccessDenied\\)")
                .contains("have the permission s3:PutObject; then run this again")
                .containsSubsequence(
                        "What exists now:",
                        "s3://jars/" + DeployRun.key(jar) + ".uids, which is harmless");
        assertThat(run.operations()).doesNotContain("cloudformation deploy");
    }

    @Test
    void saysWhyAStackWentBackAndLeavesItAlone() throws Exception {
        account.control(
                Map.of(
                        "failing_update",
                        Map.of("reason", "Not authorized to perform: iam:CreateRole")));

        Result result = deploy();

        assertThat(result.exit()).as(result.text()).isEqualTo(1);
        assertThat(result.text())
                .contains("Not authorized to perform: iam:CreateRole")
                .contains("the stack shop was not created: it is ROLLBACK_COMPLETE")
                .contains("'scripts/deploy.sh destroy --stack shop --yes', and run this again")
                .containsSubsequence(
                        "What exists now:", "the stack shop, ROLLBACK_COMPLETE, whose");
        assertThat(account.calls()).doesNotContain("StartApplication");

        run.forget();
        Result again = deploy();

        assertThat(again.exit()).isEqualTo(1);
        assertThat(again.text())
                .contains("the stack shop is ROLLBACK_COMPLETE: its creation did not complete")
                .contains(
                        "delete it with 'scripts/deploy.sh destroy --stack shop --yes', then"
                                + " create it with ")
                .contains(
                        "'scripts/deploy.sh deploy --stack shop --source kinesis --set StreamArn="
                                + STREAM_ARN
                                + " --jar-bucket jars --jar "
                                + jar
                                + "'");
        assertThat(run.operations())
                .containsExactly(
                        "cloudformation describe-stacks",
                        // Reads a file.
                        "cloudformation package",
                        "cloudformation describe-stack-events");
    }

    /** Its rollback writes more events than a page of them has, and the stack within it is gone. */
    @Test
    void saysWhyAStackWithAllThatTheJobNeedsWentBack() throws Exception {
        account.control(
                Map.of(
                        "failing_update",
                        Map.of(
                                "reason",
                                "Embedded stack was not successfully created",
                                "resource",
                                "Application",
                                "inner",
                                Map.of("Role", "No more roles"))));

        Result result = deploy("--template", "full", "--set", "Parallelism=2");

        assertThat(result.exit()).as(result.text()).isEqualTo(1);
        assertThat(result.text())
                .contains("aws says: Role: No more roles")
                .doesNotContain("cancelled");
        Result status = run.deploy("status", "--stack", "shop");
        assertThat(status.text())
                .contains("failed       Role: No more roles")
                .contains(
                        "deploy --stack shop --template full --source kinesis --set Parallelism=2"
                                + " --jar-bucket jars'")
                .doesNotContain("cancelled");
    }

    /** What failed in an earlier operation is over. */
    @Test
    void saysOnlyWhatFailedInTheLastOperation() throws Exception {
        haveStack("click-source\n");
        for (String reason : List.of("The first cause", "The second cause")) {
            account.control(Map.of("failing_update", Map.of("reason", reason)));

            Result result = update();

            assertThat(result.text())
                    .contains("aws says: Application: " + reason)
                    .doesNotContain(reason.contains("second") ? "The first" : "The second");
        }
    }

    @Test
    void saysWhyTheApplicationDidNotStart() throws Exception {
        account.path("StartApplication", "STARTING", "READY");

        Result result = deploy();

        assertThat(result.exit()).as(result.text()).isEqualTo(1);
        assertThat(result.text())
                .contains("aws says: The job has no main method.")
                .contains("the application shop did not start: it is READY")
                .contains("scripts/deploy.sh logs --stack shop --errors")
                .containsSubsequence("What exists now:", "the stack shop, CREATE_COMPLETE: 'scr");
    }

    @Test
    void doesNotTakeAJobForRunningThatFailsOverAndOver() throws Exception {
        account.control(Map.of("metrics", Map.of("uptime", List.of(4000))));
        account.path("StartApplication", "STARTING", "RUNNING", "RUNNING", "RUNNING", "READY");

        Result result = deploy();

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains("the job of shop keeps failing: the application is READY");
    }

    @Test
    void saysThatCloudWatchHasNoMetricsOfAJobThatRuns() throws Exception {
        haveStack("click-source\n");
        account.control(Map.of("metrics", Map.of()));
        account.control(Map.of("forget_metrics", true));

        Result result = update("--timeout", "0");

        assertThat(result.exit()).as(result.text()).isEqualTo(1);
        assertThat(result.text())
                .contains("the application shop is RUNNING, but CloudWatch has no metrics of it")
                .contains("the stack shop is complete")
                .contains("endpoints for logs and monitoring: see point 3 of the checklist")
                .doesNotContain("keeps failing");
    }

    // --- Update

    @Test
    void takesASnapshotBeforeItUpdates() throws Exception {
        haveStack("click-source\nclick-sessions\n");
        account.path("CreateApplicationSnapshot", "CREATING", "CREATING", "READY");

        Result result = update("--set", "Parallelism=4");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(account.calls())
                .containsSubsequence(
                        "CreateApplicationSnapshot",
                        "DescribeApplicationSnapshot",
                        "DescribeApplicationSnapshot",
                        "UpdateApplication")
                .doesNotContain("StopApplication", "StartApplication");
        assertThat(parameters())
                .contains(
                        "JarKey\t" + DeployRun.key(jar),
                        "StreamArn\t" + STREAM_ARN,
                        "Parallelism\t4");
        assertThat(run.calls())
                .anyMatch(call -> call.matches("s3api put-object .*/before-.*/template.yaml .*"))
                .anyMatch(call -> call.matches("s3api put-object .*/before-.*/parameters.json .*"));
    }

    /** The dry run makes the same calls: none of them changes anything. */
    @ParameterizedTest
    @ValueSource(strings = {"--timeout=1", "--allow-lost-state", "--keep=1", "--set=Window=10 s"})
    void leavesEverythingAloneIfNothingChanges(String option) throws Exception {
        assertThat(deploy("--tag", "Team=web shop").exit()).isZero();
        account.control(Map.of("snapshots", Map.of("shop", List.of("before-1", "before-2"))));
        int before = account.calls().size();
        run.forget();

        Result dry = update(option, "--dry-run");
        assertThat(dry.exit()).as(dry.text()).isZero();
        assertThat(dry.text()).contains("# There is nothing to change in the stack shop");
        run.forget();
        Result pasted = run.paste(dry.text());
        assertThat(pasted.exit()).as(dry.text() + pasted.text()).isZero();
        List<String> byPaste = callsWithoutRepetitions();
        run.forget();
        Result result = update(option);

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(result.text())
                .contains("There is nothing to change in the stack shop: it has this jar,")
                .contains("It runs, and has read no records yet");
        assertThat(callsWithoutRepetitions()).isEqualTo(byPaste);
        assertThat(changes()).isEmpty();
        List<String> calls = account.calls();
        assertThat(calls.subList(before, calls.size())).containsOnly("DescribeApplication");
        assertThat(DeployAccount.texts(account.application("shop").get("snapshots")))
                .containsExactly("before-1", "before-2");
    }

    /** Comments of a template are nothing to take a snapshot for. */
    @Test
    void comparesTemplatesByTheirContent() throws Exception {
        String key = DeployRun.key(jar);
        account.put("jars/" + key, "a jar");
        account.put("jars/" + key + ".uids", "click-source\n");
        Path older = folder.resolve("older.yaml");
        Files.writeString(older, "# Another comment\n" + Files.readString(TEMPLATE));
        account.remake("shop", older, key);

        Result same = update();
        assertThat(same.text()).contains("There is nothing to change in the stack shop");

        Files.writeString(older, Files.readString(TEMPLATE).replace("5000", "5001"));
        account.remake("shop", older, key);
        Result other = update();
        assertThat(other.exit()).as(other.text()).isZero();
        assertThat(other.text())
                .contains("Taking the snapshot")
                .doesNotContain("nothing to change");
    }

    @Test
    void startsAStoppedApplicationIfNothingElseChanges() throws Exception {
        assertThat(deploy().exit()).isZero();
        account.status("shop", "READY");
        run.aws("s3", "rm", "s3://jars/" + DeployRun.key(jar));
        run.forget();

        Result result = update();

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(result.text()).contains("There is nothing to change in the stack shop");
        assertThat(changes())
                .satisfiesExactly(
                        upload -> assertThat(upload).startsWith("s3api put-object"),
                        start -> assertThat(start).contains(" start-application "));
    }

    @Test
    void saysThatAnotherJarRunsIfNothingChanges() throws Exception {
        assertThat(deploy().exit()).isZero();
        account.control(Map.of("jars", Map.of("shop", OLD_KEY)));
        run.forget();

        Result result = update();

        assertThat(result.exit()).as(result.text()).isEqualTo(1);
        assertThat(result.text()).contains("the service rolled back to " + OLD_KEY);
        assertThat(changes()).isEmpty();
    }

    @Test
    void changesNothingIfTheSnapshotFails() throws Exception {
        haveStack("click-source\n");
        account.path("CreateApplicationSnapshot", "CREATING", "FAILED");

        Result result = update();

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .containsPattern("the snapshot before-[0-9a-f]{12}-[0-9]{14} of shop failed")
                .contains("the stack is unchanged: the job continues to run")
                .containsSubsequence("What exists now:", "the stack shop, unchanged");
        assertThat(account.calls()).doesNotContain("UpdateApplication");
    }

    @Test
    void refusesAJarThatWouldLoseState() throws Exception {
        haveStack("click-source\nclick-sessions\nlocal-counts\nwindow-counts\n");

        Result result = update();

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains(
                        "the new jar has no operators for the state of: local-counts"
                                + " window-counts")
                .contains("discard their state with --allow-lost-state");
        assertThat(run.operations()).doesNotContain("s3api put-object", "cloudformation deploy");
    }

    @Test
    void refusesAJarIfNobodyKnowsTheStateOfTheOther() throws Exception {
        haveStack("");
        run.aws("s3", "rm", "s3://jars/" + OLD_KEY + ".uids");

        Result result = update();

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text()).contains("the state of the running jar is unknown");
        assertThat(account.calls()).containsOnly("DescribeApplication");
    }

    @Test
    void losesStateOnlyIfTold() throws Exception {
        haveStack("click-source\nclick-sessions\nwindow-counts\n");

        Result result = update("--allow-lost-state");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(result.text()).contains("Discarding the state of: window-counts");
        assertThat(account.calls())
                .containsSubsequence(
                        "CreateApplicationSnapshot",
                        "StopApplication",
                        "UpdateApplication",
                        "StartApplication");
        assertThat(account.application("shop").get("runConfiguration").toString())
                .isEqualTo("{\"FlinkRunConfiguration\":{\"AllowNonRestoredState\":true}}");
    }

    @Test
    void refusesAnotherMaximumParallelismSinceStateIsDividedByIt() throws Exception {
        haveStack("click-source\n");

        Result refused = update("--set", "MaxParallelism=256");

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.text())
                .contains("MaxParallelism is 0 and can't become 256")
                .contains("nothing was changed");
        assertThat(account.calls()).doesNotContain("CreateApplicationSnapshot");

        Result told = update("--set", "MaxParallelism=256", "--allow-lost-state");

        assertThat(told.exit()).as(told.text()).isZero();
        assertThat(account.application("shop").get("runConfiguration").toString())
                .contains("SKIP_RESTORE_FROM_SNAPSHOT");
    }

    /** With the service's rollback the stack is updated, but the application runs the old jar. */
    @Test
    void saysThatTheServiceWentBackByItself() throws Exception {
        haveStack("click-source\n");
        account.path("UpdateApplication", "UPDATING", "ROLLING_BACK", "ROLLED_BACK");

        Result result = update();

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains("the new jar did not run: the service rolled back to ")
                .contains("the application is ROLLED_BACK")
                .contains("aws says: The job has no main method.")
                .containsPattern("the snapshot before-[0-9a-f]{12}-[0-9]{14} of the application");
    }

    /** The job may run for a minute before the service gives it up. */
    @Test
    void saysThatTheServiceWentBackWhileItWaited() throws Exception {
        haveStack("click-source\n");
        account.path(
                "UpdateApplication", "UPDATING", "RUNNING", "RUNNING", "ROLLING_BACK", "RUNNING");

        Result result = update();

        assertThat(result.exit()).as(result.text()).isEqualTo(1);
        assertThat(result.text())
                .contains("the new jar did not run: the service rolled back to " + OLD_KEY)
                .contains("the application is RUNNING")
                .contains("'scripts/deploy.sh rollback --stack shop' restores the stack, too");

        Result status = run.deploy("status", "--stack", "shop");
        assertThat(status.text())
                .contains(OLD_KEY + "; it is not the stack's jar, " + DeployRun.key(jar));
        assertThat(run.deploy("doctor", "--stack", "shop").text())
                .contains("missing  the application runs the stack's jar " + DeployRun.key(jar));
    }

    /**
     * This machine's clock is three minutes behind: the job before it reported last in this time.
     */
    @Test
    void takesTheServicesTimeForTheBeginOfTheJob() throws Exception {
        haveStack("click-source\n");
        Files.writeString(
                Files.createDirectories(folder.resolve("behind")).resolve("sitecustomize.py"),
                """
                import datetime
                class Behind(datetime.datetime):
                    @classmethod
                    def now(cls, tz=None):
                        return super().now(tz) - datetime.timedelta(seconds=180)
                datetime.datetime = Behind
                """);
        run.set("PYTHONPATH", folder.resolve("behind").toString());
        account.control(
                Map.of(
                        "forget_metrics",
                        true,
                        "metrics",
                        Map.of("uptime", List.of(0)),
                        "points",
                        List.of(
                                Map.of(
                                        "application",
                                        "shop",
                                        "metric",
                                        "runningTime",
                                        "values",
                                        List.of(9000000),
                                        "seconds",
                                        -150))));

        Result result = update("--timeout", "0");

        assertThat(result.exit()).as(result.text()).isEqualTo(1);
        assertThat(result.text()).contains("the job of shop keeps failing");
    }

    @Test
    void saysThatTheApplicationWasDeletedByHand() throws Exception {
        haveStack("click-source\n");
        haveSnapshotBefore();
        account.control(Map.of("gone", List.of("shop")));

        for (Result result :
                List.of(
                        update(),
                        deploy(),
                        run.deploy("rollback", "--stack", "shop"),
                        run.deploy("doctor", "--stack", "shop"))) {
            assertThat(result.exit()).as(result.text()).isEqualTo(1);
            assertThat(result.text())
                    .contains("the application shop does not exist, although the stack shop is")
                    .contains("someone deleted it outside of CloudFormation")
                    .contains("'scripts/deploy.sh destroy --stack shop --yes', and create it with")
                    .doesNotContain("permission");
        }
        Result dry = run.deploy("destroy", "--stack", "shop", "--yes", "--dry-run");
        assertThat(dry.exit()).as(dry.text()).isZero();
        assertThat(dry.text()).contains("# The application shop no longer exists");
        Result pasted = run.paste(dry.text());
        assertThat(pasted.exit()).as(pasted.text()).isZero();
    }

    @Test
    void saysThatThereIsNoStackWhereItsCreationWasRefused() throws Exception {
        run.cut(3, "refused");

        Result result = deploy();

        assertThat(result.exit()).as(result.text()).isEqualTo(1);
        assertThat(result.text())
                .contains("no stack shop: CloudFormation did not begin it")
                .doesNotContain("incomplete", "destroy");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED"})
    void saysTheCauseAgainWithTheNextCommand(String status) throws Exception {
        haveStack("click-source\n");
        account.changeStack("shop", status, false, "Role");

        if (!status.equals("UPDATE_FAILED")) {
            Result update = update();
            assertThat(update.exit()).as(update.text()).isEqualTo(1);
            assertThat(update.text()).contains("aws says: Role: No more roles");
        }
        Result shown = run.deploy("status", "--stack", "shop");
        assertThat(shown.text()).contains("the stack is " + status, "Role: No more roles");
    }

    @Test
    void saysThatAStackCouldNotBeUpdated() throws Exception {
        haveStack("click-source\n");
        account.control(Map.of("failing_update", Map.of("reason", "The jar is too large")));

        Result result = update();

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains("The jar is too large")
                .contains("the stack shop was not updated: it is UPDATE_ROLLBACK_COMPLETE")
                .contains("the stack shop, as before the update")
                .doesNotContain("aws did not see the end");
    }

    @Test
    void deletesOnlyOldSnapshotsOfUpdates() throws Exception {
        haveStack("click-source\n");
        account.control(
                Map.of(
                        "snapshots",
                        Map.of(
                                "shop",
                                List.of("by-hand", "before-1", "before-2", "before-3", "mine"))));
        for (int i = 1; i <= 3; i++) {
            account.put("jars/clickstream/stacks/shop/before-" + i + "/parameters.json", "[]");
        }

        Result result = update("--keep", "2");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(result.text().lines().filter(line -> line.startsWith("Deleting")))
                .containsExactly("Deleting the snapshot before-1");
        List<String> left =
                DeployAccount.texts(account.application("shop").get("snapshots")).stream()
                        .map(name -> name.replaceAll("[0-9a-f]{12}-[0-9]{14}", "new"))
                        .toList();
        assertThat(left)
                .containsExactlyInAnyOrder("by-hand", "before-2", "before-3", "before-new", "mine");
    }

    @Test
    void doesNotUpdateWithoutSnapshotsUnlessTold() throws Exception {
        account.put("jars/" + OLD_KEY + ".uids", "click-source\n");
        account.makeStack(
                "shop",
                TEMPLATE,
                Map.of(
                        "JarBucket",
                        "jars",
                        "JarKey",
                        OLD_KEY,
                        "Source",
                        "kinesis",
                        "StreamArn",
                        STREAM_ARN,
                        "Snapshots",
                        "false"));
        account.status("shop", "RUNNING");

        Result result = update();

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text()).contains("snapshots are off for shop");
        assertThat(run.operations()).doesNotContain("s3api put-object");
        Matcher advice = Pattern.compile("run 'scripts/deploy.sh ([^']*)'").matcher(result.text());
        assertThat(advice.find()).as(result.text()).isTrue();
        Result told = run.deploy(advice.group(1).split(" "));
        assertThat(told.exit()).as(told.text()).isZero();
        assertThat(parameters()).contains("Snapshots\ttrue");
    }

    /** The other template would take all away that the first one made. */
    @Test
    void doesNotUpdateAStackByTheOtherTemplate() throws Exception {
        haveStack("click-source\n");

        Result result = update("--template", "full");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains("the stack shop uses the template application")
                .contains("use --template application");
        assertThat(run.operations()).containsExactly("cloudformation describe-stacks");
    }

    /** Results of CloudFormation for this template are FullTemplateTest's. */
    @Test
    void uploadsBothTemplatesForAStackWithAllThatTheJobNeeds() throws Exception {
        Result result =
                run.deploy(
                        "deploy",
                        "--dry-run",
                        "--stack",
                        "shop",
                        "--template",
                        "full",
                        "--source",
                        "msk",
                        "--jar-bucket",
                        "jars",
                        "--jar",
                        jar.toString());

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(result.text())
                .containsPattern("put-object .*-application.yaml --body .*")
                .containsPattern(
                        "aws cloudformation deploy .*/full.yaml"
                            + " .*ApplicationTemplateUrl=https://jars"
                            + ".s3.eu-central-1.amazonaws.com/clickstream/[0-9a-f]{64}-application.yaml")
                .contains("start-application --application-name \"$application\"");
    }

    // --- Statuses

    @Test
    void waitsOutEveryPassingStatusBeforeItActs() throws Exception {
        haveStack("click-source\n");
        List<String> statuses = new ArrayList<>(PASSING);
        statuses.add("RUNNING");
        account.status("shop", statuses.toArray(String[]::new));

        Result result = run.deploy("destroy", "--stack", "shop", "--yes");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(account.state().get("refusals")).isEmpty();
        List<String> calls = account.calls();
        assertThat(calls.subList(0, PASSING.size())).containsOnly("DescribeApplication");
        assertThat(calls).containsSubsequence("StopApplication", "DeleteApplication");
    }

    @ParameterizedTest
    @ValueSource(strings = {"READY", "ROLLED_BACK"})
    void forcesNoApplicationToStopThatIsAtRest(String status) throws Exception {
        haveStack("click-source\n");
        account.status("shop", status);

        Result result = run.deploy("destroy", "--stack", "shop", "--yes");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(account.calls()).doesNotContain("StopApplication");
        assertThat(account.state().get("refusals")).isEmpty();
    }

    @Test
    void endsAnUpdateByForceThatDoesNotEnd() throws Exception {
        haveStack("click-source\n");
        account.status("shop", "UPDATING", "UPDATING", "UPDATING", "UPDATING", "UPDATING");

        Result result = run.deploy("destroy", "--stack", "shop", "--yes", "--timeout", "0");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(account.calls()).containsSubsequence("StopApplication", "DeleteApplication");
        assertThat(account.state().get("refusals")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"MAINTENANCE", "DELETING"})
    void leavesAnApplicationAloneThatItCannotStop(String status) throws Exception {
        haveStack("click-source\n");
        account.status("shop", status, status, status, status);

        Result result = run.deploy("destroy", "--stack", "shop", "--yes", "--timeout", "0");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains("the application shop is still " + status + " after 0 minutes")
                .contains("nothing was changed");
        assertThat(account.calls()).containsOnly("DescribeApplication");
    }

    /** The service may begin something of its own between a look and a call. */
    @Test
    void triesAgainWhereTheServiceIsBusy() throws Exception {
        haveStack("click-source\n");
        List<Map<String, Object>> errors = new ArrayList<>();
        for (String code :
                List.of(
                        "ResourceInUseException",
                        "ConcurrentModificationException",
                        "ThrottlingException")) {
            errors.add(Map.of("operation", "StopApplication", "code", code, "times", 1));
        }
        errors.add(
                Map.of(
                        "operation",
                        "DescribeApplication",
                        "code",
                        "ThrottlingException",
                        "times",
                        2));
        account.control(Map.of("errors", errors));

        Result result = run.deploy("destroy", "--stack", "shop", "--yes");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(account.calls().stream().filter("StopApplication"::equals)).hasSize(4);
    }

    // --- Rollback

    @Test
    void goesBackToSnapshotTemplateAndParameters() throws Exception {
        haveStack("click-source\n");
        haveSnapshotBefore();

        Result result = run.deploy("rollback", "--stack", "shop");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(account.calls())
                .containsSubsequence(
                        "ListApplicationSnapshots",
                        "StopApplication",
                        "UpdateApplication",
                        "StartApplication");
        assertThat(run.calls()).anyMatch(call -> call.matches(".* stop-application .*--force.*"));
        assertThat(account.application("shop").get("startedFrom").asText()).isEqualTo(BEFORE_OLD);
        assertThat(parameters()).contains("JarKey\tclickstream/older.jar");
    }

    /** It can't be stopped then: the update of the stack makes it run, and only then it can. */
    @Test
    void goesBackWhereTheServiceHadGoneBackByItself() throws Exception {
        haveStack("click-source\n");
        haveSnapshotBefore();
        account.status("shop", "UPDATING", "ROLLING_BACK", "ROLLED_BACK");

        Result result = run.deploy("rollback", "--stack", "shop");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(account.calls())
                .containsSubsequence("UpdateApplication", "StopApplication", "StartApplication");
        assertThat(account.state().get("refusals")).isEmpty();
        assertThat(account.application("shop").get("startedFrom").asText()).isEqualTo(BEFORE_OLD);
    }

    @Test
    void updatesAnApplicationThatWasRolledBack() throws Exception {
        haveStack("click-source\n");
        account.status("shop", "ROLLED_BACK");

        Result result = update();

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(result.text()).contains("there is nothing to take a snapshot of");
        assertThat(account.calls())
                .contains("UpdateApplication")
                .doesNotContain("CreateApplicationSnapshot", "StopApplication", "StartApplication");
        assertThat(account.state().get("refusals")).isEmpty();
    }

    /** The snapshot of an update with the same jar has the same name before and after it. */
    @Test
    void goesBackToTheSameSnapshotAgainOnlyIfTold() throws Exception {
        String key = DeployRun.key(jar);
        account.put("jars/" + key, "a jar");
        account.put("jars/" + key + ".uids", "click-source\nclick-sessions\n");
        account.remake("shop", TEMPLATE, key);
        assertThat(update("--set", "Parallelism=4").exit()).isZero();
        Result first = run.deploy("rollback", "--stack", "shop");
        assertThat(first.exit()).as(first.text()).isZero();
        assertThat(parameters()).contains("Parallelism\t1");
        run.forget();

        for (String more : List.of("--dry-run", "--poll=0")) {
            Result again = run.deploy("rollback", "--stack", "shop", more);
            assertThat(again.exit()).as(again.text()).isEqualTo(1);
            assertThat(again.text())
                    .contains("the stack shop already has the jar, template, and parameters")
                    .contains("nothing was changed; use --yes to confirm");
            assertThat(changes()).isEmpty();
        }

        Result told = run.deploy("rollback", "--stack", "shop", "--yes");
        assertThat(told.exit()).as(told.text()).isZero();
    }

    /** Only an update that changes something starts such an application. */
    @ParameterizedTest
    @ValueSource(strings = {"deploy", "update", "rollback"})
    void saysWhatGetsOutWhereAnUpdateOfParametersWasRolledBack(String command) throws Exception {
        String key = DeployRun.key(jar);
        account.put("jars/" + key, "a jar");
        account.put("jars/" + key + ".uids", "click-source\n");
        account.remake("shop", TEMPLATE, key);
        account.control(
                Map.of(
                        "failing_update",
                        Map.of(
                                "reason",
                                "The application was rolled back",
                                "path",
                                List.of("UPDATING", "ROLLING_BACK", "ROLLED_BACK"))));
        Result failed = update("--set", "Parallelism=4");
        assertThat(failed.exit()).as(failed.text()).isEqualTo(1);
        assertThat(failed.text()).contains("it is UPDATE_ROLLBACK_COMPLETE");

        Result result =
                switch (command) {
                    case "deploy" -> deploy();
                    case "update" -> update();
                    default -> run.deploy("rollback", "--stack", "shop", "--yes");
                };

        assertThat(result.exit()).as(result.text()).isEqualTo(1);
        assertThat(result.text())
                .contains("the application shop is ROLLED_BACK, and there is nothing to change")
                .contains("scripts/deploy.sh update --stack shop --set Parallelism=2")
                .doesNotContain("new jar");
        assertThat(account.state().get("refusals")).isEmpty();
        Result status = run.deploy("status", "--stack", "shop");
        assertThat(status.text())
                .contains("scripts/deploy.sh update --stack shop --set Parallelism=2")
                .contains("A second update can set Parallelism=1 again");

        Result out = update("--set", "Parallelism=2");
        assertThat(out.exit()).as(out.text()).isZero();
        assertThat(account.application("shop").get("status").asText()).isEqualTo("RUNNING");
    }

    /** The script refuses more subtasks than the maximum, so it does not advise them. */
    @ParameterizedTest
    @CsvSource({"4, 4, Parallelism=3", "1, 1, ParallelismPerKpu=2", "2, 4, Parallelism=3"})
    void advisesAnUpdateThatItTakes(int parallelism, int limit, String advice) throws Exception {
        String sizes = "Parallelism=" + parallelism;
        assertThat(deploy("--set", sizes, "--set", "MaxParallelism=" + limit).exit()).isZero();
        account.status("shop", "ROLLED_BACK");

        Result result = update();

        assertThat(result.exit()).as(result.text()).isEqualTo(1);
        assertThat(result.text()).contains("update --stack shop --set " + advice + " ");
        Result out = update("--set", advice);
        assertThat(out.exit()).as(out.text()).isZero();
    }

    /** The bucket of another account may hide its Region, and still take the jar. */
    @Test
    void goesOnIfABucketHidesItsRegion() throws Exception {
        account.control(
                Map.of(
                        "faults",
                        List.of(
                                Map.of(
                                        "request",
                                        "GET /jars.*location",
                                        "status",
                                        "403 Forbidden",
                                        "body",
                                        "<Error><Code>AccessDenied</Code><Message>Access"
                                                + " Denied</Message></Error>"))));

        Result result = deploy();

        assertThat(result.exit()).as(result.text()).isZero();
    }

    @Test
    void changesNothingIfThereIsNothingToGoBackTo() throws Exception {
        haveStack("click-source\n");

        Result result = run.deploy("rollback", "--stack", "shop");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains("there is no snapshot of shop from before its jar")
                .contains("nothing was changed");
        assertThat(account.calls()).doesNotContain("StopApplication", "UpdateApplication");
    }

    /** Each brings the stack by one more jar; the parameters are those before it. */
    private void haveSnapshotOfParameters(String snapshot, String key, String parallelism)
            throws Exception {
        account.control(Map.of("snapshots", Map.of("shop", List.of(snapshot))));
        account.put("jars/" + key, "a jar");
        String remembered = "jars/clickstream/stacks/shop/" + snapshot;
        account.put(remembered + "/template.yaml", Files.readString(TEMPLATE));
        Result former =
                run.aws(
                        "cloudformation",
                        "describe-stacks",
                        "--stack-name",
                        "shop",
                        "--query",
                        "Stacks[0].Parameters",
                        "--output",
                        "json");
        JsonNode parameters = new ObjectMapper().readTree(former.text());
        for (JsonNode each : parameters) {
            String name = each.get("ParameterKey").asText();
            if (name.equals("JarKey")) {
                ((ObjectNode) each).put("ParameterValue", key);
            } else if (name.equals("Parallelism")) {
                ((ObjectNode) each).put("ParameterValue", parallelism);
            }
        }
        account.put(remembered + "/parameters.json", parameters.toString());
    }

    /** The last update changed a parameter only, so its snapshot's name has the same jar. */
    @Test
    void goesFurtherBackThanAnUpdateOfParameters() throws Exception {
        haveStack("click-source\n");
        haveSnapshotOfParameters(BEFORE_OLD, "clickstream/older.jar", "1");
        haveSnapshotOfParameters("before-0123456789ab-20261121120000", OLD_KEY, "2");

        Result first = run.deploy("rollback", "--stack", "shop");
        assertThat(first.exit()).as(first.text()).isZero();
        assertThat(parameters()).contains("JarKey\t" + OLD_KEY, "Parallelism\t2");
        Result further = run.deploy("rollback", "--stack", "shop", "--yes");

        assertThat(further.exit()).as(further.text()).isZero();
        assertThat(account.application("shop").get("startedFrom").asText()).isEqualTo(BEFORE_OLD);
        assertThat(parameters()).contains("JarKey\tclickstream/older.jar", "Parallelism\t1");
    }

    /** A job that can't come back must not be stopped. */
    @Test
    void stopsNothingIfTheOlderJarIsGone() throws Exception {
        haveStack("click-source\n");
        haveSnapshotBefore();
        run.aws("s3", "rm", "s3://jars/clickstream/older.jar");

        Result result = run.deploy("rollback", "--stack", "shop");

        assertThat(result.exit()).as(result.text()).isEqualTo(1);
        assertThat(result.text())
                .contains("s3://jars/clickstream/older.jar no longer exists")
                .contains("nothing was changed; upload it there again");
        assertThat(changes()).isEmpty();
    }

    // --- Cut off

    /**
     * Whatever call goes wrong, in whatever way: the command that the output names, or the same one
     * again, ends where the first one would have.
     */
    @ParameterizedTest
    @CsvSource({"rollback, interrupted", "update, refused", "deploy, lost"})
    void goesOnWhereItWasCutOff(String command, String kind) throws Exception {
        cutOffEachCall(command, kind);
    }

    /** The other cases, which take five minutes. */
    @ParameterizedTest
    @EnabledIfSystemProperty(named = "deploy.cuts", matches = "all")
    @CsvSource({
        "rollback, refused",
        "rollback, lost",
        "update, interrupted",
        "update, lost",
        "deploy, refused",
        "deploy, interrupted"
    })
    void goesOnWhereverItWasCutOff(String command, String kind) throws Exception {
        cutOffEachCall(command, kind);
    }

    private void cutOffEachCall(String command, String kind) throws Exception {
        String[] arguments =
                switch (command) {
                    case "rollback" -> new String[] {"rollback", "--stack", "shop"};
                    case "update" ->
                            ("update --stack shop --jar-bucket jars --set MaxParallelism=256"
                                            + " --allow-lost-state --jar "
                                            + jar)
                                    .split(" ");
                    default ->
                            ("deploy --stack shop --jar-bucket jars --source kinesis --set"
                                            + " StreamArn="
                                            + STREAM_ARN
                                            + " --jar "
                                            + jar)
                                    .split(" ");
                };
        // The uploads of the jar and its uids, the first two changes, only happen once.
        for (int i = command.equals("rollback") ? 1 : 3; ; i++) {
            account.reset();
            account.put("jars/", "");
            if (!command.equals("deploy")) {
                haveStack("click-source\n");
                haveSnapshotOfParameters(
                        "before-0123456789aa-20261119120000", "clickstream/oldest.jar", "1");
                haveSnapshotOfParameters(BEFORE_OLD, "clickstream/older.jar", "1");
            }
            run.cut(i, kind);

            Result result = run.deploy(arguments);

            if (run.isWhole()) {
                assertThat(i).isGreaterThan(command.equals("deploy") ? 4 : 5);
                assertThat(result.exit()).as(result.text()).isZero();
                return;
            }
            if (result.exit() != 0) {
                boolean updated = DeployRun.key(jar).equals(value("JarKey"));
                if (updated || "clickstream/older.jar".equals(value("JarKey"))) {
                    assertThat(result.text()).doesNotContain("unchanged");
                }
                Matcher named =
                        Pattern.compile(
                                        "'scripts/deploy.sh ([^']*)' continues|run this again to"
                                                + " continue: scripts/deploy.sh (.*)")
                                .matcher(result.text());
                String first = result.text();
                boolean isNamed = named.find();
                if (isNamed || result.exit() == 1) {
                    String next =
                            isNamed && named.group(1) != null
                                    ? named.group(1)
                                    : isNamed ? named.group(2) : String.join(" ", arguments);
                    result = run.deploy(next.split(" "));
                    assertThat(result.exit()).as("cut " + i + first + result.text()).isZero();
                }
            }

            String as = "cut " + i + ": " + result.text();
            JsonNode application = account.application("shop");
            assertThat(application.get("status").asText()).as(as).isEqualTo("RUNNING");
            assertThat(value("JarKey"))
                    .as(as)
                    .isEqualTo(
                            command.equals("rollback")
                                    ? "clickstream/older.jar"
                                    : DeployRun.key(jar));
            if (command.equals("rollback")) {
                assertThat(application.get("startedFrom").asText()).as(as).isEqualTo(BEFORE_OLD);
            } else if (command.equals("update")) {
                assertThat(value("MaxParallelism")).as(as).isEqualTo("256");
                assertThat(application.get("runConfiguration").toString())
                        .as(as)
                        .contains("SKIP_RESTORE_FROM_SNAPSHOT");
            }
            assertThat(account.state().get("refusals")).as(as).isEmpty();
        }
    }

    private String value(String parameter) throws Exception {
        return parameters().stream()
                .filter(line -> line.startsWith(parameter + "\t"))
                .map(line -> line.substring(parameter.length() + 1))
                .findFirst()
                .orElse("");
    }

    /** What an update that failed to start discarded must not come back with the next one. */
    @Test
    void discardsStateAlsoAfterAFailedStart() throws Exception {
        haveStack("click-source\n");
        account.path("StartApplication", "STARTING", "READY");
        String[] options = {"--set", "MaxParallelism=256", "--allow-lost-state"};
        assertThat(update(options).exit()).isEqualTo(1);
        account.path("StartApplication", "STARTING", "READY");
        assertThat(update("--set", "Parallelism=2").exit()).isEqualTo(1);

        Result result = update(options);

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(account.application("shop").get("runConfiguration").toString())
                .contains("SKIP_RESTORE_FROM_SNAPSHOT");
        account.status("shop", "READY");
        assertThat(update().exit()).isZero();
        assertThat(account.application("shop").get("runConfiguration").toString())
                .doesNotContain("SKIP_RESTORE_FROM_SNAPSHOT");
    }

    // --- Destroy

    @Test
    void destroysOnlyIfTold() throws Exception {
        haveStack("click-source\n");

        Result result = run.deploy("destroy", "--stack", "shop");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text()).contains("and all its snapshots", "use --yes");
        assertThat(run.operations()).containsExactly("cloudformation describe-stacks");
        Result dry = run.deploy("destroy", "--stack", "shop", "--dry-run");
        assertThat(dry.exit()).as("a dry run refuses what the command refuses").isEqualTo(1);
        assertThat(dry.text()).contains("use --yes to confirm").doesNotContain("delete-stack");
    }

    @Test
    void saysWhatADeletionCouldNotDelete() throws Exception {
        haveStack("click-source\n");
        account.control(Map.of("failing_delete", "The bucket is not empty"));

        Result result = run.deploy("destroy", "--stack", "shop", "--yes");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains("The bucket is not empty")
                .contains("the stack shop was not deleted: it is DELETE_FAILED")
                .contains("the stack shop, possibly incomplete");
    }

    @Test
    void saysThatTheDeletionOfAStackDidNotComplete() throws Exception {
        haveStack("click-source\n");
        account.changeStack("shop", "DELETE_FAILED", true);

        Result result = update();

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains("the stack shop is DELETE_FAILED: its deletion did not complete")
                .contains("'scripts/deploy.sh destroy --stack shop --yes' again")
                .doesNotContain("creation");
    }

    /** What an earlier deletion that failed has left. */
    @Test
    void destroysAStackWhoseApplicationIsGone() throws Exception {
        haveStack("click-source\n");
        account.control(Map.of("gone", List.of("shop")));

        Result result = run.deploy("destroy", "--stack", "shop", "--yes");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(result.text()).contains("The application shop no longer exists");
    }

    /** Of two consumers of the stream, one is another stack's. */
    @Test
    void deregistersTheConsumerThatTheJobRegistered() throws Exception {
        haveStack("click-source\n");
        run.aws("kinesis", "create-stream", "--stream-name", "clicks", "--shard-count", "1");
        for (String name : List.of("shop", "shop-2")) {
            run.aws(
                    "kinesis",
                    "register-stream-consumer",
                    "--stream-arn",
                    STREAM_ARN,
                    "--consumer-name",
                    name);
        }

        Result result = run.deploy("destroy", "--stack", "shop", "--yes");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(result.text())
                .containsSubsequence(
                        "Stopping the application shop",
                        "Deregistering the consumer shop of " + STREAM_ARN,
                        "Deleting the stack shop");
        assertThat(
                        run.aws(
                                        "kinesis",
                                        "list-stream-consumers",
                                        "--stream-arn",
                                        STREAM_ARN,
                                        "--query",
                                        "Consumers[].ConsumerName",
                                        "--output",
                                        "text")
                                .text())
                .isEqualTo("shop-2\n");
    }

    /** Who reads by polling has no consumer, and needs no permission to look for one. */
    @ParameterizedTest
    @CsvSource({"polling, 0", "efo, 1"})
    void destroysAStackWithoutAConsumerAlsoIfNobodyMayLook(String reader, int exit)
            throws Exception {
        assertThat(deploy("--set", "Reader=" + reader).exit()).isZero();
        account.control(
                Map.of(
                        "faults",
                        List.of(
                                Map.of(
                                        "request",
                                        "ListStreamConsumers",
                                        "status",
                                        "400 Bad Request",
                                        "body",
                                        "{\"__type\": \"AccessDeniedException\", \"message\":"
                                                + " \"no\"}"))));

        Result result = run.deploy("destroy", "--stack", "shop", "--yes");

        assertThat(result.exit()).as(result.text()).isEqualTo(exit);
    }

    // --- Dry runs

    /**
     * What a dry run prints does what the command does, call by call. Only looks that are repeated
     * count once.
     */
    @ParameterizedTest
    @ValueSource(strings = {"deploy", "update", "rollback", "destroy"})
    void aDryRunChangesNothingAndCanBePasted(String command) throws Exception {
        haveStateFor(command);
        Result dry = runOf(command, "--dry-run");
        assertThat(dry.exit()).as(dry.text()).isZero();
        // A variable within single quotes would not be one.
        assertThat(dry.text()).doesNotContain("'$application", "'$work");
        assertThat(changes()).isEmpty();

        run.forget();
        Result pasted = run.paste(dry.text());
        assertThat(pasted.exit()).as(dry.text() + pasted.text()).isZero();
        List<String> byPaste = callsWithoutRepetitions();
        JsonNode after = account.state().get("applications");

        account.reset();
        haveStateFor(command);
        run.forget();
        Result real = runOf(command);
        assertThat(real.exit()).as(real.text()).isZero();

        assertThat(byPaste).isEqualTo(callsWithoutRepetitions());
        assertThat(changes()).isNotEmpty();
        assertThat(withoutTimes(after.toString()))
                .isEqualTo(withoutTimes(account.state().get("applications").toString()));
    }

    private void haveStateFor(String command) throws Exception {
        account.put("jars/", "");
        if (!command.equals("deploy")) {
            haveStack("click-source\n");
            haveSnapshotBefore();
        }
    }

    private Result runOf(String command, String... more) throws Exception {
        return switch (command) {
            case "deploy" -> deploy(more);
            case "update" -> {
                List<String> arguments =
                        new ArrayList<>(List.of("--set", "Window=1 min", "--keep", "1"));
                arguments.addAll(List.of("--tag", "Team=1 \"shop\" '$x'"));
                arguments.addAll(List.of(more));
                yield update(arguments.toArray(String[]::new));
            }
            default -> {
                List<String> arguments = new ArrayList<>(List.of(command, "--stack", "shop"));
                arguments.addAll(command.equals("destroy") ? List.of("--yes") : List.of());
                arguments.addAll(List.of(more));
                yield run.deploy(arguments.toArray(String[]::new));
            }
        };
    }

    /** A login may be over, or the account not the one of the dry run. */
    @Test
    void aPastedDryRunEndsWhereACallFails() throws Exception {
        haveStack("click-source\n");
        Result dry = run.deploy("destroy", "--stack", "shop", "--yes", "--dry-run");
        account.control(
                Map.of(
                        "errors",
                        List.of(
                                Map.of(
                                        "operation",
                                        "DescribeApplication",
                                        "code",
                                        "InvalidArgumentException",
                                        "times",
                                        1000))));

        Result pasted = run.paste(dry.text());

        assertThat(pasted.exit()).isNotZero();
        assertThat(pasted.text()).contains("InvalidArgumentException");
        assertThat(account.calls()).containsOnly("DescribeApplication");
        assertThat(run.operations()).doesNotContain("cloudformation delete-stack");
    }

    @Test
    void aPastedDryRunEndsWhereWhatItWaitsForDoesNotCome() throws Exception {
        haveStack("click-source\n");
        Result dry =
                run.deploy("destroy", "--stack", "shop", "--yes", "--dry-run", "--timeout", "0");
        account.status("shop", "UPDATING", "UPDATING", "UPDATING", "UPDATING", "UPDATING");

        Result pasted = run.paste(dry.text());

        assertThat(pasted.exit()).isEqualTo(1);
        assertThat(pasted.text())
                .contains("the application is not done after 0 minutes: it is UPDATING");
        assertThat(account.calls()).containsOnly("DescribeApplication");
    }

    /** A real run stops where a snapshot failed; so does what it prints. */
    @Test
    void aPastedDryRunEndsWhereSomethingFailed() throws Exception {
        haveStack("click-source\n");
        Result dry = update("--dry-run");
        account.path("CreateApplicationSnapshot", "CREATING", "FAILED");

        Result pasted = run.paste(dry.text());

        assertThat(pasted.exit()).isEqualTo(1);
        assertThat(pasted.text())
                .containsPattern(
                        "the snapshot before-.* is FAILED, not READY: the commands below do");
        assertThat(run.operations()).doesNotContain("cloudformation deploy");
    }

    /** Calls that make something. */
    private List<String> changes() throws IOException {
        return run.calls().stream()
                .filter(
                        call ->
                                call.matches(
                                        "\\S+ (put|create|start|update|stop|delete|deploy|deregister)\\b.*"))
                .toList();
    }

    private List<String> callsWithoutRepetitions() throws IOException {
        List<String> calls = new ArrayList<>();
        for (String call : run.calls()) {
            String now = withoutTimes(call);
            boolean isLook = now.contains("describe-") || now.contains("get-metric");
            if (!isLook || !calls.contains(now)) {
                calls.add(now);
            }
        }
        return calls;
    }

    /** Names of temporary files, and times, differ from run to run. */
    private static String withoutTimes(String text) {
        return text.replaceAll("/tmp/tmp[.\\w]+", "TMP")
                .replaceAll("stack/shop/[-0-9a-f]{36}", "stack/shop/ID")
                .replaceAll("(before-[0-9a-f]{12}-)[0-9]{14}", "$1TIME")
                .replaceAll("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z", "TIME")
                .replaceAll("--start-time [0-9.]+", "--start-time TIME");
    }

    // --- Usage

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "deploy --quiet | unknown option --quiet; see --help",
                "install | unknown command install; the commands are deploy,",
                "deploy update | two commands were given: deploy and update",
                "deploy | deploy needs --jar-bucket",
                "deploy --source kafka | --source is 'kafka'; it must be kinesis or msk",
                "deploy --set Window | --set: 'Window' is not a parameter; use Key=Value",
                "deploy --parameters none | --parameters: none can't be read",
                "status --stack -x | --stack is '-x'; it must begin with a letter",
                "status --stack a23456789-123456789-123456789-123456789-123456789-1 | MSK allows"
                        + " 64 characters for a cluster, Personalize 63 for a dataset group",
                "status --timeout soon | --timeout is 'soon'; it must be a whole number",
                "update --keep 0 | --keep is '0'; it must be at least 1",
                "deploy --jar-bucket jars --jar none.jar | --jar: none.jar can't be read",
                "deploy --tag Team | --tag: 'Team' is not a tag; use Key=Value",
                "deploy --jar-bucket jars --jar / | --jar: / is a folder; specify a file",
                "deploy --parameters /bin/cat | --parameters: /bin/cat is not UTF-8 text",
                "deploy --parameters none | can't be read: No such file or directory",
                "status shop | status does not accept 'shop': specify the stack with --stack",
                "deploy shop | deploy does not accept 'shop'",
                "status --yes | status does not accept --yes, an option of deploy, update,",
                "destroy --jar-bucket jars | destroy does not accept --jar-bucket",
                "update --minutes=5 | update does not accept --minutes, an option of logs",
                "destroy --yes=no | --yes takes no value, but 'no' was given",
                "status --timeout=soon | --timeout is 'soon'; it must be a whole number",
                "status --quiet=1 | unknown option --quiet",
                "--stack shop | a command is missing",
                "deploy --set JarKey=clickstream/a.jar | --set: the script sets JarKey itself; use"
                        + " --jar",
                "update --set JarBucket=b | the script sets JarBucket itself; use --jar-bucket",
                "update --set ApplicationTemplateUrl=https://a | sets ApplicationTemplateUrl"
                        + " itself",
                "status --timeout 1441 | --timeout is '1441'; it must be at most 1440",
                "status --poll 99999999999999999999 | it must be at most 3600",
                "logs --minutes 999999999999 | --minutes is '999999999999'; it must be at most"
                        + " 525600",
                "update --keep 1001 | --keep is '1001'; it must be at most 1000",
                "deploy --set AdminArn=arn:aws:sts::111122223333:assumed-role/Analyst/ann | a"
                        + " session of the role Analyst; it must be the ARN of the role, such as"
                        + " arn:aws:iam::111122223333:role/Analyst",
                "status --stack | --stack needs a value"
            })
    void refusesWhatItDoesNotKnow(String arguments, String message) throws Exception {
        Result result = run.deploy(arguments.split(" "));

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.text()).contains(message);
        assertThat(run.calls()).isEmpty();
    }

    /** The command lines are only read. */
    @Test
    void theHelpAndTheReadmeShowOnlyWhatItTakes() throws Exception {
        Result help = run.deploy("--help");
        assertThat(help.exit()).isZero();
        String readme = Files.readString(Path.of("cloudformation/README.md"));

        Set<String> commands = new TreeSet<>();
        Matcher example =
                Pattern.compile("scripts/deploy\\.sh [a-z][^`\n\\\\]*(\\\\\n[^`\n]*)?")
                        .matcher(help.text().split("Examples:", 2)[1] + readme);
        while (example.find()) {
            String line = example.group().replace("\\\n", " ").trim();
            String[] words = line.split(" ", 3);
            commands.add(words[1]);
            if (words.length == 2) {
                // The text names a command.
                continue;
            }
            Result result = run.paste(line.replace("scripts/deploy.sh", PARSE));
            assertThat(result.exit()).as(line + result.text()).isZero();
        }

        List<String> all = new ArrayList<>();
        Matcher command = Pattern.compile("(?m)^  ([a-z]+)  ").matcher(help.text());
        while (command.find()) {
            all.add(command.group(1));
        }
        assertThat(all).hasSize(8);
        assertThat(commands).containsExactlyInAnyOrderElementsOf(all);
    }

    @Test
    void takesAValueBehindAnEqualsSign() throws Exception {
        Result result =
                run.deploy(
                        "deploy",
                        "--dry-run",
                        "--stack=shop",
                        "--jar-bucket=jars",
                        "--jar=" + jar,
                        "--source=kinesis",
                        "--set=StreamArn=" + STREAM_ARN,
                        "--set=Item=/a=b");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(result.text())
                .containsPattern("cloudformation deploy .*StreamArn=" + STREAM_ARN)
                .contains("Item=/a=b");
    }

    /** Version 1 of the aws command, which runs here, does not know this variable. */
    @Test
    void knowsTheRegionOfTheEnvironment() throws Exception {
        haveStack("click-source\n");
        run.set("AWS_DEFAULT_REGION", "us-west-2");
        run.set("AWS_REGION", "eu-central-1");

        Result status = run.deploy("status", "--stack", "shop");

        assertThat(status.exit()).as(status.text()).isZero();
        assertThat(run.calls()).allMatch(call -> call.startsWith("--region eu-central-1 "));
        assertThat(status.text()).contains("deploy.sh logs --stack shop --region eu-central-1");
    }

    @Test
    void refusesAJarThatIsDamaged() throws Exception {
        byte[] bytes = Files.readAllBytes(jar);
        bytes[60] ^= 0x55;
        bytes[61] ^= 0x55;
        Files.write(jar, bytes);

        Result result = deploy();

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.text()).contains("it is not a jar of this project");
    }

    /** An update that stopped there would be half done. */
    @Test
    void goesOnWhenNobodyReadsItAnyMore() throws Exception {
        haveStack("click-source\n");
        String script = SCRIPT_FOLDER.resolve("scripts/deploy.sh").toString();
        String update = " update --stack shop --jar-bucket jars --jar " + jar + " --poll 0";

        Result dry = run.paste(script + update + " --dry-run | head -n 1");
        assertThat(dry.text()).isEqualTo("bash <<'END_OF_DRY_RUN'\n");

        Result result = run.paste("set -o pipefail\n" + script + update + " | true");
        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(result.text()).isEmpty();
        assertThat(account.application("shop").get("jar").asText()).isEqualTo(DeployRun.key(jar));
    }

    @Test
    void takesAStackNameOfFiftyCharacters() throws Exception {
        String name = "a23456789-123456789-123456789-123456789-123456789-";

        Result result = run.deploy("status", "--stack", name);

        assertThat(result.text()).contains("there is no stack " + name);
    }

    @Test
    void namesTheParametersThatThereAre() throws Exception {
        Result result = deploy("--set", "SesionGap=1 s");

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.text())
                .contains("the template application has no parameter SesionGap; it has:")
                .contains("SessionGap");
        assertThat(changes()).isEmpty();
    }

    /**
     * CloudFormation would say so after the upload and, with an update, after the snapshot. The
     * last four are what no template can express.
     */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Preset=shop | Preset is 'shop'; it must be one of lab, interactions,",
                "StreamArn=clicks | StreamArn is 'clicks'; StreamArn must be the ARN of a stream",
                "Parallelism=0 | Parallelism is '0'; it must be from 1 to 32768",
                "Parallelism=many | Parallelism is 'many'; it must be a number",
                "SessionGap=banana | SessionGap is 'banana'; SessionGap must be a whole number",
                "ParallelismPerKpu=9 | ParallelismPerKpu is '9'; it must be from 1 to 8",
                "TrackingId=1a2b | TrackingId needs SpillBucket",
                "Trending=item | Trending item needs records with an item",
                "MaxParallelism=1.5 | MaxParallelism is '1.5'; it must be a whole number",
                "SessionsName=shop-Departments_Agg | DepartmentsName and SessionsName are both",
                "Item=/userid/x | the job reads /userid with Preset lab; a field must not be",
                "InteractionTypes=a=b,a=c | InteractionTypes has 'a' twice"
            })
    void refusesParametersBeforeItUploadsAnything(String parameter, String message)
            throws Exception {
        for (String more : List.of("--dry-run", "--poll=0")) {
            Result result = deploy("--set", parameter, more);

            assertThat(result.exit()).as(result.text()).isEqualTo(2);
            assertThat(result.text()).contains(message).contains("Nothing was changed; use --set");
        }
        assertThat(changes()).isEmpty();
    }

    /** With the parameters that the stack already has. */
    @Test
    void refusesAnUpdateToMoreSubtasksThanTheMaximum() throws Exception {
        assertThat(deploy("--set", "MaxParallelism=4").exit()).isZero();
        run.forget();

        Result result = update("--set", "Parallelism=5");

        assertThat(result.exit()).as(result.text()).isEqualTo(2);
        assertThat(result.text())
                .contains("Parallelism is 5, which is greater than MaxParallelism, 4");
        assertThat(changes()).isEmpty();
    }

    /** CloudFormation and the application can't read from there. */
    @Test
    void refusesABucketInAnotherRegion() throws Exception {
        run.aws("s3api", "create-bucket", "--bucket", "far", "--region", "us-east-1");

        for (String more : List.of("--dry-run", "--poll=0")) {
            Result result = deploy("--jar-bucket", "far", more);

            assertThat(result.exit()).as(result.text()).isEqualTo(1);
            assertThat(result.text())
                    .contains("the bucket far is in the Region us-east-1, and the stack is in")
                    .contains("eu-central-1: CloudFormation and the application can only read")
                    .contains("use a bucket in eu-central-1 with --jar-bucket, or deploy to us-ea");
        }
        assertThat(changes()).isEmpty();
    }

    @Test
    void takesParametersFromAFile() throws Exception {
        Path file =
                Files.writeString(
                        folder.resolve("parameters"), "# ours\n\nWindow=5 s\nPreset=ticker");

        Result result = deploy("--dry-run", "--parameters", file.toString());

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(result.text())
                .containsPattern("cloudformation deploy .*'Window=5 s' Preset=ticker");
    }

    @Test
    void refusesAFileThatIsNoJarOfTheProject() throws Exception {
        jar = Files.writeString(folder.resolve("other.jar"), "no jar");

        Result result = deploy();

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.text()).contains("it is not a jar of this project");
    }

    // --- The whole cycle

    /**
     * The template of all that the job needs, with each kind of source and all that it can make.
     */
    @ParameterizedTest
    @CsvSource({
        "msk, MskType=provisioned",
        "msk, MskType=serverless",
        "kinesis, Preset=interactions Personalize=true",
        "kinesis, Trending=department"
    })
    void goesThroughTheWholeCycleOfTheTemplateFull(String source, String parameters)
            throws Exception {
        List<String> arguments =
                new ArrayList<>(
                        List.of("deploy", "--stack", "shop", "--template", "full", "--source"));
        arguments.addAll(List.of(source, "--jar-bucket", "jars", "--jar", jar.toString()));
        for (String each : parameters.split(" ", -1)) {
            arguments.addAll(List.of("--set", each));
        }
        Result deployed = run.deploy(arguments.toArray(String[]::new));
        assertThat(deployed.exit()).as(deployed.text()).isZero();
        String first = DeployRun.key(jar);

        jar = run.jar("second.jar", "click-sessions", "click-source", "window-counts");
        Result updated = update("--set", "Parallelism=2");
        assertThat(updated.exit()).as(updated.text()).isZero();
        assertThat(value("JarKey")).isEqualTo(DeployRun.key(jar));
        Result doctor = run.deploy("doctor", "--stack", "shop");
        assertThat(doctor.text()).contains("ok       the application runs the stack's jar");

        Result rolledBack = run.deploy("rollback", "--stack", "shop");
        assertThat(rolledBack.exit()).as(rolledBack.text()).isZero();
        assertThat(value("JarKey")).isEqualTo(first);

        Result destroyed = run.deploy("destroy", "--stack", "shop", "--yes");
        assertThat(destroyed.exit()).as(destroyed.text()).isZero();
        assertThat(account.state().get("applications")).isEmpty();
        assertThat(account.state().get("refusals")).isEmpty();
        assertThat(account.state().get("replaced")).isEmpty();
    }

    @Test
    void goesThroughTheWholeCycle() throws Exception {
        Result deployed = deploy("--tag", "Cost=42");
        assertThat(deployed.exit()).as(deployed.text()).isZero();

        Path first = jar;
        jar = run.jar("second.jar", "click-sessions", "click-source", "window-counts");
        Path second = jar;
        Result updated = update("--set", "Window=1 min", "--tag", "Team=web shop");
        assertThat(updated.exit()).as(updated.text()).isZero();
        assertThat(parameters()).contains("JarKey\t" + DeployRun.key(second), "Window\t1 min");
        String snapshot = account.application("shop").get("snapshots").get(0).asText();

        jar = run.jar("third.jar", "click-sessions", "click-source", "window-counts", "more");
        account.control(
                Map.of(
                        "failing_update",
                        Map.of(
                                "reason",
                                "The job has no main method.",
                                "path",
                                List.of("ROLLING_BACK", "ROLLED_BACK"))));
        Result failed = update();
        assertThat(failed.exit()).as(failed.text()).isEqualTo(1);
        assertThat(failed.text()).contains("The job has no main method.");

        Result status = run.deploy("status", "--stack", "shop");
        assertThat(status.exit()).as(status.text()).isZero();
        assertThat(status.text())
                .contains("ROLLED_BACK", "run 'scripts/deploy.sh update")
                .doesNotContain("deploy.sh rollback");

        // The service went back to the second jar already; this goes to the first one.
        Result further = run.deploy("rollback", "--stack", "shop");
        assertThat(further.exit()).isEqualTo(1);
        assertThat(further.text())
                .contains("this rollback goes back further, to the snapshot " + snapshot)
                .contains("the jar s3://jars/" + DeployRun.key(first))
                .contains("use --yes");
        Result rolledBack = run.deploy("rollback", "--stack", "shop", "--yes");
        assertThat(rolledBack.exit()).as(rolledBack.text()).isZero();
        assertThat(parameters()).contains("JarKey\t" + DeployRun.key(first), "Window\t10 s");
        assertThat(run.calls())
                .filteredOn(call -> call.startsWith("cloudformation deploy "))
                .last(InstanceOfAssertFactories.STRING)
                .contains("--tags Cost=42 Team=web\\ shop");
        assertThat(account.application("shop").get("startedFrom").asText()).isEqualTo(snapshot);

        Result destroyed = run.deploy("destroy", "--stack", "shop", "--yes");
        assertThat(destroyed.exit()).as(destroyed.text()).isZero();
        assertThat(destroyed.text()).contains("The stack shop is deleted");
        assertThat(account.state().get("applications")).isEmpty();
        assertThat(account.state().get("refusals")).isEmpty();
    }
}
