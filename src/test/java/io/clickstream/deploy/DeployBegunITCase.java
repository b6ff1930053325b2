package io.clickstream.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.clickstream.deploy.DeployRun.Result;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * What the commands of scripts/deploy.sh know of those before them: what was begun and cut off, and
 * where a rollback or an update left the stack. A command that was cut off long ago must not cost
 * the state of a job that has run since.
 */
@Execution(ExecutionMode.CONCURRENT)
class DeployBegunITCase {

    private static final Path TEMPLATE = Path.of("cloudformation", "application.yaml");
    private static final String BEGUN = "clickstream/stacks/shop/begun.json";

    @TempDir private Path folder;
    private DeployAccount account;
    private DeployRun run;
    private Path a;
    private Path b;
    private Path c;

    /** A stack with the jar a, whose application runs. */
    @BeforeEach
    void prepare() throws Exception {
        account = DeployAccount.empty();
        run = new DeployRun(folder, account);
        a = run.jar("a.jar", "click-source");
        b = run.jar("b.jar", "click-source", "b");
        c = run.jar("c.jar", "click-source", "b", "c");
        account.put("jars/" + DeployRun.key(a), "a jar");
        account.put("jars/" + DeployRun.key(a) + ".uids", "click-source\n");
        account.remake("shop", TEMPLATE, DeployRun.key(a));
    }

    @AfterEach
    void requestsFitTheModel() throws Exception {
        if (account != null) {
            assertThat(account.state().get("invalid")).isEmpty();
        }
    }

    private Result update(Path jar, String... more) throws Exception {
        return updateIn("jars", jar, more);
    }

