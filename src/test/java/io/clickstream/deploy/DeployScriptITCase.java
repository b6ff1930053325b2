package io.clickstream.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.clickstream.deploy.DeployRun.Result;
import io.clickstream.local.KinesisServer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What scripts/deploy.sh calls, and what it says where a call fails; and its whole cycle against
 * moto's servers of S3, CloudFormation, IAM and logs.
 */
class DeployScriptITCase {

    private static final Path TEMPLATE = Path.of("cloudformation", "application.yaml");
    private static final String STREAM =
            "StreamArn=arn:aws:kinesis:eu-central-1:123456789012:stream/clicks";
    private static final String STACK_STATUS = "*describe-stacks*.StackStatus *";
    private static final String APPLICATION_STATUS = "*describe-application *.ApplicationStatus *";
    private static final String FACTS = "*describe-stacks*`ApplicationName`*";
    private static final String FILE_KEY = "*describe-application *.FileKey *";
    private static final String UPTIME = "*get-metric-statistics*uptime*";
    private static final String NO_STACK =
            "An error occurred (ValidationError) when calling the DescribeStacks operation: Stack"
                    + " with id shop does not exist";

    @TempDir private Path folder;
    private DeployRun run;
    private Path jar;

    @BeforeEach
    void prepare() throws IOException {
        run = new DeployRun(folder);
        jar = run.jar("new.jar", "click-sessions", "click-source");
    }

    // --- Deploy

    private void letDeploySucceed() {
        run.refuseOnce(STACK_STATUS, NO_STACK);
        run.answer(STACK_STATUS, "CREATE_COMPLETE");
        run.answer("s3api list-objects-v2 *", "None");
        run.answer("s3api put-object *", "");
        run.answer("*create-stack *", "arn:of:shop");
        run.answer(FACTS, "shop\\tjars\\ta.jar\\tJarKey");
        run.answer("*start-application *", "op-1");
        run.once(APPLICATION_STATUS, "STARTING");
        run.answer(APPLICATION_STATUS, "RUNNING");
        run.once(UPTIME, "None");
        run.once(UPTIME, "59000.0");
        run.answer(UPTIME, "61000.0");
        run.answer("*get-metric-statistics*recordsIn*", "1234.0");
    }