    private Result updateIn(String bucket, Path jar, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("update", "--stack", "shop"));
        arguments.addAll(List.of("--jar-bucket", bucket, "--jar", jar.toString()));
        arguments.addAll(List.of(more));
        return run.deploy(arguments.toArray(String[]::new));
    }

    private Result rollback(String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("rollback", "--stack", "shop"));
        arguments.addAll(List.of(more));
        return run.deploy(arguments.toArray(String[]::new));
    }

    private void updated(Path... jars) throws Exception {
        for (Path jar : jars) {
            Result result = update(jar);
            assertThat(result.exit()).as(result.text()).isZero();
        }
    }

    private Result ended(Result result) {
        assertThat(result.exit()).as(result.text()).isZero();
        return result;
    }

    private Result refused(Result result, String... texts) {
        assertThat(result.exit()).as(result.text()).isEqualTo(1);
        assertThat(result.text()).contains(texts);
        return result;
    }

    private JsonNode shop() throws Exception {
        return account.application("shop");
    }

    private void assertRuns(Path jar, String from) throws Exception {
        assertThat(shop().get("jar").asText()).isEqualTo(DeployRun.key(jar));
        assertThat(shop().get("startedFrom").asText()).isEqualTo(from);
    }

    /** The snapshot that the update to a jar took. */
    private String before(Path jar) throws Exception {
        String begin = "before-" + DeployRun.sha256(jar).substring(0, 12);
        List<String> all = DeployAccount.texts(shop().get("snapshots"));
        return all.stream().filter(each -> each.startsWith(begin)).findFirst().orElseThrow();
    }

    /** Cuts a rollback off after its stop (1), its note (2), the stack update (3), or start (4). */
    private void cutRollback(int change) throws Exception {
        run.cut(change, "interrupted");
        assertThat(rollback().exit()).isEqualTo(130);
    }

    /**
     * Cuts an update to b off that discards all state: after the update of the stack (8) or the
     * start (9).
     */
    private void cutUpdate(int change, String bucket) throws Exception {
        run.cut(change, "interrupted");
        Result result = updateIn(bucket, b, "--allow-lost-state", "--set", "MaxParallelism=64");
        assertThat(result.exit()).as(result.text()).isEqualTo(130);
    }

    // --- What was begun

    @Test
    void discardsNoStateOfAJobThatRanSinceTheUpdateThatWasToDiscardIt() throws Exception {
        cutUpdate(9, "jars");
        account.status("shop", "RUNNING");
        account.status("shop", "READY");

        Result result = ended(update(c));

        assertThat(result.text()).doesNotContain("began to discard");
        assertRuns(c, "latest");
    }

    @Test
    void aStackOfTheSameNameKnowsNothingOfTheOneBeforeIt() throws Exception {
        cutUpdate(8, "jars");
        account.control(Map.of("forget_stack", "shop"));
        account.makeStack(
                "shop",
                TEMPLATE,
                Map.of(
                        "JarBucket",
                        "jars",
                        "JarKey",
                        DeployRun.key(b),
                        "Source",
                        "kinesis",
                        "StreamArn",
                        "arn:aws:kinesis:eu-central-1:123456789012:stream/clicks",
                        "MaxParallelism",
                        "64"));
        account.status("shop", "RUNNING");
        account.status("shop", "READY");

        Result result = ended(update(c));

        assertThat(result.text()).doesNotContain("began to discard");
        assertRuns(c, "latest");
    }

    /** The state of the job since then would be lost without a question. */
    @Test
    void doesNotContinueARollbackThatHasStartedTheApplication() throws Exception {
        updated(b);
        cutRollback(4);
        account.status("shop", "RUNNING");
        int stops = count("StopApplication");

        Result rest = ended(rollback("--yes"));
        assertThat(rest.text()).contains("has started the application; only its end was not seen");
        assertThat(count("StopApplication")).isEqualTo(stops);
        refused(rollback(), "back to the snapshot " + before(b), "use --yes to confirm");

        account.status("shop", "READY");
        ended(update(a));
        assertRuns(a, "latest");
    }

    private int count(String operation) throws Exception {
        return (int) account.calls().stream().filter(operation::equals).count();
    }

    @Test
    void continuesARollbackOnlyIfToldWhereNobodyKnowsWhetherTheJobRanSince() throws Exception {
        updated(b);
        cutRollback(3);
        account.control(
                Map.of(
                        "errors",
                        List.of(
                                Map.of(
                                        "operation",
                                        "ListApplicationOperations",
                                        "code",
                                        "AccessDeniedException",
                                        "times",
                                        2))));

        refused(
                rollback(),
                "it is unknown whether the application has run since",
                "to the snapshot " + before(b),
                "use --yes to confirm");
        refused(update(a), "It is unknown whether the application has run since", "Use --yes");
        Result told = ended(rollback("--yes"));

        assertThat(told.text()).contains("Continuing the rollback that was begun");
        assertRuns(a, before(b));
    }

    /** Also a call of the service, or an update that changes nothing, may have started it. */
    @Test
    void continuesARollbackOnlyIfToldWhereTheJobRanSince() throws Exception {
        updated(b);
        cutRollback(3);
        run.aws("kinesisanalyticsv2", "start-application", "--application-name", "shop");
        account.status("shop", "RUNNING");

        refused(
                rollback(),
                "the application has run since; this rollback continues it, to the snapshot",
                "use --yes to confirm");
        ended(update(a));
        assertRuns(a, "latest");
        refused(rollback(), "only goes back to the snapshot " + before(b), "use --yes");
        ended(rollback("--yes"));

        assertRuns(a, before(b));
    }

    @Test
    void asksForConfirmationAgainWhereARollbackHasChangedNothing() throws Exception {
        updated(b, c);
        ended(rollback());
        run.cut(1, "refused");
        refused(rollback("--yes"), "can't be stopped", "the stack shop, unchanged");

        refused(rollback(), "has already been rolled back", "use --yes to confirm");
        assertRuns(b, before(c));
    }

    /** The same with the state of operators that are gone, and with another bucket. */
    @Test
    void theNextUpdateDiscardsWhatOneBeganToDiscard() throws Exception {
        account.put("jars2/", "");
        // With another bucket, the file is written twice.
        cutUpdate(9, "jars2");
        Result status = run.deploy("status", "--stack", "shop");
        assertThat(status.text())
                .contains("an update that discards state was cut off. Start the application as")
                .containsPattern("start-application .*--run-configuration .*SKIP_RESTORE");
        Result all = ended(update(c));
        assertThat(all.text()).contains("An earlier update began to discard all state");
        assertRuns(c, "SKIP_RESTORE_FROM_SNAPSHOT");

        run.cut(6, "interrupted");
        assertThat(update(a, "--allow-lost-state").exit()).isEqualTo(130);
        Path other = run.jar("other.jar", "click-source", "other");
        Result some = ended(update(other));
        assertThat(some.text()).contains("began to discard the state of removed operators");
        assertThat(shop().get("runConfiguration").toString())
                .isEqualTo("{\"FlinkRunConfiguration\":{\"AllowNonRestoredState\":true}}");
        assertThat(shop().get("jar").asText()).isEqualTo(DeployRun.key(other));
    }

    @Test
    void saysThatARollbackWasCutOffAndDropsItOnlyIfTold() throws Exception {
        updated(b);
        cutRollback(3);

        Result status = run.deploy("status", "--stack", "shop");
        assertThat(status.text())
                .contains("a rollback to the snapshot " + before(b) + " was cut off. Complete it")
                .doesNotContain("start-application");
        refused(
                update(c),
                "a rollback to the snapshot " + before(b) + " was begun, and did not start",
                "'scripts/deploy.sh rollback --stack shop' completes the rollback",
                "Use --yes to start from the latest snapshot instead");
        ended(update(a));
        assertRuns(a, before(b));

        ended(update(b));
        cutRollback(3);
        ended(update(c, "--yes"));
        assertRuns(c, "latest");
    }

    @Test
    void saysThatItsNotesAreDamaged() throws Exception {
        for (String content : List.of("", "[]", "{\"start\": {}, \"at\": {\"snapshot\": \"x\"}}")) {
            account.put("jars/" + BEGUN, content);
            for (Result result : List.of(update(b), rollback())) {
                refused(result, "begun.json is damaged", "aws s3 rm s3://jars/" + BEGUN);
                assertThat(result.text()).doesNotContain("Traceback");
            }
        }
        assertThat(account.calls()).doesNotContain("StopApplication", "UpdateApplication");
    }

    /** The stack is unchanged, but the application is stopped. */
    @Test
    void saysHowAStoppedApplicationRunsAgainWhereTheStackUpdateIsRefused() throws Exception {
        run.cut(8, "refused");
        Result result =
                refused(
                        update(b, "--allow-lost-state", "--set", "MaxParallelism=64"),
                        "the stack shop, unchanged",
                        "' continues from here; 'scripts/deploy.sh status --stack shop' shows how");

        assertThat(result.text()).contains("the application shop, stopped: 'scripts/deploy.sh ");
        assertThat(run.deploy("status", "--stack", "shop").text())
                .contains("start it with 'aws kinesisanalyticsv2 start-application")
                .doesNotContain("--run-configuration");
    }

    // --- Two people

    @Test
    void saysThatSomebodyElseChangedTheStackMeanwhile() throws Exception {
        String script = Path.of("scripts", "deploy.sh").toAbsolutePath().toString();
        run.at(
                "get-metric-statistics",
                script
                        + " update --poll 0 --stack shop --jar-bucket jars --jar "
                        + c
                        + " >other.log 2>&1");

        Result result =
                refused(
                        update(b),
                        "another command changed the stack shop meanwhile",
                        "its jar is " + DeployRun.key(c));

        assertThat(result.text()).doesNotContain("did not run");
    }

    @Test
    void saysThatSomebodyElseStoppedTheApplicationMeanwhile() throws Exception {
        run.at(
                "create-application-snapshot",
                "\"$REAL_AWS\" kinesisanalyticsv2 stop-application --application-name shop >&2");

        Result result = refused(update(b), "can't be taken: the application is READY");

        assertThat(result.text())
                .contains("Another command may be at work")
                .doesNotContain("continues to run");
    }

    // --- What rollback goes back to

    /** Its template and parameters are there, and are the stack's own. */
    @Test
    void goesFurtherBackThanTheSnapshotOfAnUpdateThatWasCutOff() throws Exception {
        updated(b);
        run.cut(3, "interrupted");
        assertThat(update(b, "--set", "Parallelism=2").exit()).isEqualTo(130);
        account.status("shop", "READY");

        refused(
                rollback(),
                "is not in the stack: it failed, was cut off, or was rolled back",
                "this rollback goes back further, to the snapshot " + before(b),
                "to only start it, run 'aws kinesisanalyticsv2 start-application");
        ended(rollback("--yes"));

        assertRuns(a, before(b));
    }

    @Test
    void keepsTheSnapshotsThatARollbackCanGoBackTo() throws Exception {
        updated(b);
        String good = before(b);
        for (int i = 0; i < 2; i++) {
            account.path("CreateApplicationSnapshot", "CREATING", "FAILED");
            Result failed = refused(update(c, "--keep", "1"), "the stack is unchanged");
            assertThat(failed.text()).doesNotContain("Deleting the snapshot " + good);
        }
        // Another bucket may have what belongs to it.
        account.control(Map.of("snapshots", Map.of("shop", List.of("before-elsewhere"))));

        Result result = ended(update(c, "--keep", "1"));
        assertThat(DeployAccount.texts(shop().get("snapshots")))
                .containsExactlyInAnyOrder(good, before(c), "before-elsewhere");
        assertThat(result.text()).doesNotContain("Deleting the snapshot " + good);
        Result next = ended(update(a, "--allow-lost-state", "--keep", "1"));
        assertThat(next.text())
                .containsSubsequence(
                        "Taking the snapshot", "Deleting the snapshot " + good, "Updating");
    }

    @Test
    void goesBackFurtherAndNeverForward() throws Exception {
        updated(b, c);
        ended(rollback());
        assertRuns(b, before(c));
        refused(rollback(), "goes back further, to the snapshot " + before(b));
        ended(rollback("--yes"));
        assertRuns(a, before(b));

        refused(rollback(), "this rollback only goes back to the snapshot " + before(b));
        assertRuns(a, before(b));

        // The same if nobody saw the end of the last one, and the job was stopped since.
        updated(b, c);
        ended(rollback());
        run.cut(4, "interrupted");
        assertThat(rollback("--yes").exit()).isEqualTo(130);
        account.status("shop", "RUNNING");
        account.status("shop", "READY");
        refused(rollback(), "use --yes to confirm");
        assertThat(shop().get("jar").asText()).isEqualTo(DeployRun.key(a));

        // An update is a new beginning.
        account.status("shop", "RUNNING");
        updated(c);
        ended(rollback());
        assertThat(shop().get("jar").asText()).isEqualTo(DeployRun.key(a));
    }

    @Test
    void asksBeforeItGoesBackFurtherThanAnUpdateWithoutASnapshot() throws Exception {
        updated(b);
        account.status("shop", "READY");
        Result update = ended(update(c));
        assertThat(update.text()).contains("This update takes no snapshot").contains("--yes");

        refused(
                rollback(),
                "the last update of the stack shop took no snapshot",
                "to the snapshot " + before(b),
                "use --yes to confirm");
        assertRuns(c, "latest");
        ended(rollback("--yes"));
        assertRuns(a, before(b));
    }
}