    private Result deploy(String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("deploy", "--stack", "shop"));
        arguments.addAll(
                List.of("--jar-bucket", "jars", "--jar", jar.toString(), "--source", "kinesis"));
        arguments.addAll(List.of("--set", STREAM));
        arguments.addAll(List.of(more));
        return run.deploy(arguments.toArray(String[]::new));
    }

    @Test
    void makesTheStackAndWaitsUntilTheJobRuns() throws Exception {
        letDeploySucceed();

        Result result = deploy("--set", "Window=1 min");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(result.text())
                .contains("It processes: a subtask has read 1234 records")
                .contains("https://eu-central-1.console.aws.amazon.com/flink/")
                .doesNotContain("What there is now");
        assertThat(run.operations())
                .containsExactly(
                        "cloudformation describe-stacks",
                        "s3api list-objects-v2",
                        "s3api put-object",
                        "s3api put-object",
                        "s3api put-object",
                        "cloudformation create-stack",
                        "cloudformation describe-stacks",
                        "cloudformation describe-stacks",
                        "kinesisanalyticsv2 start-application",
                        "kinesisanalyticsv2 describe-application",
                        "kinesisanalyticsv2 describe-application",
                        "cloudwatch get-metric-statistics",
                        "kinesisanalyticsv2 describe-application",
                        "cloudwatch get-metric-statistics",
                        "kinesisanalyticsv2 describe-application",
                        "cloudwatch get-metric-statistics",
                        "cloudwatch get-metric-statistics");
        String key = DeployRun.key(jar);
        assertThat(run.calls())
                .anyMatch(call -> call.contains("--key " + key + " --body "))
                .anyMatch(call -> call.contains("--key " + key + ".uids --body "));
        String create =
                run.calls().stream().filter(call -> call.contains("create-stack")).findAny().get();
        assertThat(create.replace("\\", ""))
                .contains("--template-url https://jars.s3.eu-central-1.amazonaws.com/clickstream/")
                .contains("--capabilities CAPABILITY_IAM")
                .contains("{\"ParameterKey\":\"JarBucket\",\"ParameterValue\":\"jars\"}")
                .contains(
                        "{\"ParameterKey\":\"JarKey\",\"ParameterValue\":\""
                                + DeployRun.key(jar)
                                + "\"}")
                .contains("{\"ParameterKey\":\"Source\",\"ParameterValue\":\"kinesis\"}")
                .contains("{\"ParameterKey\":\"Window\",\"ParameterValue\":\"1 min\"}");
    }

    @Test
    void uploadsNothingTwice() throws Exception {
        String template = "clickstream/" + DeployRun.sha256(TEMPLATE) + "-application.yaml";
        String key = DeployRun.key(jar);
        run.answer("s3api list-objects-v2 *", String.join("\\t", key, key + ".uids", template));
        letDeploySucceed();

        assertThat(deploy().exit()).isZero();
        assertThat(run.operations()).doesNotContain("s3api put-object");
    }

    @Test
    void saysThatAnUploadIsDenied() throws Exception {
        run.refuse("s3api put-object *analytics.jar --body *", "(AccessDenied): Access Denied");
        letDeploySucceed();

        Result result = deploy();

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains("s3://jars/" + DeployRun.key(jar) + " can't be written")
                .contains("aws says: (AccessDenied): Access Denied")
                .contains("that you may s3:PutObject; then run this again")
                .containsSubsequence(
                        "What there is now:",
                        "s3://jars/" + DeployRun.key(jar) + ".uids, which does no harm");
        assertThat(run.operations()).doesNotContain("cloudformation create-stack");
    }

    @Test
    void saysWhyAStackWentBackAndThatItIsThere() throws Exception {
        run.refuseOnce(STACK_STATUS, NO_STACK);
        run.once(STACK_STATUS, "CREATE_IN_PROGRESS");
        run.once(STACK_STATUS, "ROLLBACK_IN_PROGRESS");
        run.once(STACK_STATUS, "ROLLBACK_COMPLETE");
        run.answer("*describe-stack-events*", "Role\\tNot authorized to perform: iam:CreateRole");
        letDeploySucceed();

        Result result = deploy();

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains("  Role\tNot authorized to perform: iam:CreateRole")
                .contains("the stack shop was not made: it is ROLLBACK_COMPLETE")
                .contains("'scripts/deploy.sh destroy --stack shop --yes', and deploy again")
                .containsSubsequence("What there is now:", "the stack shop: 'scripts/deploy.sh");
        assertThat(run.operations()).doesNotContain("kinesisanalyticsv2 start-application");
    }

    @Test
    void saysWhyTheApplicationDidNotStart() throws Exception {
        run.once(APPLICATION_STATUS, "STARTING");
        run.once(APPLICATION_STATUS, "READY");
        run.answer("*describe-application-operation*--operation-id op-1 *", "The jar has no main.");
        letDeploySucceed();

        Result result = deploy();

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains("the service says: The jar has no main.")
                .contains("the application shop did not start: it is READY")
                .contains("scripts/deploy.sh logs --stack shop --errors")
                .containsSubsequence("What there is now:", "the stack shop: ");
    }

    @Test
    void doesNotTakeAJobForRunningThatFailsOverAndOver() throws Exception {
        run.answer(UPTIME, "4000.0");
        run.once(APPLICATION_STATUS, "RUNNING");
        run.once(APPLICATION_STATUS, "RUNNING");
        run.once(APPLICATION_STATUS, "READY");
        letDeploySucceed();

        Result result = deploy();

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains("the job of shop does not stay up: the application is READY");
    }

    @Test
    void leavesAStackAloneThatWasNeverMadeWhole() throws Exception {
        run.answer(STACK_STATUS, "ROLLBACK_COMPLETE");

        Result result = deploy();

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains("the stack shop is ROLLBACK_COMPLETE: it was never made whole")
                .contains("scripts/deploy.sh destroy --stack shop --yes");
        assertThat(run.operations()).containsExactly("cloudformation describe-stacks");
    }

    // --- Update

    private void letUpdateSucceed(String oldUids) throws IOException {
        run.answer(STACK_STATUS, "UPDATE_COMPLETE");
        run.answer(
                FACTS,
                "shop\\tjars\\tclickstream/0123456789abcdef-old.jar\\tJarKey StreamArn Gone");
        run.answer("*describe-stacks*ParameterValue}*", "[]");
        run.answer("s3api get-object *.uids *", oldUids);
        run.answer("*SnapshotsEnabled*", "True");
        run.answer("s3api list-objects-v2 *", "None");
        run.answer("s3api put-object *", "");
        run.answer("*create-application-snapshot *", "");
        run.once("*describe-application-snapshot *", "CREATING");
        run.answer("*describe-application-snapshot *", "READY");
        run.answer("*get-template *", "Parameters: {}");
        run.answer("*update-stack *", "");
        run.answer("*stop-application *", "");
        run.answer("*start-application *", "op-2");
        run.answer(APPLICATION_STATUS, "RUNNING");
        run.answer(FILE_KEY, DeployRun.key(jar));
        run.answer("*get-metric-statistics*", "61000.0");
    }

    private Result update(String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("update", "--stack", "shop"));
        arguments.addAll(List.of("--jar-bucket", "jars", "--jar", jar.toString()));
        arguments.addAll(List.of(more));
        return run.deploy(arguments.toArray(String[]::new));
    }

    @Test
    void takesASnapshotBeforeItUpdates() throws Exception {
        letUpdateSucceed("click-source\\nclick-sessions\\n");

        Result result = update("--set", "Parallelism=4");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(run.operations())
                .containsSubsequence(
                        "kinesisanalyticsv2 create-application-snapshot",
                        "kinesisanalyticsv2 describe-application-snapshot",
                        "kinesisanalyticsv2 describe-application-snapshot",
                        "cloudformation get-template",
                        "s3api put-object",
                        "cloudformation update-stack")
                .doesNotContain(
                        "kinesisanalyticsv2 stop-application",
                        "kinesisanalyticsv2 start-application");
        String changed =
                run.calls().stream().filter(call -> call.contains("update-stack")).findAny().get();
        assertThat(changed.replace("\\", ""))
                .contains("{\"ParameterKey\":\"StreamArn\",\"UsePreviousValue\":true}")
                .contains("{\"ParameterKey\":\"Parallelism\",\"ParameterValue\":\"4\"}")
                .doesNotContain("Gone", "\"Source\"");
    }

    @Test
    void changesNothingIfTheSnapshotFails() throws Exception {
        run.answer("*describe-application-snapshot *", "FAILED");
        letUpdateSucceed("click-source\\n");

        Result result = update();

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .containsPattern("the snapshot before-[0-9a-f]{12}-[0-9]{14} of shop failed")
                .contains("nothing was changed: the job runs as before")
                .containsSubsequence("What there is now:", "the stack shop, as it was");
        assertThat(run.operations()).doesNotContain("cloudformation update-stack");
    }

    @Test
    void refusesAJarThatWouldLoseState() throws Exception {
        letUpdateSucceed("click-source\\nclick-sessions\\nlocal-counts\\nwindow-counts\\n");

        Result result = update();

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains("the new jar has no operator for state of: local-counts window-counts")
                .contains("lose their state by --allow-lost-state");
        assertThat(run.operations())
                .doesNotContain(
                        "s3api put-object", "kinesisanalyticsv2 create-application-snapshot");
    }

    @Test
    void refusesAJarIfNobodyKnowsTheStateOfTheOther() throws Exception {
        run.refuse("s3api get-object *.uids *", "(NoSuchKey)");
        letUpdateSucceed("");

        Result result = update();

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text()).contains("nobody knows what state the running jar has");
    }

    @Test
    void losesStateOnlyIfTold() throws Exception {
        run.once(APPLICATION_STATUS, "RUNNING");
        run.once(APPLICATION_STATUS, "READY");
        run.once(APPLICATION_STATUS, "READY");
        letUpdateSucceed("click-source\\nclick-sessions\\nwindow-counts\\n");

        Result result = update("--allow-lost-state");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(result.text()).contains("State is lost of: window-counts");
        assertThat(run.operations())
                .containsSubsequence(
                        "kinesisanalyticsv2 create-application-snapshot",
                        "kinesisanalyticsv2 stop-application",
                        "cloudformation update-stack",
                        "kinesisanalyticsv2 start-application");
        assertThat(run.calls())
                .anyMatch(
                        call ->
                                call.replace("\\", "")
                                        .contains(
                                                "{\"FlinkRunConfiguration\":{\"AllowNonRestoredState\":true}}"));
    }

    @Test
    void saysThatTheServiceWentBackByItself() throws Exception {
        run.answer(FILE_KEY, "clickstream/0123456789abcdef-old.jar");
        letUpdateSucceed("click-source\\n");

        Result result = update();

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains(
                        "the new jar did not run: the service went back to"
                                + " s3://jars/clickstream/0123456789abcdef-old.jar")
                .containsPattern("the snapshot before-[0-9a-f]{12}-[0-9]{14} of the application");
    }

    @Test
    void saysThatAStackCouldNotBeUpdated() throws Exception {
        run.once(STACK_STATUS, "CREATE_COMPLETE");
        run.once(STACK_STATUS, "UPDATE_ROLLBACK_COMPLETE");
        run.answer("*describe-stack-events*", "Application\\tThe jar is too large");
        letUpdateSucceed("click-source\\n");

        Result result = update();

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains("  Application\tThe jar is too large")
                .contains("it is UPDATE_ROLLBACK_COMPLETE, and the application is RUNNING");
    }

    /** The other template would take all away that the first one made. */
    @Test
    void doesNotUpdateAStackByTheOtherTemplate() throws Exception {
        run.answer(FACTS, "shop\\tjars\\ta.jar\\tJarKey ApplicationTemplateUrl");
        letUpdateSucceed("");

        Result result = update();

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains("the stack shop is one of the template full")
                .contains("say --template full");
        assertThat(run.operations()).containsOnly("cloudformation describe-stacks").isNotEmpty();
    }

    @Test
    void uploadsBothTemplatesForAStackWithAllThatTheJobNeeds() throws Exception {
        run.answer(FACTS, "shop-Application-1\\tjars\\ta.jar\\tJarKey");
        letDeploySucceed();

        Result result =
                run.deploy(
                        "deploy",
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
        assertThat(run.calls())
                .anyMatch(call -> call.matches(".*put-object .*-application.yaml --body .*"))
                .anyMatch(call -> call.matches(".*put-object .*-full.yaml --body .*"))
                .anyMatch(
                        call ->
                                call.replace("\\", "")
                                        .matches(
                                                ".*create-stack .*/[0-9a-f]{64}-full.yaml"
                                                    + " .*\"ApplicationTemplateUrl\",\"ParameterValue\":"
                                                    + "\"https://jars.s3.eu-central-1.amazonaws.com/clickstream/[0-9a-f]{64}-application.yaml\".*"))
                .anyMatch(
                        call ->
                                call.contains(
                                        "start-application --application-name shop-Application-1"));
    }

    // --- Rollback, destroy

    @Test
    void goesBackToSnapshotTemplateAndParameters() throws Exception {
        String before = "before-0123456789ab-20261120120000";
        run.answer("*list-application-snapshots *`before-0123456789ab-`*", before);
        run.answer("s3api get-object *" + before + "/parameters.json *", "[]");
        run.once(APPLICATION_STATUS, "RUNNING");
        run.once(APPLICATION_STATUS, "READY");
        letUpdateSucceed("");

        Result result = run.deploy("rollback", "--stack", "shop");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(run.operations())
                .containsSubsequence(
                        "kinesisanalyticsv2 list-application-snapshots",
                        "s3api get-object",
                        "kinesisanalyticsv2 stop-application",
                        "cloudformation update-stack",
                        "kinesisanalyticsv2 start-application");
        assertThat(run.calls())
                .anyMatch(
                        call ->
                                call.contains("update-stack")
                                        && call.contains(
                                                "/clickstream/stacks/shop/"
                                                        + before
                                                        + "/template.yaml"))
                .anyMatch(
                        call ->
                                call.replace("\\", "")
                                        .contains(
                                                "RESTORE_FROM_CUSTOM_SNAPSHOT\",\"SnapshotName\":\""
                                                        + before));
    }

    @Test
    void changesNothingIfThereIsNothingToGoBackTo() throws Exception {
        run.answer("*list-application-snapshots *", "None");
        letUpdateSucceed("");

        Result result = run.deploy("rollback", "--stack", "shop");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains("there is no snapshot of shop from before its jar")
                .contains("nothing was changed");
        assertThat(run.operations())
                .doesNotContain(
                        "kinesisanalyticsv2 stop-application", "cloudformation update-stack");
    }

    @Test
    void destroysOnlyIfTold() throws Exception {
        run.answer(STACK_STATUS, "CREATE_COMPLETE");

        Result result = run.deploy("destroy", "--stack", "shop");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text()).contains("and all snapshots of it", "say --yes");
        assertThat(run.operations()).containsExactly("cloudformation describe-stacks");
    }

    @Test
    void saysWhatADeletionCouldNotDelete() throws Exception {
        run.once(STACK_STATUS, "CREATE_COMPLETE");
        run.answer("*describe-stacks*StackId*", "arn:of:shop");
        run.answer("*delete-stack *", "");
        run.answer(STACK_STATUS, "DELETE_FAILED");
        run.answer("*describe-stack-events*", "Bucket\\tThe bucket is not empty");

        Result result = run.deploy("destroy", "--stack", "shop", "--yes");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains("  Bucket\tThe bucket is not empty")
                .contains("the stack shop was not deleted: it is DELETE_FAILED")
                .contains("the stack shop, maybe in part");
    }

    @Test
    void saysThatThereIsNoSuchStack() throws Exception {
        run.refuse(STACK_STATUS, NO_STACK);

        Result result = run.deploy("status", "--stack", "shop", "--region", "eu-west-1");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.text())
                .contains("there is no stack shop in this region")
                .contains("'scripts/deploy.sh deploy --stack shop --region eu-west-1'");
    }

    @Test
    void showsStackApplicationSnapshotsAndAlarms() throws Exception {
        run.answer(STACK_STATUS, "UPDATE_COMPLETE");
        run.answer(FACTS, "shop\\tjars\\ta.jar\\tJarKey");
        run.answer("*describe-application *", "4\\tRUNNING\\t2026-11-20T12:00:00\\t7");
        run.answer(
                "*list-application-snapshots *",
                "2026-11-19T12:00:00\\tREADY\\tolder\\n2026-11-20T12:00:00\\tREADY\\tnewer");
        run.answer("*describe-alarms *", "shop-LateAlarm-1\\tMore clicks are late");

        Result result = run.deploy("status", "--stack", "shop");

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(result.text())
                .contains("stack        shop UPDATE_COMPLETE")
                .contains(
                        "application  shop RUNNING, version 7 of 2026-11-20T12:00:00, parallelism"
                                + " 4")
                .contains("jar          s3://jars/a.jar")
                .contains("snapshots    2; the newest:")
                .contains("alarms       shop-LateAlarm-1\tMore clicks are late");
    }

    // --- Dry runs and usage

    @ParameterizedTest
    @CsvSource({
        "deploy,create-stack",
        "update,update-stack",
        "rollback,update-stack",
        "destroy,delete-stack",
        "status,describe-application",
        "logs,filter-log-events"
    })
    void aDryRunPrintsCallsAndMakesNone(String command, String call) throws Exception {
        Result result =
                run.deploy(
                        command,
                        "--dry-run",
                        "--stack",
                        "shop",
                        "--jar-bucket",
                        "jars",
                        "--jar",
                        jar.toString(),
                        "--source",
                        "kinesis",
                        "--set",
                        STREAM);

        assertThat(result.exit()).as(result.text()).isZero();
        // A variable within single quotes would not be one.
        assertThat(result.text()).contains(call + " ").doesNotContain("'$");
        assertThat(run.calls()).isEmpty();
    }

    /** What a dry run prints does what the run itself does. */
    @ParameterizedTest
    @ValueSource(strings = {"deploy", "update"})
    void aDryRunCanBePasted(String command) throws Exception {
        String[] settings = {"--set", "Window=1 min"};
        boolean isNew = command.equals("deploy");
        Result dry = isNew ? deploy("--set", "Window=1 min", "--dry-run") : update("--dry-run");
        assertThat(dry.exit()).as(dry.text()).isZero();

        letSucceedAtOnce(isNew);
        Result pasted = run.paste(dry.text());
        assertThat(pasted.exit()).as(pasted.text()).isZero();
        List<String> byPaste = run.operations();
        List<String> changesByPaste = changes();

        run.forget();
        letSucceedAtOnce(isNew);
        Result real = isNew ? deploy(settings) : update();
        assertThat(real.exit()).as(real.text()).isZero();

        if (isNew) {
            assertThat(byPaste).isEqualTo(run.operations());
        }
        assertThat(changesByPaste).isNotEmpty().isEqualTo(changes());
    }

    private void letSucceedAtOnce(boolean isNew) throws IOException {
        if (isNew) {
            run.once(UPTIME, "61000.0");
            run.once(APPLICATION_STATUS, "RUNNING");
            letDeploySucceed();
        } else {
            // A dry run takes the stack for one of today's template.
            run.answer(
                    FACTS,
                    "shop\\tjars\\tclickstream/0123456789abcdef-old.jar\\t"
                            + String.join(" ", Template.read(TEMPLATE).parameters()));
            letUpdateSucceed("click-source\\n");
        }
    }

    /** Calls that make something, but for the names of temporary files. */
    private List<String> changes() throws IOException {
        return run.calls().stream()
                .filter(call -> call.matches("\\S+ (put|create|start|update|stop|delete)-.*"))
                .map(call -> call.replaceAll("/tmp/tmp\\.\\w+", "TMP"))
                .map(call -> call.replaceAll("(before-[0-9a-f]{12}-)[0-9]{14}", "$1TIME"))
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "deploy --quiet | unknown option --quiet",
                "install | unknown command install; deploy, update,",
                "deploy | deploy needs --jar-bucket",
                "deploy --source kafka | --source is 'kafka'; it may be kinesis or msk",
                "deploy --set Window | --set: 'Window' is no parameter; Key=Value is one",
                "status --stack -x | --stack is '-x'; a name begins with a letter",
                "status --timeout soon | --timeout is 'soon'; it is a whole number",
                "deploy --jar-bucket jars --jar none.jar | --jar: none.jar can't be read",
                "--stack shop | a command is missing",
                "status --stack | --stack needs a value"
            })
    void refusesWhatItDoesNotKnow(String arguments, String message) throws Exception {
        Result result = run.deploy(arguments.split(" "));

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.text()).contains(message);
        assertThat(run.calls()).isEmpty();
    }

    @Test
    void namesTheParametersThatThereAre() throws Exception {
        letDeploySucceed();

        Result result = deploy("--set", "SesionGap=1 s");

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.text())
                .contains("the template application has no parameter SesionGap; it has:")
                .contains("SessionGap");
        assertThat(run.operations()).containsExactly("cloudformation describe-stacks");
    }

    @Test
    void takesParametersFromAFile() throws Exception {
        letDeploySucceed();
        Path file =
                Files.writeString(
                        folder.resolve("parameters"), "# ours\n\nWindow=5 s\nPreset=ticker");

        Result result = deploy("--parameters", file.toString());

        assertThat(result.exit()).as(result.text()).isZero();
        assertThat(run.calls())
                .anyMatch(
                        call ->
                                call.replace("\\", "")
                                        .contains("\"Preset\",\"ParameterValue\":\"ticker\""));
    }

    // --- The whole cycle

    /** moto has no managed service, so what is asked of it is answered by rules. */
    @Test
    void goesThroughTheWholeCycleWithMoto() throws Exception {
        Optional<String> aws = onPath("aws");
        assumeTrue(aws.isPresent(), "there is no aws on this machine");
        System.setProperty("aws.cborEnabled", "false");
        Optional<KinesisServer> moto = KinesisServer.startMoto(folder.resolve("moto.log"));
        System.clearProperty("aws.cborEnabled");
        assumeTrue(moto.isPresent(), "there is no moto_server on this machine");
        try (KinesisServer server = moto.get()) {
            run.orElse(
                    aws.get(),
                    Map.of(
                            "AWS_ENDPOINT_URL",
                            server.uri().toString(),
                            "AWS_ACCESS_KEY_ID",
                            "local",
                            "AWS_SECRET_ACCESS_KEY",
                            "local"));
            cycle();
        }
    }

    private void cycle() throws Exception {
        run.aws("s3", "mb", "s3://jars");
        letServiceRun();
        // Unlike the service, moto does not know the values of defaults later.
        List<String> defaults = new ArrayList<>();
        Template.read(TEMPLATE)
                .defaults()
                .forEach((name, value) -> defaults.add(name + "=" + value));
        Path parameters = Files.write(folder.resolve("defaults"), defaults);
        Result deployed = deploy("--parameters", parameters.toString(), "--set", STREAM);
        assertThat(deployed.exit()).as(deployed.text()).isZero();
        assertThat(deployed.text()).contains("It runs, and has read no records yet");

        Path first = jar;
        jar = run.jar("next.jar", "click-sessions", "click-source", "window-counts");
        run.forget();
        letServiceRun();
        Result updated = update("--set", "Window=1 min");
        assertThat(updated.exit()).as(updated.text()).isZero();
        String snapshot =
                run.calls().stream()
                        .filter(call -> call.contains("create-application-snapshot"))
                        .map(call -> call.replaceFirst(".*--snapshot-name (\\S+) .*", "$1"))
                        .findAny()
                        .orElseThrow();
        assertThat(parameters()).contains("JarKey\t" + DeployRun.key(jar), "Window\t1 min");

        run.forget();
        run.answer("*list-application-snapshots *", snapshot);
        run.once(APPLICATION_STATUS, "RUNNING");
        run.once(APPLICATION_STATUS, "READY");
        letServiceRun();
        Result rolledBack = run.deploy("rollback", "--stack", "shop");
        assertThat(rolledBack.exit()).as(rolledBack.text()).isZero();
        assertThat(parameters()).contains("JarKey\t" + DeployRun.key(first), "Window\t10 s");

        run.forget();
        Result logs = run.deploy("logs", "--stack", "shop");
        assertThat(logs.exit()).as(logs.text()).isZero();

        Result destroyed = run.deploy("destroy", "--stack", "shop", "--yes");
        assertThat(destroyed.exit()).as(destroyed.text()).isZero();
        assertThat(destroyed.text()).contains("The stack shop is gone");
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

    private void letServiceRun() throws IOException {
        run.answer("*start-application *", "op");
        run.answer("*stop-application *", "");
        run.answer("*create-application-snapshot *", "");
        run.answer("*describe-application-snapshot *", "READY");
        run.answer("*SnapshotsEnabled*", "True");
        run.answer(APPLICATION_STATUS, "RUNNING");
        run.answer(FILE_KEY, DeployRun.key(jar));
        run.answer(UPTIME, "61000.0");
        run.answer("*get-metric-statistics*recordsIn*", "None");
    }

    private static Optional<String> onPath(String command) {
        for (String entry : System.getenv("PATH").split(File.pathSeparator, -1)) {
            Path file = Path.of(entry, command);
            if (Files.isExecutable(file)) {
                return Optional.of(file.toString());
            }
        }
        return Optional.empty();
    }
}
